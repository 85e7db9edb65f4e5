// The area inside a polygon as a small grey PNG, white inside: a hint of the kind Mask.

const LONG_SIDE = 512;
const made = new WeakMap();

/** "data:image/png;base64,..." of a polygon [[x, y], ...] in a picture of a size {width, height}. */
export function polygonMask(polygon, size) {
  if (!made.has(polygon)) made.set(polygon, draw(polygon, size));
  return made.get(polygon);
}

function draw(polygon, { width, height }) {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(canvas.width / width, canvas.height / height);
  pen.fillStyle = pen.strokeStyle = "#fff";
  pen.lineWidth = 2 / scale; // a line that encloses nothing still marks what it touches
  pen.beginPath();
  for (const [x, y] of polygon) pen.lineTo(x, y);
  pen.closePath();
  pen.fill();
  pen.stroke();
  return canvas.toDataURL("image/png");
}
