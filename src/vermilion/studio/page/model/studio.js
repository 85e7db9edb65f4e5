// The whole studio: the pictures that are open, the tool in hand, and what is shown of them.

import { OFFLINE, Problem, STRANGER } from "../engine/problem.js";
import { Films, isFilm } from "./films.js";
import { problemText } from "./notes.js";
import { OpenPicture, WAYS_ROUND } from "./open-picture.js";
import { remember, settings } from "./settings.js";
import { t } from "./texts.js";

const TRY_AGAIN = 2000; // milliseconds between looks for a server that is gone

/**
 * Fires "pictures", "current", "tool", "show", "say", "offline", "progress", "job", "again" (events had stopped for a
 * while), "picture" (any, in detail), and what the current picture fires: "change", "painted", "busy".
 */
export class Studio extends EventTarget {
  constructor(engine) {
    super();
    this.engine = engine;
    this.films = new Films(this);
    this.pictures = [];
    this.current = null;
    this.tool = "point";
    this.show = { compare: settings.compare, divider: 0, before: false, overlay: null, frames: false };
    this.session = { out: null };
    this.looks = [];
    this.isOffline = false;
    this.isStranger = false; // the server was started again, and does not know this page
    this.isOpening = 0;
    this.closed = new Set(); // ids; late events about them are ignored
  }

  /** Begin: what the server has, and listen for more. */
  async start() {
    try {
      [this.session, this.looks] = await Promise.all([this.engine.session(), this.engine.looks()]);
      await this.#list();
    } catch (error) {
      this.trouble(error);
    }
    this.stop ??= this.engine.events((event) => this.#hear(event));
  }

  #hear(event) {
    if (event.type === "closed") this.#remove(event.id);
    if (event.type === "again") this.#refresh();
    this.films.hear(event);
    if (event.type === "progress") this.tell("progress", event);
    if (event.type === "job") this.tell("job", event.job);
    if (event.type !== "picture") return;
    const known = this.pictures.find((picture) => picture.id === event.picture.id);
    if (known) known.hear(event.picture);
    else this.#add([event.picture]);
  }

  /** Take what the engine has; what was open here before it was asked, and is not there, was closed elsewhere. */
  async #list() {
    const known = this.pictures.map(({ id }) => id);
    const told = await this.engine.pictures();
    for (const id of known) if (!told.some((one) => one.id === id)) this.#remove(id);
    this.#add(told);
    await this.films.list();
  }

  /** The events had stopped for a while: take what has come of the pictures since then. */
  async #refresh() {
    this.tell("again");
    try {
      await this.#list();
    } catch (error) {
      this.trouble(error);
    }
  }

  /** Open files that were dropped, pasted or chosen; the first one that works is shown. */
  async open(chosen) {
    for (const film of chosen.filter(isFilm)) this.films.open(film);
    const files = chosen.filter((file) => !isFilm(file));
    if (!files.length) return;
    this.isOpening += files.length;
    this.tell("pictures");
    let first = null;
    for (const file of files) {
      try {
        const opened = this.#add(await this.engine.open([file]));
        for (const picture of opened) if (!picture.canBeShown) this.explain(picture);
        first ??= opened.find((picture) => picture.canBeShown);
        if (first && !files.shown) {
          files.shown = true;
          this.select(first);
        }
      } catch (error) {
        this.trouble(error);
      } finally {
        this.isOpening -= 1;
        this.tell("pictures");
      }
    }
  }

  #add(told) {
    const plain = told.filter(({ id }) => !this.closed.has(id));
    for (const one of plain) this.find(one.id)?.hear(one);
    const fresh = plain.filter(({ id }) => !this.pictures.some((known) => known.id === id));
    for (const picture of fresh.map((one) => new OpenPicture(this.engine, one))) this.#watch(picture);
    this.tell("pictures");
    if (!this.current) this.select(this.pictures.find((picture) => picture.canBeShown) || null);
    return plain.map(({ id }) => this.pictures.find((picture) => picture.id === id));
  }

  #watch(picture) {
    this.pictures = [...this.pictures, picture];
    for (const kind of ["change", "painted", "busy"]) {
      picture.addEventListener(kind, () => {
        if (picture === this.current) this.tell(kind);
        if (kind !== "busy") this.tell("picture", picture);
      });
    }
    picture.addEventListener("usable", () => {
      if (picture === this.current) for (const kind of ["current", "show", "change"]) this.tell(kind);
    });
    picture.addEventListener("trouble", (event) => this.trouble(event.detail));
  }

  #remove(id) {
    this.closed.add(id);
    const place = this.pictures.findIndex((picture) => picture.id === id);
    if (place < 0) return;
    this.pictures = this.pictures.filter((picture) => picture.id !== id);
    this.tell("pictures");
    if (this.current?.id === id)
      this.select(this.pictures[Math.min(place, this.pictures.length - 1)] || null);
  }

  /** Close a picture; what was saved of it stays. */
  async close(picture) {
    try {
      picture.isClosing = true;
      await this.engine.close(picture.id);
      this.#remove(picture.id);
    } catch (error) {
      this.trouble(error);
    }
  }

  select(picture) {
    if (picture === this.current) return;
    this.current = picture;
    picture?.restore();
    this.tell("current");
    this.showAs({ before: false, frames: false });
    this.tell("change");
  }

  /** Show the next picture (1) or the one before (-1). */
  step(by) {
    const usable = this.pictures.filter((picture) => picture.canBeShown);
    if (!usable.length) return;
    const place = usable.indexOf(this.current);
    this.select(usable[(place + by + usable.length) % usable.length]);
  }

  /** The pictures that are selected in the film strip, with the current one first. */
  get selection() {
    const others = this.pictures.filter(
      (picture) => picture.selected && picture.isUsable && picture !== this.current,
    );
    return this.current ? [this.current, ...others] : others;
  }

  take(tool) {
    this.tool = tool;
    this.tell("tool");
  }

  /** Change what is shown; an overlay ("confidence" or "trust") that is there already is taken away. */
  showAs(changes) {
    const isThere = changes.overlay && changes.overlay === this.show.overlay;
    Object.assign(this.show, changes, isThere && { overlay: null });
    if ("compare" in changes) remember({ compare: changes.compare });
    this.tell("show");
  }

  /** Apply what was said of the current picture to others. */
  async apply(others, what) {
    try {
      const pictures = await this.engine.apply(
        this.current.id,
        others.map(({ id }) => id),
        what,
      );
      for (const picture of pictures) this.find(picture.id)?.takeOver(picture);
      this.say(t("apply.done", { count: pictures.length }));
    } catch (error) {
      this.trouble(error);
    }
  }

  find(id) {
    return this.pictures.find((picture) => picture.id === id);
  }

  /** Say why a picture cannot be opened, and offer the way round it, if there is one. */
  explain(picture) {
    const { error } = picture.picture;
    const way = WAYS_ROUND[error.code];
    const act = async () => {
      await picture.readAnyway();
      if (picture.canBeShown) this.select(picture);
    };
    this.say(problemText(error), "error", way && { label: t(`way.${way}`), act });
  }

  /** Say something for a moment; kind "error" stays until it is closed. */
  say(text, kind = "info", action = null) {
    this.tell("say", { text, kind, action });
  }

  /** Tell a person what went wrong, in the server's words. */
  trouble(error) {
    if (error.name === "AbortError") return;
    if (error.code === OFFLINE) this.#offline();
    else if (error.code === STRANGER) {
      this.isStranger = true;
      this.tell("offline");
    } else if (error instanceof Problem) this.say(problemText(error), "error");
    else {
      this.say(t("error.page"), "error");
      console.error(error);
    }
  }

  #offline() {
    if (this.isOffline) return;
    this.isOffline = true;
    this.tell("offline");
    const look = async () => {
      if (!(await this.engine.isThere())) return void setTimeout(look, TRY_AGAIN);
      this.isOffline = false;
      this.tell("offline");
      await this.start(); // it may have been started again, with other pictures
      for (const picture of this.pictures) if (picture.unsent) picture.again();
      this.tell("painted");
    };
    setTimeout(look, TRY_AGAIN);
  }

  tell(kind, detail = null) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
