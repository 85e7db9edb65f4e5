// What the bytes of a file say before it is decoded: its kind, its depth, and the chunks that go into the result.

import { ascii, deflated, inflated, joined, textOf } from "./bytes.js";
import { chunk } from "./png.js";
import { rgbProfileOf } from "./profile.js";

/**
 * @typedef {object} Head
 * @property {string} kind "jpeg", "png", "webp", "tiff" or "other"
 * @property {number} bits
 * @property {[number, number]} size height and width; 0 where they are not known
 * @property {string[]} lost what the result cannot carry
 * @property {Uint8Array[]} chunks PNG chunks for the result
 */

const KINDS = [
  ["jpeg", (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8],
  ["png", (bytes) => textOf(bytes.subarray(1, 4)) === "PNG"],
  ["webp", (bytes) => textOf(bytes.subarray(8, 12)) === "WEBP"],
  ["tiff", (bytes) => ["II*", "MM\0"].includes(textOf(bytes.subarray(0, 3)))],
];

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Head>}
 */
export async function readHead(bytes) {
  const kind = KINDS.find(([, isIt]) => isIt(bytes))?.[0] || "other";
  if (kind === "png") return { kind, ...(await headOfPng(bytes)) };
  if (kind === "jpeg") return { kind, ...(await headOfJpeg(bytes)) };
  return { kind, bits: 8, size: [0, 0], lost: [], chunks: [] };
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

const CARRIED = new Set(["gAMA", "cHRM", "sRGB", "cICP", "pHYs"]);
const METADATA = new Set(["eXIf", "iTXt", "tEXt", "zTXt"]);

async function headOfPng(bytes) {
  const [chunks, lost] = [[], []];
  let [bits, isGrey, size] = [8, false, [0, 0]];
  for (const { name, data } of pngChunks(bytes)) {
    if (name === "IHDR") [bits, isGrey, size] = [data[8], !(data[9] & 3), [number(data, 4), number(data, 0)]];
    else if (CARRIED.has(name)) chunks.push(chunk(name, data));
    else if (name === "iCCP" && !isGrey) chunks.push(chunk(name, data));
    else if (name === "iCCP") (await carryGrey(await profileOf(data), chunks)) || lost.push("profile");
    else if (METADATA.has(name) && !lost.includes("metadata")) lost.push("metadata");
  }
  return { bits, size, lost, chunks };
}

const profileChunk = async (profile) => chunk("iCCP", ascii("profile\0\0"), await deflated(profile));

/** The profile in a PNG's chunk; empty where it cannot be unpacked. */
async function profileOf(data) {
  try {
    return await inflated(data.subarray(data.indexOf(0) + 2));
  } catch {
    return new Uint8Array();
  }
}

/** Have the result show greys by the curve of a grey profile; tells whether that can be. */
async function carryGrey(profile, chunks) {
  const fitting = textOf(profile.subarray(16, 20)) === "GRAY" ? rgbProfileOf(profile) : null;
  if (fitting) chunks.push(await profileChunk(fitting));
  return Boolean(fitting);
}

async function headOfJpeg(bytes) {
  const [parts, lost] = [[], []];
  let [bits, size] = [8, [0, 0]];
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker >= 0xc0 && marker <= 0xc3) [bits, size] = [data[0], [number(data, 1, 2), number(data, 3, 2)]];
    if (marker === 0xe2 && textOf(data.subarray(0, 11)) === "ICC_PROFILE")
      parts[data[12]] = data.subarray(14);
    else if (marker === 0xe1 || marker === 0xed) lost.push("metadata");
  }
  const profile = joined(parts.filter(Boolean));
  const space = textOf(profile.subarray(16, 20));
  const chunks = space === "RGB " ? [await profileChunk(profile)] : [];
  if (profile.length && space !== "RGB " && !(await carryGrey(profile, chunks))) lost.push("profile");
  return { bits, size, lost: [...new Set(lost)], chunks };
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
