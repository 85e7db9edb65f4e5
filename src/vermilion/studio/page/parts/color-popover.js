// What colour is this? The likeliest ones, any other, and all else about one hint.

import { fill, h, iconButton, isNarrow } from "../dom.js";
import { GREY, nameOf } from "../model/color.js";
import { anchorOf, changedHint, kindOf, withHint, withoutHint } from "../model/document.js";
import { useColor } from "../model/settings.js";
import { number, percent, t } from "../model/texts.js";
import { swatch } from "./color-field.js";
import { slider } from "./slider.js";

const SUGGESTIONS = 6;

export class ColorPopover extends HTMLElement {
  setUp(studio, stage) {
    this.studio = studio;
    this.stage = stage;
    this.className = "popover";
    this.hidden = true;
    this.tabIndex = -1;
    this.setAttribute("role", "dialog");
    this.#build();
    stage.addEventListener("drawn", () => this.#place());
    studio.addEventListener("change", () => this.#follow());
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
        stage.surface.focus();
      }
    });
  }

  #build() {
    this.heading = h("h2", { class: "popover-title" });
    this.steps = h("div", { class: "popover-steps" });
    this.list = h("div", { class: "swatches", role: "group", "aria-label": t("suggest.title") });
    this.note = h("p", { class: "note" });
    this.field = document.createElement("v-color-field");
    this.field.setUp(
      (color, merge) => this.#choose(color, merge),
      (done) => this.#pick(done),
    );
    this.strength = slider({
      label: t("hint.strength"),
      min: 0,
      max: 1,
      step: 0.05,
      neutral: 1,
      say: percent,
      changed: (value, isOver) => this.#adjust({ strength: value }, isOver),
    });
    this.width = slider({
      label: t("hint.width"),
      min: 2,
      max: 200,
      step: 1,
      neutral: 14,
      say: (value) => t("pixels", { count: number(value) }),
      changed: (value, isOver) => this.#adjust({ width: value }, isOver),
    });
    this.mute = iconButton("mute", t("hint.mute"), () => this.#adjust({ muted: !this.hint.muted }, true));
    this.remove = iconButton("delete", t("hint.delete"), () => this.#delete());
    this.agree = iconButton("album", t("album.agree"), () =>
      this.dispatchEvent(new CustomEvent("agree", { detail: this.id_ })),
    );
    this.more = h(
      "div",
      { class: "popover-more" },
      this.strength.element,
      this.width.element,
      h("div", { class: "popover-actions" }, this.mute, this.agree, this.remove),
    );
    this.append(
      h(
        "div",
        { class: "popover-head" },
        this.heading,
        this.steps,
        iconButton("close", t("close"), () => {
          this.close();
          this.stage.surface.focus();
        }),
      ),
      this.note,
      this.list,
      this.field,
      this.more,
    );
  }

  get open() {
    return this.studio.current;
  }
  get hint() {
    return this.open?.doc.hints.find((hint) => hint.id === this.id_);
  }

  /** Ask for the colour of a {shape} that is new, or of the hint with an {id}; null closes. */
  ask(target) {
    if (!target || !this.open?.isUsable) return this.close();
    this.shape = target.shape || null;
    this.id_ = target.id || null;
    this.open.choose(this.id_);
    if (this.id_) this.stage.drop();
    this.anchor = this.shape ? target.at || anchorOf(this.shape) : anchorOf(this.hint);
    fill(this.steps, target.steps || []);
    this.field.show(this.hint?.color ?? null);
    this.hidden = false;
    this.#follow();
    this.#place();
    this.focus({ preventScroll: true });
    return this.#suggest();
  }

  close() {
    if (this.hidden) return;
    this.hidden = true;
    this.stage.setCover(0);
    this.abort?.abort();
    this.#stopPicking();
    this.stage.drop();
    this.open?.choose(null);
    this.dispatchEvent(new Event("closed"));
  }

  async #suggest() {
    this.abort?.abort();
    this.abort = new AbortController();
    const { abort } = this;
    if (!this.anchor) return fill(this.list);
    fill(
      this.list,
      Array.from({ length: 4 }, () => h("span", { class: "swatch skeleton", "aria-hidden": "true" })),
    );
    this.list.setAttribute("aria-busy", "true");
    try {
      const { x, y } = this.anchor;
      const doc = this.id_ ? withoutHint(this.open.doc, this.id_) : this.open.doc;
      const controls = this.open.controlsFor(doc);
      const colors = await this.studio.engine.suggest(
        this.open.id,
        { x, y, count: SUGGESTIONS, controls },
        abort.signal,
      );
      if (this.abort === abort) this.#showSuggestions(colors);
    } catch (error) {
      if (error.name !== "AbortError") {
        fill(this.list);
        this.studio.trouble(error);
      }
    }
    return undefined;
  }

  #showSuggestions(colors) {
    this.list.removeAttribute("aria-busy");
    this.suggested = colors;
    const { color } = this.hint || {};
    const buttons = colors.map((one) =>
      swatch(one.color, (chosen) => this.#suggested(chosen), {
        share: one.probability,
        pressed: one.color === color,
      }),
    );
    const grey = swatch(GREY, (chosen) => this.#suggested(chosen), { pressed: color === GREY });
    grey.append(h("span", { class: "swatch-share", text: t("color.grey") }));
    fill(this.list, buttons, grey);
    if (document.activeElement === this && this.matches(":focus-visible"))
      this.list.querySelector("button")?.focus();
  }

  #suggested(color) {
    this.field.show(color);
    this.#choose(color);
    for (const button of this.list.querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
    document.activeElement?.setAttribute?.("aria-pressed", "true");
  }

  #choose(color, merge = "") {
    if (color !== GREY) useColor(color);
    this.field.showRows();
    const { open } = this;
    if (this.hint)
      return open.change(changedHint(open.doc, this.id_, { color }), {
        merge: merge && `${merge}-${this.id_}`,
      });
    const doc = withHint(open.doc, { ...this.shape, color });
    this.id_ = doc.hints.at(-1).id;
    open.change(doc);
    open.choose(this.id_);
    this.shape = null;
    this.stage.drop();
    return this.dispatchEvent(new CustomEvent("answered"));
  }

  #adjust(changes, isOver) {
    if (!this.hint) return;
    const merge = `adjust-${this.id_}-${Object.keys(changes)[0]}`;
    this.open.change(changedHint(this.open.doc, this.id_, changes), { merge });
    if (isOver) this.open.history.rest();
  }

  #delete() {
    const { id_: id, open } = this;
    this.close();
    open.change(withoutHint(open.doc, id));
    this.stage.surface.focus();
  }

  #pick(done) {
    this.classList.add("picking");
    this.stage.classList.add("picking");
    this.stage.surface.focus();
    this.studio.say(t("field.picking"));
    this.stage.picking = async (place) => {
      this.#stopPicking();
      try {
        done((await this.studio.engine.pick(this.open.id, { x: place.x, y: place.y })).color);
      } catch (error) {
        this.studio.trouble(error);
      }
    };
  }

  #stopPicking() {
    this.stage.picking = null;
    for (const part of [this, this.stage]) part.classList.remove("picking");
  }

  /** Show the hint as it is now; close when it is gone. */
  #follow() {
    if (this.hidden) return;
    const { hint } = this;
    if (!hint && !this.shape) return void this.close();
    const kind = kindOf(hint || this.shape);
    const place = hint ? this.open.doc.hints.indexOf(hint) + 1 : 0;
    this.heading.textContent = hint
      ? t("hint.label", { kind: t(`kind.${kind}`), number: place, color: nameOf(hint.color) })
      : t("suggest.ask");
    this.setAttribute("aria-label", this.heading.textContent);
    const notes = hint ? this.open.notes().get(hint.id) || [] : [];
    this.note.textContent = notes.join(" ");
    this.note.hidden = !notes.length;
    this.more.hidden = !hint;
    if (!hint) return;
    this.anchor = anchorOf(hint);
    this.strength.show(hint.strength ?? 1);
    this.width.element.hidden = kind !== "stroke";
    if (hint.width) this.width.show(hint.width);
    this.mute.setAttribute("aria-pressed", String(Boolean(hint.muted)));
  }

  /** On a narrow screen this is a sheet: the place in question must not lie under it. */
  #makeRoom() {
    const covered = this.stage.getBoundingClientRect().bottom - this.getBoundingClientRect().top;
    const isUnder =
      this.anchor && this.stage.toScreen(this.anchor).y > this.stage.clientHeight - covered - 24;
    if (isUnder) this.stage.setCover(Math.max(0, Math.round(covered) - 52));
  }

  #place() {
    if (this.hidden) return;
    if (isNarrow()) {
      this.style.transform = "";
      return void this.#makeRoom();
    }
    this.stage.setCover(0);
    const { clientWidth: width, clientHeight: height } = this.stage;
    const at = this.anchor ? this.stage.toScreen(this.anchor) : { x: width / 2, y: height / 3 };
    const [w, hgt] = [this.offsetWidth, this.offsetHeight];
    const x = at.x + 28 + w < width - 8 ? at.x + 28 : at.x - 28 - w;
    const within = (value, most) => Math.max(8, Math.min(most, value));
    const lowest = height - hgt - (height - hgt > 90 ? 74 : 8); // above the bar, where there is room
    this.style.transform = `translate(${within(x, width - w - 8)}px, ${within(at.y - 60, lowest)}px)`;
  }
}

customElements.define("v-color-popover", ColorPopover);
