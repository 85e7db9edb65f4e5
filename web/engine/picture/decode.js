// A file becomes luma: decoded by the browser, without any conversion of colours, strip by strip.

import { roundEven } from "../arrays/resize.js";
import { EngineError } from "../problem.js";
import { SIDE } from "./real-color.js";

export const MOST_PIXELS = 60_000_000;
const STRIP_PIXELS = 1 << 20;

/**
 * @typedef {{luma: Uint8Array, size: [number, number], small: Uint8Array, smallSize: [number, number],
 *   isOpaque: boolean}} Decoded small: RGB of at most 128 pixels a side, to tell colour from toning
 */

/**
 * @param {Blob} file
 * @param {string} name for messages
 * @returns {Promise<Decoded>} upright
 */
export async function decode(file, name) {
  const bitmap = await opened(file, name);
  try {
    checkSize([bitmap.height, bitmap.width], name);
    return read(bitmap);
  } finally {
    bitmap.close();
  }
}

async function opened(file, name) {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new EngineError(
      "picture",
      `${name} is damaged, or of a kind that this browser does not read; save it as a JPEG or PNG, or run ` +
        `\`vermilion colorize ${quoted(name)}\`, which reads TIFF, HEIC and more.`,
    );
  }
}

/** Refuse a picture of more pixels than this page takes: size is its height and width, as far as they are known. */
export function checkSize([height, width], name) {
  if (height * width <= MOST_PIXELS) return;
  const millions = (count) => (count / 1e6).toFixed(0);
  throw new EngineError(
    "too-large",
    `${name} has ${millions(width * height)} million pixels, and this page takes at most ` +
      `${millions(MOST_PIXELS)}; run \`vermilion colorize ${quoted(name)}\`, which takes more.`,
    413,
  );
}

/** A name as a shell takes it. */
export const quoted = (name) => (/^[\w.+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

function read(bitmap) {
  const { width, height } = bitmap;
  const luma = new Uint8Array(width * height);
  const sums = new Sums(width, height);
  let isOpaque = true;
  for (const [top, pixels] of stripsOf(bitmap)) {
    isOpaque = lumaOf(pixels, luma.subarray(top * width)) && isOpaque;
    sums.add(pixels, top);
  }
  return { luma, size: [height, width], ...sums.means(), isOpaque };
}

/** RGBA of whole rows, as the file has it. */
function* stripsOf(bitmap) {
  const { width, height } = bitmap;
  const rows = Math.max(1, Math.min(height, Math.floor(STRIP_PIXELS / width)));
  const canvas = new OffscreenCanvas(width, rows);
  const pen = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  pen.globalCompositeOperation = "copy";
  pen.imageSmoothingEnabled = false;
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    pen.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
    yield [top, pen.getImageData(0, 0, width, count).data];
  }
}

/** BT.601 luma as Pillow rounds it; tells whether all is opaque. */
function lumaOf(pixels, luma) {
  let opaque = 255;
  for (let from = 0, to = 0; from < pixels.length; from += 4, to++) {
    luma[to] = (19595 * pixels[from] + 38470 * pixels[from + 1] + 7471 * pixels[from + 2] + 32768) >> 16;
    opaque &= pixels[from + 3];
  }
  return opaque === 255;
}

/** Means of colours over small areas. */
class Sums {
  constructor(width, height) {
    const scale = Math.min(1, SIDE / Math.max(width, height));
    this.width = width;
    this.size = [height, width].map((side) => Math.max(1, roundEven(side * scale)));
    this.columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * this.size[1]) / width));
    this.rowScale = this.size[0] / height;
    this.sums = new Float64Array(4 * this.size[0] * this.size[1]);
  }

  add(pixels, top) {
    const rows = pixels.length / (4 * this.width);
    for (let row = 0; row < rows; row++) {
      const start = Math.floor((top + row) * this.rowScale) * this.size[1];
      for (let column = 0; column < this.width; column++) {
        const from = 4 * (row * this.width + column);
        const to = 4 * (start + this.columns[column]);
        this.sums[to] += pixels[from];
        this.sums[to + 1] += pixels[from + 1];
        this.sums[to + 2] += pixels[from + 2];
        this.sums[to + 3] += 1;
      }
    }
  }

  means() {
    const small = new Uint8Array((this.sums.length / 4) * 3);
    for (let place = 0; place < small.length; place++) {
      const cell = 4 * Math.trunc(place / 3);
      small[place] = roundEven(this.sums[cell + (place % 3)] / this.sums[cell + 3]);
    }
    return { small, smallSize: this.size };
  }
}
