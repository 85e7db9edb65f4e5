// Is a picture in real colour, or grey, sepia or toned? As vermilion.pictures.prints.toned: what strays from a smooth
// function of lightness and place is real colour.

import { percentile } from "../arrays/planes.js";
import { labOfRgb } from "../color/lab.js";

export const SIDE = 128; // pixels on the long side of what is looked at

/**
 * @param {Uint8Array} rgb [H·W·3]
 * @param {[number, number]} size
 */
export function isInRealColor(rgb, [height, width]) {
  if (isGrey(rgb)) return false;
  const lab = Array.from({ length: rgb.length / 3 }, (_, place) =>
    labOfRgb(rgb[3 * place] / 255, rgb[3 * place + 1] / 255, rgb[3 * place + 2] / 255),
  );
  const chroma = lab.reduce((sum, [, a, b]) => sum + Math.hypot(a, b), 0) / lab.length;
  const drift = lab.map(([light], place) => [...tone(light), ...placeTerms(place, height, width)]);
  const line = lab.map(([light]) => tone(light).slice(0, 2));
  const [p95, p99] = strays(lab, drift);
  const [line95] = strays(lab, line);
  return p95 > 5.2 + 0.05 * chroma || p99 > 7.5 + 0.3 * chroma || line95 > 10 + 0.25 * chroma;
}

function isGrey(rgb) {
  for (let place = 0; place < rgb.length; place += 3) {
    const three = [rgb[place], rgb[place + 1], rgb[place + 2]];
    if (Math.max(...three) - Math.min(...three) > 2) return false;
  }
  return true;
}

const tone = (lightness) => [0, 1, 2, 3].map((power) => (lightness / 100) ** power);

function placeTerms(place, height, width) {
  const along = (number, count) => (count > 1 ? (2 * number) / (count - 1) - 1 : -1);
  const [x, y] = [along(place % width, width), along(Math.trunc(place / width), height)];
  return [x, y, x * x, y * y, x * y];
}

/** The 95th and 99th percentile of the distance of (a, b) from its least-squares fit. */
function strays(lab, terms) {
  const count = terms[0].length;
  const square = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j) =>
      terms.reduce((sum, one) => sum + one[i] * one[j], i === j ? 1e-6 : 0),
    ),
  );
  const fits = [1, 2].map((channel) =>
    solved(
      square,
      Array.from({ length: count }, (_, i) =>
        terms.reduce((sum, one, n) => sum + one[i] * lab[n][channel], 0),
      ),
    ),
  );
  const distances = lab.map((one, place) =>
    Math.hypot(
      ...fits.map((fit, n) => one[n + 1] - fit.reduce((sum, value, i) => sum + value * terms[place][i], 0)),
    ),
  );
  return [95, 99].map((percent) => percentile(distances, percent));
}

/** Gauss's elimination. */
function solved(square, wanted) {
  const rows = square.map((row, number) => [...row, wanted[number]]);
  const count = rows.length;
  for (let pivot = 0; pivot < count; pivot++) {
    let best = pivot;
    for (let row = pivot; row < count; row++)
      if (Math.abs(rows[row][pivot]) > Math.abs(rows[best][pivot])) best = row;
    [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
    for (let row = 0; row < count; row++) {
      const factor = row === pivot ? 0 : rows[row][pivot] / rows[pivot][pivot];
      if (factor) rows[row] = rows[row].map((value, place) => value - factor * rows[pivot][place]);
    }
  }
  return rows.map((row, number) => row[count] / row[number]);
}
