// What the network did not follow of a hint, laid on as far as the hint reaches; and notes on what cannot be.
// As in vermilion.guidance.canvas.arrival and .settle.

import { existingAb, hexOf } from "../color/chroma.js";
import { abAt } from "./color-of.js";
import { AB_SCALE, NOBODY, placeOf, strengthOf } from "./draw.js";
import { seenHints } from "./reach.js";

const CARRIED_ON = 0.7; // of the way to a hint's colour, where its reach is whole
const CLOSE = 5; // CIELAB units of a and b within which a hint's colour has arrived

const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

/**
 * What the hints ask for in one cell.
 * @typedef {{cell: number, owner: number, luma: number, ab: number[], laidOn: number[], named: number[],
 *   short: number}} Goal ab: the colour to arrive at; laidOn: what to paint so that it does; named: the colour that
 *   was named, in the light of the place; short: how far from it the nearest is that exists there
 */

/** @returns {Goal[]} */
export function goalsOf({ canvas, owner }, luma, automatic) {
  const cells = owner.length;
  const goals = [];
  owner.forEach((whose, cell) => {
    if (whose === NOBODY) return;
    const strength = canvas[2 * cells + cell];
    const named = [canvas[cell] * AB_SCALE, canvas[cells + cell] * AB_SCALE];
    const possible = existingAb(luma[cell], ...named);
    const start = existingAb(luma[cell], automatic[2 * cell], automatic[2 * cell + 1]);
    const ab = start.map((value, axis) => value + strength * (possible[axis] - value));
    const laidOn = strength === 1 ? named : ab;
    goals.push({ cell, owner: whose, luma: luma[cell], ab, laidOn, named, short: distance(possible, named) });
  });
  return goals;
}

/**
 * (a, b) [h·w·2] in which hints have arrived; a new array.
 * @param {object[]} hints as they were drawn
 * @param {Goal[]} goals
 * @param {Float32Array[]} reach of `reachOf`
 * @param {Float32Array} luma
 * @param {Float32Array} painted (a, b) as the network painted it with the hints
 * @param {Float32Array} automatic (a, b) without them
 */
export function settleHints(hints, goals, reach, luma, painted, automatic) {
  const settled = Float32Array.from(painted);
  const seen = seenHints(goals.map(({ owner }) => owner)).map((number) => hints[number]);
  const asked = seen.map((hint) => askedBy(hint, luma, automatic));
  for (let cell = 0; cell < luma.length; cell++) {
    let [total, most, a, b] = [0, 0, 0, 0];
    for (let number = 0; number < seen.length; number++) {
      const weight = reach[number][cell] ** 4 * CARRIED_ON;
      if (!weight) continue;
      const wanted = asked[number](cell);
      a += weight * wanted[0];
      b += weight * wanted[1];
      total += weight;
      most = Math.max(most, weight);
    }
    if (!total) continue;
    const whole = Math.max(total, 1e-9);
    settled[2 * cell] += most * (a / whole - settled[2 * cell]);
    settled[2 * cell + 1] += most * (b / whole - settled[2 * cell + 1]);
  }
  for (const { cell, laidOn } of goals) settled.set(laidOn, 2 * cell);
  return settled;
}

/** A function from a cell to the (a, b) that a hint asks for there. */
function askedBy(hint, luma, automatic) {
  const named = abAt(hint.color);
  const strength = strengthOf(hint);
  if (strength === 1) return (cell) => named(luma[cell]);
  return (cell) => {
    const start = existingAb(luma[cell], automatic[2 * cell], automatic[2 * cell + 1]);
    const possible = existingAb(luma[cell], ...named(luma[cell]));
    return start.map((value, axis) => value + strength * (possible[axis] - value));
  };
}

/** Which hints ask for a colour that cannot exist where they are, and which did not arrive. */
export function notesOn(hints, goals, painted) {
  const notes = [];
  hints.forEach((hint, number) => {
    const own = goals.filter(({ owner }) => owner === number);
    if (!own.length) return;
    const mean = (of) => own.reduce((sum, goal) => sum + of(goal), 0) / own.length;
    if (strengthOf(hint) && mean(({ short }) => short) > CLOSE)
      notes.push({
        text: cannotExist(
          hint,
          own,
          mean(({ luma }) => luma),
        ),
        hint: number,
      });
    const miss = mean((goal) => {
      const shown = existingAb(goal.luma, painted[2 * goal.cell], painted[2 * goal.cell + 1]);
      return distance(goal.ab, shown);
    });
    if (miss > CLOSE)
      notes.push({
        text: `${placeOf(hint)} missed its colour by ${miss.toFixed(1)} units of a, b; add another beside it`,
        hint: number,
      });
  });
  return notes;
}

function cannotExist(hint, own, luma) {
  const color = abAt(hint.color)(luma);
  if (distance(existingAb(luma, ...color), color) <= CLOSE)
    return (
      `the colour of ${placeOf(hint)} cannot exist in all of it: parts of the scan are too light or too dark ` +
      "there, and in these it is as strong as possible"
    );
  const short = (at, named) => distance(existingAb(at, ...named), named);
  const nearer = own.reduce(
    (sum, goal) => sum + short(1 - (1 - goal.luma) * 0.8, goal.named) - short(goal.luma * 0.8, goal.named),
    0,
  );
  return (
    `the colour of ${placeOf(hint)} cannot exist where the scan is so ${nearer > 0 ? "light" : "dark"}; the nearest ` +
    `there is ${hexOf(luma, ...color)}`
  );
}
