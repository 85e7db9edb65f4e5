// What surrounds the page without a server: a worker in place of a server, words and icons inside the file.

import german from "../../src/vermilion/studio/page/texts/de.json";
import english from "../../src/vermilion/studio/page/texts/en.json";
import { LocalEngine } from "./local.js";

const TEXTS = { de: german, en: english };

export const makeEngine = () => new LocalEngine();
export const readTexts = async (language) => TEXTS[language];
export const iconAddress = (name) => `#${name}`;
