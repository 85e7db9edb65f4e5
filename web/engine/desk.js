// The open pictures, and what may be asked of them: the calls of the studio's server, answered in this browser.

import { checkedControls } from "./controls.js";
import { GpuGraphs } from "./network/gpu.js";
import { Model } from "./network/model.js";
import { writeBmp } from "./picture/bmp.js";
import { readsExactly } from "./picture/noise.js";
import { confidencePng, reachPng, savedFiles, shared } from "./picture/results.js";
import { readScan } from "./picture/scan.js";
import { EngineError } from "./problem.js";
import { Session } from "./session.js";
import { checkedWayUp } from "./view/options.js";

export class Desk {
  /**
   * @param {{card: object, encoder: ArrayBuffer, decoder: ArrayBuffer, looks: object, facts: object}} parts
   *   facts: version, modelHash and runtime
   */
  constructor(parts) {
    this.parts = parts;
    this.looks = parts.looks;
    this.entries = new Map();
    this.count = 0;
  }

  /** Load the model and test the browser, before the first picture comes. */
  async warm() {
    this.loading ??= Promise.all([Model.load(this.parts), readsExactly()]);
    [this.model, this.isExact] = await this.loading;
  }

  /**
   * Have the graphics processor compute from now on, if it gives the same colours, and more quickly unless it is
   * wanted however slow it is.
   * @param {{port: MessagePort, always: boolean}} there
   * @param {(state: string) => void} tell "on", "slow", "wrong" or "failed"
   */
  async useGpu({ port, always }, tell) {
    const { encoder, decoder } = this.parts;
    const gpu = new GpuGraphs(port, { encoder, decoder });
    this.leaveGpu();
    this.gpu = gpu;
    const state = await this.model.tried(gpu, !always).catch((error) => {
      console.info(error.message);
      return "failed";
    });
    if (this.gpu !== gpu) return; // it was let go meanwhile
    if (state === "on") Object.assign(this.model, { gpu, gpuFailed: () => tell("failed") });
    tell(state);
  }

  /** Compute here again. */
  leaveGpu() {
    if (this.model) Object.assign(this.model, { gpu: null, gpuFailed: () => {} });
    this.gpu?.close();
    this.gpu = null;
  }

  async open({ files }) {
    await this.warm();
    const opened = [];
    for (const file of files) {
      const id = `p${++this.count}`;
      this.entries.set(id, { id, file, reading: {}, revision: 0, state: "new", error: null });
      opened.push(await this.#read(id));
    }
    return opened;
  }

  async #read(id) {
    const entry = this.entries.get(id);
    try {
      const scan = await readScan(entry.file, entry.reading, this.isExact);
      entry.session = await Session.open(this.model, scan, this.looks);
      await entry.session.paint({});
      Object.assign(entry, { error: null, state: "coloured" });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      entry.error = { code: error.code, detail: error.message, status: error.status };
    }
    return this.#told(entry);
  }

  /** A picture as the page knows it. */
  #told(entry) {
    const { id, file, session, error, state, revision, reading } = entry;
    const [height, width] = session?.size || [0, 0];
    return {
      id,
      name: file.name,
      width,
      height,
      state,
      revision: `${id}.${revision}`,
      controls: session?.controls || {},
      view: [
        {
          frame: { x: 0, y: 0, width, height, angle: 0 },
          way_up: 90 * (session?.turns ?? 0),
          contrast: session?.tone.gain !== 1,
        },
      ],
      view_options: { view: "auto", frames: [], way_up: session?.wayUp ?? "auto" },
      notes: session ? [...session.scan.notes.map((text) => ({ text, hint: null })), ...session.notes] : [],
      negative: null,
      error,
      reading,
    };
  }

  #entry(id) {
    const entry = this.entries.get(id);
    if (!entry) throw new EngineError("not-found", "This picture is no longer open; open it again.", 404);
    return entry;
  }

  #session(id) {
    return this.#entry(id).session;
  }

  picture({ id }) {
    return this.#told(this.#entry(id));
  }

  close({ id }) {
    this.entries.delete(id);
  }

  setReading({ id, reading }) {
    const entry = this.#entry(id);
    entry.reading = reading;
    return this.#read(id);
  }

  async setControls({ id, controls }) {
    const entry = this.#entry(id);
    await entry.session.paint(checkedControls(controls, Object.keys(this.looks)));
    entry.revision += 1;
    entry.state = "changed";
    return this.#told(entry);
  }

  /** See the picture another way up; what was said of its colours holds. */
  async setView({ id, options }) {
    const entry = this.#entry(id);
    await this.#turn(entry, checkedWayUp(options), entry.session.controls);
    return this.#told(entry);
  }

  async #turn(entry, wayUp, controls) {
    const { session } = entry;
    const isTurned = wayUp !== session.wayUp;
    const seen = isTurned ? await Session.open(this.model, session.scan, this.looks, wayUp) : session;
    await seen.paint(controls);
    Object.assign(entry, { session: seen, revision: entry.revision + 1, state: "changed" });
  }

  async openRecipe({ id, text }) {
    let recipe;
    try {
      recipe = JSON.parse(text);
    } catch {
      throw new EngineError("settings", "The recipe is not valid JSON; choose a file NAME.recipe.json.");
    }
    const entry = this.#entry(id);
    const wayUp = checkedWayUp(recipe?.view ?? {});
    await this.#turn(entry, wayUp, checkedControls(recipe?.controls || {}, Object.keys(this.looks)));
    return this.#told(entry);
  }

  async preview({ id, side, what }) {
    const session = this.#session(id);
    const size = session.sizeFor(side);
    if (what === "confidence") return confidencePng(session, size);
    if (what === "scan") return writeBmp(session.onScreen.greys(session.greys(size)), size, 1);
    return writeBmp(session.shownColors(size), size, 3);
  }

  /** A part of the picture, at its full size or a half, a quarter, ... of it. */
  tile({ id, x, y, width, height, outWidth, quality }) {
    const session = this.#session(id);
    const halvings = Math.max(0, Math.floor(Math.log2(width / outWidth) + 0.01));
    const size = session.size.map((side) => Math.max(1, Math.ceil(side / 2 ** halvings)));
    const [top, left] = [scaled(y, session.size[0], size[0]), scaled(x, session.size[1], size[1])];
    const bottom = Math.max(top + 1, scaled(y + height, session.size[0], size[0], Math.ceil));
    const right = Math.max(left + 1, scaled(x + width, session.size[1], size[1], Math.ceil));
    const part = [bottom - top, right - left];
    if (quality === "color") return writeBmp(session.shownColors(size, top, bottom, left, right), part, 3);
    const greys = cut(session.greys(size), size[1], top, bottom, left, right);
    return writeBmp(session.onScreen.greys(greys), part, 1);
  }

  suggest({ id, ...asked }) {
    return this.#session(id).suggest(asked);
  }

  ask({ id, ...asked }) {
    return this.#session(id).ask(asked);
  }

  async reach({ id, ...asked }) {
    const session = this.#session(id);
    return reachPng(await session.reach(asked), session.encoded.grid);
  }

  pick({ id, x, y }) {
    const session = this.#session(id);
    const [row, column] = [Math.trunc(y), Math.trunc(x)];
    const rgb = session.shownColors(session.size, row, row + 1, column, column + 1);
    return { color: `#${Array.from(rgb, (level) => level.toString(16).padStart(2, "0")).join("")}` };
  }

  apply({ from, to, what }) {
    const { hints, ...rest } = this.#session(from).controls;
    const grading = ["fade_unsure", "vividness", "warmth", "tint", "look"];
    const carried = Object.entries(rest).filter(([name]) => what === "controls" || grading.includes(name));
    return Promise.all(
      to.map((id) => {
        const kept = { ...this.#session(id).controls };
        for (const name of what === "controls" ? Object.keys(kept) : grading)
          if (name !== "hints") delete kept[name];
        return this.setControls({ id, controls: { ...kept, ...Object.fromEntries(carried) } });
      }),
    );
  }

  /** Files of some pictures: {name, blob} each. */
  async save({ ids, options }) {
    const files = [];
    for (const id of ids) {
      const entry = this.#entry(id);
      files.push(...(await savedFiles(entry.session, options, this.parts.facts, this.model.card)));
      entry.state = "saved";
    }
    return { files, pictures: ids.map((id) => this.#told(this.#entry(id))) };
  }

  share({ id, side }) {
    return shared(this.#session(id), side);
  }
}

/** A place at another scale, kept on the picture. */
function scaled(place, from, to, round = Math.floor) {
  const moved = round((place * to) / from + (round === Math.floor ? 1e-6 : -1e-6));
  return Math.min(Math.max(0, moved), round === Math.floor ? to - 1 : to);
}

function cut(plane, width, top, bottom, left, right) {
  const part = new Uint8Array((bottom - top) * (right - left));
  for (let row = top; row < bottom; row++)
    part.set(plane.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  return part;
}
