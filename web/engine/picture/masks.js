// The pictures of hints that are masks, decoded once.

import { EngineError } from "../problem.js";
import { decode } from "./decode.js";
import { bytesOfDataUrl } from "./recipe.js";

const MOST_KEPT = 32;
const kept = new Map();

/**
 * The masks of hints.
 * @param {object[]} hints
 * @returns {Promise<Map<object, import("../guidance/draw.js").Mask>>}
 */
export async function masksOf(hints) {
  const masks = new Map();
  for (const hint of hints) if ("mask" in hint) masks.set(hint, await read(hint.mask));
  return masks;
}

async function read(mask) {
  if (typeof mask !== "string" || !mask.startsWith("data:image/"))
    throw new EngineError(
      "hint",
      "A mask must stand in the recipe itself, as data:image/png;base64,...; draw it anew here.",
    );
  if (!kept.has(mask)) {
    if (kept.size >= MOST_KEPT) kept.clear();
    const { luma, size } = await decode(
      new Blob([bytesOfDataUrl(mask)]),
      "the mask",
      /^data:([\w/+-]+)/.exec(mask)[1],
    );
    kept.set(mask, { plane: luma, size });
  }
  return kept.get(mask);
}
