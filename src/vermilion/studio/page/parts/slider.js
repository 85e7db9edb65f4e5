// A labelled slider with its value; "back" returns it to where it changes nothing.

import { h, iconButton, newId } from "../dom.js";
import { t } from "../model/texts.js";

/**
 * `changed(value, isOver)` is called while it moves, and once it rests; `say` turns a value into words.
 * Where `neutral` is null, which says that nothing was chosen, the thumb stands at `rest`.
 */
export function slider({ label, min, max, step, neutral, rest = neutral, say, changed }) {
  const id = newId("slider");
  const input = h("input", { id, type: "range", class: "slider", min, max, step });
  const value = h("output", { for: id, class: "slider-value" });
  const back = iconButton(
    "reset",
    t("slider.reset", { label }),
    () => {
      show(neutral);
      changed(neutral, true);
    },
    { class: "icon-button slim" },
  );
  const show = (number) => {
    input.value = number ?? rest;
    const words = say(number);
    value.textContent = words;
    input.setAttribute("aria-valuetext", words);
    back.hidden = number === neutral;
    const ends = [number ?? rest, rest].sort((one, two) => one - two);
    const [low, high] = ends.map((end) => (100 * (end - min)) / (max - min));
    input.style.setProperty("--from", `${low}%`);
    input.style.setProperty("--to", `${high}%`);
  };
  input.addEventListener("input", () => {
    show(Number(input.value));
    changed(Number(input.value), false);
  });
  input.addEventListener("change", () => changed(Number(input.value), true));
  const element = h("div", { class: "slider-row" }, h("label", { for: id, text: label }), value, back, input);
  show(neutral);
  return { element, input, show };
}
