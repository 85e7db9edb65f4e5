// A colour, in whatever way a person has it: typed, picked from the picture, used before, or kept.

import { fill, h, icon, iconButton, newId } from "../dom.js";
import { GREY, nameOf, parseColor, shown } from "../model/color.js";
import { keepColor, settings } from "../model/settings.js";
import { percent, t } from "../model/texts.js";

/** A button that shows a colour; `share` is its probability, if it has one. */
export function swatch(color, click, { share = null, small = false, pressed = false } = {}) {
  const name = color === GREY ? t("color.keep-grey") : `${nameOf(color)}, ${color}`;
  const label = share === null ? name : t("swatch.likely", { color: name, percent: percent(share) });
  const dot = h("span", { class: "swatch-color" }, color === GREY && icon("grey"));
  dot.style.setProperty("--hint", shown(color));
  return h(
    "button",
    {
      type: "button",
      class: `swatch${small ? " small" : ""}`,
      "aria-label": label,
      title: label,
      "aria-pressed": String(pressed),
      on: { click: () => click(color) },
    },
    dot,
    share !== null && h("span", { class: "swatch-share", text: percent(share) }),
  );
}

export class ColorField extends HTMLElement {
  /** `chosen(color, merge)` is called with each colour; `pick(done)` lets a person click a colour in the picture. */
  setUp(chosen, pick) {
    this.chosen = chosen;
    this.className = "color-field";
    const id = newId("color");
    this.text = h("input", {
      id,
      type: "text",
      class: "text-input",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: t("field.example"),
    });
    this.wheel = h("input", {
      type: "color",
      class: "color-input",
      "aria-label": t("field.wheel"),
      title: t("field.wheel"),
      value: "#8a6b52",
    });
    this.error = h("p", { class: "field-error", role: "alert", id: `${id}-error` });
    this.text.setAttribute("aria-describedby", this.error.id);
    this.keep = iconButton("star", t("field.keep"), () => this.#keep());
    this.rows = h("div", { class: "swatch-rows" });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.#typed();
      }
    });
    this.text.addEventListener("change", () => this.#typed());
    this.wheel.addEventListener("input", () => this.choose(this.wheel.value, "wheel"));
    this.append(
      h("label", { class: "field-label", for: id, text: t("field.label") }),
      h(
        "div",
        { class: "field-row" },
        this.wheel,
        this.text,
        iconButton("dropper", t("field.pick"), () => pick((color) => this.choose(color))),
        this.keep,
      ),
      this.error,
      this.rows,
    );
    this.showRows();
  }

  choose(color, merge = "") {
    this.show(color);
    this.chosen(color, merge);
  }

  /** Show a colour as the one that is chosen. */
  show(color) {
    this.color = color ? shown(color) : null;
    this.error.textContent = "";
    this.text.value = typeof color === "string" ? color : this.color || "";
    if (this.color) this.wheel.value = this.color;
    this.showRows();
  }

  #typed() {
    const text = this.text.value.trim();
    if (!text || text === this.color) return;
    const color = /^gr[ae]y$/i.test(text) ? GREY : parseColor(text);
    this.text.setAttribute("aria-invalid", String(!color));
    if (color) this.choose(color);
    else this.error.textContent = t("field.unknown", { text });
  }

  #keep() {
    const color = this.color || parseColor(this.text.value);
    if (color) keepColor(color);
    this.showRows();
  }

  showRows() {
    const isKept = Boolean(this.color) && settings.kept.includes(this.color);
    this.keep.disabled = !this.color;
    this.keep.setAttribute("aria-pressed", String(isKept));
    const row = (title, colors) =>
      colors.length > 0 &&
      h(
        "div",
        { class: "swatch-row", role: "group", "aria-label": title },
        h("span", { class: "row-title", text: title }),
        colors.map((color) =>
          swatch(color, () => this.choose(color), { small: true, pressed: color === this.color }),
        ),
      );
    fill(this.rows, row(t("field.recent"), settings.recent), row(t("field.kept"), settings.kept));
  }
}

customElements.define("v-color-field", ColorField);
