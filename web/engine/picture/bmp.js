// Uncompressed bitmaps: the quickest way from numbers to an <img>, and no canvas adds noise to them.

/**
 * A BMP of RGB or grey.
 * @param {Uint8Array} pixels [H·W·channels]
 * @param {[number, number]} size height and width
 * @param {number} channels 1 or 3
 * @returns {Blob}
 */
export function writeBmp(pixels, [height, width], channels) {
  const step = (width * 3 + 3) & ~3;
  const bytes = new Uint8Array(54 + step * height);
  const head = new DataView(bytes.buffer);
  head.setUint16(0, 0x424d);
  head.setUint32(2, bytes.length, true);
  head.setUint32(10, 54, true);
  head.setUint32(14, 40, true);
  head.setInt32(18, width, true);
  head.setInt32(22, -height, true); // from the top
  head.setUint16(26, 1, true);
  head.setUint16(28, 24, true);
  for (let row = 0; row < height; row++) {
    let [from, to] = [row * width * channels, 54 + row * step];
    for (let column = 0; column < width; column++, from += channels, to += 3) {
      bytes[to] = pixels[from + channels - 1];
      bytes[to + 1] = pixels[channels === 3 ? from + 1 : from];
      bytes[to + 2] = pixels[from];
    }
  }
  return new Blob([bytes], { type: "image/bmp" });
}
