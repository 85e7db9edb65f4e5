// Chroma as Cb, Cr of BT.601, full range, centred at 0: what vermilion.color.chroma computes, colour by colour.

import { labOfRgb, lightnessOfGrey, rgbOfLab } from "./lab.js";

const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];
export const RED_PER_CR = 1.402;
export const BLUE_PER_CB = 1.772;
export const GREEN_PER_CB = (-BLUE * BLUE_PER_CB) / GREEN;
export const GREEN_PER_CR = (-RED * RED_PER_CR) / GREEN;

const LIGHTNESS_STEPS = 2;
const TINY = 1e-9;

const lumaOf = ([red, green, blue]) => RED * red + GREEN * green + BLUE * blue;

/** (Cb, Cr) of sRGB in 0..1. */
export function cbcrOfRgb(rgb) {
  const luma = lumaOf(rgb);
  return [(rgb[2] - luma) / BLUE_PER_CB, (rgb[0] - luma) / RED_PER_CR];
}

/** sRGB, not clipped, of luma (0..1) and chroma. */
export function rgbOfCbcr(luma, cb, cr) {
  return [luma + RED_PER_CR * cr, luma + GREEN_PER_CB * cb + GREEN_PER_CR * cr, luma + BLUE_PER_CB * cb];
}

/** (Cb, Cr) of the colour that has CIELAB (a, b) at a luma (0..1); L* is found by two fixed-point steps. */
export function cbcrOfAb(luma, a, b) {
  const wanted = lightnessOfGrey(luma);
  let lightness = wanted;
  for (let step = 0; step < LIGHTNESS_STEPS; step++)
    lightness += wanted - lightnessOfGrey(lumaOf(rgbOfLab(lightness, a, b)));
  return cbcrOfRgb(rgbOfLab(lightness, a, b));
}

/** CIELAB (a, b) of luma (0..1) with chroma. */
export function abOfCbcr(luma, cb, cr) {
  const [, a, b] = labOfRgb(...rgbOfCbcr(luma, cb, cr));
  return [a, b];
}

/** The share (0..1) of a step in R, G, B that stays in 0..maximum, starting from luma. */
export function gamutShare(luma, red, green, blue, maximum) {
  const most = Math.max(red, green, blue, TINY);
  const least = Math.min(red, green, blue, -TINY);
  return Math.min(1, (maximum - luma) / most, -luma / least);
}

/** Chroma pulled towards grey just so far that R, G and B lie in 0..1. */
export function fitGamut(luma, cb, cr) {
  const [red, green, blue] = rgbOfCbcr(0, cb, cr);
  const share = gamutShare(luma, red, green, blue, 1);
  return [cb * share, cr * share];
}

/** The (a, b) that the exact join shows for (a, b) at a luma (0..1): in gamut. */
export const existingAb = (luma, a, b) => abOfCbcr(luma, ...fitGamut(luma, ...cbcrOfAb(luma, a, b)));

/** "#rrggbb" of the colour with this luma and the nearest (a, b) that exists there. */
export function hexOf(luma, a, b) {
  const rgb = rgbOfCbcr(luma, ...fitGamut(luma, ...cbcrOfAb(luma, a, b)));
  const pair = (channel) =>
    Math.round(Math.min(1, Math.max(0, channel)) * 255)
      .toString(16)
      .padStart(2, "0");
  return `#${rgb.map(pair).join("")}`;
}

/** Chroma [h·w·2] of (a, b) [h·w·2] at luma [h·w]. */
export function chromaOf(luma, ab) {
  const cbcr = new Float32Array(ab.length);
  for (let place = 0; place < luma.length; place++)
    cbcr.set(cbcrOfAb(luma[place], ab[2 * place], ab[2 * place + 1]), 2 * place);
  return cbcr;
}
