// How far a person's hint reaches: over its own thing, up to its edges. As in vermilion.guidance.canvas.reach.

import { clip, median3, percentile } from "../arrays/planes.js";
import { resize, resizeArea } from "../arrays/resize.js";
import { NOBODY } from "./draw.js";

const EDGE = 0.1; // luma (0..1) along a path that counts as one unit of its length
const STEP = 0.05; // units that each cell adds
const FAR = 6; // units at which a hint is more than half forgotten
const FARTHER = 1; // units beyond the nearest hint that reaches a cell
const RIVAL = 0.3; // of the strongest reach of a cell, from which another hint is a rival
const OTHER_LUMA = 0.2; // beyond the hint's own luma
const USUAL_LUMA = [10, 90]; // percentiles of luma under a hint
const LEVEL_WEIGHTS = [0.3, 0.3, 0.4]; // what counts of the features at strides 8, 16 and 32
const SAME_THING = 0.25; // cosine of the features from which it is one
const ROUNDS = 4; // paths may turn twice in each
const NOWHERE = 1e6;

/**
 * A map of features, all channels of one place after another's of the next channel: [C·h·w].
 * @typedef {{data: Float32Array, dims: number[]}} FeatureMap dims [1, C, h, w]
 * @typedef {{levels: {vectors: Float32Array, channels: number, size: [number, number]}[], grid: [number, number]}}
 *   Appearance
 */

/**
 * What a picture looks like to the network.
 * @param {FeatureMap[]} maps at strides 4, 8, 16 and 32
 * @returns {Appearance}
 */
export function appearanceOf(maps) {
  const levels = maps.slice(1).map(({ data, dims }) => ({
    vectors: unitVectors(data, dims[1], dims[2] * dims[3]),
    channels: dims[1],
    size: [dims[2], dims[3]],
  }));
  return { levels, grid: [maps[0].dims[2], maps[0].dims[3]] };
}

function momentsOf(values) {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return [mean, Math.sqrt(squares / values.length)];
}

/** Features [C·n] in which every channel counts the same, each place's of length 1. */
function unitVectors(features, channels, places) {
  const dead = 0.05 * momentsOf(features)[1] + 1e-6;
  const equal = new Float32Array(features.length);
  const lengths = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    const own = features.subarray(channel * places, (channel + 1) * places);
    const [mean, spread] = momentsOf(own);
    for (let place = 0; place < places; place++) {
      const value = (own[place] - mean) / (spread + dead);
      equal[channel * places + place] = value;
      lengths[place] += value * value;
    }
  }
  for (let place = 0; place < places; place++) lengths[place] = Math.sqrt(lengths[place]) + 1e-6;
  return equal.map((value, index) => value / lengths[index % places]);
}

/** 1 near by and 0 far away, steeply: e^-1 at a distance of 1. */
const fall = (distance) => Math.exp(-(distance ** 4));

/** The numbers of hints that are seen, in order. */
export const seenHints = (owner) =>
  [...new Set(owner)].filter((number) => number !== NOBODY).sort((a, b) => a - b);

/**
 * How much each hint that is seen has a say in each cell [h·w], from 0 (none) to 1.
 * @param {Int32Array} owner [h·w]
 * @param {Float32Array} luma [h·w] in 0..1
 * @param {[number, number]} grid
 * @param {Appearance} looks
 * @returns {Float32Array[]} one for each of `seenHints`
 */
export function reachOf(owner, luma, grid, looks) {
  const hints = seenHints(owner);
  const plain = median3(luma, grid); // grain is no edge
  const costs = [costAlong(plain, grid, true), costAlong(plain, grid, false)];
  const paths = hints.map((hint) => shortestPaths(owner, hint, grid, costs));
  const reach = hints.map((hint, number) => ownReach(hint, paths[number], owner, plain, grid, looks));
  yieldToNearer(paths, reach);
  hints.forEach((hint, number) => {
    owner.forEach((whose, cell) => {
      if (whose !== NOBODY) reach[number][cell] = whose === hint ? 1 : 0;
    });
  });
  return reach;
}

function ownReach(hint, path, owner, plain, grid, looks) {
  const under = plain.filter((_, cell) => owner[cell] === hint);
  const [darkest, lightest] = USUAL_LUMA.map((percent) => percentile(under, percent));
  const same = sameThing(looks, owner, hint, grid);
  return path.map((length, cell) => {
    const beyond = Math.max(darkest - plain[cell], plain[cell] - lightest, 0);
    return fall(length / FAR) * fall(beyond / OTHER_LUMA) * same[cell];
  });
}

/** Where two hints reach, the nearer one has the say. */
function yieldToNearer(paths, reach) {
  if (!paths.length) return;
  for (let cell = 0; cell < paths[0].length; cell++) {
    const most = Math.max(...reach.map((plane) => plane[cell]));
    let nearest = NOWHERE;
    paths.forEach((path, number) => {
      if (reach[number][cell] > RIVAL * most) nearest = Math.min(nearest, path[cell]);
    });
    paths.forEach((path, number) => {
      reach[number][cell] *= fall(Math.max(path[cell] - nearest, 0) / FARTHER);
    });
  }
}

/** How far each cell looks like the places of a hint, 0..1. */
function sameThing(looks, owner, hint, grid) {
  const whole = new Float32Array(looks.grid[0] * looks.grid[1]);
  owner.forEach((whose, cell) => {
    const [row, column] = [Math.trunc(cell / grid[1]), cell % grid[1]];
    if (whose === hint) whole[row * looks.grid[1] + column] = 1;
  });
  const cosine = new Float32Array(whole.length);
  looks.levels.forEach((level, number) => {
    const alike = likeness(level, resizeArea(whole, looks.grid, level.size));
    const large = resize(alike, level.size, looks.grid, "linear");
    for (let place = 0; place < cosine.length; place++) cosine[place] += LEVEL_WEIGHTS[number] * large[place];
  });
  return Float32Array.from(owner, (_, cell) => {
    const [row, column] = [Math.trunc(cell / grid[1]), cell % grid[1]];
    const rising = clip(cosine[row * looks.grid[1] + column] / SAME_THING, 0, 1);
    return rising * rising * (3 - 2 * rising);
  });
}

/** The cosine of each place's features with those of the places that weigh. */
function likeness({ vectors, channels }, weights) {
  const places = weights.length;
  const own = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < places; place++)
      if (weights[place]) own[channel] += weights[place] * vectors[channel * places + place];
  const length = Math.hypot(...own) + 1e-6;
  const alike = new Float32Array(places);
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < places; place++)
      alike[place] += (own[channel] / length) * vectors[channel * places + place];
  return alike;
}

/** What it costs from the beginning of a row (or a column) to each cell. */
function costAlong(luma, [height, width], isAcross) {
  const cost = new Float64Array(luma.length);
  const [lines, length, next, step] = isAcross ? [height, width, 1, width] : [width, height, width, 1];
  for (let line = 0; line < lines; line++)
    for (let cell = 1; cell < length; cell++) {
      const here = line * step + cell * next;
      cost[here] = cost[here - next] + Math.abs(luma[here] - luma[here - next]) / EDGE + STEP;
    }
  return cost;
}

/** Lengths of the cheapest paths from a hint's cells to each cell: rows there and back, then columns. */
function shortestPaths(owner, hint, [height, width], [across, down]) {
  const distance = Float64Array.from(owner, (whose) => (whose === hint ? 0 : NOWHERE));
  for (let round = 0; round < ROUNDS; round++) {
    for (let row = 0; row < height; row++) shorten(distance, across, row * width, 1, width);
    for (let column = 0; column < width; column++) shorten(distance, down, column, width, height);
  }
  return Float32Array.from(distance);
}

/** Shorten paths along one line, there and back: a running minimum of where one could have turned into it. */
function shorten(distance, cost, start, next, length) {
  for (let step = 1; step < length; step++) {
    const here = start + step * next;
    distance[here] = Math.min(distance[here], distance[here - next] + cost[here] - cost[here - next]);
  }
  for (let step = length - 2; step >= 0; step--) {
    const here = start + step * next;
    distance[here] = Math.min(distance[here], distance[here + next] + cost[here + next] - cost[here]);
  }
}
