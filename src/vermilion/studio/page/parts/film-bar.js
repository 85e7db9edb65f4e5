// The bar of a film: which shot is shown, watching it, and colouring the whole.

import { button, fill, h, icon, iconButton } from "../dom.js";
import { isWorking } from "../model/films.js";
import { noteText } from "../model/notes.js";
import { percent, t } from "../model/texts.js";
import { dialog, download } from "./dialogs.js";

export class FilmBar extends HTMLElement {
  setUp(studio) {
    this.studio = studio;
    this.films = studio.films;
    this.className = "film-bar";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("film.label"));
    const act = (call) => () => this.shown && call(this.shown);
    this.name = h("strong", { class: "film-name" });
    this.place = h("span", { class: "quiet" });
    this.said = h("span", { class: "quiet", role: "status" });
    this.progress = h("progress", { class: "film-progress", max: "1" });
    this.watch = button(t("film.watch"), act(({ film, shot }) => this.#watch(film, shot)), { icon: "play" });
    this.color = button("", act(({ film }) => this.films.color(film)), { class: "button primary" });
    this.stop = button(t("film.stop"), act(({ film }) => this.films.stop(film)));
    this.load = button(t("film.download"), act(({ film }) => this.#download(film)), { icon: "save" });
    this.close = iconButton("close", "", act(({ film }) => this.films.close(film)));
    this.append(
      icon("film"),
      h("div", { class: "film-words" }, this.name, this.place, this.said),
      this.progress,
      h("div", { class: "film-acts" }, this.watch, this.load, this.stop, this.color, this.close),
    );
    this.films.addEventListener("change", () => this.show());
    studio.addEventListener("current", () => this.show());
    studio.addEventListener("pictures", () => this.show());
    this.show();
  }

  show() {
    this.shown = this.films.shown;
    this.hidden = !this.shown;
    if (!this.shown) return;
    const { film, shot } = this.shown;
    const working = isWorking(film);
    this.name.textContent = film.name;
    const table = film.shots[shot];
    this.place.textContent = table
      ? t("film.shot", {
          number: shot + 1,
          count: film.shots.length,
          from: clock(table.begins),
          to: clock(table.ends),
        })
      : "";
    const words = this.#words(film);
    if (this.said.textContent !== words) this.said.textContent = words;
    this.said.title = film.notes.map(noteText).join(" ");
    this.progress.hidden = this.stop.hidden = !working;
    this.progress.value = film.share;
    this.progress.setAttribute("aria-label", words);
    this.watch.hidden = !table;
    this.color.hidden = working || !film.shots.length;
    this.color.querySelector("span").textContent = film.result ? t("film.again") : t("film.color");
    this.load.hidden = working || !film.result || Boolean(this.studio.session.out);
    const closing = t("film.close", { name: film.name });
    this.close.setAttribute("aria-label", closing);
    this.close.title = closing;
  }

  #words(film) {
    const share = percent(film.share);
    if (film.state === "looking") return t("film.looking", { share });
    if (film.state === "coloring") return t("film.coloring", { share });
    if (film.state === "failed") return t("film.failed");
    if (!film.result) return "";
    return this.studio.session.out ? t("film.saved", { name: film.result }) : t("film.done");
  }

  /** A few seconds of the shot, as soon as they are coloured. */
  async #watch(film, shot) {
    const abort = new AbortController();
    const body = h(
      "div",
      { class: "dialog-body film-watch" },
      h("div", { class: "spinner", "aria-hidden": "true" }),
      h("p", { role: "status", text: t("film.watching") }),
    );
    const shown = dialog(t("film.watch"), body);
    shown.classList.add("broad");
    let address = "";
    shown.addEventListener("close", () => {
      abort.abort();
      URL.revokeObjectURL(address);
    });
    try {
      address = URL.createObjectURL(await this.studio.engine.watchShot(film.id, shot, abort.signal));
      const video = h("video", {
        src: address,
        controls: true,
        loop: true,
        muted: true,
        autoplay: true,
        playsinline: true,
        "aria-label": t("film.shot", {
          number: shot + 1,
          count: film.shots.length,
          from: clock(film.shots[shot].begins),
          to: clock(film.shots[shot].ends),
        }),
      });
      video.muted = true; // the attribute alone does not let it begin
      fill(body, video, h("p", { class: "quiet", text: t("film.about") }));
    } catch (error) {
      shown.close();
      this.studio.trouble(error);
    }
  }

  async #download(film) {
    try {
      const { blob, name } = await this.studio.engine.filmResult(film.id);
      download(blob, name);
    } catch (error) {
      this.studio.trouble(error);
    }
  }
}

/** Seconds as 1:02. */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

customElements.define("v-film-bar", FilmBar);
