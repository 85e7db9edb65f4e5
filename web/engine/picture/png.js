// PNG files written from the numbers themselves: no canvas comes between, so that every level is what it was.

import { ascii, big32, crc32, joined, utf8 } from "./bytes.js";

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const SAMPLED = 16; // one byte of so many tells which filter a row is best served by
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 };

/** One chunk with its length and its CRC. */
export function chunk(name, ...parts) {
  const kind = ascii(name);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return joined([big32(length), kind, ...parts, big32(crc32(kind, ...parts))]);
}

/** XMP as text of the kind that readers look for. */
export const xmpChunk = (packet) =>
  chunk("iTXt", ascii("XML:com.adobe.xmp"), new Uint8Array(5), utf8(packet));

/**
 * A PNG of 8 bits, strip by strip.
 * @param {[number, number]} size height and width
 * @param {number} channels 1, 3 or 4
 * @param {Iterable<Uint8Array> | AsyncIterable<Uint8Array>} strips whole rows, from the top
 * @param {Uint8Array[]} chunks that stand before the pixels
 * @returns {Promise<Blob>}
 */
export async function writePng(size, channels, strips, chunks = []) {
  const head = joined([big32(size[1]), big32(size[0]), Uint8Array.of(8, COLOR_TYPES[channels], 0, 0, 0)]);
  const packer = new CompressionStream("deflate");
  const packed = readAll(packer.readable);
  const writer = packer.writable.getWriter();
  const step = size[1] * channels;
  let above = new Uint8Array(step);
  for await (const strip of strips) {
    await writer.write(filtered(strip, above, step, channels));
    above = strip.slice(strip.length - step);
  }
  await writer.close();
  const data = (await packed).map((part) => chunk("IDAT", part));
  return new Blob([SIGNATURE, chunk("IHDR", head), ...chunks, ...data, chunk("IEND")], { type: "image/png" });
}

async function readAll(stream) {
  const parts = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

/** Rows with the filter of each before them. */
function filtered(strip, first, step, channels) {
  const rows = strip.length / step;
  const result = new Uint8Array(rows * (step + 1));
  let above = first;
  for (let row = 0; row < rows; row++) {
    const line = strip.subarray(row * step, (row + 1) * step);
    const start = row * (step + 1);
    const filter = bestFilter(line, above, channels);
    result[start] = filter;
    FILTERS[filter](line, above, channels, result.subarray(start + 1, start + 1 + step));
    above = line;
  }
  return result;
}

const predictor = (left, up, corner) => {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
};

const FILTERS = {
  1(line, above, channels, out) {
    for (let place = 0; place < line.length; place++)
      out[place] = line[place] - (place < channels ? 0 : line[place - channels]);
  },
  2(line, above, channels, out) {
    for (let place = 0; place < line.length; place++) out[place] = line[place] - above[place];
  },
  4(line, above, channels, out) {
    for (let place = 0; place < channels; place++) out[place] = line[place] - above[place];
    for (let place = channels; place < line.length; place++)
      out[place] = line[place] - predictor(line[place - channels], above[place], above[place - channels]);
  },
};

/** The filter that leaves the smallest numbers: from the left, from above, or Paeth's. */
function bestFilter(line, above, channels) {
  const sums = [0, 0, 0];
  for (let place = channels; place < line.length; place += SAMPLED + 1) {
    const [value, left, up] = [line[place], line[place - channels], above[place]];
    sums[0] += small(value - left);
    sums[1] += small(value - up);
    sums[2] += small(value - predictor(left, up, above[place - channels]));
  }
  return [1, 2, 4][sums.indexOf(Math.min(...sums))];
}

const small = (difference) => Math.min(difference & 255, -difference & 255);
