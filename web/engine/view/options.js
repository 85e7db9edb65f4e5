// How a person wants a scan to be seen; it comes from the page or from a recipe, so it is checked.

import { EngineError } from "../problem.js";

const WAYS_UP = ["auto", 0, 90, 180, 270];

/**
 * The way up that is asked for: "auto", which leaves the scan as it lies, or degrees clockwise.
 * @param {{view?: string, mode?: string, frames?: object[], way_up?: string | number | null}} said options of the
 *   page (`view`), or the view of a recipe (`mode`)
 */
export function checkedWayUp({ view, mode = view, frames = [], way_up: wayUp = null } = {}) {
  if (frames?.length || (mode ?? "auto") !== "auto")
    throw new EngineError(
      "settings",
      "This page cannot follow frames or the view whole; use `vermilion colorize` or `vermilion replay`, which can.",
    );
  if (WAYS_UP.includes(wayUp ?? "auto")) return wayUp ?? "auto";
  throw new EngineError(
    "settings",
    `A way up of ${JSON.stringify(wayUp)?.slice(0, 40)} is impossible; choose 0, 90, 180 or 270.`,
  );
}

/** Quarters clockwise. */
export const turnsOf = (wayUp) => (wayUp === "auto" ? 0 : wayUp / 90);
