// The panel beside the picture: four tabs. On a narrow screen it is a sheet that comes up from below.

import { h, icon, isNarrow } from "../dom.js";
import { remember, settings } from "../model/settings.js";
import { t } from "../model/texts.js";

const TABS = [
  ["colors", "point"],
  ["variants", "variants"],
  ["look", "palette"],
  ["picture", "picture"],
];

export class Panel extends HTMLElement {
  /** @param pages an element for each of the tabs, by name */
  setUp(studio, pages) {
    this.pages = pages;
    this.shown = TABS.filter(([name]) => name !== "variants" || studio.engine.can.variants);
    this.className = "panel";
    this.setAttribute("aria-label", t("panel.label"));
    this.setAttribute("role", "region");
    this.tabs = this.shown.map(([name, image]) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          class: "tab",
          "aria-controls": `page-${name}`,
          on: { click: () => this.#click(name) },
        },
        icon(image),
        h("span", { text: t(`panel.${name}`) }),
      ),
    );
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": t("panel.label") }, this.tabs);
    list.addEventListener("keydown", (event) => this.#arrows(event));
    this.body = h("div", { class: "panel-body" });
    for (const [name] of this.shown) {
      const page = pages[name];
      page.id = `page-${name}`;
      page.className = "page";
      page.setAttribute("role", "tabpanel");
      page.setAttribute("aria-labelledby", `tab-${name}`);
      this.body.append(page);
    }
    this.append(list, this.body);
    this.addEventListener("reveal", () => this.open("colors"));
    studio.addEventListener("current", () => {
      this.hidden = !studio.current;
    });
    this.hidden = !studio.current;
    this.#select(this.shown.some(([name]) => name === settings.panel) ? settings.panel : "colors");
    this.up(false);
  }

  #click(name) {
    const isAgain = this.name === name && this.isUp;
    this.#select(name);
    this.up(!(isNarrow() && isAgain));
  }

  #arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const place =
      (this.shown.findIndex(([name]) => name === this.name) + step + this.shown.length) % this.shown.length;
    this.#select(this.shown[place][0]);
    this.up(true);
    this.tabs[place].focus();
  }

  /** Show a tab, and on a narrow screen the sheet. */
  open(name) {
    this.#select(name);
    this.up(true);
  }

  /** On a narrow screen: bring the sheet up or down. */
  up(isUp) {
    this.isUp = isUp;
    this.classList.toggle("up", isUp);
    this.#mark();
    this.dispatchEvent(new Event("moved"));
  }

  #select(name) {
    this.name = name;
    remember({ panel: name });
    this.#mark();
    for (const [other] of this.shown) this.pages[other].hidden = other !== name;
    this.dispatchEvent(new CustomEvent("selected", { detail: name }));
  }

  #mark() {
    this.tabs.forEach((tab, place) => {
      const isSelected = this.shown[place][0] === this.name;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
    });
  }
}

customElements.define("v-panel", Panel);
