// The words of the page, one file a language.

import { readTexts } from "../surroundings.js";
import { settings } from "./settings.js";

const KNOWN = ["en", "de"];
const SPOKEN = "en"; // by the engine
let texts = {};

/** The language that is set, or that the browser asks for. */
export function language() {
  const wanted = settings.language || navigator.language.slice(0, 2);
  return KNOWN.includes(wanted) ? wanted : "en";
}

/** Read the words; must be done before anything is shown. Returns the engine's sentences in this language. */
export async function loadTexts() {
  texts = await readTexts(language());
  document.documentElement.lang = language();
  return (language() !== SPOKEN && (await readTexts(`notes.${language()}`))) || {};
}

/** The text of a key, with its {places} filled. */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** One of two texts, "key.one" or "key.many", by a number. */
export const plural = (key, count) => t(count === 1 ? `${key}.one` : `${key}.many`, { count: number(count) });

export const number = (value, digits = 0) =>
  value.toLocaleString(language(), { maximumFractionDigits: digits });
export const percent = (share) =>
  share.toLocaleString(language(), { style: "percent", maximumFractionDigits: share < 0.01 ? 1 : 0 });
