// What surrounds the page without a server: a worker in place of a server, words and icons inside the file.

import german from "../../src/vermilion/studio/page/texts/de.json";
import english from "../../src/vermilion/studio/page/texts/en.json";
import { LocalEngine } from "./local.js";
import { GERMAN_NOTES } from "./notes.js";

// Here a reload loses what was not saved.
const TEXTS = {
  de: {
    ...german,
    "error.page": "In dieser Seite ist etwas schiefgegangen. Speichern Sie, was geht, und laden Sie sie neu.",
  },
  "notes.de": GERMAN_NOTES,
  en: { ...english, "error.page": "Something went wrong in this page. Save what you can, and reload it." },
};

export const makeEngine = () => new LocalEngine();
export const readTexts = async (language) => TEXTS[language];
export const iconAddress = (name) => `#${name}`;
