// A test of this browser: a known pattern is written, decoded and read back. Some browsers add noise against
// fingerprinting, and then no result can be promised to be exact.

import { big32 } from "./bytes.js";
import { decode } from "./decode.js";
import { chunk, writePng } from "./png.js";

const SIDE = 64;
const GAMMA = chunk("gAMA", big32(100000)); // of a linear picture: a browser that converts changes all levels

/** Whether every level of a picture comes through the browser as it was. */
export async function readsExactly() {
  const pattern = Uint8Array.from(
    { length: SIDE * SIDE },
    (_, place) => (place * 167 + (place >> 6) * 29) & 255,
  );
  try {
    const { luma } = await decode(
      await writePng([SIDE, SIDE], 1, [pattern], [GAMMA]),
      "the test pattern",
      "image/png",
    );
    return luma.every((level, place) => level === pattern[place]);
  } catch {
    return false;
  }
}
