// The likeliest distinct colours of a place, from the network's own distribution.
// As vermilion.guidance.variants.suggest.

import { existingAb, hexOf } from "../color/chroma.js";

const DISTINCT = 18; // CIELAB units of a and b that two suggestions differ by at least
const NEIGHBOURS = 15; // a bin and the eight around it, in a grid of steps of 10
const LEAST_PROBABILITY = 0.01;

/**
 * Up to `count` colours, the likeliest first.
 * @param {ArrayLike<number>} odds [K] of the bins at one place
 * @param {[number, number][]} bins their centres
 * @param {number} luma of the place, 0..1
 * @returns {{color: string, probability: number}[]}
 */
export function suggestColors(odds, bins, luma, count) {
  const centres = bins.map(([a, b]) => existingAb(luma, a, b));
  const total = Math.max(
    odds.reduce((sum, one) => sum + one, 0),
    1e-9,
  );
  return modesOf(
    Float64Array.from(odds, (one) => one / total),
    centres,
  )
    .filter(({ share }) => share >= LEAST_PROBABILITY)
    .sort((one, two) => two.share - one.share)
    .slice(0, count)
    .map(({ a, b, share }) => ({ color: hexOf(luma, a, b), probability: share }));
}

const sum = (values) => values.reduce((total, one) => total + one, 0);
const apart = (one, two) => Math.hypot(one[0] - two[0], one[1] - two[1]);

/** Distinct colours, which share all the probability. */
function modesOf(odds, centres) {
  const near = centres.map((one) =>
    centres.flatMap((two, number) => (apart(one, two) <= NEIGHBOURS ? [number] : [])),
  );
  const modes = [];
  const left = Float64Array.from(odds);
  while (sum(left) > LEAST_PROBABILITY / odds.length) {
    const shares = near.map((around) => sum(around.map((number) => left[number])));
    const around = near[shares.indexOf(Math.max(...shares))];
    const share = sum(around.map((number) => left[number]));
    const [a, b] = [0, 1].map((axis) => sum(around.map((n) => left[n] * centres[n][axis])) / share);
    for (const number of around) left[number] = 0;
    const alike = modes.find((mode) => apart([mode.a, mode.b], [a, b]) < DISTINCT);
    if (alike) alike.share += share;
    else modes.push({ a, b, share });
  }
  return modes;
}
