// Where a picture lies on the screen: scale, place and quarter turns. Screen lengths are CSS pixels.

const MOST_SCALE = 32;
const TURNS = [
  [1, 0, 0, 1],
  [0, 1, -1, 0],
  [-1, 0, 0, -1],
  [0, -1, 1, 0],
]; // clockwise, as canvases take them

export class Viewport {
  constructor() {
    this.screen = { width: 1, height: 1 };
    this.image = { width: 1, height: 1 };
    this.turn = 0;
    this.margin = { top: 0, right: 0, bottom: 0, left: 0 };
    this.isFitted = true;
    this.scale = 1;
    this.x = 0.5;
    this.y = 0.5;
  }

  /** The size of the picture as it is turned. */
  get turned() {
    const { width, height } = this.image;
    return this.turn % 2 ? { width: height, height: width } : { width, height };
  }

  get room() {
    const { top, right, bottom, left } = this.margin;
    return {
      width: Math.max(40, this.screen.width - left - right),
      height: Math.max(40, this.screen.height - top - bottom),
    };
  }

  get fitScale() {
    return Math.min(this.room.width / this.turned.width, this.room.height / this.turned.height);
  }

  get middle() {
    return { x: this.margin.left + this.room.width / 2, y: this.margin.top + this.room.height / 2 };
  }

  /** Hold a picture of a size {width, height}; returns whether that is another one. */
  resize({ width, height }) {
    const isOther = width !== this.image.width || height !== this.image.height;
    this.image = { width, height };
    return isOther;
  }

  fit() {
    this.isFitted = true;
    this.scale = this.fitScale;
    this.x = this.image.width / 2;
    this.y = this.image.height / 2;
  }

  /** The screen or the picture got another size. */
  adapt() {
    if (this.isFitted) this.fit();
    else this.keepIn();
  }

  /** Multiply the scale, so that what is under a point of the screen stays there. */
  zoomAt(point, factor) {
    const place = this.toImage(point);
    const least = Math.min(this.fitScale, 1);
    this.scale = Math.min(MOST_SCALE, Math.max(least, this.scale * factor));
    this.isFitted = Math.abs(this.scale - this.fitScale) < 1e-6 * this.fitScale;
    if (this.isFitted) return this.fit();
    const now = this.toScreen(place);
    return this.pan(point.x - now.x, point.y - now.y);
  }

  /** Move the picture by lengths on the screen. */
  pan(across, down) {
    const [a, b, c, d] = TURNS[this.turn];
    this.x -= (a * across + b * down) / this.scale;
    this.y -= (c * across + d * down) / this.scale;
    this.keepIn();
  }

  /** Bring a place of the picture to the middle. */
  centre(place) {
    this.x = place.x;
    this.y = place.y;
    this.isFitted = false;
    this.keepIn();
  }

  keepIn() {
    const half = (side) => side / 2 / this.scale;
    const [across, down] =
      this.turn % 2 ? [this.room.height, this.room.width] : [this.room.width, this.room.height];
    const keep = (value, length, room) =>
      length <= 2 * room ? length / 2 : Math.min(length - room, Math.max(room, value));
    this.x = keep(this.x, this.image.width, half(across));
    this.y = keep(this.y, this.image.height, half(down));
  }

  toScreen({ x, y }) {
    const [a, b, c, d] = TURNS[this.turn];
    const dx = (x - this.x) * this.scale;
    const dy = (y - this.y) * this.scale;
    return { x: a * dx + c * dy + this.middle.x, y: b * dx + d * dy + this.middle.y };
  }

  toImage({ x, y }) {
    const [a, b, c, d] = TURNS[this.turn];
    const dx = (x - this.middle.x) / this.scale;
    const dy = (y - this.middle.y) / this.scale;
    return { x: a * dx + b * dy + this.x, y: c * dx + d * dy + this.y };
  }

  isInside({ x, y }) {
    return x >= 0 && y >= 0 && x < this.image.width && y < this.image.height;
  }

  /** What a canvas's setTransform takes to draw in pixels of the picture, for some device pixels a CSS pixel. */
  matrix(density) {
    const [a, b, c, d] = TURNS[this.turn].map((value) => value * this.scale * density);
    const origin = this.toScreen({ x: 0, y: 0 });
    return [a, b, c, d, origin.x * density, origin.y * density];
  }

  /** The picture's rectangle on the screen. */
  get bounds() {
    const one = this.toScreen({ x: 0, y: 0 });
    const two = this.toScreen({ x: this.image.width, y: this.image.height });
    return {
      left: Math.min(one.x, two.x),
      top: Math.min(one.y, two.y),
      right: Math.max(one.x, two.x),
      bottom: Math.max(one.y, two.y),
    };
  }

  /** The part of the picture that can be seen, in its pixels. */
  get seen() {
    const one = this.toImage({ x: 0, y: 0 });
    const two = this.toImage({ x: this.screen.width, y: this.screen.height });
    const clip = (value, most) => Math.min(most, Math.max(0, value));
    return {
      left: clip(Math.min(one.x, two.x), this.image.width),
      right: clip(Math.max(one.x, two.x), this.image.width),
      top: clip(Math.min(one.y, two.y), this.image.height),
      bottom: clip(Math.max(one.y, two.y), this.image.height),
    };
  }
}
