// Places where one hint would change most: vermilion.guidance.confidence.ask_here.

import { clip } from "../arrays/planes.js";
import { resize } from "../arrays/resize.js";

const SURE_FROM = 0.5; // confidence from which nobody is asked
const MOST_PLACES = 1024; // that are compared with each other
const REACH = 0.15; // of the diagonal
const SAME_LUMA = 0.12;
const SAME_THING = 0.5; // likeness above which one hint does for two places

/**
 * @param {{data: Float32Array, dims: number[]}} features without the margin: dims [C, h', w']
 * @param {Float32Array} luma [h·w]
 * @param {Float32Array} confidence [h·w]
 * @param {Float32Array} hinted [h·w], 1 where there are hints already
 * @param {[number, number]} grid h and w
 * @param {[number, number]} size of the picture
 * @returns {{x: number, y: number, share: number}[]} the best first
 */
export function askHere(features, luma, confidence, hinted, grid, size, count) {
  const scale = Math.min(1, (MOST_PLACES / (grid[0] * grid[1])) ** 0.5);
  const places = grid.map((side) => Math.max(1, Math.trunc(side * scale)));
  const likeness = likenessOf(features, reduced(luma, grid, places), places);
  const doubt = reduced(confidence, grid, places).map((value) => 1 - value);
  const total = doubt.reduce((sum, one) => sum + one, 0) || 1;
  const known = knownFrom(likeness, reduced(hinted, grid, places));
  const left = doubt.map((value, place) => value * (1 - known[place]));
  const unsure = doubt.map((value, place) => (value > 1 - SURE_FROM && known[place] <= SAME_THING ? 1 : 0));
  const spots = [];
  while (spots.length < count && unsure.some(Boolean)) {
    const gains = likeness.map((row, place) => (unsure[place] ? dot(row, left) : 0));
    const best = gains.indexOf(Math.max(...gains));
    const [row, column] = [Math.trunc(best / places[1]), best % places[1]];
    const [x, y] = [((column + 0.5) * size[1]) / places[1], ((row + 0.5) * size[0]) / places[0]];
    spots.push({ x, y, share: gains[best] / total });
    likeness[best].forEach((alike, place) => {
      left[place] *= 1 - alike;
      if (alike > SAME_THING) unsure[place] = 0;
    });
  }
  return spots;
}

function dot(one, two) {
  let sum = 0;
  for (let place = 0; place < one.length; place++) sum += one[place] * two[place];
  return sum;
}

function knownFrom(likeness, hinted) {
  const known = new Float32Array(hinted.length);
  hinted.forEach((share, hint) => {
    if (share > 0) likeness[hint].forEach((alike, place) => (known[place] = Math.max(known[place], alike)));
  });
  return known;
}

function reduced(plane, from, to) {
  return resize(plane, from, to, from[0] < to[0] ? "linear" : "area");
}

/** How much a hint at one place says of another: alike and near, 1 for itself. */
function likenessOf({ data, dims }, luma, grid) {
  const [channels, height, width] = dims;
  const vectors = vectorsOf(data, channels, [height, width], grid);
  const reach = REACH * Math.hypot(...grid);
  const count = luma.length;
  const rows = Array.from({ length: count }, () => new Float32Array(count));
  for (let one = 0; one < count; one++) {
    rows[one][one] = 1;
    for (let two = 0; two < one; two++) {
      const down = (Math.trunc(one / grid[1]) - Math.trunc(two / grid[1])) / reach;
      const across = ((one % grid[1]) - (two % grid[1])) / reach;
      const lighter = (luma[one] - luma[two]) / SAME_LUMA;
      const near = Math.exp((down * down + across * across + lighter * lighter) / -2);
      if (near > 1e-6) rows[one][two] = rows[two][one] = clip(dot(vectors[one], vectors[two]), 0, 1) * near;
    }
  }
  return rows;
}

/** Features of each place, centred and of length 1. */
function vectorsOf(data, channels, from, grid) {
  const count = grid[0] * grid[1];
  const vectors = Array.from({ length: count }, () => new Float32Array(channels));
  for (let channel = 0; channel < channels; channel++) {
    const own = data.subarray(channel * from[0] * from[1], (channel + 1) * from[0] * from[1]);
    const small = reduced(own, from, grid);
    const mean = small.reduce((sum, one) => sum + one, 0) / count;
    small.forEach((value, place) => (vectors[place][channel] = value - mean));
  }
  for (const vector of vectors) {
    const length = Math.max(Math.hypot(...vector), 1e-6);
    vector.forEach((value, channel) => (vector[channel] = value / length));
  }
  return vectors;
}
