// Contrast, restored for the network's view of faded and dark scans: vermilion.view.tone. The scan's greys stay.

import { clip, median3, percentile, rise } from "../arrays/planes.js";
import { resize, roundEven } from "../arrays/resize.js";

const [LOWEST, HIGHEST] = [0.02, 0.98];
const ENDS = [0.2, 99.8];
const [FADED, FULL] = [0.45, 0.6];
const [BLANK, LEAST] = [0.03, 0.1];
const SIDE = 192;
const INSET = 0.03;

export const UNCHANGED = { gain: 1, offset: 0 };

/** The tone that restores a picture's contrast, rounded as recipes tell it. */
export function findTone(luma, size) {
  const [low, high] = endsOf(luma, size);
  const range = high - low;
  const share = rise(range, BLANK, LEAST) * (1 - rise(range, FADED, FULL));
  if (!share) return UNCHANGED;
  const gain = (HIGHEST - LOWEST) / range;
  const round = (value) => Math.round(value * 1e6) / 1e6;
  return { gain: round(1 + share * (gain - 1)), offset: round(share * (LOWEST - gain * low)) };
}

/** Luma as the network sees it. */
export function seenThrough({ gain, offset }, luma) {
  if (gain === 1 && offset === 0) return luma;
  return luma.map((level) => clip(level * gain + offset, 0, 1));
}

function endsOf(luma, [height, width]) {
  const [down, across] = [roundEven(height * INSET), roundEven(width * INSET)];
  const inner = [height - 2 * down, width - 2 * across];
  const part = new Float32Array(inner[0] * inner[1]);
  for (let row = 0; row < inner[0]; row++) {
    const start = (row + down) * width + across;
    part.set(luma.subarray(start, start + inner[1]), row * inner[1]);
  }
  const scale = SIDE / Math.max(...inner);
  const small = scale < 1 ? inner.map((side) => Math.max(1, roundEven(side * scale))) : inner;
  const plane = median3(scale < 1 ? resize(part, inner, small, "area") : part, small);
  return ENDS.map((percent) => percentile(plane, percent));
}
