// Every key of the page, in one table: what `?` shows is what is done.

import { settings } from "./model/settings.js";

/** `key` as the browser tells it; `mod` wants Ctrl or Command; `hold` is also called on release. */
export const KEYS = [
  { group: "pictures", key: "o", mod: true, shown: "Ctrl O", text: "key.open", act: "open" },
  { group: "pictures", key: "v", mod: true, shown: "Ctrl V", text: "key.paste" },
  { group: "pictures", key: "s", mod: true, shown: "Ctrl S", text: "key.save", act: "save" },
  { group: "pictures", key: "[", shown: "[", text: "key.previous", act: "previous" },
  { group: "pictures", key: "]", shown: "]", text: "key.next", act: "next" },
  { group: "pictures", key: "k", shown: "K", text: "key.tick", act: "tick" },
  { group: "pictures", key: "z", mod: true, shown: "Ctrl Z", text: "undo", act: "undo" },
  { group: "pictures", key: "z", mod: true, shift: true, shown: "Ctrl Shift Z", text: "redo", act: "redo" },
  { group: "pictures", key: "y", mod: true, shown: "Ctrl Y", text: "redo", act: "redo" },
  { group: "tools", key: "v", shown: "V", text: "tool.look", act: "look" },
  { group: "tools", key: "p", shown: "P", text: "tool.point", act: "point" },
  { group: "tools", key: "s", shown: "S", text: "tool.stroke", act: "stroke" },
  { group: "tools", key: "x", shown: "X", text: "tool.box", act: "box" },
  { group: "tools", key: "l", shown: "L", text: "tool.lasso", act: "lasso" },
  { group: "tools", key: "g", shown: "G", text: "tool.grey", act: "grey" },
  { group: "tools", key: "a", shown: "A", text: "ask.start", act: "ask" },
  { group: "tools", key: "c", shown: "C", text: "key.surface", act: "surface" },
  { group: "tools", shown: "← → ↑ ↓", text: "key.arrows" },
  { group: "tools", shown: "Enter", text: "key.enter" },
  { group: "tools", key: "Delete", shown: "Delete", text: "key.delete" },
  { group: "tools", key: "Escape", shown: "Esc", text: "key.escape", act: "escape" },
  { group: "looking", key: "b", shown: "B", text: "compare.hold", act: "before", hold: true },
  { group: "looking", key: "\\", shown: "\\", text: "compare.slider", act: "slider" },
  { group: "looking", key: "d", shown: "D", text: "compare.side", act: "side" },
  { group: "looking", key: "m", shown: "M", text: "confidence.show", act: "confidence" },
  { group: "looking", key: "t", shown: "T", text: "trust.show", act: "trust" },
  { group: "looking", key: "+", shown: "+", text: "zoom.in", act: "closer" },
  { group: "looking", key: "-", shown: "−", text: "zoom.out", act: "farther" },
  { group: "looking", key: "0", shown: "0", text: "zoom.to-all", act: "fit" },
  { group: "looking", key: "1", shown: "1", text: "zoom.to-one", act: "one" },
  { group: "looking", key: "r", shown: "R", text: "view.right", act: "rotate" },
  { group: "looking", key: "f", shown: "F", text: "full.show", act: "full" },
  { group: "looking", key: "?", shown: "?", text: "help.title", act: "help" },
];

const isText = (target) => target.closest?.("input:not([type=range]):not([type=checkbox]), select, textarea");

/** Listen for keys; `actions` has a function for each act. Returns nothing. */
export function listen(actions) {
  let held = null;
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.defaultPrevented) return;
    const found = KEYS.find((one) => fits(one, event));
    if (!found?.act || (isText(event.target) && !found.mod && found.key !== "Escape")) return;
    if (!found.mod && found.key.length === 1 && !settings.keys) return;
    event.preventDefault();
    if (found.hold && held) return;
    if (found.hold) held = found;
    actions[found.act](true);
  });
  const release = (event) => {
    if (!held || (event.type === "keyup" && event.key.toLowerCase() !== held.key)) return;
    actions[held.act](false);
    held = null;
  };
  addEventListener("keyup", release);
  addEventListener("blur", release);
}

function fits({ key, mod = false, shift = false }, event) {
  if (!key || event.altKey || mod !== (event.ctrlKey || event.metaKey)) return false;
  const typed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "+" && typed === "=") return true;
  return typed === key && (!mod || shift === event.shiftKey);
}
