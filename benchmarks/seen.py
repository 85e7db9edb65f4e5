"""What it is worth to see a scan as a person does: colours on mounts, of faded and of turned pictures.

python -m benchmarks.seen --bench FOLDER [--model MODEL] [--limit N] [--only WORD]

Every picture is painted bare, on a margin of 20 % of the short side (white, black, card), on each mount of
``vermilion.evaluation`` (seeded by its number), squeezed to smaller ranges of greys (one of them with 16
bits) and turned by 90, 180 and 270°; each once as the view finds it and once as a whole. A third as many
pages hold 2 to 12 of the pictures; there "whole" is each alone, as small as on the page.

Printed: corr and corr_c of a, b with the truth in the picture alone, at 64 x 64 places (corr_c: less their
means), in the result, but of greys as the network paints them: few colours fit into dark or pale greys; cmd,
the distance of all palettes; the error of the confidence (ECE, from its tenths, right being a distance of at
most 10); and how many were seen at the angle they need.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.known import pictures_in
from benchmarks.reliability import reliability
from benchmarks.scene import ab_of_rgb
from vermilion import Colorizer
from vermilion.color import correlation, palette_distance
from vermilion.evaluation import MOUNTS, mount, mount_page, squeezed
from vermilion.painter import Painter
from vermilion.pictures import ReadOptions, read_colors, read_scan
from vermilion.session import open_scan
from vermilion.tone import luma_of_rgb, to_eight_bits
from vermilion.view import Frame, View, ViewOptions, whole

Bytes = NDArray[np.uint8]
Scans = NDArray[np.uint8] | NDArray[np.uint16]
Floats = NDArray[np.float32]

SIDE = 64
LARGEST = 512  # pixels
MARGINS = {"white": 244, "black": 10, "card": 150}
RANGES = ((0, 40), (110, 150), (215, 255), (0, 60), (110, 185), (150, 240), (40, 160), (60, 195))
DEEP = (28000, 38280)  # of 16 bits: 40 levels of 8
VIEWS = ("auto", "whole")
GREYS = "greys"
RIGHT = 10  # how far a painted (a, b) may lie from the true one


@dataclass(frozen=True, slots=True)
class Laid:
    """A scan of pictures whose colours are known.

    Attributes:
        kind: the row of figures.
        scan: luma.
        frames: where the pictures lie.
        turns: quarters counterclockwise by which they lie.
    """

    kind: str
    scan: Scans
    frames: tuple[Frame, ...]
    turns: int = 0


@dataclass(slots=True)
class Row:
    """What was painted of one kind of scan: true and painted a, b [S,S,2], and confidence [S,S]."""

    true: list[Floats] = field(default_factory=list)
    painted: list[Floats] = field(default_factory=list)
    sure: list[Floats] = field(default_factory=list)
    upright: list[bool] = field(default_factory=list)

    def correlations(self) -> tuple[float, float]:
        """Return the means of corr and corr_c."""
        pairs = list(zip(self.true, self.painted, strict=True))
        plain, centred = ([correlation(*pair, centred=less) for pair in pairs] for less in (False, True))
        return float(np.mean(plain)), float(np.mean(centred))

    def cmd(self) -> float:
        """Return the distance of palettes."""
        return palette_distance(self.true, self.painted)


def calibration_error(rows: list[Row]) -> float:
    """Return the mean distance of confidence and share of right places, over tenths of confidence."""
    sure = np.concatenate([np.ravel(each) for row in rows for each in row.sure])
    away = [
        np.linalg.norm(true - painted, axis=-1).ravel()
        for row in rows
        for true, painted in zip(row.true, row.painted, strict=True)
    ]
    right = np.concatenate(away) <= RIGHT
    return sum(share * abs(said - true) for _, share, said, true in reliability(sure, right))


def scans_of(luma: Bytes, number: int) -> Iterator[Laid]:
    """Every scan of one picture."""
    height, width = luma.shape
    yield Laid("bare", luma, (whole(luma.shape),))
    margin = int(0.2 * min(luma.shape))
    for name, tone in MARGINS.items():
        paper = np.random.default_rng(tone).normal(tone, 1.2, (height + 2 * margin, width + 2 * margin))
        scan = np.clip(paper, 0, 255).astype(np.uint8)
        scan[margin : margin + height, margin : margin + width] = luma
        yield Laid(f"margin, {name}", scan, (Frame(margin, margin, width, height),))
    for kind in MOUNTS:
        mounted = mount(luma, kind, np.random.default_rng([number, 1]))
        yield Laid(f"mount, {kind}", mounted.luma, mounted.frames)
    yield Laid(f"{GREYS} 0 to 255", luma, (whole(luma.shape),))
    for low, high in RANGES:
        yield Laid(f"{GREYS} {low} to {high}", squeezed(luma, low, high), (whole(luma.shape),))
    deep = np.rint(DEEP[0] + luma.astype(np.float64) * ((DEEP[1] - DEEP[0]) / 255)).astype(np.uint16)
    yield Laid(f"{GREYS} of 16 bits", deep, (whole(luma.shape),))
    for turns in (1, 2, 3):
        lies = np.ascontiguousarray(np.rot90(luma, turns))
        yield Laid(f"turned by {90 * turns}", lies, (whole(lies.shape),), turns)


def part_of(plane: Floats, size: tuple[int, ...], laid: Frame, turns: int) -> Floats:
    """Return what a plane [h,w,...] of a scan of ``size`` shows of a picture on it, upright, [S,S,...]."""
    scale = np.array([plane.shape[1] / size[1], plane.shape[0] / size[0]])
    corners = (laid.corners * scale - 0.5).astype(np.float32)[[0, 1, 3]]
    # Sampled four times as finely and averaged.
    fine = 4 * SIDE
    square = np.array([(-0.5, -0.5), (fine - 0.5, -0.5), (-0.5, fine - 0.5)], np.float32)
    matrix = cv2.getAffineTransform(square, corners)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(plane, matrix, (fine, fine), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.rot90(small, -turns), np.float32)


def small_ab(rgb: Bytes) -> Floats:
    """Return a and b [SIDE,SIDE,2] of a picture."""
    small = cv2.resize(np.ascontiguousarray(rgb), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return ab_of_rgb(small.astype(np.uint8, copy=False))


@dataclass(slots=True)
class Measured:
    """Rows of figures, by kind and view."""

    colorizer: Colorizer
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    def paint(self, laid: Laid, true: list[Floats], view: str, row: str = "") -> None:
        """Paint a scan whose pictures have known colours, and keep what it got."""
        look = self._by_network if laid.kind.startswith(GREYS) else self._in_result
        ab, confidence, views = look(laid.scan, view)
        into = self.rows.setdefault((laid.kind, row or view), Row())
        for frame, colors in zip(laid.frames, true, strict=True):
            into.true.append(colors)
            into.painted.append(part_of(ab, laid.scan.shape, frame, laid.turns))
            into.sure.append(part_of(confidence, laid.scan.shape, frame, laid.turns))
        into.upright.append(all(one.turns == laid.turns for one in views))

    def _in_result(self, scan: Scans, view: str) -> tuple[Floats, Floats, tuple[View, ...]]:
        session = self.colorizer.open(scan, recolor=True, view=view)
        painted = session.paint()
        return ab_of_rgb(to_eight_bits(painted.to_numpy())), painted.confidence, session.view

    def _by_network(self, scan: Scans, view: str) -> tuple[Floats, Floats, tuple[View, ...]]:
        """Return a, b as the network paints them: few of them fit into greys that are all dark or pale."""
        painter = Painter(self.colorizer.model)
        read = read_scan(scan, ReadOptions(recolor=True))
        opened = open_scan(painter, read, painter.card.working_size, ViewOptions(view))
        painted = painter.decode(opened.encoded)[0]
        return painted.ab, painted.confidence, opened.views


def measure(colorizer: Colorizer, paths: list[Path], only: str) -> Measured:
    """Paint every scan of every picture, and the pages."""
    measured, true, lumas = Measured(colorizer), [], []
    for number, path in enumerate(paths):
        rgb = read_colors(path, LARGEST)
        true.append(small_ab(rgb))
        lumas.append(to_eight_bits(luma_of_rgb(rgb)))
        for laid in scans_of(lumas[-1], number):
            if laid.kind == "bare" or only in laid.kind:
                for view in VIEWS:
                    measured.paint(laid, [true[-1]], view)
    for number in range(len(paths) // 3 if only in "page" else 0):
        random = np.random.default_rng([number, 2])
        chosen = random.integers(0, len(paths), random.integers(2, 13))
        page = mount_page([lumas[each] for each in chosen], random)
        measured.paint(Laid("page", page.luma, page.frames), [true[each] for each in chosen], "auto")
        for each, frame in zip(chosen, page.frames, strict=True):
            size = round(frame.width), round(frame.height)
            alone = cv2.resize(lumas[each], size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
            measured.paint(Laid("page", alone, (whole(alone.shape),)), [true[each]], "auto", "whole")
    return measured


def table(rows: dict[tuple[str, str], Row]) -> Iterator[str]:
    """Lines of figures."""
    for kind in dict.fromkeys(kind for kind, _ in rows):
        line = f"{kind:<18}"
        for view in VIEWS:
            row = rows[kind, view]
            corr, corr_c = row.correlations()
            line += f"  {view} {corr:.3f} {corr_c:.3f} cmd {row.cmd():.1f} ECE {calibration_error([row]):.3f}"
        yield f"{line}  seen upright {np.mean(rows[kind, 'auto'].upright):.1%}"
    others = [
        row
        for (kind, view), row in rows.items()
        if view == "auto" and kind not in ("bare", f"{GREYS} 0 to 255")
    ]
    if others:
        yield f"ECE of mounted, squeezed and turned pictures together {calibration_error(others):.3f}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seen", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="pictures in colour")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    parser.add_argument("--only", default="", help="only kinds of scan with this word, and bare ones")
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    colorizer = Colorizer(args.model)
    card = colorizer.model.card
    print(f"{len(paths)} pictures, model {card.name} {card.version}")
    print("\n".join(table(measure(colorizer, paths, args.only).rows)))


if __name__ == "__main__":
    main()
