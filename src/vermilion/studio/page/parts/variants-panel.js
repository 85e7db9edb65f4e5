// Other plausible colourings as thumbnails.

import { button, fill, h } from "../dom.js";
import { withSettings } from "../model/document.js";
import { t } from "../model/texts.js";

const COUNT = 6;

export class VariantsPanel extends HTMLElement {
  setUp(studio) {
    this.studio = studio;
    this.grid = h("div", { class: "thumbs", role: "group", "aria-label": t("variants.title") });
    this.again = button(t("variants.show"), () => this.load(), { icon: "variants" });
    this.other = button(t("variants.other"), () => this.#reseed());
    this.said = h("p", { class: "quiet", role: "status" });
    this.append(
      h("p", { class: "quiet", text: t("variants.about") }),
      this.said,
      this.grid,
      h("div", { class: "button-row" }, this.again, this.other),
    );
    studio.addEventListener("current", () => this.#forget());
    studio.addEventListener("change", () => this.#mark());
    studio.addEventListener("progress", ({ detail: { id, step, part, of } }) => {
      if (step === "variants" && this.isLoading && id === studio.current?.id)
        this.said.textContent = t("variants.working", { part: Math.min(of, part + 1), of });
    });
    this.#forget();
  }

  #forget() {
    this.abort?.abort();
    this.loaded = null;
    this.#rest();
    fill(this.grid);
    this.again.hidden = false;
    this.other.hidden = true;
  }

  /** The panel is opened: the variants are worth their time now. */
  async load() {
    const open = this.studio.current;
    if (!open?.isUsable) return;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    fill(
      this.grid,
      Array.from({ length: COUNT }, () => h("span", { class: "thumb skeleton" })),
    );
    this.again.hidden = true;
    this.isLoading = true;
    try {
      const controls = open.controlsFor(withSettings(open.doc, { variant: null }));
      const list = await this.studio.engine.variants(
        open.id,
        { controls, count: open.doc.settings.variants || COUNT },
        abort.signal,
      );
      if (this.abort === abort) this.#show(list);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#forget();
      this.studio.trouble(error);
    } finally {
      if (this.abort === abort) this.#rest();
    }
  }

  #rest() {
    this.isLoading = false;
    this.said.textContent = "";
  }

  #show(list) {
    this.loaded = list;
    const none = h(
      "button",
      { type: "button", class: "thumb words", "data-rank": "", on: { click: () => this.#choose(null) } },
      h("span", { text: t("variants.automatic") }),
    );
    fill(
      this.grid,
      none,
      list.map((variant, place) =>
        h(
          "button",
          {
            type: "button",
            class: "thumb",
            "data-rank": variant.rank,
            "aria-label": t("variants.one", { number: place + 1 }),
            on: { click: () => this.#choose(variant.rank) },
          },
          h("img", { src: variant.thumbnail, alt: "" }),
        ),
      ),
    );
    this.other.hidden = false;
    if (!list.length) this.grid.append(h("p", { class: "quiet", text: t("variants.none") }));
    this.#mark();
  }

  #mark() {
    const { variant } = this.studio.current?.doc.settings || {};
    for (const thumb of this.grid.querySelectorAll("button"))
      thumb.setAttribute("aria-pressed", String(thumb.dataset.rank === String(variant ?? "")));
  }

  #choose(rank) {
    const open = this.studio.current;
    open.change(withSettings(open.doc, { variant: rank }));
  }

  #reseed() {
    const open = this.studio.current;
    open.change(withSettings(open.doc, { seed: (open.doc.settings.seed || 0) + 1, variant: null }));
    this.load();
  }
}

customElements.define("v-variants-panel", VariantsPanel);
