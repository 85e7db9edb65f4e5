// What a person said of one picture: a value that never changes, and its form as Controls and options of the view.

import { polygonMask } from "./mask.js";
import { PLAIN } from "./plain.js";

/** The controls that grade colours; the others say which colours there are. */
export const GRADING = ["temperature", "fade_unsure", "vividness", "warmth", "tint", "look", "cube"];

/** How a picture is seen, where nothing was said of it. */
export const AUTO_VIEW = Object.freeze({ view: "auto", frames: [], way_up: "auto" });

/** A document in which nothing was said. */
export const EMPTY = Object.freeze({ hints: [], settings: PLAIN, view: AUTO_VIEW });

let made = 0;
const newHintId = () => `h${Date.now().toString(36)}${(++made).toString(36)}`;

/** Which kind a hint is, told by its keys. */
export function kindOf(hint) {
  if ("points" in hint) return "stroke";
  if ("x0" in hint) return "box";
  return "polygon" in hint || "mask" in hint ? "lasso" : "point";
}

/** A new document with a further hint. */
export function withHint(doc, hint) {
  return { ...doc, hints: [...doc.hints, { id: newHintId(), strength: 1, ...hint }] };
}

/** A new document in which one hint has changed. */
export function changedHint(doc, id, changes) {
  return { ...doc, hints: doc.hints.map((hint) => (hint.id === id ? { ...hint, ...changes } : hint)) };
}

export function withoutHint(doc, id) {
  return { ...doc, hints: doc.hints.filter((hint) => hint.id !== id) };
}

/** A new document with other settings. */
export function withSettings(doc, changes) {
  return { ...doc, settings: { ...doc.settings, ...changes } };
}

/** A new document in which the picture is seen in another way. */
export function withView(doc, changes) {
  const view = { ...doc.view, ...changes };
  return { ...doc, view: view.view === "whole" ? { ...view, frames: [] } : view };
}

/** The hints that count, in the order of Controls. */
export const heardHints = (doc) => doc.hints.filter((hint) => !hint.muted);

/** One hint as Controls hold it. */
export function plainHint(hint, size) {
  const { id, muted, polygon, kind, ...plain } = hint;
  if (polygon) plain.mask = polygonMask(polygon, size);
  if (plain.strength === 1) delete plain.strength;
  return plain;
}

/** The Controls of a document for a picture of a size {width, height}; what is at its default is left out. */
export function controlsOf(doc, size) {
  const controls = {};
  for (const [name, value] of Object.entries(doc.settings)) {
    if (name in PLAIN && JSON.stringify(value) !== JSON.stringify(PLAIN[name])) controls[name] = value;
  }
  const hints = heardHints(doc).map((hint) => plainHint(hint, size));
  return hints.length ? { hints, ...controls } : controls;
}

/** The document of a picture as the engine tells it: its `controls` and its `view_options`. */
export function documentOf({ controls = {}, view_options: view = {} }) {
  const settings = { ...PLAIN };
  for (const name of Object.keys(PLAIN)) if (controls[name] !== undefined) settings[name] = controls[name];
  const hints = (controls.hints || []).map((hint) => {
    const { kind, ...plain } = hint;
    return { id: newHintId(), strength: 1, ...plain };
  });
  return { hints, settings, view: { ...AUTO_VIEW, ...view } };
}

/** Whether a document says the same as the engine tells of a picture. */
export const says = (doc, picture, size) => saysControls(doc, picture, size) && saysView(doc, picture);

export function saysControls(doc, picture, size) {
  return normal(controlsOf(doc, size)) === normal(controlsOf(documentOf(picture), size));
}

export function saysView(doc, picture) {
  return normal(doc.view) === normal(documentOf(picture).view);
}

/** Whether what an engine tells of a picture differs from what it told before in nothing but the album. */
export function differsInAlbum(before, now, size) {
  const { album } = documentOf(now).settings;
  return says(withSettings(documentOf(before), { album }), now, size);
}

function normal(value) {
  return JSON.stringify(value, (key, part) => {
    if (key === "mask") return "";
    if (part === null) return undefined;
    if (typeof part === "number") return Math.round(part * 1e6) / 1e6;
    if (!part || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([one], [two]) => (one < two ? -1 : 1)));
  });
}

/** Where a hint's handle stands, in pixels of the picture; null for a mask that came from elsewhere. */
export function anchorOf(hint) {
  const kind = kindOf(hint);
  if (kind === "point") return { x: hint.x, y: hint.y };
  if (kind === "box") return { x: (hint.x0 + hint.x1) / 2, y: (hint.y0 + hint.y1) / 2 };
  if (kind === "stroke") {
    const [x, y] = hint.points[Math.floor(hint.points.length / 2)];
    return { x, y };
  }
  return hint.polygon ? centre(hint.polygon) : null;
}

function centre(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
}

/** A hint moved by some pixels, kept in a picture of a size {width, height}. */
export function moved(hint, across, down, size) {
  const kind = kindOf(hint);
  const points = {
    point: () => [[hint.x, hint.y]],
    box: () => [
      [hint.x0, hint.y0],
      [hint.x1, hint.y1],
    ],
    stroke: () => hint.points,
    lasso: () => hint.polygon || [],
  }[kind]();
  if (!points.length) return {};
  const edge = kind === "box" ? 0 : 0.01;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const dx = Math.min(Math.max(across, -Math.min(...xs)), size.width - edge - Math.max(...xs));
  const dy = Math.min(Math.max(down, -Math.min(...ys)), size.height - edge - Math.max(...ys));
  const shifted = points.map(([x, y]) => [round(x + dx), round(y + dy)]);
  if (kind === "point") return { x: shifted[0][0], y: shifted[0][1] };
  if (kind === "box") return { x0: shifted[0][0], y0: shifted[0][1], x1: shifted[1][0], y1: shifted[1][1] };
  return kind === "stroke" ? { points: shifted } : { polygon: shifted };
}

export const round = (value) => Math.round(value * 100) / 100;
