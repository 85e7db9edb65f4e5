// What is said of colours comes from outside, too: from a recipe. It is checked here before it is followed.

import { abOf } from "./guidance/color-of.js";
import { EngineError } from "./problem.js";

const RANGES = {
  temperature: [0.01, 10],
  fade_unsure: [0, 1],
  vividness: [0, 4],
  warmth: [-60, 60],
  tint: [-60, 60],
};

/** What this page cannot follow, with the words for it. */
const ELSEWHERE = {
  cube: "a colour cube",
  palette: "a palette",
  reference: "a reference",
  colors_from: "another version of the picture",
  trust: "another version of the picture",
  matches: "another version of the picture",
  neutralize: "another version of the picture",
  album: "an album",
  variant: "a variant",
};

const HINTS = [["x", "y", "radius"], ["points", "width"], ["x0", "y0", "x1", "y1"], ["mask"]];

const isNothing = (value) => value === null || value === undefined || value === false || value?.length === 0;
const wrong = (detail, code = "settings") => new EngineError(code, detail);

/**
 * Checked controls, without what is at nothing.
 * @param {object} said
 * @param {string[]} looks the names that are known
 */
export function checkedControls(said, looks) {
  if (!said || typeof said !== "object" || Array.isArray(said))
    throw wrong("The controls must be a table of names.");
  const controls = {};
  for (const [name, value] of Object.entries(said)) {
    if (name === "variants" || name === "seed" || isNothing(value)) continue;
    controls[name] = checked(name, value, looks);
  }
  return controls;
}

function checked(name, value, looks) {
  if (name in ELSEWHERE)
    throw wrong(
      `This page cannot follow ${ELSEWHERE[name]}; use \`vermilion colorize\` or \`vermilion replay\`, which can.`,
    );
  if (name === "hints" && Array.isArray(value)) return value.map(checkedHint);
  if (name === "corner_mark" && value === true) return value;
  if (name === "look") {
    if (looks.includes(value)) return value;
    throw wrong(`There is no look ${JSON.stringify(value)} in this page; choose one of ${looks.join(", ")}.`);
  }
  const [low, high] = RANGES[name] || [];
  if (low === undefined) throw wrong(`There is no control ${JSON.stringify(name)}; correct the recipe.`);
  if (typeof value === "number" && value >= low && value <= high) return value;
  throw wrong(
    `A ${name.replace("_", "-")} of ${JSON.stringify(value)} is impossible; give one from ${low} to ${high}.`,
  );
}

/** One hint, with nothing but what its kind has. */
function checkedHint(hint) {
  const keys = HINTS.find((names) => hint && typeof hint === "object" && names[0] in hint);
  if (!keys)
    throw wrong("A hint needs x and y, points, a box x0 to y1, or a mask; correct the recipe.", "hint");
  const result = { color: hint.color };
  abOf(hint.color);
  for (const key of keys) {
    const value = hint[key];
    if (isNothing(value) && (key === "radius" || key === "width")) continue;
    if (!isRight(key, value)) throw wrong(`A hint's ${key} cannot be ${short(value)}; correct it.`, "hint");
    result[key] = value;
  }
  const { strength = 1 } = hint;
  if (!(strength >= 0 && strength <= 1))
    throw wrong(`A strength of ${short(strength)} makes no sense; give one from 0 to 1.`, "hint");
  return { ...result, strength };
}

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

function isRight(key, value) {
  if (key === "mask") return typeof value === "string";
  if (key === "points")
    return (
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((pair) => pair?.length === 2 && pair.every(isNumber))
    );
  return isNumber(value) && (key === "radius" || key === "width" ? value >= 0 : true);
}

const short = (value) => JSON.stringify(value)?.slice(0, 40);
