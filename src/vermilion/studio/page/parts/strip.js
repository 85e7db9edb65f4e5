// The film strip: all open pictures, each with its state; those that are ticked are the selection.

import { fill, h, icon, iconButton } from "../dom.js";
import { plural, t } from "../model/texts.js";

const SIDE = 160;

export class Strip extends HTMLElement {
  setUp(studio) {
    this.studio = studio;
    this.className = "strip";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("strip.label"));
    this.list = h("ul", { class: "strip-list" });
    this.count = h("span", { class: "quiet" });
    this.all = h("button", { type: "button", class: "link", on: { click: () => this.#selectAll() } });
    this.append(h("div", { class: "strip-head" }, this.count, this.all), this.list);
    this.items = new Map();
    this.watch = new IntersectionObserver(
      (seen) => {
        for (const { target, isIntersecting } of seen) if (isIntersecting) this.#load(target.open);
      },
      { root: this.list, rootMargin: "200px" },
    );
    for (const name of ["pictures", "current"]) studio.addEventListener(name, () => this.show());
    studio.addEventListener("picture", (event) => this.#refresh(event.detail));
    this.show();
  }

  show() {
    const { pictures, isOpening } = this.studio;
    this.hidden = pictures.length + isOpening < 2 && pictures.every((open) => open.canBeShown);
    for (const [open, item] of this.items)
      if (!pictures.includes(open) || item.canBeShown !== open.canBeShown) {
        this.watch.unobserve(item);
        this.items.delete(open);
      }
    const items = pictures.map((open) => this.#item(open));
    const waiting = Array.from({ length: Math.min(isOpening, 12) }, () =>
      h("li", { class: "strip-item" }, h("span", { class: "strip-picture skeleton" })),
    );
    if (
      isOpening ||
      items.length !== this.list.children.length ||
      items.some((item, place) => this.list.children[place] !== item)
    )
      fill(this.list, items, waiting);
    const chosen = pictures.filter((open) => open.selected).length;
    this.count.textContent = chosen
      ? plural("strip.selected", chosen)
      : plural("strip.count", pictures.length);
    this.all.textContent = chosen ? t("strip.none") : t("strip.all");
    for (const open of pictures) this.#mark(open);
    this.items.get(this.studio.current)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #item(open) {
    if (this.items.has(open)) return this.items.get(open);
    const picture = h(
      "button",
      {
        type: "button",
        class: "strip-picture",
        on: { click: (event) => this.#click(open, event), keydown: (event) => this.#key(open, event) },
      },
      h("span", { class: "strip-image" }),
    );
    const tick = h("input", {
      type: "checkbox",
      class: "strip-tick",
      "aria-label": t("strip.select", { name: open.picture.name }),
      on: { change: () => this.#select(open, tick.checked) },
    });
    const state = h("span", { class: "strip-state" });
    const item = h("li", { class: "strip-item" }, picture, tick, state);
    Object.assign(item, { open, picture, tick, state, canBeShown: open.canBeShown });
    if (!open.canBeShown) {
      tick.hidden = true;
      picture.append(h("span", { class: "strip-name", text: open.picture.name }));
      item.append(
        iconButton("close", t("strip.close", { name: open.picture.name }), () => this.studio.close(open), {
          class: "icon-button strip-close",
        }),
      );
    }
    this.items.set(open, item);
    this.watch.observe(item);
    return item;
  }

  #click(open, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) this.#select(open, !open.selected);
    else if (open.canBeShown) this.studio.select(open);
    else this.studio.explain(open);
  }

  #key(open, event) {
    if (event.key !== "Delete") return;
    event.preventDefault();
    this.studio.close(open);
  }

  #select(open, selected) {
    open.selected = selected;
    this.studio.tell("pictures");
  }

  #selectAll() {
    const chosen = this.studio.pictures.some((open) => open.selected);
    for (const open of this.studio.pictures) open.selected = !chosen && open.canBeShown;
    this.studio.tell("pictures");
  }

  #refresh(open) {
    const item = this.items.get(open);
    if (item && item.canBeShown !== open.canBeShown) this.show();
    this.#mark(open);
    if (item?.revision && item.revision !== open.picture.revision) {
      clearTimeout(item.later);
      item.later = setTimeout(() => this.#load(open), 700); // the large picture comes first
    }
  }

  #mark(open) {
    const item = this.items.get(open);
    if (!item) return;
    const state = open.canBeShown ? open.picture.state : "error";
    const words = t(`state.${state}`);
    item.state.className = `strip-state ${state}`;
    if (item.shownState !== state) {
      item.shownState = state;
      fill(
        item.state,
        icon(
          { new: "dot", coloured: "dot", changed: "edit", saved: "check", error: "warning" }[state] || "dot",
        ),
      );
    }
    item.tick.checked = open.selected;
    item.classList.toggle("current", open === this.studio.current);
    item.classList.toggle("selected", open.selected);
    item.picture.setAttribute("aria-current", String(open === this.studio.current));
    item.picture.setAttribute("aria-label", `${open.picture.name}, ${words}`);
    item.picture.title = `${open.picture.name} – ${words}`;
  }

  async #load(open) {
    const item = this.items.get(open);
    if (!item || !open.canBeShown || item.revision === open.picture.revision) return;
    item.revision = open.picture.revision;
    try {
      const blob = await this.studio.engine.preview(open.picture, { side: SIDE, what: "color" });
      if (item.url) URL.revokeObjectURL(item.url);
      item.url = URL.createObjectURL(blob);
      fill(item.picture, h("img", { class: "strip-image", src: item.url, alt: "" }));
    } catch {
      item.revision = ""; // asked for again when it changes, or is seen again
    }
  }
}

customElements.define("v-strip", Strip);
