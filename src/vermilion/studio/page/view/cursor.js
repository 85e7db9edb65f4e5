// A cross on the picture that arrow keys move, so that every tool works without a pointer.

import { h, s } from "../dom.js";
import { DRAWING_TOOLS, Drawing } from "./drawing.js";

const STEP = 8; // CSS pixels
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Cursor {
  constructor(stage) {
    this.stage = stage;
    this.place = null;
    const cross = s("svg", { viewBox: "-16 -16 32 32" });
    for (const kind of ["cross-under", "cross-over"])
      cross.append(s("path", { class: kind, d: "M-14 0H-4M4 0H14M0-14V-4M0 4V14" }));
    this.element = h("div", { class: "cursor", "aria-hidden": "true", hidden: true }, cross);
    const { surface } = stage;
    surface.addEventListener("keydown", (event) => this.#key(event));
    surface.addEventListener("blur", () => {
      this.element.hidden = true;
    });
    surface.addEventListener("pointerdown", () => {
      this.place = null;
      this.element.hidden = true;
    });
  }

  get tool() {
    return this.stage.studio.tool;
  }

  #key(event) {
    const { current } = this.stage.studio;
    if (!current?.isUsable || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      this.#move(step.map((one) => one * STEP * (event.shiftKey ? 5 : 1)));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#enter();
    }
  }

  #move([across, down]) {
    const { stage } = this;
    if (this.tool === "look" && !stage.picking) {
      stage.viewport.pan(-5 * across, -5 * down);
      return stage.render();
    }
    const { width, height } = stage.viewport.image;
    const by = stage.turnBack(across / stage.scaleNow, down / stage.scaleNow);
    const from = this.place || { x: stage.viewport.x, y: stage.viewport.y };
    const within = (value, most) => Math.min(most - 0.01, Math.max(0, value));
    this.place = this.place ? { x: within(from.x + by.x, width), y: within(from.y + by.y, height) } : from;
    const { left, right, top, bottom } = stage.viewport.seen;
    const isSeen =
      this.place.x >= left && this.place.x <= right && this.place.y >= top && this.place.y <= bottom;
    if (!isSeen) stage.viewport.centre(this.place);
    if (stage.drawing && this.tool === "box") this.#draft();
    stage.reach.hover(this.place);
    return stage.render();
  }

  #draft() {
    const preview = new Drawing("box", this.stage.studio.current.size);
    preview.add(toPlace(this.stage.drawing.points[0]), this.stage.scaleNow);
    preview.add(this.place, this.stage.scaleNow);
    this.stage.draft = preview.shape;
  }

  /** Use the tool here: once for a point, corner by corner for the others; again at the same place ends. */
  #enter() {
    const { stage } = this;
    this.place ??= { x: stage.viewport.x, y: stage.viewport.y };
    if (!DRAWING_TOOLS.includes(this.tool) || stage.picking) return stage.act(this.place);
    if (!stage.drawing) stage.drawing = new Drawing(this.tool, stage.studio.current.size);
    const before = stage.drawing.points.length;
    stage.drawing.add(this.place, stage.scaleNow);
    const isEnd =
      this.tool === "box" ? stage.drawing.points.length > 1 : stage.drawing.points.length === before;
    stage.draft = stage.drawing.shape;
    if (isEnd) return stage.finish();
    return stage.render();
  }

  show() {
    const isActive = this.place && document.activeElement === this.stage.surface && this.tool !== "look";
    this.element.hidden = !isActive && !(this.place && this.stage.picking);
    if (this.element.hidden) return;
    const at = this.stage.toScreen(this.place);
    this.element.style.transform = `translate(${at.x}px, ${at.y}px)`;
  }
}

const toPlace = ([x, y]) => ({ x, y });
