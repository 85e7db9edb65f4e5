// The frames of the pictures on a scan: rectangles that can be moved, sized, added and deleted.

import { fill, h, iconButton } from "../dom.js";
import { round, withView } from "../model/document.js";
import { t } from "../model/texts.js";

const CORNERS = [
  ["nw", 0, 0],
  ["ne", 1, 0],
  ["se", 1, 1],
  ["sw", 0, 1],
];
const LEAST = 16; // pixels of the picture

export class Frames {
  /** @param stage gives toScreen, scaleNow, turnBack, studio */
  constructor(stage) {
    this.stage = stage;
    this.element = h("div", { class: "frames" });
    this.dragged = null;
  }

  get open() {
    return this.stage.studio.current;
  }

  /** The frames as they are now asked for, or were found. */
  get frames() {
    return this.dragged || framesOf(this.open);
  }

  show() {
    if (!this.stage.studio.show.frames || !this.open?.isUsable) return void fill(this.element);
    if (
      this.element.contains(document.activeElement) &&
      this.element.children.length === this.frames.length
    ) {
      [...this.element.children].forEach((box, place) => this.#place(box, this.frames[place]));
    } else
      fill(
        this.element,
        this.frames.map((frame, place) => this.#box(frame, place)),
      );
    return undefined;
  }

  #box(frame, place) {
    const name = t("frame.label", { number: place + 1 });
    const box = h("div", {
      class: "frame",
      tabindex: "0",
      role: "group",
      "aria-label": name,
      "aria-description": t("frame.keys"),
    });
    for (const [corner, right, bottom] of CORNERS) {
      const grip = h("button", {
        type: "button",
        class: `grip ${corner}`,
        "aria-label": `${name}: ${t(`corner.${corner}`)}`,
      });
      this.#drag(grip, place, (from, across, down) => sized(from, right, bottom, across, down));
      box.append(grip);
    }
    box.append(
      iconButton(
        "close",
        t("frame.delete"),
        () => this.send(this.frames.filter((_, other) => other !== place)),
        { class: "icon-button frame-close" },
      ),
    );
    this.#drag(box, place, (from, across, down) => ({ ...from, x: from.x + across, y: from.y + down }));
    this.#place(box, frame);
    return box;
  }

  #place(box, frame) {
    const scale = this.stage.scaleNow;
    const at = this.stage.toScreen({ x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 });
    const turn = this.stage.viewport.turn * 90 + (frame.angle || 0);
    box.style.width = `${frame.width * scale}px`;
    box.style.height = `${frame.height * scale}px`;
    box.style.transform = `translate(${at.x}px, ${at.y}px) translate(-50%, -50%) rotate(${turn}deg)`;
  }

  #drag(handle, place, change) {
    const go = (from, x, y) => {
      const { x: across, y: down } = this.stage.turnBack(x, y);
      this.dragged = this.frames.map((frame, other) =>
        other === place ? kept(change(from, across, down), this.open.size) : frame,
      );
      this.show();
    };
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step || event.target !== handle) return;
      event.preventDefault();
      event.stopPropagation();
      const length = (event.shiftKey ? 24 : 6) / this.stage.scaleNow;
      go(this.frames[place], step[0] * length, step[1] * length);
      clearTimeout(this.later);
      this.later = setTimeout(() => this.send(this.frames), 500);
    });
    handle.addEventListener("pointerdown", (event) => this.#pointer(event, handle, place, go));
  }

  #pointer(event, handle, place, go) {
    if (event.button || event.target.closest(".frame-close")) return;
    event.preventDefault();
    event.stopPropagation();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const from = this.frames[place];
    const scale = this.stage.scaleNow;
    const move = (next) =>
      go(from, (next.clientX - event.clientX) / scale, (next.clientY - event.clientY) / scale);
    const up = () => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", up);
      if (this.dragged) this.send(this.frames);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", up);
  }

  /** Add a frame in the middle, for a picture that was not found. */
  add() {
    const { width, height } = this.open.size;
    this.send([
      ...this.frames.filter((frame) => !isWhole(frame, this.open.size)),
      { x: width / 4, y: height / 4, width: width / 2, height: height / 2, angle: 0 },
    ]);
  }

  send(frames) {
    this.dragged = null;
    const rounded = frames.map((frame) =>
      Object.fromEntries(Object.entries(frame).map(([key, value]) => [key, round(value)])),
    );
    this.open.change(withView(this.open.doc, { view: "auto", frames: rounded }));
  }
}

/** The frames that were asked for, or else found. */
function framesOf(open) {
  const asked = open.doc.view.frames;
  return asked.length ? asked : (open.picture.view || []).map((view) => view.frame);
}

const isWhole = (frame, { width, height }) => frame.width >= width - 1 && frame.height >= height - 1;

function sized(from, right, bottom, across, down) {
  const angle = ((from.angle || 0) * Math.PI) / 180;
  const along = across * Math.cos(angle) + down * Math.sin(angle);
  const beside = down * Math.cos(angle) - across * Math.sin(angle);
  const width = Math.max(LEAST, from.width + (right ? along : -along));
  const height = Math.max(LEAST, from.height + (bottom ? beside : -beside));
  const [wider, higher] = [
    (width - from.width) * (right ? 1 : -1),
    (height - from.height) * (bottom ? 1 : -1),
  ];
  const x = from.x + from.width / 2 + (wider * Math.cos(angle) - higher * Math.sin(angle)) / 2;
  const y = from.y + from.height / 2 + (wider * Math.sin(angle) + higher * Math.cos(angle)) / 2;
  return { ...from, x: x - width / 2, y: y - height / 2, width, height };
}

/** A frame with its middle in the picture. */
function kept(frame, { width, height }) {
  const within = (value, most) => Math.min(most, Math.max(0, value));
  if (frame.angle) return frame;
  const [w, h] = [Math.min(frame.width, width), Math.min(frame.height, height)];
  return { ...frame, width: w, height: h, x: within(frame.x, width - w), y: within(frame.y, height - h) };
}
