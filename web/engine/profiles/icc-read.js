// ICC profiles: what codes mean in one, and an RGB profile that shows the same greys. Curves with a matrix and grey
// curves, as vermilion.pictures.profiles.icc_read has them; it follows tables, too, which this page does not.

import { determinant, transposed } from "../arrays/matrix.js";
import { textOf } from "../picture/bytes.js";
import { rgbProfile, tableCurve } from "./icc-write.js";
import { RgbSpace, curveOf, valueAt, withSrgbPrimaries } from "./spaces.js";

const HEAD = 128;
const MOST_TAGS = 200;
const SPACES = ["GRAY", "RGB "];
const NUMBERS = [1, 3, 4, 5, 7]; // of each kind of formula

class UnusableProfileError extends Error {}

/** A profile that says what it says in tables alone. */
class TablesError extends Error {}

/**
 * @typedef {object} Meaning what a profile says
 * @property {Uint8Array | null} icc the RGB profile that the result carries
 * @property {RgbSpace | null} space null where it is sRGB, or not known
 * @property {boolean} isFollowed whether the page can do what it says
 */

const NOTHING = { icc: null, space: null, isFollowed: true };

/**
 * What a profile says; one that cannot be used is left out: viewers could not use it either.
 * @param {Uint8Array | null} icc grey or RGB
 * @returns {Meaning}
 */
export function readProfile(icc) {
  if (!icc) return NOTHING;
  const isGrey = textOf(icc.subarray(16, 20)) === "GRAY";
  try {
    const found = isGrey ? greyOf(icc) : { icc, space: rgbSpaceOf(icc) };
    return { ...found, space: found.space.isSrgb() ? null : found.space, isFollowed: true };
  } catch (error) {
    if (error instanceof TablesError) return { icc: isGrey ? null : icc, space: null, isFollowed: false };
    if (error instanceof UnusableProfileError || error instanceof RangeError) return NOTHING;
    throw error;
  }
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const nameOf = (tag) => textOf(tag.subarray(0, 4));

function tagsOf(icc) {
  if (icc.length < HEAD + 4 || textOf(icc.subarray(36, 40)) !== "acsp")
    throw new UnusableProfileError("not an ICC profile");
  if (!SPACES.includes(textOf(icc.subarray(16, 20))))
    throw new UnusableProfileError("neither of grey nor of RGB");
  const [view, tags] = [viewOf(icc), new Map()];
  const count = Math.min(view.getUint32(HEAD), MOST_TAGS);
  for (let place = HEAD + 4; place < HEAD + 4 + 12 * count; place += 12) {
    const [start, length] = [view.getUint32(place + 4), view.getUint32(place + 8)];
    tags.set(textOf(icc.subarray(place, place + 4)), icc.subarray(start, start + length));
  }
  return tags;
}

function greyOf(icc) {
  const tag = tagsOf(icc).get("kTRC");
  if (!tag) throw new TablesError();
  let curve = curveIn(tag);
  const connection = textOf(icc.subarray(20, 24));
  if (connection === "Lab ") curve = curve.map((value) => lightOf(100 * value)); // it gives lightness, not light
  const isPlain = nameOf(tag) === "curv" && connection === "XYZ "; // then it may stand in an RGB profile as it is
  return { icc: rgbProfile(isPlain ? tag : tableCurve(curve)), space: withSrgbPrimaries(curve) };
}

const lightOf = (lightness) => (lightness > 8 ? ((lightness + 16) / 116) ** 3 : (lightness * 27) / 24389);

function rgbSpaceOf(icc) {
  const tags = tagsOf(icc);
  const [curves, columns] = ["TRC", "XYZ"].map((kind) => [..."rgb"].map((name) => tags.get(name + kind)));
  const isWhole = [...curves, ...columns].every(Boolean);
  if (tags.has("A2B0") || (!isWhole && [...tags.keys()].some((name) => /^[AD]2B/.test(name))))
    throw new TablesError();
  if (!isWhole) throw new UnusableProfileError("no curves and no primaries");
  const toXyz = transposed(columns.map(xyzIn));
  if (!(Math.abs(determinant(toXyz)) >= 1e-6)) throw new UnusableProfileError("primaries without area");
  return new RgbSpace(curves.map(curveIn), toXyz);
}

function xyzIn(tag) {
  const view = viewOf(tag);
  return [8, 12, 16].map((place) => view.getInt32(place) / 65536);
}

/** Linear light by a curve's tag, rising and in 0..1. */
function curveIn(tag) {
  const curve = curveOf(formulaIn(tag));
  let most = 0;
  return curve.map((value) => (most = Math.max(most, Math.min(1, value))));
}

function formulaIn(tag) {
  const view = viewOf(tag);
  if (nameOf(tag) === "para") return parametric(view);
  if (nameOf(tag) !== "curv") throw new UnusableProfileError("a curve of an unknown kind");
  const count = view.getUint32(8);
  if (count === 0) return (code) => code;
  if (count === 1) {
    const gamma = view.getUint16(12) / 256;
    return (code) => code ** gamma;
  }
  if (12 + 2 * count > tag.length) throw new UnusableProfileError("a curve is cut off");
  const table = Float64Array.from({ length: count }, (_, place) => view.getUint16(12 + 2 * place) / 65535);
  return (code) => valueAt(table, code);
}

function parametric(view) {
  const kind = view.getUint16(8);
  if (!NUMBERS[kind]) throw new UnusableProfileError("a curve of an unknown kind");
  const given = Array.from({ length: NUMBERS[kind] }, (_, place) => view.getInt32(12 + 4 * place) / 65536);
  const [gamma, a = 1, b = 0, ...rest] = given;
  const power = (code) => Math.max(a * code + b, 0) ** gamma;
  if (kind === 0) return power;
  if (kind < 3) {
    const [from, offset] = [a ? -b / a : 0, kind === 2 ? rest[0] : 0];
    return (code) => (code >= from ? power(code) + offset : offset);
  }
  const [c, d, e = 0, f = 0] = rest;
  return (code) => (code >= d ? power(code) + e : c * code + f);
}
