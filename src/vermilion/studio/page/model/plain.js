// The controls as they are where nothing was said, for the page and for the engine of the page without a server.

/** All controls but the hints, at their defaults, as Controls have them. */
export const PLAIN = Object.freeze({
  temperature: null,
  fade_unsure: 0,
  vividness: 1,
  warmth: 0,
  tint: 0,
  look: null,
  cube: null,
  palette: [],
  reference: null,
  colors_from: null,
  matches: [],
  trust: null,
  neutralize: false,
  album: null,
  variant: null,
  variants: 6,
  seed: 0,
  corner_mark: false,
});
