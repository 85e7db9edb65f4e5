"""Are prints photographed with a phone distinguished from colour photographs, and cut out exactly?

python -m benchmarks.prints --photographs FOLDER [--prints N] [--colored N] [--sheet FILE.jpg]

Every picture of the folder is a colour photograph. Some of them, in greys, become prints on coloured tables,
turned and tilted by up to 10°, noisy and saved as JPEG. All, as they are, must not be taken for prints.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.known import random_of
from benchmarks.photographed import Photograph, Rgb, any_way, photograph
from benchmarks.scene import read_rgb
from vermilion.errors import AlreadyColoredError, PrintOnColorError
from vermilion.pictures import NamedBytes, ReadOptions, Scan, read_scan
from vermilion.tone import luma_of_rgb

QUALITIES = (75, 85, 93)  # of JPEGs, by turns
_LARGEST_MISS = 0.02  # of the long side, beyond which a corner is not where it should be
_SHOWN = 300  # pixels of a picture on the sheet


@dataclass(frozen=True, eq=False)
class Tried:
    """What became of a photographed print.

    Attributes:
        photo: what was taken.
        refused: whether it is refused as it is, as the colours of the table are real.
        hinted: whether that refusal says that it shows a print.
        scan: the print taken out; None if it was not found.
        miss: how far a corner lies from the true one at most, as a share of the long side.
        exact: whether the luma is that of the photo at every pixel.
    """

    photo: Photograph
    refused: bool
    hinted: bool
    scan: Scan | None
    miss: float
    exact: bool

    @property
    def right(self) -> bool:
        """Whether the print was found where it is."""
        return self.scan is not None and self.miss <= _LARGEST_MISS


def try_print(photo: Photograph, quality: int) -> Tried:
    """Read a photographed print as a JPEG, without and with ``crop_print``."""
    data = NamedBytes(photo.jpeg(quality), "photo.jpg")
    refusal: AlreadyColoredError | None = None
    try:
        read_scan(data)
    except AlreadyColoredError as error:
        refusal = error
    hinted = isinstance(refusal, PrintOnColorError)
    try:
        scan = read_scan(data, ReadOptions(crop_print=True))
    except AlreadyColoredError:
        scan = None
    if scan is None or scan.crop is None:  # accepted as it is: the whole seems toned
        return Tried(photo, refusal is not None, hinted, None, np.inf, exact=False)
    whole = read_scan(data, ReadOptions(recolor=True)).luma
    (top, left), (height, width) = scan.crop.origin, scan.size
    exact = np.array_equal(scan.luma, whole[top : top + height, left : left + width])
    corners = np.add(scan.crop.corners, (left, top))
    miss = float(np.abs(corners - photo.corners).max()) / max(whole.shape)
    return Tried(photo, refusal is not None, hinted, scan, miss, exact)


def is_mistaken(path: Path) -> bool | None:
    """Whether a colour photograph is taken for a print; None if it is not refused, as it seems toned."""
    try:
        read_scan(path)
    except PrintOnColorError:
        return True
    except AlreadyColoredError:
        return False
    return None


def print_figures(tried: list[Tried]) -> Iterator[str]:
    """What became of prints."""
    found = [each for each in tried if each.right]
    refused = [each for each in tried if each.refused]
    misses = [each.miss for each in found]
    yield f"{len(tried)} prints, {len(refused)} of them refused as they are"
    yield f"{sum(each.hinted for each in refused)} of these refusals name --crop-print"
    yield f"{len(found)} are found within {_LARGEST_MISS:.0%}; {sum(e.exact for e in found)} of these exactly"
    wrong = sum(each.scan is not None and not each.right for each in tried)
    yield f"{wrong} are taken for something else than they are"
    if misses:
        half, most = np.percentile(misses, (50, 95))
        yield f"the worst corner of a print found misses by {half:.2%} of the long side (95 %: {most:.2%})"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prints", description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True, help="folder of colour photographs")
    parser.add_argument("--prints", type=int, default=100, help="how many become prints")
    parser.add_argument("--colored", type=int, default=0, help="how many are tried as they are; 0 for all")
    parser.add_argument("--sheet", type=Path, help="a JPEG of the first prints, with what was found")
    args = parser.parse_args()
    paths = sorted(path for path in args.photographs.iterdir() if path.is_file())
    tried = []
    for number, path in enumerate(_spread(paths, args.prints)):
        random = random_of(path)
        photo = photograph(np.asarray(luma_of_rgb(read_rgb(path)), np.uint8), any_way(random), random)
        tried.append(try_print(photo, QUALITIES[number % len(QUALITIES)]))
    for line in print_figures(tried):
        print(line, flush=True)
    if args.sheet:
        Image.fromarray(sheet_of(tried[:24])).save(args.sheet)
    started = time.perf_counter()
    told = [is_mistaken(path) for path in _spread(paths, args.colored or len(paths))]
    seconds = (time.perf_counter() - started) / max(1, len(told))
    refused = [mistaken for mistaken in told if mistaken is not None]
    print(f"{len(told)} colour photographs, {len(refused)} of them refused, {seconds:.2f} s each")
    print(f"{sum(refused)} of these are taken for prints")


def _spread(paths: list[Path], count: int) -> list[Path]:
    """At most ``count`` of the paths, from all over the folder."""
    return paths[:: max(1, len(paths) // max(1, count))][:count]


def sheet_of(tried: list[Tried]) -> Rgb:
    """Prints with the corners found in green, the true ones in red: uint8 [H,W,3]."""
    tiles = []
    for each in tried:
        drawn = each.photo.rgb.copy()
        cv2.polylines(drawn, [np.rint(each.photo.corners).astype(np.int32)], True, (220, 0, 0), 3)
        if each.scan is not None and each.scan.crop is not None:
            top, left = each.scan.crop.origin
            corners = np.rint(np.add(each.scan.crop.corners, (left, top))).astype(np.int32)
            cv2.polylines(drawn, [corners], True, (0, 220, 0), 3)
        ratio = _SHOWN / max(drawn.shape[:2])
        small = cv2.resize(drawn, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        tile = np.zeros((_SHOWN, _SHOWN, 3), np.uint8)
        tile[: small.shape[0], : small.shape[1]] = small
        tiles.append(tile)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 6)
    return np.vstack([np.hstack(tiles[row : row + 6]) for row in range(0, len(tiles), 6)])


if __name__ == "__main__":
    main()
