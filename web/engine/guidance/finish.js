// What is done to the painted colours before they are laid over the scan: fading, looks, adjustments, the corner.
// As in vermilion.guidance.finish and .looks.

import { clip } from "../arrays/planes.js";
import { abOf } from "./color-of.js";
import { markCorner } from "./corner.js";

const KEPT_FROM = 0.3; // confidence from which no colour fades
const GONE_BELOW = 0.1; // and below which nothing is left of it
const DYE_FOCUS = 4;
const CEILING_KNEE = 4;
const GREY_SHARE = 10; // ab units: a colour this strong takes half of a warmth or a tint

const NEUTRAL = {
  floor: 0,
  mixing: [
    [1, 0],
    [0, 1],
  ],
  dyes: [],
  dye_strength: 1,
  vividness: 1,
  ceiling: Infinity,
  wash: 0,
  shadows: [0, 0],
  midtones: [0, 0],
  highlights: [0, 0],
};

/**
 * (a, b) [h·w·2] after all controls that work on painted colours, in their fixed order; a new array.
 * @param {object} controls
 * @param {object | null} look what its look file says
 * @param {Float32Array} luma [h·w]
 * @param {[number, number]} grid
 * @param {Float32Array} painted (a, b)
 * @param {Float32Array} certainty [h·w], the confidence, and 1 where a person said what the colour is
 */
export function finishColors(controls, look, luma, grid, painted, certainty) {
  let ab = Float32Array.from(painted);
  if (controls.fade_unsure) fadeUnsure(ab, certainty, controls.fade_unsure);
  if (look) ab = applyLook({ ...NEUTRAL, ...look }, luma, grid, ab);
  const { vividness = 1, warmth = 0, tint = 0 } = controls;
  if (vividness !== 1 || warmth || tint) adjustColors(ab, luma, vividness, warmth, tint);
  return controls.corner_mark ? markCorner(luma, grid, ab) : ab;
}

function fadeUnsure(ab, confidence, strength) {
  for (let place = 0; place < ab.length; place++) {
    const known = clip((confidence[place >> 1] - GONE_BELOW) / (KEPT_FROM - GONE_BELOW), 0, 1);
    ab[place] *= 1 - strength * (1 - known * known * (3 - 2 * known));
  }
}

function adjustColors(ab, luma, vividness, warmth, tint) {
  for (let cell = 0; cell < luma.length; cell++) {
    const [a, b] = [ab[2 * cell] * vividness, ab[2 * cell + 1] * vividness];
    const chroma = Math.hypot(a, b);
    const share = (chroma / (chroma + GREY_SHARE)) * 4 * luma[cell] * (1 - luma[cell]);
    ab[2 * cell] = a + share * tint;
    ab[2 * cell + 1] = b + share * warmth;
  }
}

function applyLook(look, luma, grid, ab) {
  const hues = look.dyes.map((dye) => {
    const pair = abOf(dye);
    return pair.map((value) => value / Math.hypot(...pair));
  });
  let looked = new Float32Array(ab.length);
  for (let cell = 0; cell < luma.length; cell++)
    looked.set(lookAt(look, hues, ab[2 * cell], ab[2 * cell + 1]), 2 * cell);
  if (look.wash) looked = blurred(looked, grid, look.wash * Math.min(...grid));
  for (let cell = 0; cell < luma.length; cell++) {
    const shares = [(1 - luma[cell]) ** 2, 2 * luma[cell] * (1 - luma[cell]), luma[cell] ** 2];
    for (const axis of [0, 1])
      looked[2 * cell + axis] +=
        shares[0] * look.shadows[axis] + shares[1] * look.midtones[axis] + shares[2] * look.highlights[axis];
  }
  return looked;
}

/** One colour above the floor, mixed, dyed, made vivid and held below the ceiling. */
function lookAt(look, hues, a, b) {
  const squared = a * a + b * b;
  const kept = squared / Math.max(squared + look.floor ** 2, 1e-9);
  let [x, y] = look.mixing.map((row) => row[0] * a * kept + row[1] * b * kept);
  if (hues.length) {
    const dyed = dyedAs(hues, x, y);
    x += look.dye_strength * (dyed[0] - x);
    y += look.dye_strength * (dyed[1] - y);
  }
  x *= look.vividness;
  y *= look.vividness;
  const bent = (1 + (Math.hypot(x, y) / look.ceiling) ** CEILING_KNEE) ** (-1 / CEILING_KNEE);
  return [x * bent, y * bent];
}

function dyedAs(hues, a, b) {
  const chroma = Math.hypot(a, b);
  const likeness = hues.map((hue) =>
    Math.exp((DYE_FOCUS * (a * hue[0] + b * hue[1])) / Math.max(chroma, 1e-3)),
  );
  const total = likeness.reduce((sum, one) => sum + one, 0);
  return [0, 1].map(
    (axis) => chroma * hues.reduce((sum, hue, n) => sum + (likeness[n] / total) * hue[axis], 0),
  );
}

/** OpenCV's Gaussian blur of (a, b), mirrored at the borders without repeating the last pixel. */
function blurred(ab, [height, width], sigma) {
  const radius = (Math.round(sigma * 4 * 2 + 1) | 1) >> 1; // the kernel of OpenCV for float32
  const weights = Array.from({ length: 2 * radius + 1 }, (_, tap) =>
    Math.exp(-((tap - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (plane, length, lines, next, step) => {
    const result = new Float32Array(plane.length);
    for (let line = 0; line < lines; line++)
      for (let place = 0; place < length; place++)
        for (const axis of [0, 1]) {
          let sum = 0;
          for (let tap = -radius; tap <= radius; tap++)
            sum +=
              weights[tap + radius] * plane[2 * (line * step + mirrored(place + tap, length) * next) + axis];
          result[2 * (line * step + place * next) + axis] = sum / total;
        }
    return result;
  };
  return pass(pass(ab, width, height, 1, width), height, width, width, 1);
}

/** A place within a length, reached by mirroring at the first and the last pixel. */
function mirrored(place, length) {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const along = ((place % period) + period) % period;
  return along < length ? along : period - along;
}
