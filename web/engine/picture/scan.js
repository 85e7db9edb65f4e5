// A scan: what came in, its luma at full size, and what a person should know of it.

import { THINGS, listed } from "../left-out.js";
import { EngineError } from "../problem.js";
import { sha256 } from "./bytes.js";
import { checkSize, decode, quoted } from "./decode.js";
import { readHead } from "./head.js";
import { isInRealColor } from "./real-color.js";
import { checkWhole } from "./whole.js";

const TYPES = { jpeg: "image/jpeg", png: "image/png", webp: "image/webp" };

/**
 * @typedef {object} Scan
 * @property {string} name
 * @property {string} sha256 of the file
 * @property {[number, number]} size height and width, upright
 * @property {Uint8Array} luma
 * @property {Uint8Array | null} alpha null where all is opaque
 * @property {Uint8Array[]} chunks that go into the result
 * @property {import("../profiles/spaces.js").RgbSpace | null} space of its codes; null for sRGB
 * @property {string[]} notes
 * @property {boolean} hasBlocks whether the luma lies as the blocks of a JPEG do
 * @property {boolean} recolor whether a picture in real colour was accepted
 */

/**
 * @param {File} file
 * @param {{recolor?: boolean}} reading
 * @param {boolean} isExact whether this browser hands out pixels as they are
 * @returns {Promise<Scan>}
 */
export async function readScan(file, { recolor = false } = {}, isExact = true) {
  const { name } = file;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = await readHead(bytes);
  const hash = await sha256(bytes);
  checkWhole(bytes, head.kind, name);
  checkSize(head.size, name);
  const decoded = await decode(file, name, TYPES[head.kind] || file.type);
  if (!recolor && isInRealColor(decoded.small, decoded.smallSize)) throw colored(name);
  const { luma, size, alpha } = decoded;
  return {
    name,
    sha256: hash,
    size,
    luma,
    alpha,
    chunks: head.chunks,
    space: head.space,
    notes: notesOf(name, head, isExact),
    hasBlocks: head.kind === "jpeg" && !decoded.isTurned,
    recolor,
  };
}

function colored(name) {
  return new EngineError(
    "already-colored",
    `${name} is in colour already; ask for it to colour it all the same.`,
  );
}

/** What the result leaves out, and that this browser does not hand out pixels as they are. */
function notesOf(name, { kind, bits, lost }, isExact) {
  const command = `\`vermilion colorize ${quoted(name)}\``;
  const left = [
    bits > 8 && THINGS.depth,
    kind === "jpeg" && THINGS.coefficients,
    lost.includes("profile") && THINGS.profile,
    lost.includes("metadata") && THINGS.metadata,
  ].filter(Boolean);
  return [
    left.length &&
      `this page saves a PNG of 8 bits without ${listed(left)}; ${command} keeps what it leaves out`,
    lost.includes("conversion") &&
      "its colour profile holds tables, which this page does not follow, so that its colours look other than they " +
        `are meant; ${command} converts them`,
    !isExact &&
      "this browser changes the pixels that a page reads, against fingerprinting, so that the greys are only " +
        `nearly the scan's; ${command} keeps each exactly`,
  ].filter(Boolean);
}
