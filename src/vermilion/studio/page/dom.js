// Small helpers that make elements; no markup is ever parsed from text.

import { iconAddress } from "./surroundings.js";

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: props are attributes; `on` holds listeners, `class` and `text` are short forms. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  setAll(element, props);
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A sentence as what `h` takes: what stands between backquotes is a command, and looks like one. */
export function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? h("code", { text: part }) : part));
}

/** Make an SVG element with attributes. */
export function s(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  setAll(element, props);
  element.append(...children);
  return element;
}

function setAll(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on")
      for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    else if (name === "text") element.textContent = value;
    else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden")
      element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
}

/** An icon of icons.svg; decorative, so hidden from screen readers. */
export function icon(name) {
  return s(
    "svg",
    { class: "icon", "aria-hidden": "true", focusable: "false" },
    s("use", { href: iconAddress(name) }),
  );
}

/** A button with an icon; `label` is its name and its tooltip, `key` its shortcut. */
export function iconButton(name, label, click, { key = "", ...props } = {}) {
  const title = key ? `${label} (${key})` : label;
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title, on: { click }, ...props },
    icon(name),
  );
}

/** A button with words, and perhaps an icon before them. */
export function button(label, click, { icon: name = "", ...props } = {}) {
  return h(
    "button",
    { type: "button", class: "button", on: { click }, ...props },
    name && icon(name),
    h("span", { text: label }),
  );
}

/** Replace all children. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
  return element;
}

/** Run a function at most once a frame, with the latest arguments. */
export function onceAFrame(call) {
  let waiting = 0;
  return () => {
    if (!waiting)
      waiting = requestAnimationFrame(() => {
        waiting = 0;
        call();
      });
  };
}

/** Run a function once nothing has called for it for some milliseconds. */
export function debounce(call, milliseconds) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

let count = 0;

/** A new id, for labels. */
export const newId = (stem) => `${stem}-${++count}`;

export const isNarrow = () => matchMedia("(max-width: 760px)").matches;
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
