// The graphics processor of whoever opened the page. Its program is no part of the one file: it lies beside the page
// of a web space and comes once the first picture is coloured. Without it all is computed on the processor.

import { remember, settings } from "../../src/vermilion/studio/page/model/settings.js";
import { partOf, unpacked } from "./parts.js";

/** What may be said of it: try it and take the quicker one, always, never. */
export const WISHES = ["auto", "gpu", "cpu"];

/**
 * Fires "change". `state`: "none" (there is none, or nothing that runs on it), "idle", "trying", "on", "slow", "wrong",
 * "failed".
 */
export class Gpu extends EventTarget {
  /** @param {{file: string, integrity: string} | null} beside the program, where there is one */
  constructor(beside) {
    super();
    this.beside = beside;
    this.state = "none";
    this.engine = null; // the worker that is told of it
    this.found = this.#find();
  }

  get wish() {
    return WISHES.includes(settings.processor) ? settings.processor : "auto";
  }

  async #find() {
    if (!this.beside || !navigator.gpu || !WebAssembly.Suspending) return;
    this.adapter = await navigator.gpu.requestAdapter().catch(() => null);
    if (this.adapter) this.#is("idle");
  }

  /** Try it, if that is wished; `engine` is the worker. */
  async begin(engine) {
    this.engine = engine;
    await this.found;
    if (this.state !== "idle" || this.wish === "cpu") return;
    if (this.wish === "auto" && isSoftware(this.adapter)) return;
    this.#is("trying");
    const trying = {};
    this.trying = trying;
    try {
      await this.#start(() => this.trying === trying);
    } catch (error) {
      console.info(error.message);
      if (this.trying === trying) this.heard("failed");
    }
  }

  async #start(isWanted) {
    this.code ??= partOf("gpu-worker");
    const [code, wasm] = await Promise.all([this.code, programBeside(this.beside)]);
    if (!isWanted()) return;
    this.worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    this.worker.addEventListener("error", () => this.heard("failed"));
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage({ wasm, port: port1 }, [wasm, port1]);
    this.engine.postMessage({ gpu: { port: port2, always: this.wish === "gpu" } }, [port2]);
  }

  /** Hear from the engine how it went. */
  heard(state) {
    if (state !== "on") this.#leave();
    this.#is(state);
  }

  /** Follow another wish. */
  wishes(processor) {
    remember({ processor });
    this.#leave();
    if (this.state === "none") return;
    this.#is("idle");
    if (this.engine) this.begin(this.engine);
  }

  #leave() {
    this.trying = null;
    this.engine?.postMessage({ leaveGpu: true });
    this.worker?.terminate();
    this.worker = null;
  }

  #is(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** A processor that only pretends to be one of graphics; it is slower than none. */
const isSoftware = ({ info = {}, isFallbackAdapter }) => info.isFallbackAdapter ?? isFallbackAdapter ?? false;

/** The one file that a page of a web space asks for, of its own web space: the one that was built with it. */
async function programBeside({ file, integrity }) {
  const answer = await fetch(new URL(file, location.href), { integrity, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${file} is not there`);
  return unpacked(answer.body);
}
