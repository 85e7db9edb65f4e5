// The stage: the picture, before and after, with all that can be done on it by hand.

import { h, isNarrow, isStill, onceAFrame } from "../dom.js";
import { GREY } from "../model/color.js";
import { anchorOf, withHint } from "../model/document.js";
import { t } from "../model/texts.js";
import { Compare } from "./compare.js";
import { Cursor } from "./cursor.js";
import { DRAWING_TOOLS, Drawing } from "./drawing.js";
import { Frames } from "./frames.js";
import { Gestures } from "./gestures.js";
import { Layers } from "./layers.js";
import { Markers } from "./markers.js";
import { Reach } from "./reach.js";
import { Viewport } from "./viewport.js";

const CONFIDENCE_SHOWN = 0.85;

export class Stage extends HTMLElement {
  /** Give it the studio, and how to ask a person for a colour: askColor({shape} or {id}). */
  setUp(studio, askColor) {
    this.studio = studio;
    this.askColor = askColor;
    this.viewport = new Viewport();
    this.layers = new Layers(studio.engine, () => this.render(), (error) => studio.trouble(error));
    this.render = onceAFrame(() => this.#draw());
    this.#build();
    this.#listen();
  }

  #build() {
    this.className = "stage";
    this.surface = h("canvas", { class: "surface", tabindex: "0", role: "application", "aria-label": t("stage.label"), "aria-description": t("stage.keys") });
    this.pen = this.surface.getContext("2d", { alpha: true });
    this.markers = new Markers(this);
    this.frames = new Frames(this);
    this.compare = new Compare(this);
    this.cursor = new Cursor(this);
    this.reach = new Reach(this);
    this.wait = h("div", { class: "wait", role: "status" });
    this.append(this.surface, this.markers.shapes, this.compare.input, this.markers.handles, this.frames.element, this.cursor.element, this.wait);
    this.gestures = new Gestures(this.surface, this.#told());
    new ResizeObserver(() => this.#resize()).observe(this);
  }

  #listen() {
    const on = (name, call) => this.studio.addEventListener(name, call);
    on("current", () => this.#current());
    on("painted", () => { this.layers.refresh(this.studio.show.confidence); this.#turn(); });
    on("change", () => { this.#turn(); this.render(); });
    on("busy", () => this.classList.toggle("busy", Boolean(this.studio.current?.busy)));
    on("tool", () => { this.drop(); this.render(); });
    on("show", () => { this.layers.refresh(this.studio.show.confidence); this.#resize(); });
  }

  #current() {
    const { current } = this.studio;
    this.drop();
    this.layers.set(current?.isUsable ? current : null);
    if (current) Object.assign(this.viewport.image, current.size);
    this.#turn();
    this.viewport.fit();
    this.compare.introduce(current);
    this.#resize();
  }

  /** Stand the picture as it was said, or found, to stand: only where one picture is meant. */
  #turn() {
    const view = this.studio.current?.picture.view || [];
    const turn = view.length === 1 ? (view[0].way_up || 0) / 90 : 0;
    if (turn === this.viewport.turn) return;
    this.viewport.turn = turn;
    this.viewport.fit();
    this.render();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this;
    const isSplit = this.studio.show.compare === "side";
    this.viewport.screen = { width: isSplit ? width / 2 : width, height };
    const narrow = isNarrow();
    this.viewport.margin = narrow ? { top: 8, right: 8, bottom: 60, left: 8 } : { top: 20, right: 24, bottom: 72, left: isSplit ? 24 : 72 };
    const density = window.devicePixelRatio || 1;
    this.surface.width = Math.round(width * density);
    this.surface.height = Math.round(height * density);
    this.viewport.adapt();
    this.#draw();
  }

  get isSplit() { return this.studio.show.compare === "side"; }
  get pane() { return this.isSplit ? this.viewport.screen.width : 0; }
  get scaleNow() { return this.viewport.scale; }

  /** A place of the picture on the stage; side by side, in the coloured one. */
  toScreen(place) {
    const { x, y } = this.viewport.toScreen(place);
    return { x: x + this.pane, y };
  }

  toImage({ x, y }) { return this.viewport.toImage({ x: this.isSplit && x >= this.pane ? x - this.pane : x, y }); }

  /** A length along the screen as one along the picture, which may be turned; its unit stays. */
  turnBack(x, y) {
    const turns = [[x, y], [y, -x], [-x, -y], [-y, x]];
    return { x: turns[this.viewport.turn][0], y: turns[this.viewport.turn][1] };
  }

  #draw() {
    const { pen, studio } = this;
    pen.resetTransform();
    pen.clearRect(0, 0, this.surface.width, this.surface.height);
    const isShown = Boolean(studio.current?.isUsable);
    this.classList.toggle("empty", !isShown);
    this.wait.textContent = isShown && !this.layers.isReady ? t("stage.loading") : "";
    if (isShown) this.#panes();
    this.compare.place();
    this.markers.show(this.draft);
    this.frames.show();
    this.cursor.show();
    this.dispatchEvent(new Event("drawn"));
  }

  #panes() {
    const { width, height } = this.viewport.screen;
    const { before } = this.studio.show;
    const layers = before ? ["scan"] : this.isSplit || this.compare.line > 0 ? ["scan", "color"] : ["color"];
    this.layers.want(layers, this.viewport.seen, this.scaleNow * (window.devicePixelRatio || 1));
    if (this.isSplit) {
      this.#layer("scan", 0, width, 0);
      this.#layer(before ? "scan" : "color", width, width, width);
    } else if (before) this.#layer("scan", 0, width, 0);
    else {
      const line = this.compare.line;
      if (line > 0) this.#layer("scan", 0, line, 0);
      this.#layer("color", line, width - line, 0);
    }
    return height;
  }

  /** Draw a layer, clipped to some columns of the stage, the picture shifted by `offset`. */
  #layer(layer, left, width, offset) {
    const { pen, viewport } = this;
    const density = window.devicePixelRatio || 1;
    pen.save();
    pen.beginPath();
    pen.rect(left * density, 0, width * density, this.surface.height);
    pen.clip();
    const matrix = viewport.matrix(density);
    matrix[4] += offset * density;
    pen.setTransform(...matrix);
    pen.imageSmoothingEnabled = viewport.scale * density < 3;
    pen.imageSmoothingQuality = "high";
    this.layers.draw(pen, layer, viewport.seen, viewport.scale * density);
    if (layer === "color") this.#overlays();
    pen.restore();
  }

  #overlays() {
    const { width, height } = viewportImage(this);
    const confidence = this.studio.show.confidence && this.layers.previews.confidence;
    this.pen.imageSmoothingEnabled = true;
    if (confidence) {
      this.pen.globalAlpha = CONFIDENCE_SHOWN;
      this.pen.drawImage(confidence.bitmap, 0, 0, width, height);
      this.pen.globalAlpha = 1;
    }
    if (this.layers.reach) this.pen.drawImage(this.layers.reach, 0, 0, width, height);
  }

  #told() {
    return {
      tap: (point) => this.act(this.toImage(point)),
      draws: () => DRAWING_TOOLS.includes(this.studio.tool) && Boolean(this.studio.current) && !this.picking,
      drawStart: (point) => { this.askColor(null); this.drawing = new Drawing(this.studio.tool, this.studio.current.size); this.#extend(point); },
      drawMove: (point) => this.#extend(point),
      drawEnd: () => this.finish(),
      drawCancel: () => this.drop(),
      pan: (x, y) => { this.viewport.pan(x, y); this.render(); },
      zoom: (point, factor) => { this.viewport.zoomAt({ x: point.x % Math.max(1, this.viewport.screen.width), y: point.y }, factor); this.render(); },
      press: (isDown) => this.studio.showAs({ before: isDown }),
      hover: (point) => this.reach.hover(point && this.toImage(point)),
      double: (point) => { if (this.studio.tool === "look") this.toggleZoom(point); },
    };
  }

  #extend(point) {
    this.drawing?.add(this.toImage(point), this.scaleNow);
    this.draft = this.drawing?.shape;
    this.render();
  }

  /** The shape that was drawn is complete: ask for its colour. */
  finish() {
    const shape = this.drawing?.shape;
    this.drawing = null;
    if (shape) this.propose(shape);
    else this.drop();
  }

  /** Do what the tool in hand does with a place of the picture. */
  act(place) {
    const { current, tool } = this.studio;
    if (!current?.isUsable) return;
    if (!this.viewport.isInside(place)) return this.askColor(null);
    if (this.picking) return this.picking(place);
    const spot = { x: Math.round(place.x * 10) / 10, y: Math.round(place.y * 10) / 10 };
    if (tool === "grey") return current.change(withHint(current.doc, { ...spot, color: GREY }));
    if (tool === "look") return this.askColor(null);
    return this.propose(spot);
  }

  /** Ask a person for the colour of a shape that has none yet. */
  propose(shape) {
    this.draft = shape;
    this.render();
    this.reach.show(shape);
    this.askColor({ shape, at: anchorOf(shape) });
  }

  openHint(id) { this.askColor({ id }); }

  /** Let go of what was being drawn. */
  drop() {
    this.drawing = null;
    this.draft = null;
    this.reach.hide();
    this.render();
  }

  /** Zoom by a factor at the middle. */
  zoom(factor) {
    this.viewport.zoomAt({ x: this.viewport.screen.width / 2, y: this.viewport.screen.height / 2 }, factor);
    this.render();
  }

  /** Between all of the picture and one of its pixels to one of the screen. */
  toggleZoom(point) {
    if (this.viewport.isFitted) this.zoomTo(1 / (window.devicePixelRatio || 1), point);
    else { this.viewport.fit(); this.render(); }
  }

  zoomTo(scale, point = this.viewport.middle) {
    this.viewport.zoomAt(point, scale / this.viewport.scale);
    this.render();
  }

  fit() { this.viewport.fit(); this.render(); }

  get isStill() { return isStill(); }
}

const viewportImage = (stage) => stage.viewport.image;

customElements.define("v-stage", Stage);
