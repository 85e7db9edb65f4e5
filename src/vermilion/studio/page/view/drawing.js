// What is drawn on the picture by a drag, or point by point by keyboard, as the shape of a hint.

import { round } from "../model/document.js";

export const DRAWING_TOOLS = ["stroke", "box", "lasso"];
const LEAST_STEP = 4; // CSS pixels between points that are kept
const BRUSH = 14; // CSS pixels that a stroke is wide
const PIN = 8; // CSS pixels: radius of the ring around a point

export class Drawing {
  /** @param {string} tool "stroke", "box" or "lasso"  @param size {width, height} of the picture */
  constructor(tool, size) {
    this.tool = tool;
    this.size = size;
    this.points = [];
  }

  /** Add a place of the picture; `scale`: CSS pixels to one of its pixels. */
  add({ x, y }, scale) {
    const point = [inside(x, this.size.width), inside(y, this.size.height)];
    const last = this.points.at(-1);
    if (this.tool === "box" && this.points.length > 1) this.points.pop();
    else if (
      last &&
      this.tool !== "box" &&
      Math.hypot(point[0] - last[0], point[1] - last[1]) * scale < LEAST_STEP
    )
      return;
    this.points.push(point);
    this.brush = round(Math.max(1, BRUSH / scale));
  }

  /** The hint's places, or null if it is none yet. */
  get shape() {
    const { points } = this;
    if (this.tool === "stroke") return points.length ? { points, width: this.brush } : null;
    if (this.tool === "box") return points.length > 1 ? boxOf(points) : null;
    return points.length > 2 ? { polygon: points } : null;
  }
}

const inside = (value, length) => round(Math.min(length - 0.01, Math.max(0, value)));

function boxOf([[x0, y0], [x1, y1]]) {
  const box = { x0: Math.min(x0, x1), y0: Math.min(y0, y1), x1: Math.max(x0, x1), y1: Math.max(y0, y1) };
  return box.x1 - box.x0 < 0.5 || box.y1 - box.y0 < 0.5 ? null : box;
}

/** A closed or open SVG path of a shape, through a function from places of the picture to the screen. */
export function pathOf(shape, toScreen) {
  if ("x0" in shape) {
    const { x0, y0, x1, y1 } = shape;
    return `${lines(
      [
        [x0, y0],
        [x1, y0],
        [x1, y1],
        [x0, y1],
      ],
      toScreen,
    )}Z`;
  }
  if (shape.points)
    return lines(shape.points.length > 1 ? shape.points : [shape.points[0], shape.points[0]], toScreen);
  if (shape.polygon) return `${lines(shape.polygon, toScreen)}Z`;
  return "x" in shape ? ring(toScreen(shape)) : ""; // a mask that came from elsewhere has no outline
}

const ring = ({ x, y }) =>
  `M${(x - PIN).toFixed(1)} ${y.toFixed(1)}a${PIN} ${PIN} 0 1 0 ${2 * PIN} 0a${PIN} ${PIN} 0 1 0 ${-2 * PIN} 0`;

const lines = (points, toScreen) =>
  points
    .map(([x, y], place) => {
      const at = toScreen({ x, y });
      return `${place ? "L" : "M"}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    })
    .join("");
