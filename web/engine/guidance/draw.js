// Hints drawn on the network's grid: which cells each covers, and the canvas that the network reads.

import { clip } from "../arrays/planes.js";
import { resizeArea } from "../arrays/resize.js";
import { EngineError } from "../problem.js";
import { abAt } from "./color-of.js";

export const AB_SCALE = 110; // CIELAB units of a and b to one unit of the network's hints
export const NOBODY = -1; // the owner of cells that no hint covers

const FARTHEST = 128 / AB_SCALE;
const DEFAULT_RADIUS_CELLS = 1.5;
const MASK_ASPECT_TOLERANCE = 0.02;
const STRIP = 512; // rows of a mask that are averaged at a time

/**
 * @typedef {{canvas: Float32Array, owner: Int32Array}} Drawing canvas [3·h·w]: a/110, b/110 and the weight; owner
 *   [h·w]: number of the hint that is seen in a cell
 * @typedef {{plane: Uint8Array, size: [number, number]}} Mask levels of a mask's picture, upright
 */

/** Which kind a hint is, told by its keys. */
export function kindOf(hint) {
  if ("points" in hint) return "stroke";
  if ("x0" in hint) return "box";
  return "mask" in hint ? "mask" : "point";
}

/** Where a hint is, for messages. */
export function placeOf(hint) {
  return {
    point: () => `the hint at x = ${hint.x}, y = ${hint.y}`,
    stroke: () => `the stroke from x = ${hint.points[0][0]}, y = ${hint.points[0][1]}`,
    box: () => `the box from x = ${hint.x0}, y = ${hint.y0} to x = ${hint.x1}, y = ${hint.y1}`,
    mask: () => "the mask",
  }[kindOf(hint)]();
}

/** How far from the automatic colour to the hint's: 0..1. */
export const strengthOf = (hint) => hint.strength ?? 1;

/**
 * Draw hints on the network's grid; later ones lie over earlier ones.
 * @param {object[]} hints
 * @param {[number, number]} size height and width of the upright picture
 * @param {[number, number]} grid
 * @param {Float32Array} luma [h·w] in 0..1
 * @param {Map<object, Mask>} masks the pictures of hints that are masks
 * @returns {Drawing}
 */
export function drawHints(hints, size, grid, luma, masks) {
  const cells = grid[0] * grid[1];
  const canvas = new Float32Array(3 * cells);
  const owner = new Int32Array(cells).fill(NOBODY);
  hints.forEach((hint, number) => {
    checkPlace(hint, size);
    const ab = abAt(hint.color);
    const strength = strengthOf(hint);
    coveredCells(hint, size, grid, masks).forEach((isCovered, cell) => {
      if (!isCovered) return;
      const [a, b] = ab(luma[cell]);
      canvas[cell] = clip(a / AB_SCALE, -FARTHEST, FARTHEST);
      canvas[cells + cell] = clip(b / AB_SCALE, -FARTHEST, FARTHEST);
      canvas[2 * cells + cell] = strength;
      owner[cell] = number;
    });
  });
  return { canvas, owner };
}

/** Row and column of the cell that holds a point of the picture. */
export function cellAt(x, y, size, grid) {
  return [
    Math.min(Math.trunc((y * grid[0]) / size[0]), grid[0] - 1),
    Math.min(Math.trunc((x * grid[1]) / size[1]), grid[1] - 1),
  ];
}

/** Refuse a point that is not in the picture; `mayEndIt`: it may lie on the lower and right edges. */
export function checkInside(x, y, [height, width], what, mayEndIt = false) {
  const isInside = x >= 0 && x < width && y >= 0 && y < height;
  if (isInside || (mayEndIt && x >= 0 && x <= width && y >= 0 && y <= height)) return;
  throw new EngineError(
    "hint",
    `${what[0].toUpperCase()}${what.slice(1)} lies outside the picture of ${width} × ${height} pixels; count from ` +
      "the upper left corner of the picture as it is shown.",
  );
}

function checkPlace(hint, size) {
  const kind = kindOf(hint);
  if (kind === "point") checkInside(hint.x, hint.y, size, placeOf(hint));
  if (kind === "stroke") for (const [x, y] of hint.points) checkInside(x, y, size, placeOf(hint));
  if (kind !== "box") return;
  const { x0, y0, x1, y1 } = hint;
  checkInside(x0, y0, size, placeOf(hint), true);
  checkInside(x1, y1, size, placeOf(hint), true);
  checkInside(Math.min(x0, x1), Math.min(y0, y1), size, placeOf(hint));
}

/** Which cells [h·w] a hint covers: those with their centre in it, and one at least. */
function coveredCells(hint, size, grid, masks) {
  const cell = [size[0] / grid[0], size[1] / grid[1]];
  return {
    point: () => cellsOfDab(hint, cell, grid),
    stroke: () => cellsOfStroke(hint, cell, grid),
    box: () => cellsOfBox(hint, cell, grid),
    mask: () => cellsOfMask(masks.get(hint), size, grid),
  }[kindOf(hint)]();
}

function fillCells(grid, isIn) {
  const covered = new Uint8Array(grid[0] * grid[1]);
  for (let row = 0; row < grid[0]; row++)
    for (let column = 0; column < grid[1]; column++)
      covered[row * grid[1] + column] = isIn(row, column) ? 1 : 0;
  return covered;
}

const ownCell = (x, y, cell, grid) => [
  Math.min(Math.trunc(y / cell[0]), grid[0] - 1),
  Math.min(Math.trunc(x / cell[1]), grid[1] - 1),
];

function cellsOfDab(hint, cell, grid) {
  const [row, column] = ownCell(hint.x, hint.y, cell, grid);
  if (hint.radius === undefined || hint.radius === null)
    return fillCells(
      grid,
      (r, c) => Math.max(Math.abs(r - row), Math.abs(c - column)) < DEFAULT_RADIUS_CELLS,
    );
  const covered = fillCells(
    grid,
    (r, c) => Math.hypot((r + 0.5) * cell[0] - hint.y, (c + 0.5) * cell[1] - hint.x) <= hint.radius,
  );
  covered[row * grid[1] + column] = 1;
  return covered;
}

function cellsOfStroke(stroke, cell, grid) {
  const half = stroke.width === undefined || stroke.width === null ? Math.min(...cell) : stroke.width / 2;
  const covered = new Uint8Array(grid[0] * grid[1]);
  stroke.points.forEach((start, number) => {
    const end = stroke.points[number + 1] || stroke.points.at(-1);
    for (let row = 0; row < grid[0]; row++)
      for (let column = 0; column < grid[1]; column++) {
        const [x, y] = [(column + 0.5) * cell[1], (row + 0.5) * cell[0]];
        if (distanceToLine(x, y, start, end) <= half) covered[row * grid[1] + column] = 1;
      }
    for (const place of crossed(start, end, cell, grid)) covered[place] = 1;
  });
  return covered;
}

function distanceToLine(x, y, [x0, y0], [x1, y1]) {
  const along = [x1 - x0, y1 - y0];
  const length = along[0] ** 2 + along[1] ** 2;
  const part = length ? clip(((x - x0) * along[0] + (y - y0) * along[1]) / length, 0, 1) : 0;
  return Math.hypot(x - x0 - part * along[0], y - y0 - part * along[1]);
}

/** The cells that a line runs through, so that the thinnest is seen. */
function crossed([x0, y0], [x1, y1], cell, grid) {
  const most = Math.max(Math.abs(y1 - y0) / cell[0], Math.abs(x1 - x0) / cell[1]);
  const steps = 2 * Math.trunc(most) + 2;
  return Array.from({ length: steps }, (_, step) => {
    const share = step / (steps - 1);
    const [row, column] = ownCell(x0 + share * (x1 - x0), y0 + share * (y1 - y0), cell, grid);
    return row * grid[1] + column;
  });
}

function cellsOfBox({ x0, y0, x1, y1 }, cell, grid) {
  const within = (value, one, two) => value >= Math.min(one, two) && value <= Math.max(one, two);
  const covered = fillCells(
    grid,
    (row, column) => within((row + 0.5) * cell[0], y0, y1) && within((column + 0.5) * cell[1], x0, x1),
  );
  const [row, column] = ownCell((x0 + x1) / 2, (y0 + y1) / 2, cell, grid);
  covered[row * grid[1] + column] = 1;
  return covered;
}

function cellsOfMask({ plane, size: own }, size, grid) {
  checkAspect(own, size);
  const share = areaMeans(plane, own, grid);
  const most = share.reduce((one, two) => Math.max(one, two), 0);
  if (!most) throw new EngineError("hint", "The mask is black all over; paint white where the colour goes.");
  return Uint8Array.from(share, (value) => (value >= Math.min(most, 127.5) ? 1 : 0));
}

/** Means of levels over the cells of a grid: first across, strip by strip, then down, as OpenCV is asked to. */
function areaMeans(plane, [height, width], grid) {
  const narrow = new Float32Array(height * grid[1]);
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    const strip = resizeArea(
      plane.subarray(top * width, (top + rows) * width),
      [rows, width],
      [rows, grid[1]],
    );
    narrow.set(strip, top * grid[1]);
  }
  return resizeArea(narrow, [height, grid[1]], grid);
}

function checkAspect(own, size) {
  const ratio = (own[0] * size[1]) / (own[1] * size[0]);
  const slack = MASK_ASPECT_TOLERANCE + 1 / Math.min(...own);
  if (ratio >= 1 - slack && ratio <= 1 + slack) return;
  throw new EngineError(
    "hint",
    `The mask of ${own[1]} × ${own[0]} pixels does not have the shape of the picture of ${size[1]} × ${size[0]}; ` +
      "draw it over the picture as it is shown.",
  );
}
