// One open picture: what the network saw of it is kept, and each change of the controls is quick.
// As vermilion.session.session.

import { reduceFinely, reduceToBytes, roundEven } from "./arrays/resize.js";
import { chromaOf } from "./color/chroma.js";
import { ExactJoiner } from "./color/join.js";
import { askHere } from "./guidance/ask.js";
import { cornerNotes } from "./guidance/corner.js";
import { NOBODY, cellAt, checkInside, drawHints } from "./guidance/draw.js";
import { finishColors } from "./guidance/finish.js";
import { appearanceOf, reachOf } from "./guidance/reach.js";
import { goalsOf, notesOn, settleHints } from "./guidance/settle.js";
import { suggestColors } from "./guidance/suggest.js";
import { scaledByBlocks } from "./network/blocks.js";
import { workingSize } from "./network/frame.js";
import { findTone } from "./network/tone.js";
import { masksOf } from "./picture/masks.js";
import { converterTo, toSrgbTone } from "./profiles/output-colors.js";
import { screenOf } from "./profiles/screen.js";
import { turnsOf } from "./view/options.js";
import { decodeTurned, encodeTurned } from "./view/turned.js";

const KEPT_SIZES = 8; // of joiners: the levels of a picture that is zoomed

export class Session {
  /**
   * @param {import("./network/model.js").Model} model
   * @param {import("./picture/scan.js").Scan} scan
   * @param {object} looks what look files say, by name
   * @param {"auto" | number} wayUp degrees clockwise that bring the picture upright; "auto" leaves it as it lies
   */
  static async open(model, scan, looks, wayUp = "auto") {
    const session = new Session();
    const { card } = model;
    const size = workingSize(scan.size, card.working_size, card.stride);
    const from = scan.hasBlocks
      ? scaledByBlocks(scan.luma, scan.size, size)
      : { plane: scan.luma, size: scan.size };
    const luma = toSrgbTone(scan.space, reduceFinely(from.plane, from.size, size));
    const turns = turnsOf(wayUp);
    const { tone, encoded } = await encodeTurned(model, luma, size, turns, findTone);
    return Object.assign(session, {
      model,
      scan,
      looks,
      wayUp,
      turns,
      tone,
      encoded,
      joiners: new Map(),
      without: new Map(),
    });
  }

  get size() {
    return this.scan.size;
  }

  get #appearance() {
    this.appearance ??= appearanceOf(this.encoded.maps);
    return this.appearance;
  }

  /** Colour the picture as the controls say. */
  async paint(controls) {
    const { luma, grid } = this.encoded;
    const drawing = await this.#draw(controls.hints || []);
    const { painted, notes } = await this.#paintWithHints(drawing, controls);
    const certainty = painted.confidence.map((sure, cell) => Math.max(sure, hintedAt(drawing, cell)));
    const look = controls.look ? this.looks[controls.look] : null;
    const ab = finishColors(controls, look, luma, grid, painted.ab, certainty);
    this.controls = controls;
    this.confidence = painted.confidence;
    this.onGpu = painted.onGpu;
    this.cbcr = chromaOf(luma, ab);
    this.joiners.clear();
    this.notes = [...notes, ...(controls.corner_mark ? cornerNotes(luma, grid) : [])];
  }

  async #draw(hints) {
    const { luma, grid } = this.encoded;
    return { hints, ...drawHints(hints, this.size, grid, luma, await masksOf(hints)) };
  }

  #reach({ owner }) {
    return reachOf(owner, this.encoded.luma, this.encoded.grid, this.#appearance);
  }

  async #paintWithHints(drawing, controls) {
    const { luma } = this.encoded;
    const without = await this.#withoutHints(controls, false);
    if (!drawing.hints.length) return { painted: without, notes: [] };
    const reach = this.#reach(drawing);
    const steered = await this.#steered(drawing, controls, reach, false);
    const goals = goalsOf(drawing, luma, without.ab);
    const ab = settleHints(drawing.hints, goals, reach, luma, steered.ab, without.ab);
    return { painted: { ...steered, ab }, notes: notesOn(drawing.hints, goals, ab) };
  }

  /** What the network paints by itself; it stays the same while hints move. */
  async #withoutHints({ temperature = null }, withOdds) {
    const key = `${temperature} ${withOdds}`;
    if (!this.without.has(key)) {
      if (this.without.size > 3) this.without.clear();
      this.without.set(key, await decodeTurned(this.model, this.encoded, null, temperature, withOdds));
    }
    return this.without.get(key);
  }

  /** Paint with hints, each of which counts as far as it reaches. */
  async #steered(drawing, controls, reach, withOdds) {
    const without = await this.#withoutHints(controls, withOdds);
    if (!reach.length) return without;
    const { temperature = null } = controls;
    const painted = await decodeTurned(this.model, this.encoded, drawing.canvas, temperature, withOdds);
    const share = reach[0].map((_, cell) => Math.max(...reach.map((plane) => plane[cell])));
    const towards = (one, other, part) =>
      one.map((value, place) => value + part(place) * (other[place] - value));
    return {
      ab: towards(without.ab, painted.ab, (place) => share[place >> 1]),
      confidence: towards(without.confidence, painted.confidence, (cell) => share[cell]),
      odds:
        withOdds &&
        without.odds.map((plane, bin) => towards(plane, painted.odds[bin], (cell) => share[cell])),
      onGpu: painted.onGpu || without.onGpu,
    };
  }

  /** The likeliest distinct colours at a place. */
  async suggest({ x, y, count = 5, controls = {} }) {
    checkInside(x, y, this.size, `the place at x = ${x}, y = ${y}`);
    const { luma, grid } = this.encoded;
    const [row, column] = cellAt(x, y, this.size, grid);
    const cell = row * grid[1] + column;
    const drawing = await this.#draw(controls.hints || []);
    const { odds } = await this.#steered(drawing, controls, this.#reach(drawing), true);
    return suggestColors(
      odds.map((plane) => plane[cell]),
      this.model.card.bins,
      luma[cell],
      count,
    );
  }

  /** Places where one hint would change most. */
  async ask({ count = 3, controls = {} }) {
    const { luma, grid } = this.encoded;
    const drawing = await this.#draw(controls.hints || []);
    const { confidence } = await this.#steered(drawing, controls, this.#reach(drawing), false);
    const hinted = luma.map((_, cell) => (hintedAt(drawing, cell) > 0 ? 1 : 0));
    return askHere(this.#level(2), luma, confidence, hinted, grid, this.size, count);
  }

  /** Features at a stride of 4, 8, 16 or 32 (`number` 0 to 3), without the margin. */
  #level(number) {
    const { maps, grid } = this.encoded;
    const { data, dims } = maps[number];
    const [height, width] = grid.map((side, axis) =>
      Math.ceil((side * dims[axis + 2]) / maps[0].dims[axis + 2]),
    );
    const features = new Float32Array(dims[1] * height * width);
    for (let channel = 0; channel < dims[1]; channel++)
      for (let row = 0; row < height; row++) {
        const start = (channel * dims[2] + row) * dims[3];
        features.set(data.subarray(start, start + width), (channel * height + row) * width);
      }
    return { data: features, dims: [dims[1], height, width] };
  }

  /** How far a hint would reach if it were laid: [h·w], 0..1. */
  async reach({ hint, controls = {} }) {
    const drawing = await this.#draw([...(controls.hints || []), hint]);
    return this.#reach(drawing).at(-1);
  }

  /** Converts chroma into the scan's profile, at full size: the slope of its tone curve varies. */
  get #convert() {
    this.converter ??= { convert: converterTo(this.scan.space) };
    return this.converter.convert;
  }

  /** What joins the picture at a size; that of the last few sizes is kept. */
  joiner(size) {
    const key = String(size);
    if (!this.joiners.has(key)) {
      while (this.joiners.size >= KEPT_SIZES) this.joiners.delete(this.joiners.keys().next().value);
      this.joiners.set(
        key,
        new ExactJoiner(this.greys(size), size, this.cbcr, this.encoded.grid, this.#convert),
      );
    }
    return this.joiners.get(key);
  }

  /** The scan's greys at a size. */
  greys(size) {
    this.smaller ??= new Map();
    if (String(size) === String(this.size)) return this.scan.luma;
    if (!this.smaller.has(String(size))) {
      while (this.smaller.size >= KEPT_SIZES) this.smaller.delete(this.smaller.keys().next().value);
      this.smaller.set(String(size), reduceToBytes(this.scan.luma, this.size, size));
    }
    return this.smaller.get(String(size));
  }

  /** The picture's colours at a size as a screen shows them, or a part of it. */
  shownColors(size, top = 0, bottom = size[0], ...columns) {
    return this.onScreen.colors(this.joiner(size).rows(top, bottom, ...columns));
  }

  /** Shows codes of the scan's profile on a screen. */
  get onScreen() {
    this.screen ??= screenOf(this.scan.space);
    return this.screen;
  }

  /** The size of a preview with a long side. */
  sizeFor(longSide) {
    const scale = Math.min(1, longSide / Math.max(...this.size));
    return this.size.map((side) => Math.max(1, roundEven(side * scale)));
  }
}

/** How firmly a person said what is in a cell, 0..1. */
function hintedAt({ canvas, owner }, cell) {
  return owner[cell] === NOBODY ? 0 : canvas[2 * owner.length + cell];
}
