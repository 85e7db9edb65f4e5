// Short messages at the edge of the stage; errors stay longer, and can be closed.

import { button, h, icon, iconButton } from "../dom.js";
import { t } from "../model/texts.js";

const SHOWN = 4000; // milliseconds
const ERROR_SHOWN = 20_000;
const MOST = 3;

export class Messages extends HTMLElement {
  setUp(studio) {
    this.className = "messages";
    this.setAttribute("aria-live", "polite");
    this.setAttribute("role", "log");
    studio.addEventListener("say", (event) => this.say(event.detail));
    const hush = () => {
      for (const one of this.querySelectorAll(".info")) one.remove();
    };
    for (const name of ["current", "hush"]) studio.addEventListener(name, hush);
  }

  say({ text, kind, action }) {
    const isThere = [...this.children].find((one) => one.dataset.text === text);
    isThere?.remove();
    const message = h(
      "div",
      { class: `message ${kind}`, "data-text": text, role: kind === "error" ? "alert" : null },
      kind === "error" && icon("warning"),
      h("span", { text }),
      action && button(action.label, () => [message.remove(), action.act()]),
      kind === "error" &&
        iconButton("close", t("close"), () => message.remove(), { class: "icon-button slim" }),
    );
    this.append(message);
    while (this.children.length > MOST) this.firstChild.remove();
    if (!action) setTimeout(() => message.remove(), kind === "error" ? ERROR_SHOWN : SHOWN);
  }
}

customElements.define("v-messages", Messages);
