"""Whether the pictures on scans are found: on mounts, on pages, and where there is no mount at all.

python -m benchmarks.mounts --bench FOLDER [--limit N] [--sheet SHEET.png]

Every picture of the folder is put on a mount (white, black, card, film gate with numbers, caption below,
letterbox; margins of 3 to 35 % of the short side, skewed by up to 5°, with paper, dust and uneven light;
half of them squeezed to a smaller range of greys), and the scan is turned by a random quarter. A third as
many pages hold 2 to 12 pictures. At last each picture is looked at bare. All is seeded by its number.

Printed: the share of frames found within 2 % of the side (the root of the area), the share of pages on
which every picture was found and nothing else, the share of bare pictures that lose more than 2 % of their
area, and milliseconds of one processor a scan.

Some pictures of the benchmark have borders of their own, white, black or a film's gate, which are found, too.
They are left out of the mounts, where the truth would be unclear, and counted by themselves when bare.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.known import pictures_in
from vermilion.evaluation import MOUNTS, Mounted, mount, mount_page, squeezed, turned
from vermilion.pictures import read_colors
from vermilion.tone import luma_of_rgb, to_eight_bits
from vermilion.view import PREVIEW, Frame, find_frames

NEAR = 0.02
"""Of the side: how far a corner may lie from where it is."""

LOST = 0.02
"""Of a bare picture's area: more must not be lost."""

BORDERED = Path(__file__).with_name("bordered.txt")
"""Names of the benchmark's pictures that have a border of their own, chosen by eye."""

Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class Tally:
    """What was found.

    Attributes:
        found: rows of figures: whether each was right.
        milliseconds: of each scan.
        wrong: what was not, as overlays, by row.
        missed: names of mounted pictures that were not found, and of bare ones that lose much.
    """

    found: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    milliseconds: list[float] = field(default_factory=list)
    wrong: dict[str, list[Bytes]] = field(default_factory=lambda: defaultdict(list))
    missed: list[str] = field(default_factory=list)

    def look(self, luma: Bytes) -> list[Frame]:
        """Find the frames of a scan, in its own pixels."""
        scale = min(1.0, PREVIEW / max(luma.shape))
        height, width = (max(1, round(side * scale)) for side in luma.shape)
        preview = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        begin = time.process_time()
        frames = find_frames(preview)
        self.milliseconds.append(1000 * (time.process_time() - begin))
        return [frame.scaled(luma.shape[1] / width, luma.shape[0] / height) for frame in frames]

    def count(self, row: str, mounted: Mounted, name: str) -> None:
        """Count a mounted scan."""
        frames = self.look(mounted.luma)
        near = [min(distance(true, frame) for frame in frames) <= NEAR for true in mounted.frames]
        self.found[row] += near
        whole = all(near) and len(frames) == len(near)
        if row == "page":
            self.found["whole page"].append(whole)
        if not whole:
            self.missed.append(f"{name} ({row})")
            self.wrong[row].append(overlay(mounted.luma, mounted.frames, frames))


def distance(true: Frame, found: Frame) -> float:
    """Return how far the worst corner lies away along the frame's axes, as a share of the side."""
    radians = np.radians(true.angle)
    axes = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    away = (found.corners - true.corners) @ axes
    return float(np.abs(away).max() / np.sqrt(true.area))


def overlay(luma: Bytes, true: tuple[Frame, ...], found: list[Frame]) -> Bytes:
    """Return a scan with true frames in green and found ones in red, uint8 BGR [300,300,3]."""
    shown = cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR)
    for frames, color in ((true, (0, 200, 0)), (found, (0, 0, 255))):
        for frame in frames:
            cv2.polylines(shown, [np.rint(frame.corners).astype(np.int32)], True, color, 1)
    scale = 300 / max(luma.shape)
    small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:300, :300]
    tile = np.full((300, 300, 3), 60, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    return tile


def measure(pictures: dict[str, Bytes], bordered: set[str]) -> Tally:
    """Put pictures on mounts and pages, and look at all of them."""
    tally = Tally()
    names = [name for name in pictures if name not in bordered]
    plain = [pictures[name] for name in names]
    for number, luma in enumerate(plain):
        random = np.random.default_rng([number, 1])
        kind = MOUNTS[number % len(MOUNTS)]
        tally.count(kind, _lying(mount(luma, kind, random), random), names[number])
    for number in range(len(plain) // 3):
        random = np.random.default_rng([number, 2])
        chosen = random.integers(0, len(plain), random.integers(2, 13))
        tally.count("page", _lying(mount_page([plain[each] for each in chosen], random), random), str(number))
    for name, luma in pictures.items():
        lost = 1 - sum(frame.area for frame in tally.look(luma)) / luma.size
        row = "bare, with a border" if name in bordered else "bare"
        tally.found[row].append(lost > LOST)
        if lost > LOST:
            tally.wrong[row].append(overlay(luma, (), tally.look(luma)))
            if name not in bordered:
                tally.missed.append(f"{name} (bare)")
    return tally


def _lying(mounted: Mounted, random: np.random.Generator) -> Mounted:
    """Return a scan as it lies: turned, and half of them squeezed."""
    if random.random() < 0.5:
        span = int(random.integers(100, 256))
        low = int(random.integers(0, 256 - span))
        mounted = Mounted(squeezed(mounted.luma, low, low + span), mounted.frames, mounted.kind)
    return turned(mounted, int(random.integers(4)))


def table(tally: Tally) -> Iterator[str]:
    """Lines of figures."""
    alone = [found for row in MOUNTS for found in tally.found[row]]
    for row, each in (("one picture", alone), *tally.found.items()):
        told = "lose more than 2 %" if row.startswith("bare") else "found"
        if each:
            yield f"{row:<20} {np.mean(each):6.1%} of {len(each)} {told}"
    middle, most = np.percentile(tally.milliseconds, [50, 95])
    yield f"{'a scan':<20} {middle:.1f} ms, {most:.1f} ms at the 95th percentile"
    if tally.missed:
        yield "not right: " + ", ".join(tally.missed)


def sheet(tally: Tally, path: Path) -> None:
    """Write the scans on which something was not found, row by row."""
    tiles = [tile for row in tally.wrong.values() for tile in row]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 8) if tiles else []
    rows = [np.hstack(tiles[begin : begin + 8]) for begin in range(0, len(tiles), 8)]
    if rows:
        cv2.imwrite(str(path), np.vstack(rows))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mounts", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="pictures, grey or in colour")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    parser.add_argument("--sheet", type=Path, help="draw what was not found here")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    paths = pictures_in(args.bench, args.limit)
    pictures = {path.stem: to_eight_bits(luma_of_rgb(read_colors(path, PREVIEW))) for path in paths}
    tally = measure(pictures, set(BORDERED.read_text(encoding="utf-8").split()))
    print(f"{len(paths)} pictures of {args.bench.name}")
    print("\n".join(table(tally)))
    if args.sheet:
        sheet(tally, args.sheet)


if __name__ == "__main__":
    main()
