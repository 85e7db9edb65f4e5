// Planes made smaller or larger, with the weights that OpenCV uses, so that both engines see the same picture.
// A plane is a typed array of height · width numbers, row by row.

/**
 * What each target pixel of one side takes from the source.
 * @typedef {{first: Int32Array, count: Int32Array, weights: Float32Array, most: number}} Taps
 */

/** @returns {Taps} */
function emptyTaps(target, most) {
  return {
    first: new Int32Array(target),
    count: new Int32Array(target),
    weights: new Float32Array(target * most),
    most,
  };
}

/** Means over areas (INTER_AREA where a side shrinks). */
function areaTaps(source, target) {
  const scale = source / target;
  const taps = emptyTaps(target, Math.ceil(scale) + 2);
  for (let place = 0; place < target; place++) {
    const from = place * scale;
    const to = from + scale;
    const length = Math.min(scale, source - from);
    const last = Math.min(Math.floor(to), source - 1);
    const first = Math.min(Math.ceil(from), last);
    const found = [];
    if (first - from > 1e-3) found.push([first - 1, (first - from) / length]);
    for (let pixel = first; pixel < last; pixel++) found.push([pixel, 1 / length]);
    if (to - last > 1e-3) found.push([last, Math.min(Math.min(to - last, 1), length) / length]);
    setTaps(taps, place, found);
  }
  return taps;
}

/** Neighbours blended by some weights of a fraction; beyond the border the last pixel is repeated. */
function blendTaps(source, target, split, weigh, before) {
  const most = weigh(0).length;
  const taps = emptyTaps(target, most);
  for (let place = 0; place < target; place++) {
    const [whole, fraction] = split(place, source / target, target / source);
    const found = weigh(fraction).map((weight, number) => [
      Math.min(Math.max(whole - before + number, 0), source - 1),
      weight,
    ]);
    setTaps(taps, place, found);
  }
  return taps;
}

function setTaps(taps, place, found) {
  const first = Math.min(...found.map(([pixel]) => pixel));
  taps.first[place] = first;
  for (const [pixel, weight] of found) {
    taps.weights[place * taps.most + pixel - first] += weight;
    taps.count[place] = Math.max(taps.count[place], pixel - first + 1);
  }
}

// Fractions are rounded to float32 where OpenCV rounds them: a mask's edge may hang on an exact half.
const atCentre = (place, scale) => {
  const centre = Math.fround((place + 0.5) * scale - 0.5);
  return [Math.floor(centre), Math.fround(centre - Math.floor(centre))];
};

/** How OpenCV's INTER_AREA blends where a side has to grow. */
const inArea = (place, scale, inverse) => {
  const whole = Math.floor(place * scale);
  const fraction = Math.fround(place + 1 - (whole + 1) * inverse);
  return [whole, fraction <= 0 ? 0 : Math.fround(fraction - Math.floor(fraction))];
};

const linear = (fraction) => [1 - fraction, fraction];

const CUBIC = -0.75;

const cubic = (fraction) => {
  const far = (x) => ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
  const near = (x) => ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  const weights = [far(fraction + 1), near(fraction), near(1 - fraction)];
  return [...weights, 1 - weights[0] - weights[1] - weights[2]];
};

const KINDS = {
  area: areaTaps,
  linear: (source, target) => blendTaps(source, target, atCentre, linear, 0),
  cubic: (source, target) => blendTaps(source, target, atCentre, cubic, 1),
  "area-grown": (source, target) => blendTaps(source, target, inArea, linear, 0),
};

/**
 * A plane at another size.
 * @param {ArrayLike<number>} plane height · width numbers
 * @param {[number, number]} from height and width
 * @param {[number, number]} to height and width
 * @param {"area" | "linear" | "cubic" | "area-grown"} kind
 * @returns {Float32Array}
 */
export function resize(plane, [height, width], [high, wide], kind) {
  const across = KINDS[kind](width, wide);
  const down = KINDS[kind](height, high);
  const narrow = new Map(); // rows made narrower, as long as they are needed
  const result = new Float32Array(high * wide);
  const sums = new Float32Array(wide); // rounded as OpenCV rounds them
  for (let row = 0; row < high; row++) {
    const first = down.first[row];
    sums.fill(0);
    for (const kept of narrow.keys()) if (kept < first) narrow.delete(kept);
    for (let tap = 0; tap < down.count[row]; tap++) {
      const weight = down.weights[row * down.most + tap];
      if (!narrow.has(first + tap))
        narrow.set(first + tap, narrowed(plane, (first + tap) * width, across, wide));
      const line = narrow.get(first + tap);
      for (let column = 0; column < wide; column++) sums[column] += Math.fround(weight * line[column]);
    }
    result.set(sums, row * wide);
  }
  return result;
}

function narrowed(plane, start, taps, wide) {
  const line = new Float32Array(wide);
  for (let column = 0; column < wide; column++) {
    const from = start + taps.first[column];
    const weights = column * taps.most;
    let sum = Math.fround(0);
    for (let tap = 0; tap < taps.count[column]; tap++)
      sum = Math.fround(sum + Math.fround(taps.weights[weights + tap] * plane[from + tap]));
    line[column] = sum;
  }
  return line;
}

/** OpenCV's INTER_AREA: means over areas where both sides shrink, a blend of its own where one grows. */
export function resizeArea(plane, from, to) {
  return resize(plane, from, to, to[0] <= from[0] && to[1] <= from[1] ? "area" : "area-grown");
}

/**
 * Luma in 0..1 averaged over areas, or interpolated where a side has to grow.
 * @param {Float32Array} luma 0..1
 */
export function reduceLuma(luma, from, to) {
  const shrinks = to[0] <= from[0] && to[1] <= from[1];
  const reduced = resize(luma, from, to, shrinks ? "area" : "cubic");
  return shrinks ? reduced : clipped(reduced);
}

/**
 * Luma of 8 bits as float32 in 0..1, with means that are not rounded to whole levels. A large picture is first
 * reduced to four times the size wanted, where rounding averages out.
 * @param {Uint8Array} luma
 */
export function reduceFinely(luma, from, to) {
  const [height, width] = to;
  const shrinks = height <= from[0] && width <= from[1];
  let [plane, size] = [luma, from];
  if (shrinks && from[0] >= 8 * height && from[1] >= 8 * width) {
    size = [4 * height, 4 * width];
    plane = Uint8Array.from(resize(luma, from, size, "area"), roundEven);
  }
  const reduced = resize(plane, size, to, shrinks ? "area" : "cubic");
  for (let place = 0; place < reduced.length; place++) reduced[place] *= 1 / 255;
  return clipped(reduced);
}

/** Luma of 8 bits reduced to a smaller size, in whole levels. */
export function reduceToBytes(luma, from, to) {
  if (from[0] === to[0] && from[1] === to[1]) return luma;
  const shrinks = to[0] <= from[0] && to[1] <= from[1];
  const levels = resize(luma, from, to, shrinks ? "area" : "cubic");
  return Uint8Array.from(levels, (level) => Math.min(255, Math.max(0, roundEven(level))));
}

function clipped(plane) {
  for (let place = 0; place < plane.length; place++) plane[place] = Math.min(1, Math.max(0, plane[place]));
  return plane;
}

/** The nearest whole number; a half goes to the even one, as in NumPy. */
export function roundEven(value) {
  const whole = Math.floor(value);
  const rest = value - whole;
  if (rest === 0.5) return whole % 2 ? whole + 1 : whole;
  return rest < 0.5 ? whole : whole + 1;
}
