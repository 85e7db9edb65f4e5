// Whether a file shows colours: more than one hue, unlike a grey scan or a toned print.

const SIDE = 64; // pixels that are looked at, each way
const LEAST_SPREAD = 2.5; // levels of (Cb, Cr) beside the line of one hue

/** Whether a File shows colours; undefined where the browser cannot read it. */
export async function isColored(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "medium" });
  } catch {
    return undefined;
  }
  const pen = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  return spread(pen.getImageData(0, 0, SIDE, SIDE).data) > LEAST_SPREAD;
}

/** How far pixels lie from the best line through grey: the deviation of their chroma across its main direction. */
function spread(pixels) {
  let [blue, red, both, count] = [0, 0, 0, 0];
  for (let place = 0; place < pixels.length; place += 4) {
    const [r, g, b] = pixels.subarray(place, place + 3);
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    const [cb, cr] = [0.564 * (b - luma), 0.713 * (r - luma)];
    blue += cb * cb;
    red += cr * cr;
    both += cb * cr;
    count += 1;
  }
  const least = (blue + red) / 2 - Math.hypot((blue - red) / 2, both);
  return Math.sqrt(Math.max(0, least) / count);
}
