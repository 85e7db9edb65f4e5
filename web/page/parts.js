// The parts that lie in this file: ONNX Runtime, the two graphs, the card and the worker, packed as text.

/** The bytes of a part; its text is let go. */
export async function partOf(id) {
  const element = document.getElementById(id);
  const text = element.textContent;
  element.remove();
  return unpacked(new Blob([bytesOf(text)]).stream());
}

/** The bytes that a stream holds, packed by gzip. */
export const unpacked = (stream) =>
  new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  return bytes;
}

/** A part that is text. */
export const textOfPart = async (id) => new TextDecoder().decode(await partOf(id));
