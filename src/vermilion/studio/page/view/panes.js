// Before and after, drawn on the stage's canvas: one beside the other, or on both sides of the slider's line.

const OVERLAY_SHOWN = 0.7;
const REACH_SHOWN = 0.45;
const SINGLE_PIXELS = 3; // device pixels to one of the picture, from which on they are shown as squares

/** Device pixels to one CSS pixel. */
export const density = () => window.devicePixelRatio || 1;

/** Draw what the stage shows now, and ask for the tiles that would make it sharper. */
export function drawPanes(stage) {
  const { layers, pane, split, viewport } = stage;
  const { width } = viewport.screen;
  const { before } = stage.studio.show;
  const line = stage.compare.line;
  const shown = before ? ["scan"] : split || line > 0 ? ["scan", "color"] : ["color"];
  layers.want(shown, viewport.seen, viewport.scale * density());
  if (split) {
    drawLayer(stage, "scan", [0, width], { x: 0, y: 0 });
    drawLayer(stage, before ? "scan" : "color", [0, width], pane);
  } else if (before) drawLayer(stage, "scan", [0, width], pane);
  else {
    if (line > 0) drawLayer(stage, "scan", [0, line], pane);
    drawLayer(stage, "color", [line, width], pane);
  }
}

/** Draw a layer in the pane that is `offset` from the first, from one column of it to another. */
function drawLayer({ pen, viewport, layers, studio }, layer, [left, right], offset) {
  const dots = density();
  pen.save();
  pen.beginPath();
  pen.rect((offset.x + left) * dots, offset.y * dots, (right - left) * dots, viewport.screen.height * dots);
  pen.clip();
  const matrix = viewport.matrix(dots);
  matrix[4] += offset.x * dots;
  matrix[5] += offset.y * dots;
  pen.setTransform(...matrix);
  pen.imageSmoothingEnabled = viewport.scale * dots < SINGLE_PIXELS;
  pen.imageSmoothingQuality = "high";
  layers.draw(pen, layer, viewport.seen, viewport.scale * dots);
  if (layer === "color") drawOverlays(pen, viewport.image, layers, studio.show.overlay);
  pen.restore();
}

function drawOverlays(pen, { width, height }, layers, shown) {
  pen.imageSmoothingEnabled = true;
  const overlay = (bitmap, alpha) => {
    if (!bitmap) return;
    pen.globalAlpha = alpha;
    pen.drawImage(bitmap, 0, 0, width, height);
  };
  overlay(shown && layers.previews[shown]?.bitmap, OVERLAY_SHOWN);
  overlay(layers.reach, REACH_SHOWN);
}
