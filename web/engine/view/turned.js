// A picture that lies on a side, as the network sees it: upright. What it paints lies as the scan does. As
// vermilion.painter.seen, for scans that are seen whole.

import { turned } from "../picture/turn.js";

/** Which cell of a grid comes to which place when the grid is turned clockwise by quarters. */
function cellsOf([height, width], turns) {
  const cells = Int32Array.from({ length: height * width }, (_, cell) => cell);
  return turned(cells, [height, width], turns, false).plane;
}

/** Values of cells, `each` beside each other for a cell, at other cells. */
const taken = (values, cells, each = 1) =>
  Float32Array.from({ length: cells.length * each }, (_, at) => {
    const which = Math.trunc(at / each);
    return values[cells[which] * each + (at - which * each)];
  });

/**
 * Encode a picture that is to be turned upright.
 * @param {import("../network/model.js").Model} model
 * @param {Float32Array} luma [H·W] as the scan lies
 * @param {[number, number]} size H and W
 * @param {number} turns quarters clockwise
 * @param {(luma: Float32Array, size: [number, number]) => object} toneOf
 * @returns {Promise<{tone: object, encoded: import("../network/model.js").Encoded}>} as the scan lies
 */
export async function encodeTurned(model, luma, size, turns, toneOf) {
  const upright = turned(luma, size, turns, false);
  const tone = toneOf(upright.plane, upright.size);
  const seen = await model.encode(upright.plane, upright.size, tone);
  return { tone, encoded: turns ? lying(seen, turns) : seen };
}

function lying(seen, turns) {
  const back = turned(seen.luma, seen.grid, 4 - turns, false);
  return {
    maps: seen.maps.map((map) => lyingMap(map, seen, 4 - turns)),
    luma: back.plane,
    grid: back.size,
    onGpu: seen.onGpu,
    upright: { seen, turns },
  };
}

/** A map of features turned, without its margin. */
function lyingMap({ data, dims: [, channels, high, wide] }, { grid, maps }, turns) {
  const size = grid.map((side, axis) => Math.ceil((side * [high, wide][axis]) / maps[0].dims[axis + 2]));
  const cells = cellsOf([size[0], size[1]], turns);
  const places = cells.map((cell) => Math.trunc(cell / size[1]) * wide + (cell % size[1]));
  const result = new Float32Array(channels * places.length);
  for (let channel = 0; channel < channels; channel++) {
    const plane = data.subarray(channel * high * wide, (channel + 1) * high * wide);
    places.forEach((place, at) => (result[channel * places.length + at] = plane[place]));
  }
  return { data: result, dims: [1, channels, ...(turns % 2 ? [size[1], size[0]] : size)] };
}

/** Decode what `encodeTurned` gave; arguments and result are those of `Model.decode`, all as the scan lies. */
export async function decodeTurned(model, encoded, canvas, temperature, withOdds) {
  if (!encoded.upright) return model.decode(encoded, canvas, temperature, withOdds);
  const { seen, turns } = encoded.upright;
  const there = cellsOf(encoded.grid, turns);
  const back = cellsOf(seen.grid, 4 - turns);
  const cells = there.length;
  const uprightCanvas = canvas && new Float32Array(canvas.length);
  for (let plane = 0; canvas && plane < 3; plane++)
    uprightCanvas.set(taken(canvas.subarray(plane * cells, (plane + 1) * cells), there), plane * cells);
  const painted = await model.decode(seen, uprightCanvas, temperature, withOdds);
  return {
    ab: taken(painted.ab, back, 2),
    confidence: taken(painted.confidence, back),
    odds: painted.odds && painted.odds.map((plane) => taken(plane, back)),
    onGpu: painted.onGpu,
  };
}
