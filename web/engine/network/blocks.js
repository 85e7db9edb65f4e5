// A JPEG as libjpeg hands it out when less than all of it is wanted: each block of 8 × 8 pixels becomes one of k × k,
// made of its lowest frequencies, or of means. What the network sees of a JPEG is read so in Python.

import { clip } from "../arrays/planes.js";
import { roundEven } from "../arrays/resize.js";

const BLOCK = 8;
const BY_MEANS = new Set([1, 2, 4]); // eighths at which libjpeg averages pixels

/**
 * Luma of a JPEG scaled down as far as twice the size wanted allows; the luma itself where that is all of it.
 * @param {Uint8Array} luma [H·W] as the file stores it
 * @param {[number, number]} size H and W
 * @param {[number, number]} wanted height and width
 * @returns {{plane: Uint8Array, size: [number, number]}}
 */
export function scaledByBlocks(luma, size, wanted) {
  const isEnough = (eighths) =>
    size.every((side, axis) => Math.ceil((side * eighths) / BLOCK) >= 2 * wanted[axis]);
  const eighths = [1, 2, 3, 4, 5, 6, 7].find(isEnough) ?? BLOCK;
  return eighths === BLOCK ? { plane: luma, size } : reduced(luma, size, eighths);
}

/** What one side of a block, 8 numbers, becomes: [k·8]. */
function matrixTo(k) {
  if (BY_MEANS.has(k))
    return Array.from({ length: k }, (_, to) =>
      Array.from({ length: BLOCK }, (__, from) => (Math.trunc((from * k) / BLOCK) === to ? k / BLOCK : 0)),
    );
  const wave = (place, frequency, count) =>
    Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * count)) * Math.sqrt((frequency ? 2 : 1) / count);
  return Array.from({ length: k }, (_, to) =>
    Array.from({ length: BLOCK }, (__, from) => {
      let sum = 0;
      for (let frequency = 0; frequency < k; frequency++)
        sum += wave(to, frequency, k) * wave(from, frequency, BLOCK);
      return sum * Math.sqrt(k / BLOCK);
    }),
  );
}

function reduced(luma, [height, width], k) {
  const matrix = matrixTo(k);
  const size = [height, width].map((side) => Math.ceil((side * k) / BLOCK));
  const plane = new Uint8Array(size[0] * size[1]);
  const half = new Float64Array(k * width); // a row of blocks, made lower
  for (let top = 0; top * BLOCK < height; top++) {
    half.fill(0);
    for (let to = 0; to < k; to++)
      for (let from = 0; from < BLOCK; from++) {
        const start = Math.min(top * BLOCK + from, height - 1) * width;
        const weight = matrix[to][from];
        for (let column = 0; column < width; column++)
          half[to * width + column] += weight * luma[start + column];
      }
    narrow(half, width, matrix, plane, size, top * k);
  }
  return { plane, size };
}

/** Make rows of blocks narrower, and round them. */
function narrow(half, width, matrix, plane, [high, wide], top) {
  const k = matrix.length;
  for (let row = 0; row < k && top + row < high; row++)
    for (let column = 0; column < wide; column++) {
      const weights = matrix[column % k];
      const start = Math.trunc(column / k) * BLOCK;
      let sum = 0;
      for (let from = 0; from < BLOCK; from++)
        sum += weights[from] * half[row * width + Math.min(start + from, width - 1)];
      plane[(top + row) * wide + column] = clip(roundEven(sum), 0, 255);
    }
}
