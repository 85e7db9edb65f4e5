// The size at which the network looks at a picture, and the margin that it needs: vermilion.network.frame.

const LONGEST_ASPECT = 4;
const SIDE_MULTIPLE = 32;

/** Height and width at which to look at a picture; both are multiples of `step`. */
export function workingSize(size, shortSide, step) {
  const scale = Math.min(shortSide / Math.min(...size), (LONGEST_ASPECT * shortSide) / Math.max(...size));
  return size.map((side) => Math.max(step, Math.floor((side * scale) / step + 0.5) * step));
}

/** A plane mirrored at the bottom and the right until both sides are multiples of 32. */
export function withMargin(plane, [height, width]) {
  const size = [height, width].map((side) => Math.ceil(side / SIDE_MULTIPLE) * SIDE_MULTIPLE);
  const wide = new Float32Array(size[0] * size[1]);
  for (let row = 0; row < size[0]; row++)
    for (let column = 0; column < size[1]; column++)
      wide[row * size[1] + column] = plane[mirrored(row, height) * width + mirrored(column, width)];
  return { plane: wide, size };
}

function mirrored(place, length) {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const along = place % period;
  return along < length ? along : period - along;
}
