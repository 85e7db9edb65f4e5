// What comes out: the picture as a PNG with its mark, its recipe, a map of confidence, and small pictures to share.

import { clip } from "../arrays/planes.js";
import { resize } from "../arrays/resize.js";
import { threads } from "../network/threads.js";
import { xmpOf } from "./mark.js";
import { writePng, xmpChunk } from "./png.js";
import { hashesOf, recipeOf, recipeText } from "./recipe.js";
import { sha256 } from "./bytes.js";

const STRIP_PIXELS = 1 << 18;
const VERMILION = [227, 66, 52];
const OVERLAY_OPACITY = 0.8;

/**
 * @param {import("../session.js").Session} session
 * @param {{mark: boolean, recipe: boolean, confidence: boolean}} options
 * @param {{version: string, modelHash: string, runtime: string}} facts
 * @param {object} card of the model
 * @returns {Promise<{name: string, blob: Blob}[]>}
 */
export async function savedFiles(session, options, facts, card) {
  const stem = session.scan.name.replace(/\.[^.]*$/, "");
  const recipe = await finishedRecipe(session, facts, card);
  const files = [
    { name: `${stem}.color.png`, blob: await picturePng(session, options, recipe, facts, card) },
  ];
  if (options.recipe)
    files.push({
      name: `${stem}.color.recipe.json`,
      blob: new Blob([recipeText(recipe)], { type: "application/json" }),
    });
  if (options.confidence)
    files.push({ name: `${stem}.color.confidence.png`, blob: await confidencePng(session, session.size) });
  return files;
}

async function finishedRecipe(session, facts, card) {
  const { scan, tone, turns, wayUp, controls, cbcr } = session;
  const model = { name: card.name, version: card.version, sha256: facts.modelHash };
  const recipe = recipeOf({ ...scan, version: facts.version, model, tone, turns, wayUp, controls });
  const hashes = await hashesOf(recipe);
  const colors = await sha256(new Uint8Array(cbcr.buffer, cbcr.byteOffset, cbcr.byteLength));
  return { ...recipe, made: { engine: engineOf(session, facts), recipe: hashes.recipe, colors } };
}

/** What computed, as recipes tell it. */
function engineOf({ onGpu }, { runtime }) {
  if (onGpu) return `WebGPU, ${runtime}`;
  return `WebAssembly, ${runtime}${threads() > 1 ? `, ${threads()} threads` : ""}`;
}

async function picturePng(session, { mark }, recipe, facts, card) {
  const { scan } = session;
  const chunks = [...scan.chunks];
  if (mark) {
    const { options } = await hashesOf(recipe);
    const said = {
      version: facts.version,
      model: `${card.name} ${card.version}`,
      modelHash: facts.modelHash,
      recipeHash: recipe.made.recipe,
      optionsHash: options,
    };
    chunks.push(xmpChunk(await xmpOf(said, scan.sha256)));
  }
  return writePng(session.size, scan.alpha ? 4 : 3, strips(session), chunks);
}

/** The joined picture, some rows at a time. */
function* strips(session) {
  const [height, width] = session.size;
  const joiner = session.joiner(session.size);
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let top = 0; top < height; top += rows)
    yield withAlpha(session.scan, top * width, joiner.rows(top, Math.min(top + rows, height)));
}

/** RGB with the scan's transparency from some pixel on, where it has any. */
function withAlpha({ alpha }, first, rgb) {
  if (!alpha) return rgb;
  const rgba = new Uint8Array((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba.set(rgb.subarray(from, from + 3), to);
    rgba[to + 3] = alpha[first + from / 3];
  }
  return rgba;
}

/** A picture to lay over the result: the less sure the model, the redder. */
export function confidencePng(session, size) {
  const [height, width] = size;
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  const doubt = session.confidence.map((sure) => 1 - clip(sure, 0, 1));
  const large = resize(doubt, session.encoded.grid, size, "linear");
  const some = function* () {
    for (let top = 0; top < height; top += rows)
      yield overlay(large.subarray(top * width, (top + rows) * width), VERMILION, OVERLAY_OPACITY);
  };
  return writePng(size, 4, some());
}

/** How far a hint reaches, as vermilion of some opacity. */
export function reachPng(reach, grid) {
  return writePng(grid, 4, [overlay(reach, VERMILION, 1)]);
}

function overlay(plane, color, most) {
  const pixels = new Uint8Array(4 * plane.length);
  plane.forEach((value, place) => pixels.set([...color, Math.round(255 * most * value)], 4 * place));
  return pixels;
}

/** Before and after beside each other, as a JPEG for a screen. */
export async function shared(session, side) {
  const [height, width] = session.sizeFor(side / 2);
  const canvas = new OffscreenCanvas(2 * width, height);
  const pen = canvas.getContext("2d");
  const image = (pixels, channels) => {
    const data = new ImageData(width, height);
    for (let place = 0; place < width * height; place++)
      for (let channel = 0; channel < 4; channel++)
        data.data[4 * place + channel] =
          channel === 3 ? 255 : pixels[place * channels + (channels === 3 ? channel : 0)];
    return data;
  };
  pen.putImageData(image(session.onScreen.greys(session.greys([height, width])), 1), 0, 0);
  pen.putImageData(image(session.shownColors([height, width]), 3), width, 0);
  const name = `${session.scan.name.replace(/\.[^.]*$/, "")}.before-after.jpg`;
  return { blob: await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 }), name };
}
