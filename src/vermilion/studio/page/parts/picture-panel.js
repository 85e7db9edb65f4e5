// The picture itself: which way up, frames, its recipe, and what is known of it.

import { button, fill, h } from "../dom.js";
import { withView } from "../model/document.js";
import { number, percent, t } from "../model/texts.js";

export class PicturePanel extends HTMLElement {
  setUp(studio, stage) {
    this.studio = studio;
    this.stage = stage;
    this.facts = h("dl", { class: "facts" });
    this.framing = button(t("frame.show"), () => studio.showAs({ frames: !studio.show.frames }), {
      icon: "frame",
    });
    this.frameTools = h(
      "div",
      { class: "button-row" },
      button(t("frame.add"), () => stage.frames.add(), { icon: "add" }),
      button(t("frame.find"), () => this.#view({ view: "auto", frames: [] })),
      button(t("frame.whole"), () => this.#view({ view: "whole", frames: [] })),
    );
    const recipe = h("input", {
      type: "file",
      class: "file-input",
      accept: ".json",
      tabindex: "-1",
      "aria-hidden": "true",
      on: {
        change: () => {
          this.openRecipe(recipe.files[0]);
          recipe.value = "";
        },
      },
    });
    this.append(
      this.facts,
      h(
        "section",
        { class: "section", hidden: !studio.engine.can.turns },
        h("h3", { text: t("view.title") }),
        h("p", { class: "quiet", text: t("view.about") }),
        h(
          "div",
          { class: "button-row" },
          button(t("view.left"), () => this.rotate(-1), { icon: "left" }),
          button(t("view.right"), () => this.rotate(1), { icon: "right" }),
          studio.engine.can.views && button(t("view.auto"), () => this.#view({ way_up: "auto" })),
        ),
      ),
      h(
        "section",
        { class: "section", hidden: !studio.engine.can.views },
        h("h3", { text: t("frame.title") }),
        h("p", { class: "quiet", text: t("frame.about") }),
        h("div", { class: "button-row" }, this.framing),
        this.frameTools,
      ),
      h(
        "section",
        { class: "section" },
        h("h3", { text: t("recipe.title") }),
        h("p", { class: "quiet", text: t("recipe.about") }),
        h(
          "div",
          { class: "button-row" },
          recipe,
          button(t("recipe.open"), () => recipe.click(), { icon: "open" }),
          button(t("picture.reset"), () => studio.current.reset(), { icon: "reset" }),
        ),
      ),
      h(
        "div",
        { class: "button-row" },
        button(t("picture.close"), () => studio.close(studio.current), { icon: "close" }),
      ),
    );
    for (const name of ["change", "show"]) studio.addEventListener(name, () => this.show());
  }

  show() {
    const open = this.studio.current;
    if (!open?.isUsable) return;
    const { picture } = open;
    const fact = (name, value) => [h("dt", { text: t(name) }), h("dd", { text: value })];
    fill(
      this.facts,
      fact("picture.name", picture.name),
      fact(
        "picture.size",
        t("picture.pixels", { width: number(picture.width), height: number(picture.height) }),
      ),
      fact("picture.state", t(`state.${picture.state}`)),
      picture.negative > 0.5 ? fact("picture.negative", percent(picture.negative)) : [],
    );
    this.framing.setAttribute("aria-pressed", String(this.studio.show.frames));
    this.frameTools.hidden = !this.studio.show.frames;
  }

  /** Turn the picture by quarter turns, clockwise if positive. */
  rotate(turns) {
    const now = this.stage.viewport.turn;
    this.#view({ way_up: ((now + turns + 4) % 4) * 90 });
  }

  #view(changes) {
    const open = this.studio.current;
    open.change(withView(open.doc, changes));
  }

  /** Take everything that a recipe says for the picture that is shown. */
  async openRecipe(file) {
    const open = this.studio.current;
    if (!file || !open?.isUsable) return;
    try {
      open.takeOver(await this.studio.engine.openRecipe(open.id, file));
      this.studio.say(t("recipe.opened", { name: file.name }));
    } catch (error) {
      this.studio.trouble(error);
    }
  }
}

customElements.define("v-picture-panel", PicturePanel);
