// What the engine of this page says of pictures, in German; what it shares with Python, the studio's page has.

import shared from "../../src/vermilion/studio/page/texts/notes.de.json";
import { THINGS, listed } from "../engine/left-out.js";
import own from "./notes.de.json";

/** What may stand in one list: each choice of things, in their order. */
function lists() {
  const things = Object.values(THINGS);
  const choices = Array.from({ length: 2 ** things.length - 1 }, (_, number) =>
    things.filter((__, place) => (number + 1) & (1 << place)),
  );
  return Object.fromEntries(
    choices.map((some) => [
      listed(some),
      listed(
        some.map((thing) => own[thing]),
        "und",
      ),
    ]),
  );
}

export const GERMAN_NOTES = { ...shared, ...own, ...lists() };
