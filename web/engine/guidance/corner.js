// A mark that is seen: a corner left as grey as the scan, behind a vermilion line. As vermilion.guidance.looks.corner.

import { roundEven } from "../arrays/resize.js";
import { abOf } from "./color-of.js";

const LEG = 0.08; // of the short side: the grey triangle's
const LEAST_CELLS = 4;
const LINE_CELLS = 2;
const VERMILION = "#e34234";
const VISIBLE = 0.2; // luma's distance from black and white at which a cell has room for the line's colour
const SEEN_OF_LINE = 0.75; // share of the line's cells that must have it
const FARTHEST = 3; // inwards at most this part of a side
const CORNERS = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
];

/** (a, b) [h·w·2] with a corner marked, as a new array. */
export function markCorner(luma, grid, ab) {
  const marked = Float32Array.from(ab);
  const color = abOf(VERMILION);
  const place = findPlace(luma, grid);
  eachCell(place, grid, legOf(grid), (cell, isLine) => marked.set(isLine ? color : [0, 0], 2 * cell));
  return marked;
}

/** A note where `markCorner` finds no place at which its line is seen. */
export function cornerNotes(luma, grid) {
  if (findPlace(luma, grid).seen >= SEEN_OF_LINE) return [];
  const text =
    "the corner mark can hardly be seen, as the picture is nearly black or white near every corner";
  return [{ text, hint: null }];
}

const legOf = (grid) => Math.max(LEAST_CELLS, roundEven(LEG * Math.min(...grid)));

function eachCell({ down, across, inset }, [height, width], leg, call) {
  const side = leg + LINE_CELLS;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side - row; column++) {
      const [y, x] = [row + inset[0], column + inset[1]];
      if (y >= height || x >= width) continue;
      const cell = (down > 0 ? y : height - 1 - y) * width + (across > 0 ? x : width - 1 - x);
      call(cell, row + column >= leg);
    }
}

function findPlace(luma, grid) {
  const leg = legOf(grid);
  let best = { down: -1, across: -1, inset: [0, 0], seen: 0 };
  for (const inset of insets(grid, leg))
    for (const [down, across] of CORNERS) {
      const place = { down, across, inset, seen: 0 };
      let [cells, room] = [0, 0];
      eachCell(place, grid, leg, (cell, isLine) => {
        if (!isLine) return;
        cells += 1;
        room += Math.min(luma[cell], 1 - luma[cell]) >= VISIBLE;
      });
      place.seen = cells ? room / cells : 0;
      if (place.seen > best.seen) best = place;
      if (place.seen >= SEEN_OF_LINE) return best;
    }
  return best;
}

/** Steps inwards from a corner, the nearest first. */
function insets(grid, leg) {
  const [rows, columns] = grid.map((side) => {
    const step = Math.max(1, Math.trunc(leg / 4));
    const end = Math.max(1, Math.trunc(side / FARTHEST));
    return Array.from({ length: Math.ceil(end / step) }, (_, number) => number * step);
  });
  const all = rows.flatMap((row) => columns.map((column) => [row, column]));
  return all.sort((one, two) => one[0] + one[1] - two[0] - two[1]);
}
