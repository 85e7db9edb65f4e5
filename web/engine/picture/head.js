// What the bytes of a file say before it is decoded: its kind, its depth, and the chunks that go into the result.

import { ascii, deflated, inflated, joined, textOf } from "./bytes.js";
import { NAMES, spaceOfChunks } from "../profiles/coding.js";
import { readProfile } from "../profiles/icc-read.js";
import { chunk } from "./png.js";

/**
 * @typedef {object} Head
 * @property {string} kind "jpeg", "png", "webp", "tiff", "box" or "other"
 * @property {number} bits
 * @property {[number, number]} size height and width; 0 where they are not known
 * @property {string[]} lost what the result cannot carry
 * @property {Uint8Array[]} chunks PNG chunks for the result
 * @property {import("../profiles/spaces.js").RgbSpace | null} space of its codes; null for sRGB
 */

const KINDS = [
  ["jpeg", (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8],
  ["png", (bytes) => textOf(bytes.subarray(1, 4)) === "PNG"],
  ["webp", (bytes) => textOf(bytes.subarray(8, 12)) === "WEBP"],
  ["tiff", (bytes) => ["II*", "MM\0"].includes(textOf(bytes.subarray(0, 3)))],
  ["box", (bytes) => textOf(bytes.subarray(4, 8)) === "ftyp"],
];

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Head>}
 */
export async function readHead(bytes) {
  const kind = KINDS.find(([, isIt]) => isIt(bytes))?.[0] || "other";
  if (kind === "png") return { kind, ...(await headOfPng(bytes)) };
  if (kind === "jpeg") return { kind, ...(await headOfJpeg(bytes)) };
  if (kind === "webp") return { kind, ...(await headOfWebp(bytes)) };
  const lost = kind === "box" ? ["profile", "metadata"] : []; // AVIF and HEIC: what they hold is not looked for
  return { kind, bits: 8, size: [0, 0], lost, chunks: [], space: null };
}

/** Chunks of a PNG as {name, data}; the pixels' are left out. */
export function* pngChunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let place = 8; place + 12 <= bytes.length;) {
    const length = view.getUint32(place);
    if (place + 12 + length > bytes.length) return;
    yield {
      name: textOf(bytes.subarray(place + 4, place + 8)),
      data: bytes.subarray(place + 8, place + 8 + length),
    };
    place += 12 + length;
  }
}

/** A number in some bytes, the highest first. */
const number = (data, place, bytes = 4) =>
  data.subarray(place, place + bytes).reduce((sum, byte) => sum * 256 + byte, 0);

const METADATA = new Set(["eXIf", "iTXt", "tEXt", "zTXt"]);
const MOST_COLOR_BYTES = 32; // of a chunk that says what codes mean
const MOST_PROFILE_BYTES = 1 << 24;

async function headOfPng(bytes) {
  const [found, lost] = [new Map(), new Set()];
  let isBeforePixels = true;
  for (const { name, data } of pngChunks(bytes)) {
    if (name === "IDAT") isBeforePixels = false;
    else if (METADATA.has(name)) lost.add("metadata");
    else if (isBeforePixels && !found.has(name)) found.set(name, data);
  }
  const head = found.get("IHDR") || new Uint8Array(13);
  const said = NAMES.filter((name) => found.get(name)?.length <= MOST_COLOR_BYTES);
  const chunks = new Map(said.map((name) => [name, found.get(name)]));
  const colors = await colorsOf(await profileIn(found.get("iCCP"), head[9] & 2), chunks, lost);
  if (found.get("pHYs")?.length === 9) colors.chunks.push(chunk("pHYs", found.get("pHYs")));
  return { bits: head[8], size: [number(head, 4), number(head, 0)], lost: [...lost], ...colors };
}

/**
 * What the result says of its codes, and what they mean: as vermilion.pictures.decoded has it.
 * @param {Uint8Array | null} icc
 * @param {Map<string, Uint8Array>} said chunks of a PNG on what codes mean
 * @param {Set<string>} lost is added to
 */
async function colorsOf(icc, said, lost) {
  const named = (names) => names.map((name) => chunk(name, said.get(name)));
  const space = said.size ? spaceOfChunks(said, Boolean(icc)) : undefined;
  if (space !== undefined) return { space, chunks: named([...said.keys()]) };
  const found = readProfile(icc);
  if (!found.isFollowed) lost.add(found.icc ? "conversion" : "profile");
  const chunks = named([...said.keys()].filter((name) => !(found.icc && name === "sRGB")));
  if (found.icc) chunks.push(chunk("iCCP", ascii("ICC profile\0\0"), await deflated(found.icc)));
  return { space: found.space, chunks };
}

/** The profile in a PNG's chunk; null where there is none, it cannot be unpacked, or it is one of other samples. */
async function profileIn(data, hasColor) {
  if (!data) return null;
  try {
    const icc = await inflated(data.subarray(data.indexOf(0) + 2), MOST_PROFILE_BYTES);
    return textOf(icc.subarray(16, 20)) === (hasColor ? "RGB " : "GRAY") ? icc : null;
  } catch {
    return null;
  }
}

async function headOfJpeg(bytes) {
  const [parts, lost] = [[], new Set()];
  let [bits, size] = [8, [0, 0]];
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker >= 0xc0 && marker <= 0xc3) [bits, size] = [data[0], [number(data, 1, 2), number(data, 3, 2)]];
    if (marker === 0xe2 && textOf(data.subarray(0, 12)) === "ICC_PROFILE\0") parts.push(data.subarray(12));
    else if (marker === 0xe1 || marker === 0xed) lost.add("metadata");
  }
  const colors = await colorsOf(profileOfParts(parts), new Map(), lost);
  return { bits, size, lost: [...lost], ...colors };
}

/** Parts of a profile joined; null unless they are numbered from 1 to their count, each once. */
function profileOfParts(parts) {
  const ordered = [...parts].sort((one, other) => one[0] - other[0]);
  const isWhole = ordered.every((part, place) => part[0] === place + 1 && part[1] === parts.length);
  return parts.length && isWhole ? joined(ordered.map((part) => part.subarray(2))) : null;
}

function* jpegSegments(bytes) {
  for (let place = 2; place + 4 <= bytes.length && bytes[place] === 0xff;) {
    const marker = bytes[place + 1];
    const length = bytes[place + 2] * 256 + bytes[place + 3];
    if (marker === 0xda || place + 2 + length > bytes.length) return;
    yield { marker, data: bytes.subarray(place + 4, place + 2 + length) };
    place += 2 + length;
  }
}

async function headOfWebp(bytes) {
  const [lost, view] = [new Set(), new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
  let icc = null;
  for (let place = 12; place + 8 <= bytes.length;) {
    const [name, length] = [textOf(bytes.subarray(place, place + 4)), view.getUint32(place + 4, true)];
    if (name === "ICCP") icc ??= bytes.subarray(place + 8, place + 8 + length);
    else if (name === "EXIF" || name === "XMP ") lost.add("metadata");
    place += 8 + length + (length & 1);
  }
  return { bits: 8, size: [0, 0], ...(await colorsOf(icc, new Map(), lost)), lost: [...lost] };
}
