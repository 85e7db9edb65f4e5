// Chroma as lines of luma, so that it can follow the edges of a larger picture: the fast guided filter (He and Sun
// 2015, arXiv:1505.00996) as vermilion.color.guide has it.

import { extreme3, mean3 } from "../arrays/planes.js";

const FLAT = 1e-3; // variance of luma (0..1) below which there is no edge to follow

/** Slope and start [h·w·2] of the line that fits chroma best around each pixel. */
function fitted(chroma, luma, size) {
  const mean = mean3(chroma, size, 2);
  const meanLuma = mean3(luma, size);
  const meanSquare = mean3(
    luma.map((value) => value * value),
    size,
  );
  const meanProduct = mean3(
    chroma.map((value, place) => value * luma[place >> 1]),
    size,
    2,
  );
  const slope = new Float32Array(chroma.length);
  const start = new Float32Array(chroma.length);
  for (let place = 0; place < chroma.length; place++) {
    const middle = meanLuma[place >> 1];
    const variance = meanSquare[place >> 1] - middle * middle;
    slope[place] = (meanProduct[place] - mean[place] * middle) / (variance + FLAT);
    start[place] = mean[place] - slope[place] * middle;
  }
  return { slope, start };
}

/** Chroma [h·w·2] smoothed over its neighbours where luma [h·w] (0..1) has no edge. */
export function smoothAlongEdges(chroma, luma, size) {
  const { slope, start } = fitted(chroma, luma, size);
  const [slopes, starts] = [mean3(slope, size, 2), mean3(start, size, 2)];
  return starts.map((value, place) => slopes[place] * luma[place >> 1] + value);
}

/**
 * What chroma is around each small pixel: slope · luma + start, for luma between least and most.
 * @returns {Float32Array[]} six planes: two slopes, two starts, least and most
 */
export function linesOf(chroma, luma, size) {
  const slopes = mean3(fitted(chroma, luma, size).slope, size, 2);
  const planes = Array.from({ length: 4 }, () => new Float32Array(luma.length));
  for (let place = 0; place < luma.length; place++) {
    for (const channel of [0, 1]) {
      const slope = slopes[2 * place + channel];
      planes[channel][place] = slope;
      planes[2 + channel][place] = chroma[2 * place + channel] - slope * luma[place];
    }
  }
  return [...planes, extreme3(luma, size, Math.min), extreme3(luma, size, Math.max)];
}
