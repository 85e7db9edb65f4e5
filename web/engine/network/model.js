// The two graphs at work: encode a picture once, decode it for each change. Planes in, planes out.

import * as ort from "onnxruntime-web/wasm";
import { clip } from "../arrays/planes.js";
import { reduceLuma } from "../arrays/resize.js";
import { smoothAlongEdges } from "../color/guide.js";
import { withMargin } from "./frame.js";
import { isSame } from "./gpu.js";
import { threads } from "./threads.js";
import { seenThrough } from "./tone.js";

const CHROMA_UNIT = 20; // of the calibration's chroma
const FEATURES = [4, 8, 16, 32].map((stride) => `features_${stride}`);
const OUTPUTS = ["chroma", "confidence", "odds"];
const [SMALL, USUAL] = [
  [64, 64],
  [192, 256],
]; // of made-up pictures

/**
 * @typedef {{data: Float32Array, dims: number[]}} Plane
 * @typedef {{maps: Plane[], luma: Float32Array, grid: [number, number], onGpu: boolean}} Encoded
 * @typedef {{ab: Float32Array, confidence: Float32Array, odds: Float32Array | null, onGpu: boolean}} Painted
 *   [h·w·2], [h·w], [K·h·w]
 */

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
    this.graphs = { encoder, decoder };
    this.gpu = null; // where the graphs run instead, if they do
    this.gpuFailed = () => {};
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
    const { output, onGpu } = await this.#run("encoder", lumaInput(seen.plane, seen.size), FEATURES);
    const grid = size.map((side) => side / this.card.stride);
    return { maps: FEATURES.map((name) => output[name]), luma: reduceLuma(luma, size, grid), grid, onGpu };
  }

  /** Run a graph on the graphics processor, and here if there is none or it fails. */
  async #run(graph, inputs, names) {
    if (this.gpu) {
      try {
        return { ...(await this.gpu.run(graph, inputs, names)), onGpu: true };
      } catch (error) {
        this.gpu = null;
        this.gpuFailed(error);
      }
    }
    return { ...(await this.#runHere(graph, inputs, names)), onGpu: false };
  }

  async #runHere(graph, inputs, names) {
    const tensors = Object.entries(inputs).map(([name, { data, dims }]) => [
      name,
      new ort.Tensor("float32", data, dims),
    ]);
    const begun = performance.now();
    const output = await this.graphs[graph].run(Object.fromEntries(tensors), names);
    return { output, took: performance.now() - begun };
  }

  /**
   * Try a graphics processor on made-up pictures: some drivers compute wrongly, and some are slow.
   * @param {import("./gpu.js").GpuGraphs} gpu
   * @param {boolean} isTimed whether its speed counts
   * @returns {Promise<"on" | "wrong" | "slow">}
   */
  async tried(gpu, isTimed) {
    const here = (size) => this.#madeUp(size, (...call) => this.#runHere(...call));
    const there = (size) => this.#madeUp(size, (...call) => gpu.run(...call));
    const theirs = await there(SMALL);
    if (!isSame(theirs.output, (await here(SMALL)).output)) return "wrong";
    if (isTimed) await there(USUAL); // the driver may have programs for each size
    const took = isTimed ? (await there(USUAL)).took : theirs.took;
    gpu.tookInTest(took);
    return isTimed && took >= (await here(USUAL)).took ? "slow" : "on";
  }

  /** Encode and decode a made-up picture: all outputs, and milliseconds. */
  async #madeUp(size, run) {
    const seen = await run("encoder", lumaInput(madeUp(size), size), FEATURES);
    const grid = size.map((side) => side / this.card.stride);
    const maps = FEATURES.map((name) => seen.output[name]);
    const inputs = this.#decoderInputs(maps, madeUp([3 * grid[0], grid[1]]), grid, null);
    const painted = await run("decoder", inputs, OUTPUTS);
    return { output: { ...seen.output, ...painted.output }, took: seen.took + painted.took };
  }

  #decoderInputs(maps, canvas, grid, temperature) {
    return {
      ...Object.fromEntries(FEATURES.map((name, level) => [name, maps[level]])),
      hints: { data: canvas, dims: [1, 3, ...grid] },
      temperature: { data: Float32Array.of(temperature ?? this.card.temperature), dims: [] },
    };
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
    const inputs = this.#decoderInputs(maps, placed(canvas, grid, full), full, temperature);
    const { output, onGpu } = await this.#run("decoder", inputs, withOdds ? OUTPUTS : OUTPUTS.slice(0, 2));
    const [a, b] = cut(output.chroma.data, full, grid);
    const confidence = cut(output.confidence.data, full, grid)[0];
    const painted = new Float32Array(2 * a.length);
    a.forEach((value, cell) => painted.set([value, b[cell]], 2 * cell));
    return {
      ab: smoothed(painted, luma, grid, canvas),
      confidence: confidence.map((sure, cell) => this.#calibrated(sure, Math.hypot(a[cell], b[cell]))),
      odds: withOdds ? cut(output.odds.data, full, grid) : null,
      onGpu: onGpu || encoded.onGpu,
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

const lumaInput = (data, size) => ({ luma: { data, dims: [1, 1, ...size] } });

/** A plane [H·W] in 0..1 of waves and edges. */
function madeUp([height, width]) {
  return Float32Array.from({ length: height * width }, (_, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    const wave = 0.5 + 0.3 * Math.sin(x / 9) * Math.cos(y / 11);
    return x > width / 2 && y > height / 3 ? 0.9 * wave : 0.1 + wave;
  });
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
