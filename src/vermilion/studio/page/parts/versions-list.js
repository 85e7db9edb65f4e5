// The edited versions that a picture takes its colours from, each with its strength; and where they count.

import { button, fill, h, iconButton } from "../dom.js";
import { withSettings } from "../model/document.js";
import { percent, t } from "../model/texts.js";
import { versionsOf, withVersions } from "../model/versions.js";
import { fileRow } from "./file-row.js";
import { slider } from "./slider.js";

const isMask = (trust) => typeof trust === "object" && trust !== null;

export class VersionsList extends HTMLElement {
  setUp(studio) {
    this.studio = studio;
    this.className = "versions";
    this.first = h("div");
    this.list = h("div", { class: "version-list" });
    this.rows = [];
    this.cast = h("input", {
      type: "checkbox",
      on: { change: () => this.#set({ neutralize: this.cast.checked }) },
    });
    this.map = button(t("trust.show"), () => studio.showAs({ overlay: "trust" }), { title: `${t("trust.show")} (T)` });
    this.more = h(
      "div",
      { class: "version-list" },
      h("label", { class: "check" }, this.cast, h("span", { text: t("versions.cast") })),
      h("div", { class: "button-row" }, this.map),
    );
    this.append(this.first, this.list, this.more);
    for (const name of ["change", "current", "show"]) studio.addEventListener(name, () => this.show());
  }

  get #settings() {
    return this.studio.current.doc.settings;
  }

  #set(changes, merge = "") {
    const { current } = this.studio;
    current.change(withSettings(current.doc, changes), { merge });
  }

  /** Send a file to the engine and lay its colours over those of the versions that are there. */
  async use(file) {
    if (!file) return;
    const { current, engine } = this.studio;
    try {
      const { sha256, name } = await engine.asset(file, "version");
      const { settings } = current.doc;
      const others = versionsOf(settings).filter((version) => version.file.sha256 !== sha256);
      const versions = [...others, { file: { sha256, name }, trust: null }];
      current.change(withSettings(current.doc, withVersions(settings, versions)));
    } catch (error) {
      this.studio.trouble(error);
    }
  }

  show() {
    if (!this.studio.current?.isUsable) return;
    const versions = versionsOf(this.#settings);
    const shown = versions.map(({ file }) => file.sha256).join();
    if (this.shown !== shown || !this.first.childElementCount) this.#build(versions);
    this.shown = shown;
    versions.forEach(({ trust }, place) => {
      const row = this.rows[place];
      row.isMask = isMask(trust);
      const share = row.isMask ? null : trust;
      if (document.activeElement !== row.input || Number(row.input.value) !== share) row.show(share);
    });
    this.more.hidden = !versions.length;
    this.cast.checked = this.#settings.neutralize;
    this.map.setAttribute("aria-pressed", String(this.studio.show.overlay === "trust"));
  }

  #build(versions) {
    const words = versions.length ? t("versions.another") : t("look.colors_from-hint");
    const row = fileRow({
      label: t("look.colors_from"),
      words,
      accept: "image/*",
      use: (file) => this.use(file),
    });
    fill(this.first, row);
    this.rows = versions.map(({ file }, place) => this.#row(file, place));
    fill(
      this.list,
      this.rows.map(({ group }) => group),
    );
  }

  #row({ name, path }, place) {
    const words = name || path || t("look.file");
    const row = { isMask: false };
    const strength = slider({
      label: t("versions.strength"),
      min: 0,
      max: 1,
      step: 0.05,
      neutral: null,
      rest: 1,
      say: (share) => {
        if (share !== null) return percent(share);
        return row.isMask ? t("versions.mask") : t("versions.auto");
      },
      changed: (share, isOver) => this.#slide(place, share, isOver),
    });
    const head = h(
      "div",
      { class: "version-head" },
      h("span", { class: "file-name", text: words }),
      iconButton("close", t("look.remove", { name: words }), () => this.#remove(place)),
    );
    const group = h(
      "div",
      { class: "version", role: "group", "aria-label": words },
      head,
      strength.element,
    );
    return Object.assign(row, strength, { group });
  }

  #slide(place, trust, isOver) {
    const versions = versionsOf(this.#settings);
    if (versions[place].trust !== trust) {
      versions[place] = { ...versions[place], trust };
      this.#set(withVersions(this.#settings, versions), `slide-version-${place}`);
    }
    if (isOver) this.studio.current.history.rest();
  }

  #remove(place) {
    const versions = versionsOf(this.#settings).filter((_, other) => other !== place);
    this.#set(withVersions(this.#settings, versions));
    this.first.querySelector("button").focus(); // the one that was pressed is gone
  }
}

customElements.define("v-versions-list", VersionsList);
