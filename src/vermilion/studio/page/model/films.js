// The open films. A frame of each shot is an open picture; what is said of it holds for the shot.

import { problemText } from "./notes.js";
import { t } from "./texts.js";

const ENDINGS = /\.(3gp|avi|dv|flv|m2ts|m4v|mkv|mov|mp4|mpeg|mpg|mts|mxf|ogv|vob|webm|wmv)$/i;

/** Whether a file from outside is a film, by what its browser or its name says. */
export const isFilm = ({ type, name }) => type.startsWith("video/") || ENDINGS.test(name);

/** Whether something is being done with a film. */
export const isWorking = ({ state }) => state === "looking" || state === "coloring";

/** Fires "change". */
export class Films extends EventTarget {
  constructor(studio) {
    super();
    this.studio = studio;
    this.all = [];
    this.closed = new Set();
  }

  get #engine() {
    return this.studio.engine;
  }

  /** Take what the engine has. */
  async list() {
    if (!this.#engine.can.films) return;
    this.all = await this.#engine.films();
    this.#tell();
  }

  hear(event) {
    if (event.type === "film-closed") this.#remove(event.id);
    if (event.type === "film") this.take(event.film);
  }

  /** Take the newest of a film. */
  take(film) {
    if (this.closed.has(film.id)) return;
    const before = this.all.find(({ id }) => id === film.id);
    this.all = before ? this.all.map((one) => (one === before ? film : one)) : [...this.all, film];
    if (film.error && film.error.detail !== before?.error?.detail) this.#explain(film);
    this.#tell();
  }

  /** The film that a picture belongs to, and the number of its shot; null of a photograph. */
  of(picture) {
    if (!picture) return null;
    for (const film of this.all) {
      const shot = film.shots.findIndex((one) => one.picture === picture.id);
      if (shot >= 0) return { film, shot };
    }
    return null;
  }

  /** What there is to see: the film of the current picture, or one that has no pictures yet. */
  get shown() {
    const without = this.all.find(({ shots }) => !shots.length);
    return this.of(this.studio.current) || (without ? { film: without, shot: -1 } : null);
  }

  async open(file) {
    if (this.#engine.can.films) await this.#do(() => this.#engine.openFilm(file));
    else this.studio.say(t("film.elsewhere", { name: file.name }), "error");
  }

  look(film, recolor) {
    return this.#do(() => this.#engine.lookAtFilm(film.id, recolor));
  }
  color(film) {
    return this.#do(() => this.#engine.colorFilm(film.id));
  }
  stop(film) {
    return this.#do(() => this.#engine.stopFilm(film.id));
  }

  async close(film) {
    try {
      await this.#engine.closeFilm(film.id);
      this.#remove(film.id);
    } catch (error) {
      this.studio.trouble(error);
    }
  }

  async #do(call) {
    try {
      this.take(await call());
    } catch (error) {
      this.studio.trouble(error);
    }
  }

  #explain(film) {
    const way = film.error.code === "already-colored" && {
      label: t("way.recolor"),
      act: () => this.look(film, true),
    };
    this.studio.say(problemText(film.error), "error", way || null);
  }

  #remove(id) {
    this.closed.add(id);
    this.all = this.all.filter((film) => film.id !== id);
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
