// What the page's modules say of profiles and chunks: cases come in as JSON, answers go out.

import { readFileSync } from "node:fs";
import { spaceOfChunks } from "../../web/engine/profiles/coding.js";
import { readProfile } from "../../web/engine/profiles/icc-read.js";
import { converterTo, srgbTone } from "../../web/engine/profiles/output-colors.js";
import { screenOf } from "../../web/engine/profiles/screen.js";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const rounded = (values) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);

function told({ icc, chunks, luma, cb, cr }) {
  const said = chunks && new Map(Object.entries(chunks).map(([name, data]) => [name, bytes(data)]));
  const found = said ? { icc: null, space: spaceOfChunks(said, false) } : readProfile(bytes(icc));
  const answer = {
    icc: found.icc && Buffer.from(found.icc).toString("base64"),
    isFollowed: found.isFollowed ?? true,
    toXyz: found.space && found.space.toXyz,
    tones:
      found.space &&
      rounded(Array.from({ length: 256 }, (_, code) => srgbTone(found.space, Math.fround(code / 255)))),
  };
  if (!found.space || !luma) return answer;
  const { colors, greys } = screenOf(found.space);
  answer.shown = Array.from(colors(Uint8Array.from(luma).subarray(0, 3 * Math.floor(luma.length / 3))));
  answer.shownGreys = Array.from(greys(Uint8Array.from({ length: 256 }, (_, level) => level)));
  const planes = [Float32Array.from(cb), Float32Array.from(cr)];
  converterTo(found.space)(Uint8Array.from(luma), ...planes);
  return { ...answer, cb: rounded(planes[0]), cr: rounded(planes[1]) };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(told)));
