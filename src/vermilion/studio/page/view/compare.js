// The slider between before and after: a real range input, whose thumb lies on the line.

import { h } from "../dom.js";
import { t } from "../model/texts.js";

const THUMB = 36; // CSS pixels: the thumb's middle lies on the line, so it sticks out by half
const SWEEP = 900; // milliseconds in which colour first washes over a picture

export class Compare {
  constructor(stage) {
    this.stage = stage;
    this.shown = new WeakSet();
    this.input = h("input", {
      class: "divider",
      type: "range",
      min: "0",
      max: "100",
      step: "0.5",
      value: "0",
      "aria-label": t("compare.slider"),
    });
    this.input.addEventListener("input", () => this.#move(Number(this.input.value)));
  }

  get show() {
    return this.stage.studio.show;
  }

  /** The visible columns of the picture on the stage. */
  get #span() {
    const { bounds, screen, margin } = this.stage.viewport;
    return {
      left: Math.max(margin.left, bounds.left),
      right: Math.min(screen.width - margin.right, bounds.right),
    };
  }

  /** Where the line is, in CSS pixels of the stage; 0 if all is in colour. */
  get line() {
    if (this.show.compare !== "slider" || this.show.divider <= 0) return 0;
    const { left, right } = this.#span;
    return left + ((right - left) * this.show.divider) / 100;
  }

  #move(value) {
    cancelAnimationFrame(this.sweeping);
    this.show.divider = value;
    this.stage.render();
  }

  /** Put the input over the picture. */
  place() {
    const { studio, viewport } = this.stage;
    this.input.hidden =
      this.show.compare !== "slider" || !studio.current?.isUsable || this.show.before || this.show.frames;
    if (this.input.hidden) return;
    const { left, right } = this.#span;
    const { top, bottom } = viewport.bounds;
    const { height } = viewport.screen;
    const high = Math.max(0, top);
    this.input.style.left = `${left - THUMB / 2}px`;
    this.input.style.width = `${Math.max(0, right - left) + THUMB}px`;
    this.input.style.top = `${high}px`;
    this.input.style.height = `${Math.max(0, Math.min(height, bottom) - high)}px`;
    this.input.value = this.show.divider;
    this.input.setAttribute("aria-valuetext", t("compare.value", { percent: Math.round(this.show.divider) }));
    this.input.classList.toggle("at-rest", this.show.divider <= 0);
  }

  /** Let the colour of a new picture wash over it once, so that people see what the slider does. */
  introduce(open) {
    cancelAnimationFrame(this.sweeping);
    this.show.divider = 0;
    if (!open?.isUsable || this.shown.has(open) || this.stage.isStill || this.show.compare !== "slider")
      return;
    this.shown.add(open);
    if (open.picture.state !== "new" && open.picture.state !== "coloured") return;
    let begun = 0;
    const step = (now) => {
      if (!this.stage.layers.previews.color) {
        this.sweeping = requestAnimationFrame(step);
        return;
      }
      begun ||= now;
      const part = Math.min(1, (now - begun) / SWEEP);
      this.show.divider = 100 * (1 - part) ** 3;
      this.stage.render();
      if (part < 1) this.sweeping = requestAnimationFrame(step);
      else this.show.divider = 0;
    };
    this.sweeping = requestAnimationFrame(step);
  }
}
