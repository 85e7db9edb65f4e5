// Small filters and figures of planes: what NumPy and OpenCV do for the Python engine.

/** The median of nine neighbours; beyond the border the last pixel is repeated. */
export function median3(plane, [height, width]) {
  const result = new Float32Array(plane.length);
  const nine = new Float32Array(9);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let count = 0;
      for (let down = -1; down <= 1; down++) {
        const start = Math.min(Math.max(row + down, 0), height - 1) * width;
        for (let across = -1; across <= 1; across++) {
          nine[count++] = plane[start + Math.min(Math.max(column + across, 0), width - 1)];
        }
      }
      result[row * width + column] = nine.sort()[4];
    }
  }
  return result;
}

/** Means of 3 × 3 pixels of a plane with some channels; beyond the border the last pixel is repeated. */
export function mean3(plane, [height, width], channels = 1) {
  const lines = new Float64Array(plane.length);
  const step = width * channels;
  for (let row = 0; row < height; row++) {
    const above = Math.max(row - 1, 0) * step;
    const below = Math.min(row + 1, height - 1) * step;
    for (let place = 0; place < step; place++)
      lines[row * step + place] = plane[above + place] + plane[row * step + place] + plane[below + place];
  }
  const result = new Float32Array(plane.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const here = row * step + column * channels;
      const left = column ? here - channels : here;
      const right = column < width - 1 ? here + channels : here;
      for (let channel = 0; channel < channels; channel++)
        result[here + channel] = (lines[left + channel] + lines[here + channel] + lines[right + channel]) / 9;
    }
  }
  return result;
}

/** The least or the most of 3 × 3 pixels: `choose` is Math.min or Math.max. */
export function extreme3(plane, [height, width], choose) {
  const result = new Float32Array(plane.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let found = plane[row * width + column];
      for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, height - 1); y++)
        for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, width - 1); x++)
          found = choose(found, plane[y * width + x]);
      result[row * width + column] = found;
    }
  }
  return result;
}

/** A percentile (0..100), with NumPy's linear blend between the two nearest. */
export function percentile(values, percent) {
  const sorted = Float32Array.from(values).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

export const clip = (value, least, most) => Math.min(most, Math.max(least, value));

/** 0 up to `low`, 1 from `high`, and what lies smoothly between. */
export function rise(value, low, high) {
  const along = clip((value - low) / (high - low), 0, 1);
  return along * along * (3 - 2 * along);
}
