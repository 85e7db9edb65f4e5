// Tiles of one picture: those that are needed are asked for, a few at a time; those seen last are kept.

export const TILE = 512; // pixels of a tile's sides
const MOST_KEPT = 160;
const AT_ONCE = 4;
const TRY_AGAIN = 1000; // milliseconds

export class Tiles {
  /**
   * @param ask (quality, version, tile, signal) -> Promise of a Blob
   * @param arrived called when one more can be drawn, or should be asked for again
   */
  constructor(ask, arrived) {
    this.ask = ask;
    this.arrived = arrived;
    this.kept = new Map();
    this.asked = new Map();
    this.wanted = [];
  }

  /** The tiles over a part of a picture at a level: each pixel of theirs is 2^level of the picture's. */
  static over({ left, top, right, bottom }, level, { width, height }) {
    const step = 2 ** level;
    const side = TILE * step;
    const tiles = [];
    for (let y = Math.floor(top / side) * side; y < bottom; y += side) {
      for (let x = Math.floor(left / side) * side; x < right; x += side) {
        const [across, down] = [Math.min(side, width - x), Math.min(side, height - y)];
        if (across > 0 && down > 0) {
          tiles.push({
            x,
            y,
            width: across,
            height: down,
            outWidth: Math.ceil(across / step),
            outHeight: Math.ceil(down / step),
          });
        }
      }
    }
    return tiles;
  }

  /** A tile's bitmap, or undefined while it is not there. `version` names what it shows. */
  get(quality, version, tile) {
    const key = keyOf(quality, version, tile);
    const bitmap = this.kept.get(key);
    if (bitmap) {
      this.kept.delete(key);
      this.kept.set(key, bitmap);
    }
    return bitmap;
  }

  /** Say which tiles are wanted now, the most wanted first: [[quality, version, tile]]. All others are let go. */
  want(list) {
    const keys = new Set(list.map((one) => keyOf(...one)));
    for (const [key, abort] of this.asked) {
      if (!keys.has(key)) {
        abort.abort();
        this.asked.delete(key);
      }
    }
    this.wanted = list.filter((one) => !this.kept.has(keyOf(...one)));
    this.#next();
  }

  #next() {
    for (const one of this.wanted) {
      if (this.asked.size >= AT_ONCE) return;
      if (!this.asked.has(keyOf(...one))) this.#fetch(...one);
    }
  }

  async #fetch(quality, version, tile) {
    const key = keyOf(quality, version, tile);
    const abort = new AbortController();
    this.asked.set(key, abort);
    this.wanted = this.wanted.filter((one) => keyOf(...one) !== key);
    try {
      const bitmap = await createImageBitmap(await this.ask(quality, version, tile, abort.signal));
      if (!abort.signal.aborted) this.#keep(key, bitmap);
    } catch {
      // Out of date or offline: it is asked for again, if it is wanted then.
      if (!abort.signal.aborted) setTimeout(this.arrived, TRY_AGAIN);
    }
    if (this.asked.get(key) === abort) this.asked.delete(key);
    this.#next();
  }

  #keep(key, bitmap) {
    this.kept.set(key, bitmap);
    while (this.kept.size > MOST_KEPT) {
      const [oldest, old] = this.kept.entries().next().value;
      this.kept.delete(oldest);
      old.close();
    }
    this.arrived();
  }

  clear() {
    this.want([]);
    for (const bitmap of this.kept.values()) bitmap.close();
    this.kept.clear();
  }
}

const keyOf = (quality, version, { x, y, width, outWidth }) =>
  `${quality}/${version}/${x},${y}/${width}/${outWidth}`;
