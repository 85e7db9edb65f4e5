// One open picture: what was said of it, and the latest answer of the engine.

import { OFFLINE } from "../engine/problem.js";
import { debounce } from "../dom.js";
import { EMPTY, controlsOf, differsInAlbum, documentOf, says, withSettings } from "./document.js";
import { History } from "./history.js";
import { noteText } from "./notes.js";
import { Sender } from "./sender.js";

/** What may be asked of a file that was refused, by the code of the refusal. */
export const WAYS_ROUND = { "already-colored": "recolor", "print-on-color": "crop_print" };

const SAVE_STATE_AFTER = 400; // milliseconds
const WRONG = [400, 404, 413, 422]; // what is sent again will be refused again

/**
 * Fires "change" (something to show anew), "usable" (it is painted for the first time), "painted" (other colours),
 * "busy", "trouble" (detail: an Error).
 */
export class OpenPicture extends EventTarget {
  constructor(engine, picture) {
    super();
    this.engine = engine;
    this.picture = picture;
    this.history = new History(documentOf(picture));
    this.selected = false;
    this.chosenHint = null;
    this.busy = 0;
    this.unheard = null;
    this.unsent = false;
    this.sender = new Sender(this, {
      took: (answer) => this.take(answer),
      refused: (error) => this.#refused(error),
      overtaken: (tries) => this.catchUp(tries), // by another page, or by what came from another picture
      work: (step) => this.#work(step),
      over: () => this.#over(),
    });
    this.restored = null;
    this.isRestored = false;
    this.isUnstored = false;
    this.storeSoon = debounce(() => this.store(), SAVE_STATE_AFTER);
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

  /** Clockwise degrees by which the picture is turned to stand upright: only where one picture is meant. */
  get wayUp() {
    const { view = [] } = this.picture;
    const said = this.doc.view.way_up;
    return view.length === 1 ? (said === "auto" ? view[0].way_up : said) : 0;
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
    if (!this.isUsable) await this.#working(() => this.engine.picture(this.id));
    try {
      const { history } = (await this.engine.state(this.id)) || {};
      this.isRestored = true;
      if (history) this.#resume(History.fromPlain(history));
    } catch (error) {
      // A state that cannot be read is none; one that was not reached is asked for when the picture is next shown.
      if (error.code === OFFLINE) this.restored = null;
      else this.isRestored = true;
    }
    if (this.isUnstored) this.storeSoon();
    this.#tell("change");
  }

  /** Go on from an earlier history; what was done before it arrived comes after it. */
  #resume(history) {
    const [begun] = this.history.steps;
    const meant = this.history.canUndo ? begun : documentOf(this.picture);
    const told = (doc) => ({ controls: controlsOf(doc, this.size), view_options: doc.view });
    if (differsInAlbum(told(history.doc), told(meant), this.size))
      history.amend((doc) => withSettings(doc, { album: meant.settings.album }));
    else history.push(meant);
    history.followedBy(this.history);
    this.history = history;
  }

  /** Keep the history with the server, so that a reload or a crash loses nothing. */
  store(isLeaving = false) {
    this.storeSoon.cancel();
    if (!this.isRestored) return Promise.resolve(); // it would take the place of one that is not known yet
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
    this.#keep();
    this.sender.send(isDrag);
  }

  #keep() {
    this.isUnstored = true;
    this.storeSoon();
  }

  /** Paint again, as after a time without the server. */
  again() {
    this.sender.send();
  }

  /** Controls were not taken. What the server calls wrong is taken back; all else is kept, to be sent again. */
  #refused(error) {
    this.#trouble(error);
    if (!WRONG.includes(error.status) || !this.history.canUndo) return;
    this.history.refuse();
    this.#keep();
    this.#tell("change");
    if (!says(this.doc, this.picture, this.size)) this.sender.waiting = { isDrag: false };
  }

  /** Ask the engine what holds now. */
  async catchUp(tries = 1) {
    this.#work(1);
    try {
      this.hear(await this.engine.picture(this.id), tries);
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#work(-1);
    }
  }

  #over() {
    const { unheard } = this;
    this.unheard = null;
    if (unheard) this.hear(unheard);
  }

  #trouble(error) {
    this.unsent = error.code === OFFLINE;
    this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
  }

  /** Whether something newer is known of the picture: answers may overtake each other on their way. */
  #isOld(picture) {
    return picture.serial < this.picture.serial;
  }

  /** Take what the engine says of the picture. */
  take(picture) {
    if (this.#isOld(picture)) return;
    const isPainted = picture.revision !== this.picture.revision;
    const wasUsable = this.isUsable;
    this.picture = picture;
    this.unsent = false;
    if (this.isUsable && !wasUsable) this.#tell("usable");
    this.#tell("change");
    if (isPainted) this.#tell("painted");
  }

  /** Take a picture that others changed, as by a recipe, as a step that can be undone. */
  takeOver(picture) {
    if (this.#isOld(picture)) return;
    if (!says(this.doc, picture, this.size)) this.history.push(documentOf(picture));
    this.history.rest();
    this.#keep();
    this.take(picture);
  }

  /** Hear what the engine tells of the picture unasked. */
  hear(picture, tries = 1) {
    if (this.#isOld(picture)) return;
    if (this.sender.isBusy) this.unheard = picture;
    else if (says(this.doc, picture, this.size)) this.take(picture);
    else if (differsInAlbum(this.picture, picture, this.size)) this.#hearAlbum(picture, tries);
    else if (!this.unsent) this.takeOver(picture);
  }

  /** A colour was agreed on in another picture: that is no step of this one's, and what is said here holds. */
  #hearAlbum(picture, tries) {
    const { album } = documentOf(picture).settings;
    this.history.amend((doc) => withSettings(doc, { album }));
    this.#keep();
    const isUnsent = !says(this.doc, picture, this.size);
    this.take(picture);
    if (isUnsent) this.sender.send(false, tries);
  }

  /** Read the file in the other way that there is after a refusal. */
  readAnyway() {
    const way = WAYS_ROUND[this.picture.error?.code];
    return this.#working(() => this.engine.setReading(this.id, { ...this.picture.reading, [way]: true }));
  }

  /** Take what some work of the engine gives. */
  async #working(work) {
    this.#work(1);
    try {
      this.take(await work());
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#work(-1);
    }
  }

  /** Start anew: no hints, all settings at their defaults. */
  reset() {
    const { settings, view } = this.doc;
    this.change({ ...EMPTY, settings: { ...EMPTY.settings, album: settings.album }, view });
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
      notes.set(id, [...(notes.get(id) || []), noteText(text)]);
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
