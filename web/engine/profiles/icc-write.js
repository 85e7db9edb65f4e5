// ICC profiles of version 2 written: RGB displays with one curve for all channels, so that R = G = B shows the grey
// of a grey profile. As vermilion.pictures.profiles.icc_write.

import { roundEven } from "../arrays/resize.js";
import { ascii, big32, joined } from "../picture/bytes.js";

const HEAD = 128;
// sRGB's primaries and white in XYZ under D50, in units of 1/65536
const PRIMARIES = { rXYZ: [28579, 14582, 913], gXYZ: [25236, 46981, 6364], bXYZ: [9377, 3973, 46804] };
const WHITE = [63190, 65536, 54061];
const ABOUT = "Grey curve, sRGB primaries";
const EMPTY = new Uint8Array(4);

/** A tag of type "curv" for linear light at evenly spread code values. */
export function tableCurve(curve) {
  const table = new DataView(new ArrayBuffer(2 * curve.length));
  curve.forEach((value, place) => table.setUint16(2 * place, roundEven(65535 * value)));
  return joined([ascii("curv"), EMPTY, big32(curve.length), new Uint8Array(table.buffer)]);
}

/**
 * @param {Uint8Array} curve a tag of type "curv"
 * @returns {Uint8Array} a display profile with this curve for each channel
 */
export function rgbProfile(curve) {
  const xyz = (values) => joined([ascii("XYZ "), EMPTY, ...values.map(big32)]);
  const about = joined([
    ascii("desc"),
    EMPTY,
    big32(ABOUT.length + 1),
    ascii(`${ABOUT}\0`),
    new Uint8Array(78),
  ]);
  return assembled([
    [["desc"], about],
    [["cprt"], joined([ascii("text"), EMPTY, ascii("No copyright, use freely\0")])],
    [["wtpt"], xyz(WHITE)],
    ...Object.entries(PRIMARIES).map(([name, values]) => [[name], xyz(values)]),
    [["rTRC", "gTRC", "bTRC"], curve],
  ]);
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
