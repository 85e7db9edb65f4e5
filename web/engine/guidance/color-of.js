// What a person calls a colour, as CIELAB (a, b): "#c2553a", "navy", "grey" or the pair itself.

import { abOfCbcr, cbcrOfRgb } from "../color/chroma.js";
import { labOfRgb } from "../color/lab.js";
import { EngineError } from "../problem.js";
import { NAMES } from "./names.js";

const HEX = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const FARTHEST = 128; // in a or b; sRGB ends well before

/** Red, green and blue, 0 to 255, of "#rrggbb" or a name. */
export function codesOf(text) {
  const match = HEX.exec(text.trim()) || HEX.exec(NAMES[text.trim().toLowerCase()] || "");
  if (match) return match.slice(1).map((part) => parseInt(part, 16));
  throw new EngineError(
    "hint",
    `'${text}' is not a colour; write it as "#rrggbb", for example "#c2553a", or as a CSS name such as "navy"; ` +
      '"grey" keeps a place grey.',
  );
}

const isGrey = (codes) => codes.every((code) => code === codes[0]);

/** A colour's own CIELAB a and b; 0, 0 for every grey. */
export function abOf(color) {
  if (typeof color === "string") {
    const codes = codesOf(color);
    if (isGrey(codes)) return [0, 0];
    return labOfRgb(...codes.map((code) => code / 255)).slice(1);
  }
  const pair = Array.isArray(color) && color.length === 2 ? color.map(Number) : [NaN, NaN];
  if (Math.max(Math.abs(pair[0]), Math.abs(pair[1])) <= FARTHEST) return pair;
  throw new EngineError(
    "hint",
    `${JSON.stringify(color)} is not a colour; write "#rrggbb", a name such as "navy", or a pair [a, b] of CIELAB ` +
      `within -${FARTHEST}..${FARTHEST}.`,
  );
}

/**
 * A function from luma (0..1) to the (a, b) of a colour there. A named colour keeps what makes it colourful,
 * R − Y and B − Y, as if it were seen in another light; a pair stays as it is.
 */
export function abAt(color) {
  const pair = abOf(color);
  if (typeof color !== "string" || (!pair[0] && !pair[1])) return () => pair;
  const [cb, cr] = cbcrOfRgb(codesOf(color).map((code) => code / 255));
  return (luma) => abOfCbcr(luma, cb, cr);
}
