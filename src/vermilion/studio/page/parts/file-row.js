// A row that takes a file: dropped on it, or chosen.

import { button, h, iconButton } from "../dom.js";
import { t } from "../model/texts.js";

/**
 * @param label of the button  @param words what is there, or what may be dropped
 * @param use called with a File  @param remove called to take away what is there, if there is something
 */
export function fileRow({ label, words, accept, use, remove = null }) {
  const choose = h("input", {
    type: "file",
    class: "file-input",
    accept,
    tabindex: "-1",
    "aria-hidden": "true",
    on: { change: () => use(choose.files[0]) },
  });
  const row = h(
    "div",
    { class: "file-row" },
    choose,
    button(label, () => choose.click()),
    h("span", { class: "file-name", text: words }),
    remove && iconButton("close", t("look.remove", { name: words }), remove),
  );
  row.addEventListener("dragover", (event) => {
    event.preventDefault();
    event.stopPropagation();
    row.classList.add("target");
  });
  row.addEventListener("dragleave", () => row.classList.remove("target"));
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    row.classList.remove("target");
    row.dispatchEvent(new Event("dropped", { bubbles: true }));
    if (event.dataTransfer.files[0]) use(event.dataTransfer.files[0]);
  });
  return row;
}
