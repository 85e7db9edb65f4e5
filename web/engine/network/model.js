// The two graphs at work: encode a picture once, decode it for each change. Planes in, planes out.

import * as ort from "onnxruntime-web/wasm";
import { clip } from "../arrays/planes.js";
import { reduceLuma } from "../arrays/resize.js";
import { smoothAlongEdges } from "../color/guide.js";
import { seenThrough } from "./tone.js";
import { withMargin } from "./frame.js";

const MOST_THREADS = 4;
const CHROMA_UNIT = 20; // of the calibration's chroma
const FEATURES = [4, 8, 16, 32].map((stride) => `features_${stride}`);

/**
 * @typedef {{maps: ort.Tensor[], luma: Float32Array, grid: [number, number]}} Encoded
 * @typedef {{ab: Float32Array, confidence: Float32Array, odds: Float32Array | null}} Painted [h·w·2], [h·w], [K·h·w]
 */

/**
 * How many threads compute: several share memory, which only an isolated page may. In Firefox they sometimes wait
 * for each other for ever, so only Chromium and its kin have several.
 */
export const threads = () => {
  const isChromium = navigator.userAgentData?.brands.some(({ brand }) => brand === "Chromium");
  return self.crossOriginIsolated && isChromium ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
};

/** Set up ONNX Runtime; `wasm` is its program. */
export function setUpRuntime(wasm) {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = threads();
  ort.env.logLevel = "error";
}

export class Model {
  /** @param {object} card what model.json says */
  constructor(card, encoder, decoder) {
    this.card = card;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  static async load({ card, encoder, decoder }) {
    const open = (graph) =>
      ort.InferenceSession.create(new Uint8Array(graph), { executionProviders: ["wasm"] });
    return new Model(card, await open(encoder), await open(decoder));
  }

  /**
   * @param {Float32Array} luma [H·W] in 0..1, H and W multiples of the card's stride
   * @param {[number, number]} size H and W
   * @param {{gain: number, offset: number}} tone
   * @returns {Promise<Encoded>}
   */
  async encode(luma, size, tone) {
    const seen = withMargin(seenThrough(tone, luma), size);
    const input = new ort.Tensor("float32", seen.plane, [1, 1, ...seen.size]);
    const output = await this.encoder.run({ luma: input });
    const grid = size.map((side) => side / this.card.stride);
    return { maps: FEATURES.map((name) => output[name]), luma: reduceLuma(luma, size, grid), grid };
  }

  /**
   * @param {Encoded} encoded
   * @param {Float32Array | null} canvas hints [3·h·w]; null for none
   * @param {number | null} temperature null for the card's
   * @param {boolean} withOdds
   * @returns {Promise<Painted>}
   */
  async decode(encoded, canvas, temperature, withOdds = false) {
    const { maps, grid, luma } = encoded;
    const full = [maps[0].dims[2], maps[0].dims[3]];
    const inputs = Object.fromEntries(FEATURES.map((name, level) => [name, maps[level]]));
    inputs.hints = new ort.Tensor("float32", placed(canvas, grid, full), [1, 3, ...full]);
    inputs.temperature = new ort.Tensor("float32", [temperature ?? this.card.temperature], []);
    const names = withOdds ? ["chroma", "confidence", "odds"] : ["chroma", "confidence"];
    const output = await this.decoder.run(inputs, names);
    const [a, b] = cut(output.chroma.data, full, grid);
    const confidence = cut(output.confidence.data, full, grid)[0];
    const painted = new Float32Array(2 * a.length);
    a.forEach((value, cell) => painted.set([value, b[cell]], 2 * cell));
    return {
      ab: smoothed(painted, luma, grid, canvas),
      confidence: confidence.map((sure, cell) => this.#calibrated(sure, Math.hypot(a[cell], b[cell]))),
      odds: withOdds ? cut(output.odds.data, full, grid) : null,
    };
  }

  /** The probability that the true (a, b) lies within 10 of the painted one: Platt's line, moved by chroma. */
  #calibrated(sure, chroma) {
    const [slope = 1, shift = 0, linear = 0, squared = 0] = this.card.calibration || [];
    const inside = clip(sure, 1e-6, 1 - 1e-6);
    const vivid = chroma / CHROMA_UNIT;
    const logit = slope * Math.log(inside / (1 - inside)) + shift + (linear + squared * vivid) * vivid;
    return 1 / (1 + Math.exp(-logit));
  }
}

/** Planes of hints on the decoder's grid, which may be larger than the picture's. */
function placed(canvas, [height, width], full) {
  const result = new Float32Array(3 * full[0] * full[1]);
  if (!canvas) return result;
  for (let plane = 0; plane < 3; plane++)
    for (let row = 0; row < height; row++) {
      const start = (plane * height + row) * width;
      result.set(canvas.subarray(start, start + width), (plane * full[0] + row) * full[1]);
    }
  return result;
}

/** Each plane without the margin. */
function cut(data, full, [height, width]) {
  const count = data.length / (full[0] * full[1]);
  return Array.from({ length: count }, (_, plane) => {
    const result = new Float32Array(height * width);
    for (let row = 0; row < height; row++) {
      const start = (plane * full[0] + row) * full[1];
      result.set(data.subarray(start, start + width), row * width);
    }
    return result;
  });
}

/** (a, b) without blotches; where hints weigh it stays as it was. */
function smoothed(ab, luma, grid, canvas) {
  const smooth = smoothAlongEdges(ab, luma, grid);
  if (!canvas) return smooth;
  const cells = luma.length;
  return smooth.map((value, place) => value + (ab[place] - value) * canvas[2 * cells + (place >> 1)]);
}
