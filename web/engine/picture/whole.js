// Is a file whole? Browsers show what they have of a damaged one, and fill the rest with grey.

import { EngineError } from "../problem.js";
import { crc32, textOf } from "./bytes.js";

const END_OF_JPEG = 0xd9;

/** Refuse a file whose end is missing, or whose bytes have changed since it was written. */
export function checkWhole(bytes, kind, name) {
  const { [kind]: isWhole = () => true } = CHECKS;
  if (isWhole(bytes)) return;
  throw new EngineError(
    "picture",
    `${name} is damaged, as a part of it is missing or has changed; copy it again from where it came from.`,
  );
}

const CHECKS = {
  jpeg: (bytes) => {
    for (let place = bytes.length - 2; place > startOfPixels(bytes); place--)
      if (bytes[place] === 0xff && bytes[place + 1] === END_OF_JPEG) return true;
    return false;
  },
  png: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let place = 8; place + 12 <= bytes.length;) {
      const end = place + 8 + view.getUint32(place);
      if (end + 4 > bytes.length || crc32(bytes.subarray(place + 4, end)) !== view.getUint32(end))
        return false;
      if (textOf(bytes.subarray(place + 4, place + 8)) === "IEND") return true;
      place = end + 4;
    }
    return false;
  },
  webp: (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8 <= bytes.length,
};

/** Where the first scan of a JPEG begins; a small picture in its metadata has an end of its own. */
function startOfPixels(bytes) {
  let place = 2;
  while (place + 4 <= bytes.length && bytes[place] === 0xff && bytes[place + 1] !== 0xda)
    place += 2 + bytes[place + 2] * 256 + bytes[place + 3];
  return place;
}
