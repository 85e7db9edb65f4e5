// The list of hints, what was agreed on in the album, and carrying on to other pictures.

import { button, fill, h, iconButton, prose } from "../dom.js";
import { nameOf, shown } from "../model/color.js";
import { changedHint, heardHints, kindOf, withoutHint } from "../model/document.js";
import { plural, t } from "../model/texts.js";

export class HintsPanel extends HTMLElement {
  setUp(studio, stage, walk) {
    this.studio = studio;
    this.stage = stage;
    this.list = h("ul", { class: "hint-list" });
    this.empty = h("p", { class: "quiet", text: t("hints.empty") });
    this.notes = h("ul", { class: "notes" });
    this.unsure = button(t("confidence.show"), () => studio.showAs({ overlay: "confidence" }), {
      icon: "confidence",
    });
    studio.addEventListener("show", () =>
      this.unsure.setAttribute("aria-pressed", String(studio.show.overlay === "confidence")),
    );
    this.asking = h(
      "section",
      { class: "section" },
      h("h3", { text: t("ask.title") }),
      h("p", { class: "quiet", text: t("ask.about") }),
      h(
        "div",
        { class: "button-row" },
        button(t("ask.start"), () => walk.start(), { icon: "ask" }),
        this.unsure,
      ),
    );
    this.album = h("section", { class: "section" });
    this.applying = h("section", { class: "section" });
    this.append(this.empty, this.list, this.notes, this.asking, this.album, this.applying);
    for (const name of ["change", "pictures", "picture"]) studio.addEventListener(name, () => this.show());
  }

  show() {
    const open = this.studio.current;
    if (!open?.isUsable) return;
    const notes = open.notes();
    this.empty.hidden = open.doc.hints.length > 0;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    fill(
      this.list,
      open.doc.hints.map((hint, place) => this.#row(hint, place, notes.get(hint.id))),
    );
    if (focused) this.list.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    fill(
      this.notes,
      (notes.get(null) || []).map((text) => h("li", { class: "note" }, prose(text))),
    );
    this.#showAlbum(open);
    this.#showApply();
  }

  #row(hint, place, notes) {
    const open = this.studio.current;
    const label = t("hint.label", {
      kind: t(`kind.${kindOf(hint)}`),
      number: place + 1,
      color: nameOf(hint.color),
    });
    const dot = h("span", { class: "hint-dot" });
    dot.style.setProperty("--hint", shown(hint.color));
    const act = (name, text, call, props = {}) =>
      iconButton(name, `${text}: ${label}`, call, {
        "data-focus": `${hint.id}-${name}`,
        title: text,
        ...props,
      });
    const strength = hint.strength < 1 ? ` · ${Math.round(100 * hint.strength)} %` : "";
    return h(
      "li",
      { class: `hint-row${hint.muted ? " muted" : ""}${hint.id === open.chosenHint ? " chosen" : ""}` },
      h(
        "button",
        {
          type: "button",
          class: "hint-open",
          "data-focus": `${hint.id}-open`,
          on: { click: () => this.stage.openHint(hint.id) },
        },
        dot,
        h(
          "span",
          { class: "hint-name" },
          h("span", { text: `${t(`kind.${kindOf(hint)}`)} ${place + 1}` }),
          h("small", { text: `${nameOf(hint.color)}${strength}` }),
        ),
      ),
      act(
        "mute",
        hint.muted ? t("hint.unmute") : t("hint.mute"),
        () => open.change(changedHint(open.doc, hint.id, { muted: !hint.muted })),
        { "aria-pressed": String(Boolean(hint.muted)) },
      ),
      this.studio.engine.can.album &&
        act("album", t("album.agree"), () => this.agree(hint.id), { disabled: Boolean(hint.muted) }),
      act("delete", t("hint.delete"), () => open.change(withoutHint(open.doc, hint.id))),
      notes && h("p", { class: "note", text: notes.join(" ") }),
    );
  }

  /** Agree on the colour of a hint: it is looked for in the other pictures. */
  agree(id) {
    const open = this.studio.current;
    const index = heardHints(open.doc).findIndex((hint) => hint.id === id);
    const input = h("input", {
      class: "text-input",
      id: "album-name",
      type: "text",
      required: true,
      maxlength: "80",
      placeholder: t("album.example"),
    });
    const send = async (event) => {
      event.preventDefault();
      if (!input.value.trim()) return input.focus();
      fill(this.form);
      try {
        const { entries } = await this.studio.engine.agree(open.id, index, input.value.trim());
        this.entries = entries;
        this.studio.say(t("album.agreed", { name: input.value.trim() }));
      } catch (error) {
        this.studio.trouble(error);
      }
      return this.show();
    };
    this.form = h(
      "form",
      { class: "album-form", on: { submit: send } },
      h("label", { for: "album-name", text: t("album.ask") }),
      h(
        "div",
        { class: "field-row" },
        input,
        h("button", { type: "submit", class: "button primary", text: t("album.agree-short") }),
      ),
    );
    this.dispatchEvent(new Event("reveal", { bubbles: true }));
    this.#showAlbum(open);
    input.focus();
  }

  #showAlbum(open) {
    const entries = namesOf(this.entries) || namesOf(open.doc.settings.album?.entries) || [];
    const rows = entries.map((entry) => {
      const dot = h("span", { class: "hint-dot" });
      if (entry.color) dot.style.setProperty("--hint", shown(entry.color));
      return h(
        "li",
        { class: "hint-row plain" },
        dot,
        h("span", { class: "hint-name", text: entry.name }),
        iconButton("delete", t("album.forget", { name: entry.name }), () => this.#forget(entry.name)),
      );
    });
    const form = this.form?.hasChildNodes() ? this.form : null;
    this.album.hidden = !rows.length && !form;
    fill(
      this.album,
      h("h3", { text: t("album.title") }),
      form,
      rows.length > 0 && h("ul", { class: "hint-list" }, rows),
    );
  }

  async #forget(name) {
    try {
      await this.studio.engine.disagree(name);
      this.entries = (this.entries || []).filter((entry) => entry.name !== name && entry !== name);
      this.show();
    } catch (error) {
      this.studio.trouble(error);
    }
  }

  #showApply() {
    const others = this.studio.selection.slice(1);
    const all = this.studio.pictures.filter((picture) => picture.isUsable && picture !== this.studio.current);
    const to = others.length ? others : all;
    this.applying.hidden = !all.length;
    if (this.applying.hidden) return;
    const words = others.length ? plural("apply.selected", to.length) : plural("apply.all", to.length);
    fill(
      this.applying,
      h("h3", { text: t("apply.title") }),
      h("p", { class: "quiet", text: words }),
      h(
        "div",
        { class: "button-row" },
        button(t("apply.grading"), () => this.studio.apply(to, "grading")),
        button(t("apply.controls"), () => this.studio.apply(to, "controls")),
      ),
    );
  }
}

const namesOf = (entries) => entries?.map((entry) => (typeof entry === "string" ? { name: entry } : entry));

customElements.define("v-hints-panel", HintsPanel);
