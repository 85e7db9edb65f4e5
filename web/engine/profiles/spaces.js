// RGB spaces: curves and a matrix to XYZ under D50; sRGB among them. As vermilion.pictures.profiles.spaces.

import { inverse, times } from "../arrays/matrix.js";
import { srgbOfLinear } from "../color/lab.js";

export const SAMPLES = 4096; // of a curve
// sRGB's primaries adapted to D50, the white that profiles count from.
export const SRGB_TO_XYZ = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
];
const [CLOSE_TONE, CLOSE_PRIMARY] = [0.006, 0.01];

/** A curve by a formula: its values at code values evenly spread over 0..1. */
export const curveOf = (formula, count = SAMPLES) =>
  Float64Array.from({ length: count }, (_, place) => formula(place / (count - 1)));

/** A value between those of a curve: NumPy's interp over 0..1. */
export function valueAt(curve, code) {
  const place = code * (curve.length - 1);
  if (place <= 0) return curve[0];
  if (place >= curve.length - 1) return curve.at(-1);
  const below = Math.floor(place);
  return curve[below] + (curve[below + 1] - curve[below]) * (place - below);
}

/** Where, 0..1, a rising curve has a value; where it is level, at the end of that. */
export function codeAt(curve, value) {
  const last = curve.length - 1;
  if (value < curve[0]) return 0;
  if (value >= curve[last]) return 1;
  let [low, high] = [0, last]; // curve[low] <= value < curve[high]
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve[middle] <= value) low = middle;
    else high = middle;
  }
  return (low + (value - curve[low]) / (curve[high] - curve[low])) / last;
}

export class RgbSpace {
  /**
   * @param {Float64Array[]} curves of each channel: linear light at code values evenly spread over 0..1, rising
   * @param {number[][]} toXyz
   */
  constructor(curves, toXyz) {
    this.curves = curves;
    this.toXyz = toXyz;
    this.fromXyz = inverse(toXyz);
    this.ramp = curves[0].map(
      (_, code) =>
        times(
          toXyz,
          curves.map((curve) => curve[code]),
        )[1],
    );
  }

  /** Code values, clipped to 0..1, of a colour in XYZ. */
  codes(xyz) {
    return times(this.fromXyz, xyz).map((light, channel) => codeAt(this.curves[channel], light));
  }

  /** Relative luminance Y of R = G = B at a code value. */
  greyLight(code) {
    return valueAt(this.ramp, code);
  }

  /** Whether it is sRGB to within what one level of 8 bits can show. */
  isSrgb() {
    const isClose = (code) =>
      this.curves.every((curve) => Math.abs(srgbOfLinear(valueAt(curve, code)) - code) < CLOSE_TONE);
    const hasItsPrimaries = this.toXyz.every((row, axis) =>
      row.every((value, channel) => Math.abs(value - SRGB_TO_XYZ[axis][channel]) < CLOSE_PRIMARY),
    );
    return hasItsPrimaries && Array.from({ length: 256 }, (_, level) => level / 255).every(isClose);
  }
}

/** A space with sRGB's primaries. */
export const withSrgbPrimaries = (curve) => new RgbSpace([curve, curve, curve], SRGB_TO_XYZ);
