// The only module that talks to the server. A worker can stand in for it by offering the same methods.

import { OFFLINE, Problem } from "./problem.js";

const JSON_TYPE = { "Content-Type": "application/json" };

const MOST_TRIES = 5; // where the server has too much to do
const MOST_LEFT = 60_000; // characters that a browser sends for a page that is gone

/** What an engine offers; what it does not, the page does not show. */
const EVERYTHING = {
  variants: true,
  files: true, // references, palettes and cubes
  album: true,
  views: true, // frames, and what is found of pictures on a scan
  turns: true, // which way up
  films: true,
  transparency: true,
  depths: true, // fewer bits than the scan has
  formats: ["same", "jpg", "png", "tif", "webp"],
};

export class HttpEngine {
  can = EVERYTHING;

  /** @param {string} base where the server is, without a slash at the end */
  constructor(base = "") {
    this.base = base;
    const [one, two] = crypto.getRandomValues(new Uint32Array(2));
    this.page = one.toString(36) + two.toString(36); // gestures of different pages are not compared
  }

  session(signal) {
    return this.#json("GET", "/v1/session", undefined, signal);
  }
  looks(signal) {
    return this.#json("GET", "/v1/looks", undefined, signal);
  }
  pictures(signal) {
    return this.#json("GET", "/v1/pictures", undefined, signal);
  }
  picture(id, signal) {
    return this.#json("GET", `/v1/pictures/${id}`, undefined, signal);
  }
  close(id, signal) {
    return this.#fetch("DELETE", `/v1/pictures/${id}`, {}, signal);
  }

  /** Open files; those that cannot be opened come back with an `error`. */
  open(files, signal) {
    return this.#form("/v1/pictures", files, signal);
  }

  /** Say all about the colours; `gesture` is a number that grows: a newer one overtakes an older one. */
  setControls(id, controls, gesture, signal) {
    const query = `gesture=${gesture}&page=${this.page}`;
    return this.#json("PUT", `/v1/pictures/${id}/controls?${query}`, controls, signal);
  }

  /** Say how the scan is seen; `gesture` as above. */
  setView(id, options, gesture, signal) {
    const query = `gesture=${gesture}&page=${this.page}`;
    return this.#json("PUT", `/v1/pictures/${id}/view?${query}`, options, signal);
  }

  /** Say how the file is read: {recolor: true} accepts one in colour, {crop_print: true} a print on a colour. */
  setReading(id, reading, signal) {
    return this.#json("PUT", `/v1/pictures/${id}/reading`, reading, signal);
  }

  /** A small picture of all of it: what is "color", "scan", "confidence" or "trust". */
  async preview(picture, { side, what }, signal) {
    const query = new URLSearchParams({ side, what, revision: picture.revision });
    return read(await this.#fetch("GET", `/v1/pictures/${picture.id}/preview?${query}`, {}, signal), "blob");
  }

  /** A part of the picture in the URL form of the IIIF Image API 3; quality is "color" or "gray". */
  async tile(picture, { x, y, width, height, outWidth, outHeight, quality }, signal) {
    const name = encodeURIComponent(`${picture.id}~${picture.revision}`);
    const path = `/v1/iiif/${name}/${x},${y},${width},${height}/${outWidth},${outHeight}/0/${quality}.jpg`;
    return read(await this.#fetch("GET", path, {}, signal), "blob");
  }

  suggest(id, { x, y, count, controls }, signal) {
    return this.#json("POST", `/v1/pictures/${id}/suggest`, { x, y, count, controls }, signal);
  }

  async reach(id, { hint, controls }, signal) {
    const answer = await this.#fetch(
      "POST",
      `/v1/pictures/${id}/reach`,
      { body: JSON.stringify({ hint, controls }), headers: JSON_TYPE },
      signal,
    );
    return read(answer, "blob");
  }

  variants(id, { controls, count }, signal) {
    return this.#json("POST", `/v1/pictures/${id}/variants`, { controls, count }, signal);
  }

  ask(id, { controls, count }, signal) {
    return this.#json("POST", `/v1/pictures/${id}/ask`, { controls, count }, signal);
  }

  pick(id, { x, y }, signal) {
    return this.#json("POST", `/v1/pictures/${id}/pick`, { x, y }, signal);
  }

  asset(file, kind, signal) {
    return this.#form(`/v1/assets?kind=${kind}`, [file], signal);
  }
  openRecipe(id, file, signal) {
    return this.#form(`/v1/pictures/${id}/recipe`, [file], signal);
  }

  state(id, signal) {
    return this.#json("GET", `/v1/pictures/${id}/state`, undefined, signal);
  }

  /** Keep a state; `isLeaving`: the page may be gone before the answer comes. */
  setState(id, state, isLeaving = false) {
    const body = JSON.stringify(state);
    const keepalive = isLeaving && body.length < MOST_LEFT;
    return this.#fetch("PUT", `/v1/pictures/${id}/state`, { body, headers: JSON_TYPE, keepalive });
  }

  apply(from, to, what, signal) {
    return this.#json("POST", "/v1/apply", { from, to, what }, signal);
  }
  agree(from, hint, name, signal) {
    return this.#json("POST", "/v1/album", { from, hint, name }, signal);
  }
  disagree(name, signal) {
    return this.#fetch("DELETE", `/v1/album/${encodeURIComponent(name)}`, {}, signal);
  }

  /** Save one or several pictures: {files} when they went into the folder, {blob, name} when they come here. */
  async save(ids, options, signal) {
    const [path, body] =
      ids.length === 1 ? [`/v1/pictures/${ids[0]}/save`, options] : ["/v1/save", { ...options, ids }];
    const answer = await this.#fetch(
      "POST",
      path,
      { body: JSON.stringify(body), headers: JSON_TYPE },
      signal,
    );
    if (options.target === "out") return read(answer, "json");
    return { blob: await read(answer, "blob"), name: fileName(answer.headers.get("Content-Disposition")) };
  }

  async share(id, side, signal) {
    const answer = await this.#fetch("GET", `/v1/pictures/${id}/share?side=${side}`, {}, signal);
    return { blob: await read(answer, "blob"), name: fileName(answer.headers.get("Content-Disposition")) };
  }

  films(signal) {
    return this.#json("GET", "/v1/films", undefined, signal);
  }
  openFilm(file, signal) {
    return this.#form("/v1/films", [file], signal);
  }
  closeFilm(id, signal) {
    return this.#fetch("DELETE", `/v1/films/${id}`, {}, signal);
  }
  lookAtFilm(id, recolor, signal) {
    return this.#json("POST", `/v1/films/${id}/look?recolor=${Boolean(recolor)}`, undefined, signal);
  }
  colorFilm(id, signal) {
    return this.#json("POST", `/v1/films/${id}/color`, undefined, signal);
  }
  stopFilm(id, signal) {
    return this.#json("DELETE", `/v1/films/${id}/color`, undefined, signal);
  }

  /** A few seconds of a shot in its colours, as a film that the browser plays. */
  async watchShot(id, shot, signal) {
    return read(await this.#fetch("GET", `/v1/films/${id}/shots/${shot}/watch`, {}, signal), "blob");
  }

  async filmResult(id, signal) {
    const answer = await this.#fetch("GET", `/v1/films/${id}/result`, {}, signal);
    return { blob: await read(answer, "blob"), name: fileName(answer.headers.get("Content-Disposition")) };
  }

  jobs(signal) {
    return this.#json("GET", "/v1/jobs", undefined, signal);
  }
  job(id, signal) {
    return this.#json("GET", `/v1/jobs/${id}`, undefined, signal);
  }

  /** Have pictures of the archive coloured: {include, format, page, controls}. */
  startJob(asked, signal) {
    return this.#json("POST", "/v1/jobs", asked, signal);
  }
  cancelJob(id, signal) {
    return this.#json("DELETE", `/v1/jobs/${id}`, undefined, signal);
  }

  /** Listen for what happens on the server; returns a function that stops. */
  events(heard) {
    const source = new EventSource(`${this.base}/v1/events`);
    const hear = (event) => {
      if (event.data) heard(JSON.parse(event.data));
    };
    source.addEventListener("message", hear);
    let isFirst = true;
    source.addEventListener("open", () => {
      if (!isFirst) heard({ type: "again" });
      isFirst = false;
    });
    for (const kind of ["picture", "progress", "closed"]) source.addEventListener(kind, hear);
    return () => source.close();
  }

  /** Whether the server answers, be it that it does not know this page. */
  async isThere() {
    try {
      return (await fetch(`${this.base}/healthz`, { cache: "no-store" })).status < 500;
    } catch {
      return false;
    }
  }

  async #json(method, path, body, signal) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE };
    const answer = await this.#fetch(method, path, sent, signal);
    return answer.status === 204 ? null : read(answer, "json");
  }

  async #form(path, files, signal) {
    const body = new FormData();
    for (const file of files) body.append("file", file, file.name || "pasted.png");
    return read(await this.#fetch("POST", path, { body }, signal), "json");
  }

  async #fetch(method, path, options, signal, tries = 1) {
    let answer;
    try {
      answer = await fetch(this.base + path, { method, signal, credentials: "same-origin", ...options });
    } catch (error) {
      throw asProblem(error);
    }
    if (answer.ok) return answer;
    if (answer.status === 429 && tries < MOST_TRIES) {
      await rest(1000 * (Number(answer.headers.get("Retry-After")) || 1), signal);
      return this.#fetch(method, path, options, signal, tries + 1);
    }
    const told = await answer.json().catch(() => ({}));
    throw new Problem({ title: answer.statusText, ...told, status: answer.status });
  }
}

/** The body of an answer, as "json" or "blob". */
async function read(answer, kind) {
  try {
    return await answer[kind]();
  } catch (error) {
    throw asProblem(error);
  }
}

const asProblem = (error) =>
  error.name === "AbortError" ? error : new Problem({ code: OFFLINE, detail: OFFLINE });

/** Wait for some milliseconds, unless that is aborted. */
function rest(milliseconds, signal) {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => [clearTimeout(timer), failed(signal.reason)], { once: true });
  });
}

function fileName(disposition) {
  const coded = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(disposition || "");
  const plain = /filename="?([^";]+)"?/.exec(disposition || "");
  return coded ? decodeURIComponent(coded[1]) : plain ? plain[1] : "";
}
