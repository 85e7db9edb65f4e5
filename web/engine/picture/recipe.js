// Recipes that the command line replays: everything that made the colours. As vermilion.guidance.recipe.

import { PLAIN } from "../../../src/vermilion/studio/page/model/plain.js";
import { sha256, utf8 } from "./bytes.js";

const SCHEMA = 2;
const WHOLE_NUMBERS = new Set([
  "schema",
  "page",
  "scan",
  "turns",
  "variant",
  "variants",
  "seed",
  "size",
  "way_up",
]);

/** All controls at their defaults, as recipes hold them. */
const { variants: _, ...SETTINGS } = PLAIN; // how many variants there are matters to a page alone
const BLANK = { hints: [], ...SETTINGS };

/**
 * What a recipe of this page holds, as one object in the form of recipes.
 * @param {{version: string, model: {name: string, version: string, sha256: string}, name: string, sha256: string,
 *   recolor: boolean, size: [number, number], tone: {gain: number, offset: number}, turns: number,
 *   wayUp: "auto" | number, controls: object}} facts
 */
export function recipeOf(facts) {
  const { version, model, name, sha256: hash, recolor, size, tone, turns, wayUp, controls } = facts;
  const frame = { x: 0, y: 0, width: size[1], height: size[0], angle: 0 };
  return {
    vermilion: version,
    input: { path: name, sha256: hash },
    model,
    schema: SCHEMA,
    page: 1,
    recolor,
    crop_print: false,
    size: null,
    view: { mode: "auto", frames: [], way_up: wayUp === "auto" ? null : wayUp },
    seen: [{ scan: size, frame, turns, tone }],
    controls: { ...BLANK, ...controls, hints: (controls.hints || []).map(plainHint) },
    made: null,
  };
}

/** A hint with nothing but what recipes know of it. */
function plainHint({ kind, ...hint }) {
  const length = "points" in hint ? "width" : "x" in hint ? "radius" : null;
  return { ...hint, ...(length ? { [length]: hint[length] ?? null } : {}), strength: hint.strength ?? 1 };
}

/** SHA-256 of all but `made`, and of what was asked for alone: as Python computes them. */
export async function hashesOf(recipe) {
  const { vermilion, input, model, recolor } = recipe;
  const seen = await Promise.all(recipe.seen.map(seenFacts));
  const controls = await controlsFacts(recipe.controls);
  const asked = {
    ...(recipe.view.way_up === null ? {} : { view: { way_up: recipe.view.way_up } }),
    ...(Object.keys(controls).length ? { controls } : {}),
  };
  const facts = { vermilion, input, model, seen, ...(recolor ? { recolor } : {}), ...asked };
  const blank = { vermilion: "", input: { path: "" }, model: { name: "", version: "" }, ...asked };
  return { recipe: await sha256(utf8(canonical(facts))), options: await sha256(utf8(canonical(blank))) };
}

function seenFacts({ scan, frame, turns, tone }) {
  const { angle, ...place } = frame;
  const differs = {
    ...(tone.gain !== 1 ? { gain: tone.gain } : {}),
    ...(tone.offset ? { offset: tone.offset } : {}),
  };
  return {
    scan,
    frame: place,
    ...(turns ? { turns } : {}),
    ...(Object.keys(differs).length ? { tone: differs } : {}),
  };
}

async function controlsFacts(controls) {
  const facts = {};
  for (const [name, value] of Object.entries(controls))
    if (canonical(value, name) !== canonical(BLANK[name], name)) facts[name] = value;
  if (facts.hints) facts.hints = await Promise.all(facts.hints.map(hintFacts));
  return facts;
}

async function hintFacts(hint) {
  const facts = {};
  for (const [name, value] of Object.entries(hint))
    if (value !== null && !(name === "strength" && value === 1)) facts[name] = value;
  if (facts.mask) facts.mask = await sha256(bytesOfDataUrl(facts.mask));
  return facts;
}

/** The bytes of "data:image/png;base64,...". */
export const bytesOfDataUrl = (text) =>
  Uint8Array.from(atob(text.slice(text.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));

/** JSON as Python writes it with sorted keys and no spaces. */
export function canonical(value, key = "") {
  if (typeof value === "number") return WHOLE_NUMBERS.has(key) ? String(value) : pythonFloat(value);
  if (typeof value === "string") return asciiJson(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part, key)).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${asciiJson(name)}:${canonical(value[name], name)}`).join(",")}}`;
}

const asciiJson = (text) =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** A number as Python's repr writes a float: the same digits, other exponents. */
function pythonFloat(value) {
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${digits}e${power < 0 ? "-" : "+"}${size}`;
  }
  const plain = power < -6 ? value.toFixed(20) : String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** The text of a recipe's file. */
export const recipeText = (recipe) => `${JSON.stringify(recipe, null, 2)}\n`;
