// What the engine says in English, in the language of the page: notes by their sentences, errors by their codes.

import { t } from "./texts.js";

let sentences = [];

/** Take the sentences {English: translated}; both have the same {places}. */
export function learnNotes(table) {
  const longestFirst = Object.entries(table).sort(([one], [other]) => other.length - one.length);
  sentences = longestFirst.map(([english, translated]) => {
    const names = [...english.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parts = english.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    // One place right after another is an addition that may be missing.
    const pattern = parts.reduce((before, part, place) => {
      const isAddition = place > 1 && parts[place - 1] === "";
      return `${before}${isAddition ? "(|, .*)" : "(.+?)"}${part}`;
    });
    return { pattern: new RegExp(`^${pattern}$`), names, translated };
  });
}

function translate(text) {
  for (const { pattern, names, translated } of sentences) {
    const found = pattern.exec(text);
    if (!found) continue;
    const values = Object.fromEntries(names.map((name, place) => [name, translate(found[place + 1])]));
    return translated.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }
  const halves = /^(.+), and (.+)$/.exec(text);
  return halves && sentences.length ? `${translate(halves[1])}; ${translate(halves[2])}` : text;
}

/** A note as a sentence in the language of the page; in English where there is no translation. */
export function noteText(text) {
  const said = translate(text);
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;
}

/** What an error {code, detail or message} says, in the language of the page. */
export function problemText({ code, detail, message }) {
  const said = detail || message || "";
  try {
    return t(`problem.${code}`, { detail: said });
  } catch {
    return said;
  }
}
