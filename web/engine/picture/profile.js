// A grey ICC profile becomes one of RGB with the same curve for each channel, so that R = G = B shows the same grey.
// As vermilion.pictures.profiles.icc_write.

import { ascii, big32, joined } from "./bytes.js";

const HEAD = 128;
// sRGB's primaries and white in XYZ under D50, in units of 1/65536
const PRIMARIES = { rXYZ: [28579, 14582, 913], gXYZ: [25236, 46981, 6364], bXYZ: [9377, 3973, 46804] };
const WHITE = [63190, 65536, 54061];
const ABOUT = "Grey curve, sRGB primaries";

/**
 * @param {Uint8Array} grey a profile
 * @returns {Uint8Array | null} null where its curve is none that an RGB profile of version 2 may have
 */
export function rgbProfileOf(grey) {
  const curve = tagOf(grey, "kTRC");
  if (!curve || String.fromCharCode(...curve.subarray(0, 4)) !== "curv") return null;
  const empty = new Uint8Array(4);
  const xyz = (values) => joined([ascii("XYZ "), empty, ...values.map(big32)]);
  const tags = [
    [
      ["desc"],
      joined([ascii("desc"), empty, big32(ABOUT.length + 1), ascii(`${ABOUT}\0`), new Uint8Array(78)]),
    ],
    [["cprt"], joined([ascii("text"), empty, ascii("No copyright, use freely\0")])],
    [["wtpt"], xyz(WHITE)],
    ...Object.entries(PRIMARIES).map(([name, values]) => [[name], xyz(values)]),
    [["rTRC", "gTRC", "bTRC"], curve],
  ];
  return assembled(tags);
}

function tagOf(profile, wanted) {
  if (profile.length < HEAD + 4) return null;
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  for (let tag = 0; tag < Math.min(view.getUint32(HEAD), 100); tag++) {
    const place = HEAD + 4 + 12 * tag;
    if (place + 12 > profile.length) return null;
    if (String.fromCharCode(...profile.subarray(place, place + 4)) !== wanted) continue;
    const [start, length] = [view.getUint32(place + 4), view.getUint32(place + 8)];
    return start + length <= profile.length ? profile.subarray(start, start + length) : null;
  }
  return null;
}

function assembled(tags) {
  const count = tags.reduce((sum, [names]) => sum + names.length, 0);
  const [table, body] = [[big32(count)], []];
  let place = HEAD + 4 + 12 * count;
  for (const [names, data] of tags) {
    for (const name of names) table.push(ascii(name), big32(place), big32(data.length));
    body.push(data, new Uint8Array(-data.length & 3));
    place += data.length + (-data.length & 3);
  }
  const date = [2000, 1, 1, 0, 0, 0].flatMap((part) => [part >> 8, part & 255]);
  const head = new Uint8Array(HEAD);
  head.set(joined([big32(place), new Uint8Array(4), big32(0x02400000), ascii("mntrRGB XYZ ")]));
  head.set([...date, ...ascii("acsp")], 24);
  head.set(joined(WHITE.map(big32)), 68);
  return joined([head, ...table, ...body]);
}
