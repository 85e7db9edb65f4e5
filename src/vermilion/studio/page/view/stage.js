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
import { showLegends } from "./legends.js";
import { Markers } from "./markers.js";
import { density, drawPanes } from "./panes.js";
import { Reach } from "./reach.js";
import { Viewport } from "./viewport.js";

export class Stage extends HTMLElement {
  /** Give it the studio, and how to ask a person for a colour: askColor({shape} or {id}). */
  setUp(studio, askColor) {
    this.studio = studio;
    this.askColor = askColor;
    this.viewport = new Viewport();
    this.cover = 0;
    this.split = "";
    this.layers = new Layers(
      studio.engine,
      () => this.render(),
      (error) => !studio.current?.isClosing && studio.trouble(error),
    );
    this.render = onceAFrame(() => this.#draw());
    this.#build();
    this.#listen();
  }

  #build() {
    this.className = "stage";
    this.surface = h("canvas", {
      class: "surface",
      tabindex: "0",
      role: "application",
      "aria-label": t("stage.label"),
      "aria-description": t("stage.keys"),
    });
    this.pen = this.surface.getContext("2d", { alpha: true });
    this.markers = new Markers(this);
    this.frames = new Frames(this);
    this.compare = new Compare(this);
    this.cursor = new Cursor(this);
    this.reach = new Reach(this);
    this.wait = h("div", { class: "wait", role: "status" });
    this.legends = h("div", { class: "legends" });
    this.append(
      this.surface,
      this.markers.shapes,
      this.compare.input,
      this.markers.handles,
      this.frames.element,
      this.cursor.element,
      this.legends,
      this.wait,
    );
    this.gestures = new Gestures(this.surface, this.#told());
    new ResizeObserver(() => this.#resize()).observe(this);
  }

  #listen() {
    const on = (name, call) => this.studio.addEventListener(name, call);
    on("current", () => this.#current());
    on("painted", () => {
      this.layers.refresh(this.studio.show.overlay);
      this.#measure();
      this.#turn();
    });
    on("change", () => {
      this.#turn();
      this.render();
    });
    on("busy", () => this.classList.toggle("busy", Boolean(this.studio.current?.busy)));
    on("tool", () => {
      this.drop();
      this.render();
    });
    on("show", () => {
      this.layers.refresh(this.studio.show.overlay);
      this.#resize();
    });
  }

  #current() {
    const { current } = this.studio;
    this.drop();
    this.layers.set(current?.isUsable ? current : null);
    if (current) this.viewport.resize(current.size);
    this.#turn();
    this.viewport.fit();
    this.compare.introduce(current);
    this.cursor.place = null;
    this.#resize();
  }

  /** The picture may have another size by now, as another page of its file. */
  #measure() {
    const { current } = this.studio;
    if (current?.isUsable && this.viewport.resize(current.size)) this.viewport.fit();
  }

  /** Stand the picture as it was said, or found, to stand: only where one picture is meant. */
  #turn() {
    const turn = (this.studio.current?.wayUp || 0) / 90;
    if (turn === this.viewport.turn) return;
    this.viewport.turn = turn;
    this.viewport.fit();
    this.render();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this;
    this.split = this.studio.show.compare !== "side" ? "" : height > 1.1 * width ? "stacked" : "beside";
    this.viewport.screen = {
      width: this.split === "beside" ? width / 2 : width,
      height: this.split === "stacked" ? height / 2 : height,
    };
    this.viewport.margin = isNarrow()
      ? { top: 8, right: 12, bottom: 60, left: 12 }
      : { top: 20, right: 24, bottom: 72, left: 72 };
    this.viewport.margin.bottom += this.cover;
    this.surface.width = Math.round(width * density());
    this.surface.height = Math.round(height * density());
    this.viewport.adapt();
    this.#draw();
  }

  /** How far the second pane, of two beside or above each other, is from the first. */
  get pane() {
    const { width, height } = this.viewport.screen;
    return { x: this.split === "beside" ? width : 0, y: this.split === "stacked" ? height : 0 };
  }

  /** Something covers the lower part of the stage: the picture makes room. */
  setCover(height) {
    if (this.cover === height) return;
    this.cover = height;
    this.#resize();
  }

  get scaleNow() {
    return this.viewport.scale;
  }

  /** A place of the picture on the stage; side by side, in the coloured one. */
  toScreen(place) {
    const { x, y } = this.viewport.toScreen(place);
    return { x: x + this.pane.x, y: y + this.pane.y };
  }

  toImage(point) {
    return this.viewport.toImage(this.inPane(point));
  }

  /** A point of the stage as one of the pane that it lies in. */
  inPane({ x, y }) {
    const { pane } = this;
    return { x: pane.x && x >= pane.x ? x - pane.x : x, y: pane.y && y >= pane.y ? y - pane.y : y };
  }

  /** A length along the screen as one along the picture, which may be turned; its unit stays. */
  turnBack(x, y) {
    const turns = [
      [x, y],
      [y, -x],
      [-x, -y],
      [-y, x],
    ];
    return { x: turns[this.viewport.turn][0], y: turns[this.viewport.turn][1] };
  }

  #draw() {
    const { pen, studio } = this;
    pen.resetTransform();
    pen.clearRect(0, 0, this.surface.width, this.surface.height);
    const isShown = Boolean(studio.current?.isUsable);
    this.classList.toggle("empty", !isShown);
    this.wait.textContent = this.studio.current?.canBeShown && !this.layers.isReady ? t("stage.loading") : "";
    if (isShown) drawPanes(this);
    showLegends(this, isShown);
    this.compare.place();
    this.markers.show(this.draft);
    this.frames.show();
    this.cursor.show();
    this.dispatchEvent(new Event("drawn"));
  }

  #told() {
    return {
      tap: (point) => this.act(this.toImage(point)),
      draws: () => DRAWING_TOOLS.includes(this.studio.tool) && Boolean(this.studio.current) && !this.picking,
      drawStart: (point) => {
        this.askColor(null);
        this.drawing = new Drawing(this.studio.tool, this.studio.current.size);
        this.#extend(point);
      },
      drawMove: (point) => this.#extend(point),
      drawEnd: () => this.finish(),
      drawCancel: () => this.drop(),
      pan: (x, y) => {
        this.viewport.pan(x, y);
        this.render();
      },
      zoom: (point, factor) => {
        this.viewport.zoomAt(this.inPane(point), factor);
        this.render();
      },
      press: (isDown) => this.studio.showAs({ before: isDown }),
      hover: (point) => this.reach.hover(point && this.toImage(point)),
      double: (point) => {
        if (this.studio.tool === "look") this.toggleZoom(point);
      },
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

  openHint(id) {
    this.askColor({ id });
  }

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
    if (this.viewport.isFitted) this.zoomTo(1 / density(), point);
    else {
      this.viewport.fit();
      this.render();
    }
  }

  zoomTo(scale, point = this.viewport.middle) {
    this.viewport.zoomAt(point, scale / this.viewport.scale);
    this.render();
  }

  fit() {
    this.viewport.fit();
    this.render();
  }

  get isStill() {
    return isStill();
  }
}

customElements.define("v-stage", Stage);
