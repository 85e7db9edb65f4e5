// A PNG's chunks about its codes: cICP, sRGB, gAMA and cHRM. As vermilion.pictures.profiles.coding. If there are
// several, the first of cICP, iCCP, sRGB, gAMA counts.

import { determinant, inverse, product, times, transposed } from "../arrays/matrix.js";
import { clip } from "../arrays/planes.js";
import { linearOfSrgb } from "../color/lab.js";
import { RgbSpace, SRGB_TO_XYZ, curveOf } from "./spaces.js";

/** The chunks that are kept, in the order in which they are written. */
export const NAMES = ["cICP", "mDCV", "cLLI", "sRGB", "gAMA", "cHRM"];

const SRGB_GAMMA = 0.45455;
const REFERENCE_WHITE = 203; // cd/m2 of white in HDR pictures (ITU-R BT.2408)
const [D65, C, DCI] = [
  [0.3127, 0.329],
  [0.31, 0.316],
  [0.314, 0.351],
];
// x and y of white, red, green and blue by the numbers of ITU-T H.273, table 2
const PRIMARIES = {
  1: [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]],
  4: [C, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]],
  5: [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
  6: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  7: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  8: [C, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]],
  9: [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]],
  11: [DCI, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
  12: [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
  22: [D65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]],
};
// Bradford's, for another white (ICC.1:2022, annex E)
const CONES = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];
const D50 = [0.9642, 1, 0.8249];

/**
 * The space that chunks describe; null where that is sRGB; undefined where a profile counts.
 * @param {Map<string, Uint8Array>} chunks by name
 * @param {boolean} hasProfile
 */
export function spaceOfChunks(chunks, hasProfile) {
  const coding = codingOf(chunks.get("cICP"));
  if (hasProfile && !coding) return undefined;
  if (!coding && (chunks.has("sRGB") || chunks.get("gAMA")?.length !== 4)) return null;
  const [primaries, formula] = coding || gammaOf(chunks);
  const toXyz = formula && toXyzOf(primaries);
  if (!toXyz) return null;
  const curve = curveOf(formula);
  const space = new RgbSpace([curve, curve, curve], toXyz);
  return space.isSrgb() ? null : space;
}

const number = (bytes, place) =>
  new DataView(bytes.buffer, bytes.byteOffset + place, 4).getUint32(0) / 100000;

function gammaOf(chunks) {
  const gamma = number(chunks.get("gAMA"), 0);
  const points = chunks.get("cHRM");
  const primaries =
    points?.length === 32
      ? [0, 8, 16, 24].map((place) => [number(points, place), number(points, place + 4)])
      : PRIMARIES[1];
  if (!(gamma >= 0.05 && gamma <= 20)) return [primaries, null];
  const isClose = Math.abs(gamma - SRGB_GAMMA) < 0.01; // as sRGB is written in short
  return [primaries, isClose ? linearOfSrgb : (code) => code ** (1 / gamma)];
}

/** Primaries and linear light of a code by cICP; null without one that can be followed. */
function codingOf(body) {
  if (body?.length !== 4 || body[2] !== 0) return null; // a PNG holds RGB or grey, never YCbCr
  const [primaries, transfer] = body;
  const light = lightBy(transfer);
  if (!light || !PRIMARIES[primaries]) return null;
  return [PRIMARIES[primaries], body[3] ? light : (code) => light(clip((code * 255 - 16) / 219, 0, 1))];
}

const EXPONENTS = { 4: 2.2, 5: 2.8, 8: 1, 17: 2.6 };

/** Linear light, white as 1, by a transfer function's number in ITU-T H.273, table 3. */
function lightBy(transfer) {
  if ([1, 6, 11, 14, 15].includes(transfer))
    return (code) => (code < 0.081 ? code / 4.5 : ((code + 0.099) / 1.099) ** (1 / 0.45));
  if (transfer === 7) return (code) => (code < 0.0912 ? code / 4 : ((code + 0.1115) / 1.1115) ** (1 / 0.45));
  if (transfer === 13) return linearOfSrgb;
  if (transfer === 16) return (code) => Math.min((perceptual(code) * 10000) / REFERENCE_WHITE, 1);
  if (transfer === 18) return (code) => Math.min((hybrid(code) / hybrid(0.75)) ** 1.2, 1);
  const exponent = EXPONENTS[transfer];
  return exponent ? (code) => code ** exponent : null;
}

/** SMPTE ST 2084: light as a share of 10,000 cd/m2. */
function perceptual(code) {
  const root = code ** (1 / 78.84375);
  return (Math.max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125);
}

/** ITU-R BT.2100: light of the scene, 0..1. */
function hybrid(code) {
  return code <= 0.5 ? code ** 2 / 3 : (Math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** RGB to XYZ under D50, for x and y of white, red, green and blue; null where they span nothing. */
function toXyzOf(points) {
  if (String(points) === String(PRIMARIES[1])) return SRGB_TO_XYZ;
  if (points.some(([, y]) => y <= 0.001)) return null;
  const [white, ...colors] = points.map(([x, y]) => [x / y, 1, (1 - x - y) / y]);
  const columns = transposed(colors);
  if (!(Math.abs(determinant(columns)) >= 1e-3)) return null;
  const shares = times(inverse(columns), white);
  const toXyz = columns.map((row) => row.map((value, channel) => value * shares[channel]));
  const [wanted, given] = [times(CONES, D50), times(CONES, white)];
  const scaled = CONES.map((row, cone) => row.map((value) => (value * wanted[cone]) / given[cone]));
  return product(product(inverse(CONES), scaled), toXyz);
}
