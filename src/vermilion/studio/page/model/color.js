// Colours as people write them, and as they are called.

import { t } from "./texts.js";

export const GREY = "grey";
const HEX = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i;

let pen = null;

/** "#rrggbb" of a text such as "navy", "#36c", "36c" or "rgb(12, 34, 56)"; null if it is no colour. */
export function parseColor(text) {
  const hex = HEX.exec(text.trim());
  if (hex) return longHex(hex[1]);
  const wanted = /^\d+[\s,]+\d+[\s,]+\d+$/.test(text.trim())
    ? `rgb(${text
        .trim()
        .split(/[\s,]+/)
        .join(",")})`
    : text.trim();
  if (!wanted || !CSS.supports("color", wanted) || /^(currentcolor|transparent|inherit|var)/i.test(wanted))
    return null;
  pen ??= document.createElement("canvas").getContext("2d");
  pen.fillStyle = "#000";
  pen.fillStyle = wanted;
  return /^#[0-9a-f]{6}$/.test(pen.fillStyle) ? pen.fillStyle : null;
}

function longHex(digits) {
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return `#${long.toLowerCase()}`;
}

/** Red, green and blue, 0 to 255, of "#rrggbb". */
export function channels(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** What a hint's colour is drawn with: "grey" and pairs of CIELAB have a colour of their own. */
export function shown(color) {
  if (Array.isArray(color)) return fromLab(62, color[0], color[1]);
  return color === GREY ? "#8c8c8c" : parseColor(color) || "#8c8c8c";
}

/** Whether a colour is a grey, which keeps a place grey. */
export function isGrey(color) {
  if (Array.isArray(color)) return !color[0] && !color[1];
  const [red, green, blue] = channels(shown(color));
  return red === green && green === blue;
}

const NAMES = {
  black: ["#141414"],
  white: ["#f4f4f4"],
  grey: ["#808080", "#b0b0b0"],
  brown: ["#6b4a32", "#4b3836", "#8b5a2b"],
  tan: ["#b59a78"],
  beige: ["#ddcfb5"],
  skin: ["#d9a88c"],
  red: ["#b8322a", "#ff0000", "#dc143c"],
  brick: ["#8f4a3b"],
  pink: ["#d98aa0", "#ff69b4"],
  orange: ["#d9822b", "#ff8000"],
  gold: ["#b8902f"],
  yellow: ["#dcc850", "#ffff00"],
  olive: ["#71713a", "#808000"],
  green: ["#3f7a3f", "#008000", "#00d000"],
  leaf: ["#7f9f5a"],
  teal: ["#2f7f7f", "#00a0a0"],
  sky: ["#8ab4d8", "#60c0ff"],
  blue: ["#34609f", "#0000ff", "#3366cc"],
  navy: ["#232f55", "#000080"],
  slate: ["#4a5260", "#6b7480"],
  violet: ["#6a4a8f", "#8000ff"],
  plum: ["#6f3a58", "#800080"],
};
const LIGHT_COUNTS = 0.6; // beside the hue, in the name of a colour
const LABS = Object.entries(NAMES).flatMap(([name, list]) => list.map((hex) => [name, toLab(hex)]));

/** The word for a colour, for people who cannot see it. */
export function nameOf(color) {
  if (color === GREY) return t("color.grey");
  const lab = toLab(shown(color));
  const distances = LABS.map(([name, other]) => [
    Math.hypot(...other.map((value, axis) => (value - lab[axis]) * (axis ? 1 : LIGHT_COUNTS))),
    name,
  ]);
  return t(`color.${distances.sort((one, two) => one[0] - two[0])[0][1]}`);
}

function toLab(hex) {
  const [red, green, blue] = channels(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [x, y, z] = [
    (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
    0.2126 * red + 0.7152 * green + 0.0722 * blue,
    (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function fromLab(light, a, b) {
  const fy = (light + 16) / 116;
  const [x, y, z] = [fy + a / 500, fy, fy - b / 200].map((f) =>
    f > 6 / 29 ? f ** 3 : (f - 16 / 116) / 7.787,
  );
  const linear = [
    3.2406 * x * 0.9505 - 1.5372 * y - 0.4986 * z * 1.089,
    -0.9689 * x * 0.9505 + 1.8758 * y + 0.0415 * z * 1.089,
    0.0557 * x * 0.9505 - 0.204 * y + 1.057 * z * 1.089,
  ];
  const codes = linear.map((value) => {
    const share = Math.min(1, Math.max(0, value));
    return Math.round(255 * (share <= 0.0031308 ? 12.92 * share : 1.055 * share ** (1 / 2.4) - 0.055));
  });
  return `#${codes.map((code) => code.toString(16).padStart(2, "0")).join("")}`;
}
