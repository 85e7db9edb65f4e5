// What codes of a profile look like on a screen, which is taken for sRGB. As OutputColors.to_screen.

import { inverse, product, times } from "../arrays/matrix.js";
import { clip } from "../arrays/planes.js";
import { srgbOfLinear } from "../color/lab.js";
import { SRGB_TO_XYZ, valueAt } from "./spaces.js";

const STEPS = 2 ** 14; // of light

/**
 * Colours and greys of a result as the sRGB codes that look the same, as far as sRGB has them.
 * @param {import("./spaces.js").RgbSpace | null} space null where it is sRGB: then they are left as they are
 * @returns {{colors: (rgb: Uint8Array) => Uint8Array, greys: (plane: Uint8Array) => Uint8Array}}
 */
export function screenOf(space) {
  if (!space) return { colors: (rgb) => rgb, greys: (plane) => plane };
  const lights = space.curves.map((curve) =>
    Float32Array.from({ length: 256 }, (_, level) => valueAt(curve, level / 255)),
  );
  const toSrgb = product(inverse(SRGB_TO_XYZ), space.toXyz);
  const codes = Uint8Array.from({ length: STEPS }, (_, step) =>
    Math.round(255 * srgbOfLinear(step / (STEPS - 1))),
  );
  const colors = (rgb) => {
    const shown = new Uint8Array(rgb.length);
    const light = [0, 0, 0];
    for (let place = 0; place < rgb.length; place += 3) {
      for (let channel = 0; channel < 3; channel++) light[channel] = lights[channel][rgb[place + channel]];
      times(toSrgb, light).forEach((value, channel) => {
        shown[place + channel] = codes[Math.floor(clip(value * (STEPS - 1) + 0.5, 0, STEPS - 1))];
      });
    }
    return shown;
  };
  const ramp = colors(Uint8Array.from({ length: 3 * 256 }, (_, place) => Math.floor(place / 3)));
  return { colors, greys: (plane) => plane.map((level) => ramp[3 * level + 1]) };
}
