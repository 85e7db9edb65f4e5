// CIELAB and sRGB (D65, 2 degrees), single colours: the numbers of vermilion.color.lab.

import { inverse } from "../arrays/matrix.js";

const XYZ_OF_RGB = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const WHITE = [0.95047, 1, 1.08883];
const CONE_OF_RGB = XYZ_OF_RGB.map((row, axis) => row.map((value) => value / WHITE[axis]));
const RGB_OF_CONE = inverse(CONE_OF_RGB);

const KNEE = 0.008856;
const SLOPE = 7.787;
const OFFSET = 16 / 116;
const CURVED_KNEE = 0.2068966;

/** Undo the sRGB tone curve; negative values mirror positive ones. */
export function linearOfSrgb(encoded) {
  const size = Math.abs(encoded);
  const linear = size > 0.04045 ? ((size + 0.055) / 1.055) ** 2.4 : size / 12.92;
  return encoded < 0 ? -linear : linear;
}

/** Apply the sRGB tone curve; negative values mirror positive ones. */
export function srgbOfLinear(linear) {
  const size = Math.abs(linear);
  const encoded = size > 0.0031308 ? 1.055 * size ** (1 / 2.4) - 0.055 : size * 12.92;
  return linear < 0 ? -encoded : encoded;
}

const curved = (ratio) => (ratio > KNEE ? Math.cbrt(ratio) : SLOPE * ratio + OFFSET);
const straight = (value) => (value > CURVED_KNEE ? value ** 3 : (value - OFFSET) / SLOPE);

/** L*, a, b of sRGB in 0..1; colours out of gamut are continued smoothly. */
export function labOfRgb(red, green, blue) {
  const rgb = [linearOfSrgb(red), linearOfSrgb(green), linearOfSrgb(blue)];
  const [x, y, z] = CONE_OF_RGB.map((row) => curved(row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** sRGB, not clipped to 0..1, of L*, a and b. */
export function rgbOfLab(lightness, a, b) {
  const y = (lightness + 16) / 116;
  const cone = [straight(y + a / 500), straight(y), straight(y - b / 200)];
  return RGB_OF_CONE.map((row) => srgbOfLinear(row[0] * cone[0] + row[1] * cone[1] + row[2] * cone[2]));
}

/** L* (0..100) of the grey whose sRGB code value is luma (0..1). */
export const lightnessOfGrey = (luma) => 116 * curved(linearOfSrgb(luma)) - 16;
