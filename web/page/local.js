// The engine of the page without a server: the methods of HttpEngine, answered by a worker of this page.

import { Problem } from "../../src/vermilion/studio/page/engine/problem.js";
import { zipped } from "../engine/picture/zip.js";
import { Gpu } from "./gpu.js";
import { partOf, textOfPart } from "./parts.js";

/** What this engine offers; what it does not, the page does not show. */
const SOME = {
  variants: false,
  files: false,
  album: false,
  views: false,
  turns: true,
  transparency: false,
  depths: false,
  formats: ["png"],
};

const SHOWN_AFTER = 1000; // milliseconds: a picture that was opened is seen before the graphics processor is tried

export class LocalEngine {
  can = SOME;

  constructor() {
    this.waiting = new Map(); // calls without an answer yet
    this.states = new Map();
    this.heard = () => {};
    this.count = 0;
    const { gpu, ...facts } = JSON.parse(document.getElementById("facts").textContent);
    this.facts = facts;
    this.gpu = new Gpu(gpu);
  }

  session() {
    return { out: null, version: this.facts.version, lan_url: null, lan_qr: null };
  }
  looks() {
    return Object.keys(this.facts.looks).map((name) => ({ name, title: name }));
  }
  pictures() {
    return [];
  }
  picture(id, signal) {
    return this.#call("picture", { id }, signal);
  }
  async close(id) {
    this.states.delete(id);
    await this.#call("close", { id });
  }
  async open(files, signal) {
    const named = files.map((file) =>
      file.name ? file : new File([file], "pasted.png", { type: file.type }),
    );
    const pictures = await this.#call("open", { files: named }, signal);
    setTimeout(async () => this.gpu.begin(await this.#ready()), SHOWN_AFTER);
    return pictures;
  }
  setControls(id, controls, gesture, signal) {
    return this.#call("setControls", { id, controls }, signal);
  }
  setView(id, options, gesture, signal) {
    return this.#call("setView", { id, options }, signal);
  }
  setReading(id, reading, signal) {
    return this.#call("setReading", { id, reading }, signal);
  }
  preview({ id }, { side, what }, signal) {
    return this.#call("preview", { id, side, what }, signal);
  }
  tile({ id }, asked, signal) {
    return this.#call("tile", { id, ...asked }, signal);
  }
  suggest(id, asked, signal) {
    return this.#call("suggest", { id, ...asked }, signal);
  }
  reach(id, asked, signal) {
    return this.#call("reach", { id, ...asked }, signal);
  }
  ask(id, asked, signal) {
    return this.#call("ask", { id, ...asked }, signal);
  }
  pick(id, { x, y }, signal) {
    return this.#call("pick", { id, x, y }, signal);
  }
  async openRecipe(id, file, signal) {
    return this.#call("openRecipe", { id, text: await file.text() }, signal);
  }
  apply(from, to, what, signal) {
    return this.#call("apply", { from, to, what }, signal);
  }
  share(id, side, signal) {
    return this.#call("share", { id, side }, signal);
  }

  /** Save pictures: {blob, name}; several files come as one ZIP. */
  async save(ids, options, signal) {
    const files = await this.savedFiles(ids, options, signal);
    if (files.length === 1) return files[0];
    const stem = files[0].name.replace(/\.png$/, "");
    return { blob: await zipped(files), name: ids.length > 1 ? "vermilion.zip" : `${stem}.zip` };
  }

  /** What is saved of pictures, as {name, blob} each. */
  async savedFiles(ids, options, signal) {
    const { files, pictures } = await this.#call("save", { ids, options }, signal);
    for (const picture of pictures) this.heard({ type: "picture", picture });
    return files;
  }

  /** Undo lives as long as the page does. */
  async state(id) {
    return this.states.get(id) ?? null;
  }
  async setState(id, state) {
    this.states.set(id, state);
  }

  events(heard) {
    this.heard = heard;
    this.#call("warm", {}).catch(console.error); // the first picture need not wait for the model
    return () => {};
  }
  isThere() {
    return true;
  }

  async #call(method, said, signal) {
    signal?.throwIfAborted();
    const worker = await this.#ready();
    signal?.throwIfAborted();
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      const drop = () => {
        if (this.waiting.delete(id)) worker.postMessage({ drop: id });
        reject(signal.reason);
      };
      signal?.addEventListener("abort", drop, { once: true });
      this.waiting.set(id, { resolve, reject, done: () => signal?.removeEventListener("abort", drop) });
      worker.postMessage({ id, method, said });
    });
  }

  #ready() {
    this.worker ??= this.#start();
    return this.worker;
  }

  /** The worker with all that it needs; nothing is fetched. */
  async #start() {
    const code = await partOf("worker");
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    worker.addEventListener("message", ({ data }) => this.#answered(data));
    worker.addEventListener("error", (event) => this.#broken(event));
    const [wasm, encoder, decoder] = await Promise.all(["wasm", "encoder", "decoder"].map(partOf));
    const card = JSON.parse(await textOfPart("card"));
    const { looks, ...facts } = this.facts;
    worker.postMessage({ parts: { wasm, encoder, decoder, card, looks, facts } }, [wasm, encoder, decoder]);
    return worker;
  }

  #answered({ id, answer, problem, gpu }) {
    if (gpu) this.gpu.heard(gpu);
    const call = this.waiting.get(id);
    if (!call) return;
    this.waiting.delete(id);
    call.done();
    if (problem) call.reject(problem.code === "page" ? new Error(problem.detail) : new Problem(problem));
    else call.resolve(answer);
  }

  /** The worker is gone, as when the memory is full: nobody waits for it any longer. */
  #broken(event) {
    for (const { reject, done } of this.waiting.values()) {
      done();
      reject(new Error(event.message || "the worker stopped"));
    }
    this.waiting.clear();
  }
}
