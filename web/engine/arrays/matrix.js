// Matrices of 3 × 3, as three rows.

export function inverse([[a, b, c], [d, e, f], [g, h, i]]) {
  const whole = determinant([
    [a, b, c],
    [d, e, f],
    [g, h, i],
  ]);
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((value) => value / whole));
}

export const determinant = ([[a, b, c], [d, e, f], [g, h, i]]) =>
  a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);

/** A matrix times a column of three. */
export const times = (matrix, [x, y, z]) => matrix.map((row) => row[0] * x + row[1] * y + row[2] * z);

export const product = (one, other) => transposed(transposed(other).map((column) => times(one, column)));

export const transposed = (matrix) => [0, 1, 2].map((place) => matrix.map((row) => row[place]));
