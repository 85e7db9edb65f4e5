// "Ask me here": one spot after the other where a single answer changes most.

import { button, h } from "../dom.js";
import { t } from "../model/texts.js";

const COUNT = 5;

export class AskWalk {
  constructor(studio, stage, popover) {
    Object.assign(this, { studio, stage, popover, spots: [], at: -1 });
    popover.addEventListener("answered", () => {
      this.isAnswered = true;
    });
    studio.addEventListener("current", () => {
      this.spots = [];
    });
  }

  /** Look for the spots and go to the first one. */
  async start() {
    const open = this.studio.current;
    if (!open?.isUsable) return;
    this.studio.say(t("ask.looking"));
    try {
      this.spots = await this.studio.engine.ask(open.id, { controls: open.controls, count: COUNT });
    } catch (error) {
      this.studio.trouble(error);
      return;
    }
    this.at = -1;
    this.studio.tell("hush");
    if (!this.spots.length) this.studio.say(t("ask.none"));
    else this.#next();
  }

  #next() {
    this.at += 1;
    const spot = this.spots[this.at];
    if (!spot) {
      this.popover.close();
      this.studio.say(t("ask.done"));
      return;
    }
    const { viewport } = this.stage;
    const { left, right, top, bottom } = viewport.seen;
    if (spot.x < left || spot.x > right || spot.y < top || spot.y > bottom) viewport.centre(spot);
    const shape = { x: spot.x, y: spot.y };
    this.stage.draft = shape;
    this.stage.reach.show(shape);
    const isLast = this.at === this.spots.length - 1;
    const steps = [
      h("span", { class: "quiet", text: t("ask.step", { number: this.at + 1, count: this.spots.length }) }),
      button(isLast ? t("ask.finish") : t("ask.next"), () => this.#next()),
    ];
    this.popover.ask({ shape, at: spot, steps });
  }
}
