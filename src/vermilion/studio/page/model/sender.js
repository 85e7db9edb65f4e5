// Sends what is said of one picture to the engine: the latest counts, and what it overtakes is let go.

import { SUPERSEDED } from "../engine/problem.js";
import { controlsOf, saysControls, saysView } from "./document.js";

const MOST_TRIES = 3; // of one change, where others change the same picture meanwhile

let last = 0;

/** A number that grows from gesture to gesture, over reloads, too. */
function nextGesture() {
  last = Math.max(Date.now(), last + 1);
  return last;
}

export class Sender {
  /**
   * @param open the picture: `doc`, `size`, `picture` and `engine` are read
   * @param told {took(picture), refused(error), overtaken(), work(1 or -1), over()}
   */
  constructor(open, told) {
    this.open = open;
    this.told = told;
    this.current = null;
    this.waiting = null;
  }

  get isBusy() {
    return Boolean(this.current);
  }

  /** Send the document as it is now; `isDrag`: more of the same kind will follow at once. */
  send(isDrag = false, tries = 1) {
    // While one thing is dragged, the picture that is being made is still worth seeing.
    if (isDrag && this.current?.isDrag) this.waiting = { isDrag };
    else this.#send({ isDrag, tries, abort: new AbortController() });
  }

  async #send(sending) {
    this.current?.abort.abort();
    this.current = sending;
    this.waiting = null;
    this.told.work(1);
    try {
      const { doc } = this.open;
      const picture = await this.#put(doc, sending.abort.signal);
      if (this.current === sending) {
        this.told.took(picture);
        // What was let go half-way may have come after all.
        if (!saysView(doc, picture)) this.#again(sending);
      }
    } catch (error) {
      if (this.current === sending) this.#failed(error, sending);
    } finally {
      this.told.work(-1);
      if (this.current === sending) {
        this.current = null;
        if (this.waiting) this.send(this.waiting.isDrag, this.waiting.tries);
        else this.told.over();
      }
    }
  }

  /** Have the engine hold what a document says: first the view, as hints lie in what is seen. */
  async #put(doc, signal) {
    const { engine, id, picture, size } = this.open;
    if (!saysView(doc, picture)) {
      const seen = await engine.setView(id, doc.view, nextGesture(), signal);
      if (saysControls(doc, seen, size)) return seen;
    }
    return engine.setControls(id, controlsOf(doc, size), nextGesture(), signal);
  }

  #failed(error, sending) {
    if (error.name === "AbortError") return;
    if (error.code === SUPERSEDED && sending.tries < MOST_TRIES) this.told.overtaken(sending.tries + 1);
    else this.told.refused(error);
  }

  #again({ isDrag, tries }) {
    if (tries < MOST_TRIES) this.waiting ??= { isDrag, tries: tries + 1 };
  }
}
