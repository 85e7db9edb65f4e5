// What can be drawn of the current picture: previews of the scan and of the colours, overlays, tiles.

import { TILE, Tiles } from "./tiles.js";

export const PREVIEW_SIDE = 1024;

const OVERLAYS = ["confidence", "trust"];

/** What names the scan of a picture: how its file is read, such as which page. */
const scanVersion = ({ reading }) => `scan ${JSON.stringify(reading ?? null)}`;

export class Layers {
  /** @param changed called when there is more to draw  @param trouble called with an Error */
  constructor(engine, changed, trouble) {
    this.engine = engine;
    this.changed = changed;
    this.trouble = trouble;
    this.tiles = new Tiles(
      (quality, version, tile, signal) => engine.tile(this.#named(version), { ...tile, quality }, signal),
      changed,
    );
    this.set(null);
  }

  /** The picture as it was when tiles of a version were wanted; tiles of the scan are the same in all. */
  #named(version) {
    const { picture } = this.open;
    return version === scanVersion(picture) ? picture : { ...picture, revision: version };
  }

  /** Show another picture. */
  set(open) {
    for (const { abort } of Object.values(this.asked || {})) abort.abort();
    this.open = open;
    this.previews = {};
    this.asked = {};
    this.reach = null;
    this.wantedReach = null;
    this.isReachWanted = false;
    this.tiles.clear();
    if (open) this.refresh(null);
  }

  /** Bring the previews up to date with the picture's revision. */
  refresh(overlay) {
    if (!this.open?.isUsable) return;
    const { picture } = this.open;
    this.#load("scan", scanVersion(picture));
    this.#load("color", picture.revision);
    if (!this.hasVersion) this.#drop("trust");
    if (overlay === "confidence" || (overlay && this.hasVersion)) this.#load(overlay, picture.revision);
  }

  /** Whether the picture takes colours from a version, which are trusted or not. */
  get hasVersion() {
    return Boolean(this.open?.picture.controls?.colors_from);
  }

  #drop(what) {
    this.asked[what]?.abort.abort();
    this.previews[what]?.bitmap.close();
    delete this.asked[what];
    delete this.previews[what];
  }

  get isReady() {
    return Boolean(this.previews.color || this.previews.scan);
  }

  async #load(what, version) {
    if (this.asked[what]?.version === version) return;
    this.asked[what]?.abort.abort();
    const asked = { version, abort: new AbortController() };
    this.asked[what] = asked;
    const { open } = this;
    const { picture } = open;
    try {
      const blob = await this.engine.preview(picture, { side: PREVIEW_SIDE, what }, asked.abort.signal);
      const bitmap = await createImageBitmap(blob);
      if (this.asked[what] !== asked) return bitmap.close();
      this.previews[what]?.bitmap.close();
      this.previews[what] = { bitmap, version };
      this.changed();
    } catch (error) {
      if (this.asked[what] !== asked) return undefined;
      delete this.asked[what];
      if (error.status === 409) this.#catchUp(open, picture, what);
      else if (error.name !== "AbortError") this.trouble(error);
    }
    return undefined;
  }

  /** What was asked for is out of date: ask for what is known by now, or learn what holds now. */
  #catchUp(open, { revision }, what) {
    if (open.picture.revision === revision) open.catchUp();
    else this.refresh(OVERLAYS.includes(what) ? what : null);
  }

  /** Show how far a hint would reach: a PNG with alpha, or null. */
  async showReach(blob) {
    const wanted = {};
    this.wantedReach = wanted;
    this.isReachWanted = Boolean(blob);
    const bitmap = blob && (await createImageBitmap(blob));
    if (this.wantedReach !== wanted) return bitmap?.close();
    this.reach?.close();
    this.reach = bitmap;
    return this.changed();
  }

  /** Draw a layer, "scan" or "color", in pixels of the picture; `scale`: device pixels to one of them. */
  draw(pen, layer, seen, scale) {
    const { width, height } = this.open.size;
    const preview = this.previews[layer] || this.previews.scan;
    if (preview) pen.drawImage(preview.bitmap, 0, 0, width, height);
    if (!preview || !this.#needsTiles(scale)) return;
    for (const tile of this.#tilesOver(seen, scale)) {
      const own = layer === "color" && this.tiles.get("color", this.open.picture.revision, tile);
      const grey = own || this.tiles.get("gray", scanVersion(this.open.picture), tile);
      if (!grey) continue;
      pen.drawImage(grey, tile.x, tile.y, tile.width, tile.height);
      if (layer === "color" && !own) this.#tint(pen, tile);
    }
  }

  /** Lay the preview's colours over a sharp grey tile: new colours are sharp before their tile is there. */
  #tint(pen, tile) {
    const { bitmap } = this.previews.color || this.previews.scan;
    const [across, down] = [bitmap.width / this.open.size.width, bitmap.height / this.open.size.height];
    pen.globalCompositeOperation = "color";
    pen.drawImage(
      bitmap,
      tile.x * across,
      tile.y * down,
      tile.width * across,
      tile.height * down,
      tile.x,
      tile.y,
      tile.width,
      tile.height,
    );
    pen.globalCompositeOperation = "source-over";
  }

  /** Ask for the tiles that would sharpen what is seen of some layers. */
  want(layers, seen, scale) {
    if (!this.open?.isUsable || !this.#needsTiles(scale)) return this.tiles.want([]);
    const tiles = this.#tilesOver(seen, scale);
    const { picture } = this.open;
    const grey = tiles.map((tile) => ["gray", scanVersion(picture), tile]);
    const color = layers.includes("color") ? tiles.map((tile) => ["color", picture.revision, tile]) : [];
    return this.tiles.want([...grey, ...color]);
  }

  #needsTiles(scale) {
    const long = Math.max(this.open.size.width, this.open.size.height);
    return long > PREVIEW_SIDE && scale * long > 1.1 * PREVIEW_SIDE;
  }

  #tilesOver(seen, scale) {
    const most = Math.max(
      0,
      Math.ceil(Math.log2(Math.max(this.open.size.width, this.open.size.height) / TILE)),
    );
    const level = Math.min(most, Math.max(0, Math.floor(Math.log2(1 / scale) + 0.1)));
    return Tiles.over(seen, level, this.open.size);
  }
}
