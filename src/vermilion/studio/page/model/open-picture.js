// One open picture: what was said of it, and the latest answer of the engine.

import { OFFLINE, SUPERSEDED } from "../engine/http.js";
import { debounce } from "../dom.js";
import { EMPTY, controlsOf, documentOf, says, withSettings } from "./document.js";
import { History } from "./history.js";

/** What may be asked of a file that was refused, by the code of the refusal. */
export const WAYS_ROUND = { "already-colored": "recolor", "print-on-color": "crop_print" };

const SAVE_STATE_AFTER = 400; // milliseconds

/**
 * Fires "change" (something to show anew), "usable" (it is painted for the first time), "painted" (other colours),
 * "busy", "trouble" (detail: an Error).
 */
export class OpenPicture extends EventTarget {
  constructor(engine, picture) {
    super();
    this.engine = engine;
    this.picture = picture;
    this.history = new History(documentOf(picture.controls || {}));
    this.selected = false;
    this.chosenHint = null;
    this.busy = 0;
    this.gesture = 0;
    this.sending = null;
    this.waiting = null;
    this.restored = null;
    this.storeSoon = debounce(() => this.store(), SAVE_STATE_AFTER);
    this.isUnstored = false;
  }

  get id() {
    return this.picture.id;
  }
  get doc() {
    return this.history.doc;
  }
  get size() {
    return { width: this.picture.width, height: this.picture.height };
  }
  get controls() {
    return controlsOf(this.doc, this.size);
  }
  /** The Controls of another document of this picture. */
  controlsFor(doc) {
    return controlsOf(doc, this.size);
  }

  /** Whether it is a picture at all. */
  get canBeShown() {
    return !this.picture.error;
  }

  /** Whether it was painted, so that its size is known and something can be said of it. */
  get isUsable() {
    return this.canBeShown && this.picture.width > 0;
  }

  /** Bring back undo and muted hints from before a reload; once. */
  restore() {
    this.restored ??= this.#restore();
    return this.restored;
  }

  async #restore() {
    if (!this.canBeShown) return;
    if (!this.isUsable) await this.#open();
    const state = await this.engine.state(this.id).catch(() => null);
    if (!state?.history || this.history.canUndo) return;
    try {
      const history = History.fromPlain(state.history);
      if (!says(history.doc, this.picture.controls, this.size))
        history.push(documentOf(this.picture.controls));
      this.history = history;
    } catch {
      return; // a state that cannot be read is none
    }
    this.#tell("change");
  }

  /** Have a picture painted that only its name is known of. */
  async #open() {
    this.#work(1);
    try {
      this.take(await this.engine.picture(this.id));
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#work(-1);
    }
  }

  /** Keep the history with the server, so that a reload or a crash loses nothing. */
  store(isLeaving = false) {
    this.storeSoon.cancel();
    this.isUnstored = false;
    return this.engine.setState(this.id, { history: this.history.toPlain() }, isLeaving).catch(() => {});
  }

  /** Change the document; changes of one gesture (`merge`) are one step of undo. */
  change(doc, { merge = "" } = {}) {
    this.history.push(doc, merge);
    this.#changed(Boolean(merge));
  }

  undo() {
    if (this.history.canUndo) {
      this.history.undo();
      this.#changed();
    }
  }
  redo() {
    if (this.history.canRedo) {
      this.history.redo();
      this.#changed();
    }
  }

  #changed(isDrag = false) {
    this.#tell("change");
    this.isUnstored = true;
    this.storeSoon();
    // While one thing is dragged, the picture that is being made is still worth seeing.
    if (isDrag && this.sending?.isDrag) this.waiting = { isDrag };
    else this.#send(isDrag);
  }

  /** Paint again, as after a time without the server. */
  again() {
    return this.#send(false);
  }

  async #send(isDrag) {
    this.sending?.abort.abort();
    const sending = { abort: new AbortController(), isDrag };
    this.sending = sending;
    this.waiting = null;
    this.#work(1);
    try {
      const picture = await this.engine.setControls(
        this.id,
        this.controls,
        this.#nextGesture(),
        sending.abort.signal,
      );
      if (this.sending === sending) this.take(picture);
    } catch (error) {
      if (this.sending === sending) this.#refused(error);
    } finally {
      this.#work(-1);
      if (this.sending === sending) {
        this.sending = null;
        if (this.waiting) this.#send(this.waiting.isDrag);
      }
    }
  }

  /** A number that grows, over reloads and over several pages, too. */
  #nextGesture() {
    this.gesture = Math.max(Date.now(), this.gesture + 1);
    return this.gesture;
  }

  /** Controls were not taken. What the server calls wrong is taken back; all else is kept, to be sent again. */
  #refused(error) {
    if (error.name === "AbortError" || error.code === SUPERSEDED) return;
    this.#trouble(error);
    if (![400, 404, 413, 422].includes(error.status) || !this.history.canUndo) return;
    this.history.refuse();
    this.isUnstored = true;
    this.storeSoon();
    this.#tell("change");
    if (!says(this.doc, this.picture.controls, this.size)) this.waiting = { isDrag: false };
  }

  #trouble(error) {
    this.unsent = error.code === OFFLINE;
    this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
  }

  /** Take what the engine says of the picture. */
  take(picture) {
    const isPainted = picture.revision !== this.picture.revision;
    const wasUsable = this.isUsable;
    this.picture = picture;
    this.unsent = false;
    if (this.isUsable && !wasUsable) this.#tell("usable");
    this.#tell("change");
    if (isPainted) this.#tell("painted");
  }

  /** Take a picture that others changed: an album, an applied look, a recipe. `step`: it can be undone. */
  takeOver(picture, { step }) {
    const { album } = documentOf(picture.controls).settings;
    const isAlbumAlone = !step && says(withSettings(this.doc, { album }), picture.controls, this.size);
    if (isAlbumAlone) this.history.amend((doc) => withSettings(doc, { album }));
    else if (!says(this.doc, picture.controls, this.size)) this.history.push(documentOf(picture.controls));
    this.history.rest();
    this.isUnstored = true;
    this.storeSoon();
    this.take(picture);
  }

  /** Tell what the server's events say, unless something newer is on its way there. */
  hear(picture) {
    if (this.sending || this.unsent) return;
    if (says(this.doc, picture.controls || {}, this.size)) this.take(picture);
    else this.takeOver(picture, { step: false });
  }

  /** Read the file in the other way that there is after a refusal. */
  async readAnyway() {
    const way = WAYS_ROUND[this.picture.error?.code];
    this.#work(1);
    try {
      this.take(await this.engine.setReading(this.id, { ...this.picture.reading, [way]: true }));
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#work(-1);
    }
  }

  async setView(options) {
    this.#work(1);
    try {
      this.take(await this.engine.setView(this.id, options));
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#work(-1);
    }
  }

  /** Start anew: no hints, all settings at their defaults. */
  reset() {
    this.change({ ...EMPTY, settings: { ...EMPTY.settings, album: this.doc.settings.album } });
  }

  /** Choose a hint, to be shown as the one that is worked on. */
  choose(id) {
    if (this.chosenHint === id) return;
    this.chosenHint = id;
    this.#tell("change");
  }

  /** Notes by the ids of their hints; those of no hint under null. */
  notes() {
    const heard = this.doc.hints.filter((hint) => !hint.muted);
    const notes = new Map();
    for (const { text, hint } of this.picture.notes || []) {
      const id = hint === null || hint === undefined ? null : (heard[hint]?.id ?? null);
      notes.set(id, [...(notes.get(id) || []), text]);
    }
    return notes;
  }

  #work(step) {
    this.busy += step;
    this.#tell("busy");
  }

  #tell(kind) {
    this.dispatchEvent(new Event(kind));
  }
}
