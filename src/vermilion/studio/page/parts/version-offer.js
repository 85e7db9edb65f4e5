// What to do with a picture in colour that was dropped on the open one: take its colours, or open it.

import { button, h } from "../dom.js";
import { isColored } from "../model/colored.js";
import { t } from "../model/texts.js";
import { dialog } from "./dialogs.js";

/** Whether a file may be a version of the open picture; one that the browser cannot read may be, too. */
export async function mayBeVersion(studio, file) {
  return Boolean(studio.current?.isUsable && studio.engine.can.files) && (await isColored(file)) !== false;
}

/** Ask what to do with a file; `use` and `open` do it. */
export function offerVersion(studio, file, { use, open }) {
  const choose = (act) => () => {
    asked.close();
    act();
  };
  const asked = dialog(
    t("offer.title"),
    h(
      "div",
      { class: "dialog-body" },
      h("p", { text: t("offer.text", { name: file.name, picture: studio.current.picture.name }) }),
      h(
        "div",
        { class: "button-row" },
        button(t("offer.use"), choose(use), { class: "button primary", autofocus: true }),
        button(t("offer.open"), choose(open)),
      ),
    ),
  );
}
