// The exact join: chroma is laid over a scan's luma, and every grey level stays as it was. 8 bits.
// The BT.601 luma of the result, rounded, is the scan's by exact weights, by Pillow's and by OpenCV's.

import { roundEven } from "../arrays/resize.js";
import { BLUE_PER_CB, GREEN_PER_CB, GREEN_PER_CR, RED_PER_CR, gamutShare } from "./chroma.js";
import { ChromaEnlarger } from "./enlarge.js";

const DEFINITIONS = [
  [299, 587, 114, 1000],
  [19595, 38470, 7471, 65536],
  [9798, 19235, 3735, 32768],
  [4899, 9617, 1868, 16384],
];
const COSTS = [100, 100, 1, 1]; // of breaking each definition
const SLACK = 0.01; // what the quick check leaves to the exact one, in levels

const STEPS = [-1, 0, 1]
  .flatMap((red) => [-1, 0, 1].flatMap((green) => [-1, 0, 1].map((blue) => [red, green, blue])))
  .sort((one, two) => size(one) - size(two))
  .slice(1);

function size(step) {
  return step.reduce((sum, part) => sum + Math.abs(part), 0);
}

function cost(red, green, blue, luma) {
  let sum = 0;
  DEFINITIONS.forEach(([r, g, b, whole], number) => {
    const error = Math.abs(r * red + g * green + b * blue - whole * luma);
    if (2 * error >= whole) sum += COSTS[number];
  });
  return sum;
}

/** The nearest colour whose luma is right by all definitions; a colour that is right already stays. */
export function repaired(red, green, blue, luma) {
  let best = [red, green, blue];
  let least = cost(red, green, blue, luma);
  for (const step of STEPS) {
    if (!least) break;
    const moved = [red + step[0], green + step[1], blue + step[2]];
    if (moved.some((channel) => channel < 0 || channel > 255)) continue;
    const now = cost(...moved, luma);
    if (now < least) [best, least] = [moved, now];
  }
  return best;
}

/**
 * Fill one row of RGB [W·3] from luma and chroma; colours out of gamut are pulled towards grey.
 * @param {Uint8Array} luma [W]
 * @param {Float32Array} cb [W]
 * @param {Float32Array} cr [W]
 * @param {Uint8Array} rgb [W·3]
 */
export function joinRow(luma, cb, cr, rgb) {
  for (let column = 0; column < luma.length; column++) {
    const grey = luma[column];
    const red = 255 * RED_PER_CR * cr[column];
    const green = 255 * (GREEN_PER_CB * cb[column] + GREEN_PER_CR * cr[column]);
    const blue = 255 * BLUE_PER_CB * cb[column];
    const share = gamutShare(grey, red, green, blue, 255);
    const r = level(grey + share * red);
    const g = level(grey + share * green);
    const b = level(grey + share * blue);
    const place = 3 * column;
    const error = Math.abs(0.299 * (r - grey) + 0.587 * (g - grey) + 0.114 * (b - grey));
    if (error > 0.5 - SLACK) rgb.set(repaired(r, g, b, grey), place);
    else {
      rgb[place] = r;
      rgb[place + 1] = g;
      rgb[place + 2] = b;
    }
  }
}

const level = (value) => Math.min(255, Math.max(0, roundEven(value)));

/** A scan's luma and chroma of network size, ready to give out any rows of the coloured picture. */
export class ExactJoiner {
  /**
   * @param {Uint8Array} luma [H·W]
   * @param {[number, number]} size H and W
   * @param {Float32Array} cbcr [h·w·2]
   * @param {[number, number]} small h and w
   * @param {((luma: Uint8Array, cb: Float32Array, cr: Float32Array) => void) | null} convert makes chroma fit the
   *   scan's profile
   */
  constructor(luma, size, cbcr, small, convert = null) {
    this.convert = convert;
    this.luma = luma;
    this.size = size;
    this.enlarger = new ChromaEnlarger(cbcr, small, luma, size);
    this.cb = new Float32Array(size[1]);
    this.cr = new Float32Array(size[1]);
  }

  /** RGB [rows·columns·3] of rows `start` to `stop`, and of columns `left` to `right`. */
  rows(start, stop, left = 0, right = this.size[1]) {
    const step = 3 * (right - left);
    const rgb = new Uint8Array((stop - start) * step);
    for (let row = start; row < stop; row++) {
      this.enlarger.row(row, left, right, this.cb, this.cr);
      const first = row * this.size[1];
      const luma = this.luma.subarray(first + left, first + right);
      this.convert?.(luma, this.cb, this.cr);
      joinRow(luma, this.cb, this.cr, rgb.subarray((row - start) * step, (row - start + 1) * step));
    }
    return rgb;
  }
}
