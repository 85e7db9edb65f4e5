// The hints of the current picture, drawn over it: handles that can be focused, dragged, opened and deleted.

import { fill, h, s } from "../dom.js";
import { nameOf, shown } from "../model/color.js";
import { anchorOf, changedHint, kindOf, moved, withoutHint } from "../model/document.js";
import { t } from "../model/texts.js";
import { pathOf } from "./drawing.js";

const STILL = 4; // CSS pixels

export class Markers {
  /** @param stage gives toScreen, scaleNow, studio and openHint(id) */
  constructor(stage) {
    this.stage = stage;
    this.shapes = s("svg", { class: "shapes", "aria-hidden": "true" });
    this.handles = h("div", { class: "handles" });
    this.buttons = new Map();
  }

  get open() {
    return this.stage.studio.current;
  }

  /** Draw all anew: hints, and a shape that is just being drawn. */
  show(draft) {
    const { open } = this;
    const hints = open?.isUsable && !this.stage.studio.show.before ? open.doc.hints : [];
    const paths = hints
      .filter((hint) => kindOf(hint) !== "point")
      .map((hint) => this.#path(hint, hint.id === open.chosenHint));
    if (draft)
      paths.push(
        s("path", {
          class: `shape draft ${kindOf(draft)}`,
          d: this.#d(draft),
          "stroke-width": this.#width(draft),
        }),
      );
    this.shapes.replaceChildren(...paths);
    this.#handles(hints, open);
  }

  #d(shape) {
    return pathOf(shape, (place) => this.stage.toScreen(place));
  }

  #width(shape) {
    return shape.points ? Math.max(3, (shape.width || 6) * this.stage.scaleNow) : 2;
  }

  #path(hint, isChosen) {
    const kind = kindOf(hint);
    const path = s("path", {
      class: `shape ${kind}${isChosen ? " chosen" : ""}${hint.muted ? " muted" : ""}`,
      d: this.#d(hint),
      "stroke-width": this.#width(hint),
    });
    path.style.setProperty("--hint", shown(hint.color));
    return path;
  }

  #handles(hints, open) {
    const notes = open ? open.notes() : new Map();
    const placed = hints.filter((hint) => anchorOf(hint));
    for (const [id, button] of this.buttons) {
      if (!placed.some((hint) => hint.id === id)) {
        button.remove();
        this.buttons.delete(id);
      }
    }
    for (const hint of placed) {
      if (!this.buttons.has(hint.id)) this.buttons.set(hint.id, this.#handle(hint.id));
      const button = this.buttons.get(hint.id);
      const at = this.stage.toScreen(anchorOf(hint));
      button.style.transform = `translate(${at.x}px, ${at.y}px)`;
      button.style.setProperty("--hint", shown(hint.color));
      const note = notes.get(hint.id);
      button.className = "handle";
      button.classList.toggle("muted", Boolean(hint.muted));
      button.classList.toggle("chosen", hint.id === open.chosenHint);
      button.classList.toggle("noted", Boolean(note));
      const label = t("hint.label", {
        kind: t(`kind.${kindOf(hint)}`),
        number: hints.indexOf(hint) + 1,
        color: nameOf(hint.color),
      });
      button.setAttribute("aria-label", note ? `${label}. ${note.join(" ")}` : label);
      button.title = note ? note.join("\n") : "";
      if (button.parentNode !== this.handles) this.handles.append(button);
    }
  }

  #handle(id) {
    const button = h("button", { type: "button", class: "handle" }, h("span", { class: "handle-dot" }));
    button.addEventListener("click", (event) => {
      if (!event.detail) this.stage.openHint(id);
    });
    button.addEventListener("keydown", (event) => this.#key(event, id));
    button.addEventListener("focus", () => this.open.choose(id));
    button.addEventListener("pointerdown", (event) => this.#drag(event, id, button));
    return button;
  }

  #hint(id) {
    return this.open.doc.hints.find((hint) => hint.id === id);
  }

  #key(event, id) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.open.change(withoutHint(this.open.doc, id));
      this.stage.surface.focus();
    } else if (steps[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      const length = (event.shiftKey ? 24 : 6) / this.stage.scaleNow;
      this.#move(
        id,
        this.#hint(id),
        steps[event.key].map((step) => step * length),
        `keys-${id}`,
      );
    }
  }

  #move(id, from, [across, down], merge) {
    const turned = this.stage.turnBack(across, down);
    const { open } = this;
    open.change(changedHint(open.doc, id, moved(from, turned.x, turned.y, open.size)), { merge });
  }

  #drag(event, id, button) {
    if (event.button) return;
    event.preventDefault();
    button.focus({ preventScroll: true });
    button.setPointerCapture(event.pointerId);
    const start = { x: event.clientX, y: event.clientY };
    const from = this.#hint(id);
    const merge = `drag-${id}-${event.timeStamp}`;
    let isDrag = false;
    const move = (next) => {
      const [across, down] = [next.clientX - start.x, next.clientY - start.y];
      isDrag ||= Math.hypot(across, down) > STILL;
      if (isDrag) this.#move(id, from, [across / this.stage.scaleNow, down / this.stage.scaleNow], merge);
    };
    const up = () => {
      for (const [name, call] of [
        ["pointermove", move],
        ["pointerup", up],
        ["pointercancel", up],
      ])
        button.removeEventListener(name, call);
      if (isDrag) this.open.history.rest();
      else this.stage.openHint(id);
    };
    for (const [name, call] of [
      ["pointermove", move],
      ["pointerup", up],
      ["pointercancel", up],
    ])
      button.addEventListener(name, call);
  }

  clear() {
    fill(this.handles);
    this.buttons.clear();
    this.shapes.replaceChildren();
  }
}
