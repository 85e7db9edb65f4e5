// Mouse, pen, touch and wheel on the stage, told as what they mean.

const HOLD = 450; // milliseconds until a press is a long one
const STILL = 6; // CSS pixels that a press may wander
const REST = 160; // milliseconds of rest until a pointer hovers

/**
 * Calls of `told`: tap(point), draw{Start,Move,End}(point), drawCancel(), pan(dx, dy), zoom(point, factor),
 * press(isDown), hover(point or null), double(point); and told.draws() says whether a drag draws.
 */
export class Gestures {
  constructor(surface, told) {
    this.surface = surface;
    this.told = told;
    this.points = new Map();
    this.state = "none";
    const on = (name, call, options) => surface.addEventListener(name, call, options);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#cancel(event));
    on("pointerleave", () => this.#rest(null));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("dblclick", (event) => told.double(this.#at(event)));
    on("contextmenu", (event) => event.preventDefault());
  }

  #at(event) {
    const box = this.surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.told.zoom(this.#at(event), Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)));
  }

  #down(event) {
    if (event.pointerType === "mouse" && event.button > 1) return;
    this.surface.setPointerCapture(event.pointerId);
    this.points.set(event.pointerId, this.#at(event));
    this.#rest(null);
    if (this.points.size === 2) return this.#startPinch();
    if (this.points.size > 2) return;
    this.start = this.last = this.#at(event);
    this.state = "pressed";
    this.mayDraw = event.button === 0 && this.told.draws();
    if (event.pointerType !== "mouse") this.timer = setTimeout(() => this.#long(), HOLD);
  }

  #long() {
    if (this.state !== "pressed") return;
    this.state = "long";
    this.told.press(true);
  }

  #startPinch() {
    clearTimeout(this.timer);
    if (this.state === "drawing") this.told.drawCancel();
    if (this.state === "long") this.told.press(false);
    this.state = "pinch";
    this.spread = this.#spread();
  }

  #spread() {
    const [one, two] = [...this.points.values()];
    return {
      x: (one.x + two.x) / 2,
      y: (one.y + two.y) / 2,
      length: Math.hypot(one.x - two.x, one.y - two.y),
    };
  }

  #move(event) {
    const point = this.#at(event);
    if (!this.points.has(event.pointerId))
      return event.pointerType === "mouse" ? this.#rest(point) : undefined;
    this.points.set(event.pointerId, point);
    if (this.state === "pinch") return this.#pinch();
    if (this.state === "pressed" && Math.hypot(point.x - this.start.x, point.y - this.start.y) > STILL) {
      clearTimeout(this.timer);
      this.state = this.mayDraw ? "drawing" : "panning";
      if (this.mayDraw) this.told.drawStart(this.start);
    }
    if (this.state === "drawing") this.told.drawMove(point);
    if (this.state === "panning") this.told.pan(point.x - this.last.x, point.y - this.last.y);
    this.last = point;
    return undefined;
  }

  #pinch() {
    if (this.points.size < 2) return;
    const now = this.#spread();
    this.told.pan(now.x - this.spread.x, now.y - this.spread.y);
    this.told.zoom(now, now.length / this.spread.length);
    this.spread = now;
  }

  #up(event) {
    if (!this.points.delete(event.pointerId)) return;
    clearTimeout(this.timer);
    const { state } = this;
    if (state === "pressed" && event.button === 0) this.told.tap(this.#at(event), event);
    if (state === "drawing") this.told.drawEnd(this.#at(event));
    if (state === "long") this.told.press(false);
    if (!this.points.size || state !== "pinch") this.state = "none";
  }

  #cancel(event) {
    if (!this.points.delete(event.pointerId)) return;
    clearTimeout(this.timer);
    if (this.state === "drawing") this.told.drawCancel();
    if (this.state === "long") this.told.press(false);
    if (!this.points.size) this.state = "none";
  }

  #rest(point) {
    clearTimeout(this.resting);
    this.told.hover(null);
    if (point) this.resting = setTimeout(() => this.told.hover(point), REST);
  }
}
