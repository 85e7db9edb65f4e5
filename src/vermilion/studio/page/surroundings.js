// What surrounds the page: its engine, its words and its icons. The page without a server brings other ones.

import { HttpEngine } from "./engine/http.js";

export const makeEngine = () => new HttpEngine();

/** The words of a language, by their keys ("de"), or the engine's sentences in it ("notes.de"). */
export async function readTexts(name) {
  return (await fetch(new URL(`texts/${name}.json`, import.meta.url))).json();
}

export const iconAddress = (name) => `${new URL("icons.svg", import.meta.url).href}#${name}`;

/** What there is to set up besides what every page has. */
export const ownSettings = () => [];
