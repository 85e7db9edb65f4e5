// How the colours look as a whole: looks, sliders, references, palettes and cubes.

import { button, fill, h, newId } from "../dom.js";
import { withSettings } from "../model/document.js";
import { PLAIN } from "../model/plain.js";
import { number, percent, t } from "../model/texts.js";
import { swatch } from "./color-field.js";
import { fileRow } from "./file-row.js";
import { slider } from "./slider.js";
import "./versions-list.js";

const signed = (value) => (value > 0 ? `+${number(value)}` : number(value));
const USUAL_TEMPERATURE = 0.4; // where the slider stands while the choice is the model's

const SLIDERS = [
  { name: "vividness", min: 0, max: 2, step: 0.05, neutral: 1, say: percent },
  { name: "warmth", min: -30, max: 30, step: 1, neutral: 0, say: signed },
  { name: "tint", min: -30, max: 30, step: 1, neutral: 0, say: signed },
  {
    name: "temperature",
    min: 0.05,
    max: 2,
    step: 0.05,
    neutral: null,
    rest: USUAL_TEMPERATURE,
    say: (value) => (value === null ? t("automatic") : number(value, 2)),
  },
  { name: "fade_unsure", min: 0, max: 1, step: 0.05, neutral: 0, say: percent },
];

const FILES = [
  { kind: "reference", accept: "image/*" },
  { kind: "palette", accept: "image/*" },
  { kind: "cube", accept: ".cube" },
];

/** What changes along with a file: a cube takes the place of a look. */
const ALONG = { cube: { look: null } };

export class LookPanel extends HTMLElement {
  setUp(studio) {
    this.studio = studio;
    const id = newId("look");
    this.looks = h("select", {
      id,
      class: "select",
      on: { change: () => this.#set({ look: this.looks.value || null, cube: null }) },
    });
    this.sliders = SLIDERS.map((one) => ({
      ...one,
      ...slider({
        ...one,
        label: t(`look.${one.name}`),
        changed: (value, isOver) => this.#slide(one.name, value, isOver),
      }),
    }));
    this.files = h("div", { class: "file-rows" });
    this.versions = document.createElement("v-versions-list");
    this.versions.setUp(studio);
    this.palette = h("div", { class: "swatch-row", role: "group", "aria-label": t("look.palette") });
    this.mark = h("input", {
      type: "checkbox",
      on: { change: () => this.#set({ corner_mark: this.mark.checked }) },
    });
    this.append(
      h("div", { class: "select-row" }, h("label", { for: id, text: t("look.look") }), this.looks),
      ...this.sliders.map(({ element }) => element),
      h(
        "section",
        { class: "section", hidden: !studio.engine.can.files },
        h("h3", { text: t("look.files") }),
        h("p", { class: "quiet", text: t("look.files-about") }),
        this.files,
        this.palette,
        this.versions,
      ),
      h("label", { class: "check" }, this.mark, h("span", { text: t("look.corner_mark") })),
      h(
        "div",
        { class: "button-row" },
        button(t("look.reset"), () => this.#reset(), { icon: "reset" }),
      ),
    );
    studio.addEventListener("change", () => this.show());
    studio.addEventListener("current", () => this.#showLooks());
  }

  get doc() {
    return this.studio.current.doc;
  }

  #set(changes, merge = "") {
    this.studio.current.change(withSettings(this.doc, changes), { merge });
  }

  #slide(name, value, isOver) {
    if (this.doc.settings[name] !== value) this.#set({ [name]: value }, `slide-${name}`);
    if (isOver) this.studio.current.history.rest();
  }

  #reset() {
    const { hints, settings } = this.doc;
    this.studio.current.change({
      hints,
      settings: { ...PLAIN, album: settings.album, variant: settings.variant, seed: settings.seed },
    });
  }

  #showLooks() {
    const options = this.studio.looks.map(({ name, title }) =>
      h("option", { value: name, text: lookTitle(name, title) }),
    );
    fill(this.looks, h("option", { value: "", text: t("look.none") }), options);
    this.show();
  }

  show() {
    if (!this.studio.current?.isUsable) return;
    const { settings } = this.doc;
    this.looks.value = typeof settings.look === "string" ? settings.look : "";
    for (const { name, show, neutral, input } of this.sliders) {
      if (document.activeElement !== input || Number(input.value) !== settings[name])
        show(settings[name] ?? neutral);
    }
    this.mark.checked = settings.corner_mark;
    fill(
      this.files,
      FILES.map((file) => this.#fileRow(file, settings)),
    );
    const colors = Array.isArray(settings.palette) ? settings.palette : [];
    fill(
      this.palette,
      colors.map((color) =>
        swatch(color, () => this.#set({ palette: colors.filter((other) => other !== color) }), {
          small: true,
        }),
      ),
      this.#addColor(colors),
    );
  }

  #fileRow({ kind, accept }, settings) {
    const value = settings[kind];
    const file = kind === "palette" && Array.isArray(value) ? null : value;
    return fileRow({
      label: t(`look.${kind}`),
      words: file ? file.name || file.path || t("look.file") : t(`look.${kind}-hint`),
      accept,
      use: (given) => this.use(kind, given),
      remove: file && (() => this.#set({ [kind]: PLAIN[kind], ...ALONG[kind] })),
    });
  }

  #addColor(colors) {
    const input = h("input", { type: "color", class: "color-input small", value: "#8a6b52" });
    input.addEventListener("change", () => this.#set({ palette: [...colors, input.value] }));
    return h("label", { class: "add-color" }, input, h("span", { text: t("look.palette-add") }));
  }

  /** Send a file to the engine and use it as a reference, a palette or a cube. */
  async use(kind, file) {
    if (!file) return;
    try {
      const { sha256, name } = await this.studio.engine.asset(file, kind);
      this.#set({ [kind]: { sha256, name }, ...ALONG[kind] });
    } catch (error) {
      this.studio.trouble(error);
    }
  }
}

/** A look's title: in the page's language where it is one of those that come along. */
function lookTitle(name, title) {
  try {
    return t(`looks.${name}`);
  } catch {
    return title || name;
  }
}

customElements.define("v-look-panel", LookPanel);
