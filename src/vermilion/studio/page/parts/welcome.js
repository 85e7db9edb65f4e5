// Nothing is open yet: what to do; and the veil that says a picture may be dropped.

import { button, h, icon } from "../dom.js";
import { t } from "../model/texts.js";

export class Welcome extends HTMLElement {
  setUp(studio, open) {
    this.className = "welcome";
    this.rest = h(
      "div",
      { class: "welcome-box" },
      h("div", { class: "welcome-mark", "aria-hidden": "true" }, icon("photograph")),
      h("h2", { text: t("welcome.title") }),
      h("p", { text: t("welcome.text") }),
      button(t("welcome.open"), open, { icon: "open", class: "button primary large" }),
      h("p", { class: "quiet", text: t("welcome.private") }),
    );
    this.work = h(
      "div",
      { class: "welcome-box", role: "status" },
      h("div", { class: "spinner", "aria-hidden": "true" }),
      h("p", { text: t("welcome.opening") }),
    );
    const show = () => {
      this.hidden = Boolean(studio.current);
      this.replaceChildren(studio.isOpening ? this.work : this.rest);
    };
    for (const name of ["pictures", "current"]) studio.addEventListener(name, show);
    show();
  }
}

/**
 * Files may be dropped anywhere: pictures open, recipes and cubes are used for the current picture.
 * `opened(files, isOnPicture)`: whether they were dropped on the picture that is shown, or pasted.
 */
export function takeDrops(root, opened) {
  const words = h("span");
  const veil = h(
    "div",
    { class: "veil", hidden: true, "aria-hidden": "true" },
    h("div", { class: "veil-text" }, icon("open"), words),
  );
  root.append(veil);
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = !depth;
  };
  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const on = (name, call) => window.addEventListener(name, call);
  const isOnPicture = ({ target }) => Boolean(target.closest?.(".stage:not(.empty)"));
  on("dragenter", (event) => {
    if (!hasFiles(event)) return;
    words.textContent = isOnPicture(event) ? t("drop.on-picture") : t("drop.here");
    over(1);
  });
  on("dragleave", (event) => {
    if (hasFiles(event)) over(-1);
  });
  on("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  on("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(-depth);
    opened([...event.dataTransfer.files], isOnPicture(event));
  });
  root.addEventListener("dropped", () => over(-depth));
  on("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length && !event.target.closest?.("input[type=text]")) {
      event.preventDefault();
      opened(files, true);
    }
  });
}

customElements.define("v-welcome", Welcome);
