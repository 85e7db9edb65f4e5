// Planes turned as EXIF says: by quarters clockwise, and mirrored after that.

/**
 * @param {Uint8Array | Int32Array | Float32Array} plane [H·W]
 * @param {[number, number]} size
 * @param {number} quarters 0 to 3
 * @param {boolean} isMirrored from left to right, once it is turned
 * @returns {{plane: Uint8Array | Int32Array | Float32Array, size: [number, number]}}
 */
export function turned(plane, [height, width], quarters, isMirrored) {
  if (!quarters && !isMirrored) return { plane, size: [height, width] };
  const size = quarters % 2 ? [width, height] : [height, width];
  const result = new plane.constructor(plane.length);
  const [start, down, across] = [
    [0, width, 1],
    [(height - 1) * width, 1, -width],
    [height * width - 1, -width, -1],
    [width - 1, -1, width],
  ][quarters];
  for (let row = 0; row < size[0]; row++)
    for (let column = 0; column < size[1]; column++) {
      const from = start + row * down + column * across;
      result[row * size[1] + (isMirrored ? size[1] - 1 - column : column)] = plane[from];
    }
  return { plane: result, size };
}
