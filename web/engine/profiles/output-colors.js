// From sRGB chroma to the chroma of a scan's own profile, and from its tone to sRGB's: vermilion.pictures.profiles.
// A colour keeps its hue and colourfulness; its lightness gives way until its luma is the scan's.

import { clip } from "../arrays/planes.js";
import { BLUE_PER_CB, GREEN_PER_CB, GREEN_PER_CR, RED_PER_CR, gamutShare } from "../color/chroma.js";
import { linearOfSrgb, srgbOfLinear } from "../color/lab.js";
import { times } from "../arrays/matrix.js";
import { SRGB_TO_XYZ, codeAt } from "./spaces.js";

const D50 = [0.9642, 1, 0.8249];
const WEIGHTS = [0.299, 0.587, 0.114];
const STEPS = 4;
const TONES = 64; // levels of grey in a table of converted chroma, evenly spread over sRGB's tone
const CHROMAS = 33; // values of Cb and of Cr in it, over -0.5..0.5
const FINENESS = 32; // places between two of them
const CODES = 2 ** 16;

/** The sRGB code that looks as a grey of the space does. */
export const srgbTone = (space, code) => Math.fround(clip(srgbOfLinear(space.greyLight(code)), 0, 1));

/** Luma 0..1 of a scan as the sRGB codes that look the same; the same array where `space` is null. */
export const toSrgbTone = (space, luma) => (space ? luma.map((code) => srgbTone(space, code)) : luma);

/**
 * What converts chroma of sRGB into that of a space, in place; null where nothing is to do.
 * @param {import("./spaces.js").RgbSpace | null} space
 * @returns {((luma: Uint8Array, cb: Float32Array, cr: Float32Array) => void) | null}
 */
export function converterTo(space) {
  if (!space) return null;
  const fine = Float64Array.from({ length: CODES }, (_, code) =>
    srgbTone(space, Math.fround(code / (CODES - 1))),
  );
  const codes = Float32Array.from({ length: TONES }, (_, tone) => codeAt(fine, tone / (TONES - 1)));
  const table = tableOf(space, codes);
  const tones = Float32Array.from({ length: 256 }, (_, level) => fine[257 * level]);
  return (luma, cb, cr) => {
    for (let place = 0; place < luma.length; place++) convert(table, tones[luma[place]], cb, cr, place);
  };
}

function convert(table, tone, cb, cr, place) {
  const share = shareInGamut(tone, cb[place], cr[place]);
  const height = tone * (TONES - 1);
  const below = Math.min(Math.floor(height), TONES - 2);
  const [down, across] = [placeOf(cb[place] * share), placeOf(cr[place] * share)];
  const [row, column] = [Math.min(down | 0, CHROMAS - 2), Math.min(across | 0, CHROMAS - 2)];
  const start = 2 * ((below * CHROMAS + row) * CHROMAS + column);
  const [high, wide, deep] = [down - row, across - column, height - below];
  cb[place] = between(table, start, high, wide, deep);
  cr[place] = between(table, start + 1, high, wide, deep);
}

/** Where a chroma lies in a table; OpenCV, too, knows a limited number of places between two entries. */
const placeOf = (chroma) => Math.round(clip(chroma + 0.5, 0, 1) * (CHROMAS - 1) * FINENESS) / FINENESS;

/** A value between eight neighbours of a table. */
function between(table, start, high, wide, deep) {
  const darker = onFace(table, start, high, wide);
  return darker + deep * (onFace(table, start + 2 * CHROMAS * CHROMAS, high, wide) - darker);
}

function onFace(table, start, high, wide) {
  const next = start + 2 * CHROMAS;
  const upper = table[start] + wide * (table[start + 2] - table[start]);
  const lower = table[next] + wide * (table[next + 2] - table[next]);
  return upper + high * (lower - upper);
}

/** The share of chroma that is in sRGB's gamut at a tone. */
function shareInGamut(tone, cb, cr) {
  return gamutShare(tone, RED_PER_CR * cr, GREEN_PER_CB * cb + GREEN_PER_CR * cr, BLUE_PER_CB * cb, 1);
}

/**
 * Converted chroma [tone, Cb, Cr, 2] at some codes of grey. A colour out of gamut is entered as if its colourfulness
 * grew on from where the gamut ends: the last colours in gamut lie between entries.
 */
function tableOf(space, codes) {
  const table = new Float32Array(codes.length * CHROMAS * CHROMAS * 2);
  const chroma = (step) => step / (CHROMAS - 1) - 0.5;
  let place = 0;
  for (const code of codes) {
    const tone = srgbTone(space, code);
    for (let row = 0; row < CHROMAS; row++)
      for (let column = 0; column < CHROMAS; column++, place += 2) {
        const [cb, cr] = [chroma(row), chroma(column)];
        const share = shareInGamut(tone, cb, cr);
        const found = converted(space, code, tone, cb * share, cr * share);
        table[place] = found[0] / Math.max(share, 1e-3);
        table[place + 1] = found[1] / Math.max(share, 1e-3);
      }
  }
  return table;
}

/** (Cb, Cr) in a space of a code of grey, for (Cb, Cr) of sRGB at the tone that looks the same. */
export function converted(space, code, tone, cb, cr) {
  const rgb = [tone + RED_PER_CR * cr, tone + GREEN_PER_CB * cb + GREEN_PER_CR * cr, tone + BLUE_PER_CB * cb];
  const xyz = times(
    SRGB_TO_XYZ,
    rgb.map((channel) => linearOfSrgb(clip(channel, 0, 1))),
  );
  const [, a, b] = labOf(xyz);
  let [wanted, codes] = [code, null];
  for (let step = 0; step < STEPS; step++) {
    const lightness = 116 * root(space.greyLight(wanted)) - 16;
    codes = space.codes(xyzOf(lightness, a, b));
    wanted += code - WEIGHTS.reduce((sum, weight, channel) => sum + weight * codes[channel], 0);
  }
  return [(codes[2] - code) / BLUE_PER_CB, (codes[0] - code) / RED_PER_CR];
}

const root = (ratio) => (ratio > (6 / 29) ** 3 ? Math.cbrt(ratio) : (ratio * 841) / 108 + 4 / 29);

function labOf(xyz) {
  const [x, y, z] = xyz.map((value, axis) => root(value / D50[axis]));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function xyzOf(lightness, a, b) {
  const y = (lightness + 16) / 116;
  return [y + a / 500, y, y - b / 200].map(
    (part, axis) => D50[axis] * (part > 6 / 29 ? part ** 3 : ((part - 4 / 29) * 108) / 841),
  );
}
