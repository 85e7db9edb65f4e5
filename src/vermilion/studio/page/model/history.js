// Unlimited undo: documents one after the other, and which of them holds.

import { AUTO_VIEW, EMPTY } from "./document.js";

const MOST_STORED = 200_000; // characters; the server keeps 256 KiB a picture

export class History {
  constructor(doc = EMPTY) {
    this.steps = [doc];
    this.at = 0;
    this.merging = "";
  }

  get doc() {
    return this.steps[this.at];
  }
  get canUndo() {
    return this.at > 0;
  }
  get canRedo() {
    return this.at < this.steps.length - 1;
  }

  /** Add a document; it takes the last one's place if both belong to one gesture, named by `merge`. */
  push(doc, merge = "") {
    const replaces = merge && merge === this.merging;
    this.steps = [...this.steps.slice(0, replaces ? this.at : this.at + 1), doc];
    this.at = this.steps.length - 1;
    this.merging = merge;
  }

  /** Change all documents alike: what is no step of this picture's, such as an album, is not undone with them. */
  amend(change) {
    this.steps = this.steps.map(change);
  }

  /** Take back the document that holds, for good: it cannot be. */
  refuse() {
    this.rest();
    if (!this.canUndo) return;
    this.steps = this.steps.toSpliced(this.at, 1);
    this.at -= 1;
  }

  /** Add the steps of a history that was begun while this one was not known yet; its first step is this one's last. */
  followedBy(other) {
    if (other.steps.length === 1) return;
    this.steps = [...this.steps.slice(0, this.at + 1), ...other.steps.slice(1)];
    this.at += other.at;
    this.merging = other.merging;
  }

  /** The gesture is over: what comes next is a step of its own. */
  rest() {
    this.merging = "";
  }

  undo() {
    this.#go(-1);
  }
  redo() {
    this.#go(1);
  }

  #go(step) {
    this.rest();
    this.at = Math.min(this.steps.length - 1, Math.max(0, this.at + step));
  }

  /** Plain data that holds the latest steps; hints that several steps share are stored once. */
  toPlain() {
    for (let first = Math.max(0, this.at - 500); ; first = Math.ceil((first + this.at + 1) / 2)) {
      const plain = pack(this.steps.slice(first), this.at - first);
      if (first >= this.at || JSON.stringify(plain).length <= MOST_STORED) return plain;
    }
  }

  static fromPlain(plain) {
    const history = new History();
    const { hints, settings, views = [], steps, at } = plain;
    history.steps = steps.map(([places, place, seen]) => ({
      hints: places.map((one) => hints[one]),
      settings: settings[place],
      view: views[seen] ?? AUTO_VIEW,
    }));
    history.at = Math.min(Math.max(0, at), history.steps.length - 1);
    if (!history.steps.length || history.steps.some(isBroken)) throw new TypeError("no history");
    return history;
  }
}

const isBroken = (doc) => !doc.settings || doc.hints.some((hint) => !hint || !hint.id);

const isSame = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

function pack(steps, at) {
  const [hints, settings, views] = [[], [], []];
  const place = (pool, value) => {
    const known = pool.findLastIndex((other) => isSame(other, value));
    return known >= 0 ? known : pool.push(value) - 1;
  };
  const packed = steps.map((doc) => [
    doc.hints.map((hint) => place(hints, hint)),
    place(settings, doc.settings),
    place(views, doc.view),
  ]);
  return { hints, settings, views, at, steps: packed };
}
