// Several files in one, uncompressed: what they hold is compressed already.

import { crc32, joined, utf8 } from "./bytes.js";

const FIRST_DAY = 0x21; // 1 January 1980: the same files give the same zip

/**
 * @param {{name: string, blob: Blob}[]} files
 * @returns {Promise<Blob>}
 */
export async function zipped(files) {
  const [parts, entries] = [[], []];
  let place = 0;
  for (const { name, blob } of files) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const fields = fieldsOf(utf8(name), bytes);
    const head = joined([numbers([0x04034b50, 4]), fields, utf8(name)]);
    entries.push(
      joined([
        numbers([0x02014b50, 4], [20, 2]),
        fields,
        numbers([0, 2], [0, 2], [0, 2], [0, 4], [place, 4]),
        utf8(name),
      ]),
    );
    parts.push(head, blob);
    place += head.length + bytes.length;
  }
  const length = entries.reduce((sum, entry) => sum + entry.length, 0);
  const count = entries.length;
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [length, 4],
    [place, 4],
    [0, 2],
  );
  return new Blob([...parts, ...entries, end], { type: "application/zip" });
}

function fieldsOf(name, bytes) {
  const size = bytes.length;
  return numbers(
    [20, 2],
    [0x800, 2],
    [0, 2],
    [0, 2],
    [FIRST_DAY, 2],
    [crc32(bytes), 4],
    [size, 4],
    [size, 4],
    [name.length, 2],
    [0, 2],
  );
}

/** Numbers with their bytes, the lowest first. */
function numbers(...pairs) {
  return joined(
    pairs.map(([value, bytes]) => Uint8Array.from({ length: bytes }, (_, n) => value / 256 ** n)),
  );
}
