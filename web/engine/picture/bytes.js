// Bytes: joined, counted, hashed and packed.

/** One array of several. */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
export const utf8 = (text) => new TextEncoder().encode(text);
export const textOf = (bytes) => String.fromCharCode(...bytes);

/** A number in four bytes, the highest first. */
export const big32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32, as PNG and ZIP have it, of several parts. */
export function crc32(...parts) {
  let crc = -1;
  for (const part of parts)
    for (let place = 0; place < part.length; place++)
      crc = CRC_TABLE[(crc ^ part[place]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `deflated` made of bytes, undone; more than `most` bytes are an error. */
export async function inflated(bytes, most) {
  const parts = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(parts);
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError("unpacked it is too large");
    }
    parts.push(value);
  }
}

/** Bytes compressed ("deflate" is the form with zlib's head). */
export async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
