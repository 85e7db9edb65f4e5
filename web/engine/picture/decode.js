// A file becomes luma: decoded by the browser, without any conversion of colours, strip by strip.
// Where the browser has an ImageDecoder, no canvas comes between, and a JPEG's own plane Y comes out.

import { roundEven } from "../arrays/resize.js";
import { EngineError } from "../problem.js";
import { SIDE } from "./real-color.js";
import { isKnown, stripOf } from "./strips.js";
import { turned } from "./turn.js";

export const MOST_PIXELS = 60_000_000;
const STRIP_PIXELS = 1 << 20;
const SAMPLES = 4; // along each side of what becomes one pixel of the small picture

/**
 * @typedef {object} Decoded upright
 * @property {Uint8Array} luma
 * @property {[number, number]} size
 * @property {Uint8Array | null} alpha null where all is opaque
 * @property {boolean} isTurned whether the file stores it otherwise
 * @property {Uint8Array} small RGB of at most 128 pixels a side, to tell colour from toning
 * @property {[number, number]} smallSize
 */

/**
 * @param {Blob} file
 * @param {string} name for messages
 * @param {string} type such as "image/png"
 * @returns {Promise<Decoded>}
 */
export async function decode(file, name, type) {
  const frame = await frameOf(file, type);
  const source = frame ? fromFrame(frame) : fromBitmap(await bitmapOf(file, name));
  try {
    checkSize(source.size, name);
    return await read(source, name);
  } finally {
    source.close();
  }
}

/** The first frame by WebCodecs; null where this browser, or its decoder, cannot: then the other way has its say. */
async function frameOf(file, type) {
  let decoder = null;
  try {
    if (!globalThis.ImageDecoder || !(await ImageDecoder.isTypeSupported(type))) return null;
    const how = { type, colorSpaceConversion: "none", premultiplyAlpha: "none" };
    decoder = new ImageDecoder({ data: await file.arrayBuffer(), ...how });
    const { image } = await decoder.decode();
    if (isKnown(image.format) && "rotation" in image && "flip" in image) return image;
    image.close();
    return null;
  } catch {
    return null;
  } finally {
    decoder?.close();
  }
}

function fromFrame(frame) {
  const { x, y, width, height } = frame.visibleRect;
  return {
    size: [height, width],
    quarters: (frame.rotation / 90) % 4,
    isMirrored: frame.flip,
    async strip(top, rows) {
      const rect = { x, y: y + top, width, height: rows };
      const data = new Uint8Array(frame.allocationSize({ rect }));
      return stripOf(data, frame.format, width, rows, await frame.copyTo(data, { rect }));
    },
    close: () => frame.close(),
  };
}

async function bitmapOf(file, name) {
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

function fromBitmap(bitmap) {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, stripRows(width, height));
  const pen = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  pen.globalCompositeOperation = "copy";
  pen.imageSmoothingEnabled = false;
  return {
    size: [height, width],
    quarters: 0, // a bitmap is upright
    isMirrored: false,
    needsCanvas: true,
    async strip(top, rows) {
      pen.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
      return stripOf(pen.getImageData(0, 0, width, rows).data, "RGBA", width, rows);
    },
    close: () => bitmap.close(),
  };
}

/** An even number of rows, as chroma may have half of them. */
function stripRows(width, height) {
  return Math.min(height, Math.max(2, 2 * Math.floor(STRIP_PIXELS / 2 / width)));
}

async function read(source, name) {
  const [height, width] = source.size;
  const [luma, rows] = [new Uint8Array(width * height), stripRows(width, height)];
  let alpha = null;
  const line = new Uint8Array(width * rows);
  const small = new Small(width, height);
  for (let top = 0; top < height; top += rows) {
    const strip = await source.strip(top, Math.min(rows, height - top));
    strip.luma(luma.subarray(top * width));
    strip.alpha(line);
    if (!alpha && line.subarray(0, strip.rows * width).some((level) => level < 255))
      alpha = new Uint8Array(width * height).fill(255);
    alpha?.set(line.subarray(0, strip.rows * width), top * width);
    small.add(strip, top);
  }
  if (alpha && source.needsCanvas) throw transparent(name);
  const { quarters, isMirrored } = source;
  const turn = (plane) => plane && turned(plane, source.size, quarters, isMirrored);
  const { plane, size } = turn(luma);
  const isTurned = Boolean(quarters || isMirrored);
  return { luma: plane, size, alpha: turn(alpha)?.plane ?? null, isTurned, ...small.picture };
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

/** A canvas multiplies levels by their transparency, which cannot be undone. */
function transparent(name) {
  return new EngineError(
    "picture",
    `${name} is partly transparent, which this page cannot keep in this browser; run ` +
      `\`vermilion colorize ${quoted(name)}\`, which can.`,
  );
}

/** A name as a shell takes it. */
export const quoted = (name) => (/^[\w.+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

/** A small picture in colour, of the means of some pixels. */
class Small {
  constructor(width, height) {
    const scale = Math.min(1, SIDE / Math.max(width, height));
    this.from = [height, width];
    this.size = this.from.map((side) => Math.max(1, roundEven(side * scale)));
    this.rgb = new Uint8Array(3 * this.size[0] * this.size[1]);
    this.sums = new Float64Array(this.rgb.length);
    this.counts = new Uint32Array(this.rgb.length / 3);
  }

  add(strip, top) {
    const [down, across] = this.from.map((side, axis) =>
      Math.max(1, Math.floor(side / this.size[axis] / SAMPLES)),
    );
    for (let row = (down - (top % down)) % down; row < strip.rows; row += down)
      for (let column = 0; column < this.from[1]; column += across) {
        const [y, x] = [
          Math.floor(((top + row) * this.size[0]) / this.from[0]),
          Math.floor((column * this.size[1]) / this.from[1]),
        ];
        const cell = y * this.size[1] + x;
        strip.color(row, column).forEach((level, channel) => (this.sums[3 * cell + channel] += level));
        this.counts[cell] += 1;
      }
  }

  get picture() {
    const small = this.rgb.map((_, place) =>
      roundEven(this.sums[place] / this.counts[Math.trunc(place / 3)]),
    );
    return { small, smallSize: this.size };
  }
}
