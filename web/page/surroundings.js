// What surrounds the page without a server: a worker in place of a server, words and icons inside the file.

import german from "../../src/vermilion/studio/page/texts/de.json";
import english from "../../src/vermilion/studio/page/texts/en.json";
import { LocalEngine } from "./local.js";
import { GERMAN_NOTES } from "./notes.js";
import { processorSettings } from "./processor.js";
import ownGerman from "./texts.de.json";
import ownEnglish from "./texts.en.json";

const TEXTS = {
  de: { ...german, ...ownGerman },
  "notes.de": GERMAN_NOTES,
  en: { ...english, ...ownEnglish },
};

export const makeEngine = () => new LocalEngine();
export const readTexts = async (language) => TEXTS[language];
export const iconAddress = (name) => `#${name}`;

/** What this page has to set up beyond the studio's settings. */
export const ownSettings = (engine) => processorSettings(engine.gpu);
