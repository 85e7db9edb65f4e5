// How far a hint would reach, shown before it is laid.

import { plainHint } from "../model/document.js";

const ANY = "#c5321f"; // the reach of a hint does not depend on its colour

export class Reach {
  constructor(stage) {
    this.stage = stage;
  }

  /** A pointer rests over a place of the picture, or has moved on (null). */
  hover(place) {
    if (this.isHeld) return;
    const { studio, viewport, picking } = this.stage;
    const isHint =
      (studio.tool === "point" || studio.tool === "grey") &&
      !picking &&
      !studio.show.before &&
      !studio.show.frames;
    if (place && isHint && studio.current?.isUsable && viewport.isInside(place))
      this.#ask({ x: place.x, y: place.y });
    else this.#end();
  }

  /** Show the reach of a shape until `hide` is called. */
  show(shape) {
    this.isHeld = true;
    this.#ask(shape);
  }

  hide() {
    this.isHeld = false;
    this.#end();
  }

  #end() {
    this.abort?.abort();
    this.abort = null;
    if (this.stage.layers?.isReachWanted) this.stage.layers.showReach(null);
  }

  async #ask(shape) {
    const { current } = this.stage.studio;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    try {
      const hint = { ...plainHint(shape, current.size), color: ANY };
      const blob = await this.stage.studio.engine.reach(
        current.id,
        { hint, controls: current.controls },
        abort.signal,
      );
      if (this.abort === abort && current === this.stage.studio.current)
        await this.stage.layers.showReach(blob);
    } catch {
      // It is a help that may be missing: errors are shown where the hint itself is laid.
    }
  }
}
