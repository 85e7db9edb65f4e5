// Short words over the stage: which picture is before, which after, and what an overlay means.

import { h } from "../dom.js";
import { t } from "../model/texts.js";

/** Put the words that fit what the stage shows into its `legends`. */
export function showLegends(stage, isShown) {
  stage.legends.replaceChildren(...(isShown ? wanted(stage) : []).map(legend));
}

function wanted({ studio, split, pane, layers }) {
  const { before, overlay } = studio.show;
  const first = { x: 0, y: 0 };
  if (split) return [["compare.before", first], ...(before ? [] : [["compare.after", pane]])];
  if (before) return [["compare.before", first]];
  if (overlay === "trust") return layers.hasVersion ? [["trust.legend", first]] : [["trust.none", first]];
  return overlay ? [["confidence.legend", first]] : [];
}

function legend([key, { x, y }]) {
  const element = h("span", { class: "legend", text: t(key) });
  element.style.transform = `translate(${x}px, ${y}px)`;
  return element;
}
