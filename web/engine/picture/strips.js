// Some rows of a decoded picture in the form in which a browser hands them out: RGB in one of four orders, or YCbCr.

import { clip } from "../arrays/planes.js";

/**
 * @typedef {{rows: number, luma: (target: Uint8Array) => void, alpha: (target: Uint8Array) => void,
 *   color: (row: number, column: number) => number[]}} Strip
 */

const ORDERS = { RGBA: [0, 1, 2], RGBX: [0, 1, 2], BGRA: [2, 1, 0], BGRX: [2, 1, 0] };
const SHRINKS = { I420: [2, 2], I422: [1, 2], I444: [1, 1] }; // of chroma: down and across

/** Whether a form is known. */
export const isKnown = (format) => format in ORDERS || format in SHRINKS;

/**
 * @param {Uint8Array} data
 * @param {string} format as VideoFrame names it
 * @param {number} width
 * @param {number} rows
 * @param {{offset: number, stride: number}[]} layout of planes
 * @returns {Strip}
 */
export function stripOf(data, format, width, rows, layout = [{ offset: 0, stride: 4 * width }]) {
  return format in ORDERS
    ? rgbStrip(data, format, width, rows, layout[0])
    : yuvStrip(data, format, width, rows, layout);
}

function rgbStrip(data, format, width, rows, { offset, stride }) {
  const [red, green, blue] = ORDERS[format];
  const each = (call) => {
    for (let row = 0, to = 0; row < rows; row++)
      for (let column = 0, from = offset + row * stride; column < width; column++, from += 4, to++)
        call(from, to);
  };
  return {
    rows,
    // BT.601 as Pillow rounds it
    luma: (target) =>
      each((from, to) => {
        target[to] =
          (19595 * data[from + red] + 38470 * data[from + green] + 7471 * data[from + blue] + 32768) >> 16;
      }),
    alpha: (target) =>
      each((from, to) => {
        target[to] = format.endsWith("A") ? data[from + 3] : 255;
      }),
    color: (row, column) =>
      [red, green, blue].map((channel) => data[offset + row * stride + 4 * column + channel]),
  };
}

/** The luma of a JPEG is its own plane Y. */
function yuvStrip(data, format, width, rows, planes) {
  const [down, across] = SHRINKS[format];
  const at = ({ offset, stride }, row, column) => data[offset + row * stride + column];
  return {
    rows,
    luma: (target) => {
      for (let row = 0; row < rows; row++) {
        const start = planes[0].offset + row * planes[0].stride;
        target.set(data.subarray(start, start + width), row * width);
      }
    },
    alpha: (target) => target.fill(255, 0, rows * width),
    color: (row, column) => {
      const [y, cb, cr] = planes.map((plane, number) =>
        number
          ? at(plane, Math.trunc(row / down), Math.trunc(column / across)) - 128
          : at(plane, row, column),
      );
      return [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb].map((level) =>
        clip(level, 0, 255),
      );
    },
  };
}
