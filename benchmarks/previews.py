"""How quick a preview of a large scan is, and how near to the whole picture reduced.

python -m benchmarks.previews [--model FOLDER] [--scan FILE ...]

For a made 24-megapixel scan (a grey JPEG, a grey PNG and one of 16 bits; or the given files): milliseconds of
the first ``preview(1024)`` after ``paint``, and of one after a hint was added, as medians on the clock and of
the processor; and its difference to the full join reduced by area, in levels of 255.
"""

import argparse
import platform
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.speed import write_scan
from vermilion import Colorizer, Controls, Hint, Picture
from vermilion.tone import to_eight_bits

SIZE = (4000, 6000)  # height and width of 24 megapixels
SIDE = 1024
ROUNDS = 5
MOST_MS, MOST_MEAN, MOST_LEVELS, LEAST_WITHIN = 60.0, 0.6, 6, 0.999


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured of one scan.

    Attributes:
        first: ms of the first preview of a picture, on the clock and of the processor.
        again: the same of the same scan painted with other hints.
        mean: difference to the full join, levels.
        within: share of pixels whose three channels differ by at most six levels.
    """

    first: tuple[float, float]
    again: tuple[float, float]
    mean: float
    within: float

    def line(self, name: str) -> str:
        """One line, with a verdict."""
        good = self.first[0] <= MOST_MS and self.mean <= MOST_MEAN and self.within >= LEAST_WITHIN
        return (
            f"{name:<12} first {_milliseconds(self.first)}  painted again {_milliseconds(self.again)}  "
            f"mean difference {self.mean:.3f}  within {MOST_LEVELS}: {self.within:.3%}  "
            f"{'ok' if good else 'MISSED'}"
        )


def _milliseconds(pair: tuple[float, float]) -> str:
    return f"{pair[0]:5.1f} ms ({pair[1]:5.1f} of the processor)"


def measure(colorizer: Colorizer, scan: Path, rounds: int = ROUNDS) -> Found:
    """Preview a scan in as many rounds, each opened again, and compare the last with the full join."""
    firsts, agains = [], []
    for _ in range(rounds):
        session = colorizer.open(scan)
        picture, (height, width) = session.paint(), session.size
        hinted = session.paint(Controls(hints=(Hint(width / 2, height / 2, "teal"),)))
        shown, took = _timed(picture)
        firsts.append(took)
        agains.append(_timed(hinted)[1])
    mean, within = difference(shown, picture.to_numpy())
    return Found(_medians(firsts), _medians(agains), mean, within)


def _timed(picture: Picture) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Return a preview, and its milliseconds on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    shown = picture.preview(SIDE)
    return shown, (1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor))


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    clock, processor = zip(*pairs, strict=True)
    return statistics.median(clock), statistics.median(processor)


def difference(shown: NDArray[np.uint8], full: NDArray[np.uint8 | np.uint16]) -> tuple[float, float]:
    """Return the mean difference in levels to a full picture reduced by area, and the share within six.

    Args:
        shown: uint8 [h,w,3].
        full: uint8 or uint16 [H,W,3].
    """
    reduced = cv2.resize(to_eight_bits(full), shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    apart = np.abs(shown.astype(int) - reduced)
    return float(apart.mean()), float((apart.max(axis=-1) <= MOST_LEVELS).mean())


def made_scans(folder: Path, size: tuple[int, int] = SIZE) -> list[Path]:
    """Write the made scan in each of its forms."""
    jpeg = folder / "scan.jpg"
    write_scan(jpeg, size)
    grey = cv2.imread(str(jpeg), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    paths = [jpeg, folder / "scan.png", folder / "scan16.png"]
    cv2.imwrite(str(paths[1]), grey)
    cv2.imwrite(str(paths[2]), grey.astype(np.uint16) * 257)
    return paths


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.previews",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--scan", type=Path, nargs="+", help="files to preview instead of the made ones")
    args = parser.parse_args()
    colorizer = Colorizer(args.model)
    print(f"preview({SIDE}) of 24 megapixels, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        for path in args.scan or made_scans(Path(folder)):
            print(measure(colorizer, path).line(path.name), flush=True)


if __name__ == "__main__":
    main()
