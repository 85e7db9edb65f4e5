// Enlargement of chroma along the edges of the luma, row by row: vermilion.color.enlarge.

import { reduceLuma, reduceToBytes } from "../arrays/resize.js";
import { linesOf } from "./guide.js";

/** Taps of linear enlargement with aligned centres; where a side has to shrink the kernel widens. */
export function linearTaps(source, target) {
  const scale = source / target;
  const reach = Math.max(1, scale);
  const most = 2 * Math.ceil(reach) + 1;
  const taps = Math.min(source, most);
  const starts = new Int32Array(target);
  const weights = new Float32Array(target * taps);
  for (let place = 0; place < target; place++) {
    const centre = (place + 0.5) * scale - 0.5;
    const nearest = Math.floor(centre - reach) + 1;
    const start = Math.min(Math.max(nearest, 0), source - taps);
    const raw = Array.from({ length: most }, (_, tap) =>
      Math.max(0, 1 - Math.abs(nearest + tap - centre) / reach),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    starts[place] = start;
    raw.forEach((weight, tap) => {
      const pixel = Math.min(Math.max(nearest + tap, 0), source - 1);
      weights[place * taps + pixel - start] += weight / total;
    });
  }
  return { starts, weights, taps };
}

/** Chroma of network size that gives out rows of picture size, without ever holding all of them. */
export class ChromaEnlarger {
  /**
   * @param {Float32Array} cbcr [h·w·2]
   * @param {[number, number]} small h and w
   * @param {Uint8Array} luma [H·W] of the enlarged size, whose edges are followed
   * @param {[number, number]} size H and W
   */
  constructor(cbcr, small, luma, size) {
    this.luma = luma;
    this.width = size[1];
    this.planes = widened(linesOf(cbcr, reducedLevels(luma, size, small), small), small, size[1]);
    this.down = linearTaps(small[0], size[0]);
    this.line = Array.from({ length: 6 }, () => new Float32Array(size[1]));
  }

  /** Fill Cb and Cr, each [to − from], for some columns of one row of the picture. */
  row(row, from, to, cb, cr) {
    const { width, line, luma } = this;
    this.#blend(row, from, to);
    const [slopeB, slopeR, startB, startR, least, most] = line;
    const start = row * width + from;
    for (let column = 0; column < to - from; column++) {
      let level = luma[start + column] * (1 / 255);
      if (level < least[column]) level = least[column];
      if (level > most[column]) level = most[column];
      cb[column] = slopeB[column] * level + startB[column];
      cr[column] = slopeR[column] * level + startR[column];
    }
  }

  #blend(row, from, to) {
    const { starts, weights, taps } = this.down;
    for (let plane = 0; plane < 6; plane++) {
      const line = this.line[plane];
      line.fill(0, 0, to - from);
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[row * taps + tap];
        const start = (starts[row] + tap) * this.width;
        const source = this.planes[plane].subarray(start + from, start + to);
        if (weight)
          for (let column = 0; column < source.length; column++) line[column] += weight * source[column];
      }
    }
  }
}

/** Luma of 8 bits at network size, in 0..1; means are whole levels, as the Python engine has them. */
function reducedLevels(luma, size, small) {
  if (small[0] > size[0] || small[1] > size[1])
    return reduceLuma(
      Float32Array.from(luma, (level) => level / 255),
      size,
      small,
    );
  return Float32Array.from(reduceToBytes(luma, size, small), (level) => level / 255);
}

function widened(planes, [height, width], wide) {
  const { starts, weights, taps } = linearTaps(width, wide);
  return planes.map((plane) => {
    const result = new Float32Array(height * wide);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < wide; column++) {
        let sum = 0;
        const from = row * width + starts[column];
        for (let tap = 0; tap < taps; tap++) sum += plane[from + tap] * weights[column * taps + tap];
        result[row * wide + column] = sum;
      }
    }
    return result;
  });
}
