"""Hints, measured: grey boxes, strengths, kinds of hints, suggestions, albums.

All at the size of the pictures and through the public session; "exists" means the nearest colour to what was
asked for that the luma of a pixel allows.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.known import Cells, Crop, Known, chroma_of, random_of, two_crops
from benchmarks.scene import Floats, ab_of_rgb, mean, read_rgb
from vermilion import Box, Colorizer, Controls, Hint, Mask, Stroke
from vermilion.cache import Cache
from vermilion.color import ab_error
from vermilion.guidance import AnyHint, ab_at, load_album
from vermilion.guidance.canvas import CLOSE, NOBODY, draw_hints, existing_ab
from vermilion.guidance.variants.suggest import DISTINCT
from vermilion.painter import Painter
from vermilion.pictures import ReadOptions, read_scan
from vermilion.session import AlbumFinder, Workshop, open_scan
from vermilion.tone import luma_of_rgb

ASKED = ("#c02020", "#2040c0", "#209040", "#d0a020", "#803090", "grey")  # by a person; every second a picture
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
FAR = 20.0  # ab units from the automatic colour to the asked one, from which a share of the way is measured
FIFTH = 0.2  # of the short side: a box or a mask
THIRD = 0.3  # of the short side: a box hinted grey
NEARLY_GREY = 3.0  # chroma
COLORED = 10.0  # chroma above which a place is of a colour
PLACES = 10  # in a picture, at which suggestions are asked for
FIRST = (1, 3, 5)  # suggestions
WINDOW = 0.25  # of the short side: the thing that an album agrees on


def grey_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Chroma before and after the most colourful box of a picture is hinted grey: in it and around it.

    Places beside the box are distinguished by their true colour: those with the box's may belong to it.
    """
    zones: dict[str, list[tuple[float, float]]] = {}
    grey: list[float] = []
    for path in paths:
        known = Known(colorizer, path)
        side = round(THIRD * min(known.size))
        top, left = best_window(chroma_of(known.automatic), side)
        hinted = known.paint(Controls(hints=(Box(left, top, left + side, top + side, "grey"),)))
        near = square(known.size, top - side // 2, left - side // 2, 2 * side)
        inside = square(known.size, top, left, side)
        before, after = chroma_of(known.automatic), chroma_of(hinted)
        alike = np.linalg.norm(known.true - known.true[inside].mean(axis=0), axis=-1) <= DISTINCT
        for name, zone in (
            ("in the box", inside),
            ("beside it, alike in truth", near & ~inside & alike),
            ("beside it, of another colour in truth", near & ~inside & ~alike),
            ("elsewhere", ~near),
        ):
            if zone.any():
                zones.setdefault(name, []).append((float(before[zone].mean()), float(after[zone].mean())))
        grey.append(float((after[inside] < NEARLY_GREY).mean()))
    for name, values in zones.items():
        was, now = np.mean(values, axis=0)
        yield f"{name:37s}: mean chroma {was:5.2f}, then {now:5.2f}"
    yield f"in the box {mean(grey):.1%} of pixels have chroma below {NEARLY_GREY:g}"


def best_window(values: Floats, side: int) -> tuple[int, int]:
    """Upper left corner of the square [side,side] of values [H,W] with the highest mean."""
    means = cv2.boxFilter(values, -1, (side, side), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    within = means[: values.shape[0] - side + 1, : values.shape[1] - side + 1]
    row, column = divmod(int(within.argmax()), within.shape[1])
    return row, column


def square(size: tuple[int, int], top: int, left: int, side: int) -> Cells:
    """Pixels [H,W] of a square; what of it lies outside is left out."""
    inside = np.zeros(size, np.bool_)
    inside[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)] = True
    return inside


def strength_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How far of the way from the automatic colour to the asked one hints of some strengths arrive."""
    shares: dict[tuple[str, float], list[float]] = {
        (kind, strength): [] for kind in ("dab", "box") for strength in STRENGTHS
    }
    for number, path in enumerate(paths):
        known = Known(colorizer, path)
        for color in ASKED[number % 2 :: 2]:
            row, column = known.any_place()
            for kind, hint, cells in _dab_and_box(row, column, known.size, color):
                asked = existing_ab(known.luma[cells], ab_at(color, known.luma[cells]))
                if np.linalg.norm((asked - known.automatic[cells]).mean(axis=0)) < FAR:
                    continue
                for strength in STRENGTHS:
                    painted = known.paint(Controls(hints=(with_strength(hint, strength),)))
                    share = share_of_way(known.automatic[cells], asked, painted[cells])
                    shares[kind, strength].append(share)
    for (kind, strength), values in shares.items():
        low, high = np.quantile(values, (0.1, 0.9))
        yield (
            f"{kind} of strength {strength:.2f} goes {mean(values):5.2f} of the way, "
            f"eight tenths of them {low:.2f} to {high:.2f} ({len(values)} hints)"
        )


def with_strength(hint: AnyHint, strength: float) -> AnyHint:
    """The same hint, weaker."""
    return replace(hint, strength=strength)


def share_of_way(start: Floats, goal: Floats, reached: Floats) -> float:
    """How far of the way from one mean colour to another a third lies, all [n,2]: 0 at the first, 1 there."""
    way = (goal - start).mean(axis=0)
    return float((reached - start).mean(axis=0) @ way / (way @ way))


def kind_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How far all of a hint's pixels are from what was asked for, for each kind of hint and its size."""
    misses: dict[str, list[float]] = {}
    of_color: dict[str, list[float]] = {color: [] for color in ASKED}
    for number, path in enumerate(paths):
        known = Known(colorizer, path)
        for color in ASKED[number % 2 :: 2]:
            row, column = known.any_place()
            for kind, hint, cells in kinds_at(row, column, known.size, color):
                asked = existing_ab(known.luma[cells], ab_at(color, known.luma[cells]))
                painted = known.paint(Controls(hints=(hint,)))[cells]
                miss = ab_error(asked, painted)
                misses.setdefault(kind, []).append(miss)
                of_color[color].append(miss)
    for kind, values in misses.items():
        close = np.mean(np.array(values) <= CLOSE)
        yield f"{kind:20s} arrives within {mean(values):5.2f}; within {CLOSE:g}: {close:.0%}"
    for color, values in of_color.items():
        beyond = int((np.array(values) > CLOSE).sum())
        yield f"{color:8s} of all kinds: {beyond} of {len(values)} arrive only beyond {CLOSE:g}"


def kinds_at(
    row: int, column: int, size: tuple[int, int], color: str
) -> Iterator[tuple[str, AnyHint, Cells]]:
    """Hints of all kinds around a pixel: a name, the hint, and its pixels [H,W]."""
    x, y = column + 0.5, row + 0.5
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    from_point = np.hypot(rows - y, columns - x)
    yield "dab", Hint(x, y, color), np.maximum(abs(rows - y), abs(columns - x)) < 1.5
    for radius in (3, 10, 25):
        yield f"point, radius {radius}", Hint(x, y, color, radius), from_point <= radius
    end = x + (size[1] / 2 - x) * 0.7, y + (size[0] / 2 - y) * 0.7  # inward, whatever the place
    for width in (3, 10, 25):
        line = cv2.line(
            np.zeros(size, np.uint8), (column, row), (int(end[0]), int(end[1])), 255, width
        ).astype(bool)
        yield f"stroke, width {width}", Stroke(((x, y), end), color, width), line
    yield from _box_and_mask(row, column, size, color)


def _dab_and_box(
    row: int, column: int, size: tuple[int, int], color: str
) -> Iterator[tuple[str, AnyHint, Cells]]:
    every = {kind: (hint, cells) for kind, hint, cells in kinds_at(row, column, size, color)}
    for kind in ("dab", "box"):
        yield kind, *every[kind]


def _box_and_mask(
    row: int, column: int, size: tuple[int, int], color: str
) -> Iterator[tuple[str, AnyHint, Cells]]:
    """A box and a round mask around a pixel, or as near to it as they fit into the picture."""
    side = round(FIFTH * min(size))
    top, left = (
        min(max(0, at - side // 2), whole - side) for at, whole in zip((row, column), size, strict=True)
    )
    yield "box", Box(left, top, left + side, top + side, color), square(size, top, left, side)
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    disc = np.hypot(rows - top - side / 2, columns - left - side / 2) <= side / 2
    yield "mask", Mask.of(disc, color), disc


def suggestion_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How often the true colour of a place is like one of the first suggestions there."""
    found: list[tuple[float, ...]] = []
    for path in paths:
        known = Known(colorizer, path)
        for _ in range(PLACES):
            row, column = known.any_place()
            spot = np.s_[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
            true = known.true[spot].mean(axis=(0, 1))
            likely = known.session.suggest(column + 0.5, row + 0.5, FIRST[-1])
            away = [float(np.linalg.norm(np.subtract(each.ab, true))) for each in likely]
            painted = float(np.linalg.norm(known.automatic[spot].mean(axis=(0, 1)) - true))
            strong = float(np.linalg.norm(true))
            found.append((strong, strong, painted, *(min(away[:first]) for first in FIRST)))
    every = np.array(found)
    for name, rows in (("all places", every), (f"chroma above {COLORED:g}", every[every[:, 0] > COLORED])):
        grey, painted, *firsts = (rows[:, 1:] <= DISTINCT).mean(axis=0)
        shares = ", ".join(
            f"{share:.0%} of the first {first}" for share, first in zip(firsts, FIRST, strict=True)
        )
        yield (
            f"{name} ({len(rows)}): true colour within {DISTINCT:g} of one {shares}; "
            f"of what is painted {painted:.0%}, of grey {grey:.0%}"
        )


@dataclass(frozen=True, slots=True)
class Finds:
    """What an album found in another part of the same picture, and in another picture; shares 0..1.

    Attributes:
        recall: of the agreed box, what was found.
        precision: of what was found, what lies in the box.
        alike: of what was found, what has the agreed colour in truth; nan if nothing was.
        elsewhere: of all of an unrelated picture, what was found there.
        errors: mean ab error of the part without and with the album.
    """

    recall: float
    precision: float
    alike: float
    elsewhere: float
    errors: tuple[float, float]


def album_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """A thing of one part of a picture, a box of nearly one colour, found in another part; and elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = zip(paths, [*paths[1:], paths[0]], strict=True)
        every = [album_finds(colorizer, path, other, Path(folder)) for path, other in pairs]
    finds = [each for each in every if each is not None]
    found = [each for each in finds if each.recall or each.alike == each.alike]
    yield f"{len(finds)} pictures whose parts share a coloured thing; something found in {len(found)}"
    yield (
        f"found of the thing: {mean([each.recall for each in finds]):.0%}; of what was found "
        f"{mean([each.precision for each in found]):.0%} lies in it, and "
        f"{mean([each.alike for each in found]):.0%} has its colour"
    )
    false = [each.elsewhere for each in finds]
    often = np.mean(np.array(false) > 0)
    yield f"in an unrelated picture it is found {often:.0%} of the time, in {mean(false):.1%} of its area"
    before, after = np.mean([each.errors for each in finds], axis=0)
    yield f"ab error of the other part {before:.2f}, with the album {after:.2f} ({after / before - 1:+.1%})"


def album_finds(colorizer: Colorizer, path: Path, other: Path, folder: Path) -> Finds | None:
    """Agree on a thing in one part of a picture, and look for it; None if the parts share none."""
    rgb = read_rgb(path)
    size = rgb.shape[0], rgb.shape[1]
    agreed, part = two_crops(size, random_of(path))
    shared = agreed.shared_with(part)
    box = None if shared is None else most_uniform(ab_of_rgb(rgb), shared, round(WINDOW * min(size)))
    if box is None:
        return None
    cv2.imwrite(str(folder / "agreed.png"), luma_of_rgb(agreed.cut(rgb)))
    cv2.imwrite(str(folder / "part.png"), luma_of_rgb(part.cut(rgb)))
    cv2.imwrite(str(folder / "other.png"), luma_of_rgb(read_rgb(other)))
    color = ab_of_rgb(box.cut(rgb)).mean(axis=(0, 1))
    left, top = box.left - agreed.left, box.top - agreed.top
    place = {"x0": left, "y0": top, "x1": left + box.width, "y1": top + box.height}
    entry = {"name": "thing", "picture": "agreed.png", "color": color.tolist(), "hints": [place]}
    album = folder / f"{path.stem}.json"
    album.write_text(json.dumps({"schema": 1, "entries": [entry]}))
    found, elsewhere = (found_pixels(colorizer, album, folder / name) for name in ("part.png", "other.png"))
    thing = part.cut(square(size, box.top, box.left, box.width))
    true = ab_of_rgb(part.cut(rgb))
    errors = [
        ab_error(true, ab_of_rgb(colorizer.colorize(folder / "part.png", controls=controls).to_numpy()))
        for controls in (Controls(), Controls(album=str(album)))
    ]
    return Finds(
        recall=float(found[thing].mean()),
        precision=mean(thing[found]),
        alike=mean(np.linalg.norm(true[found] - color, axis=-1) <= DISTINCT),
        elsewhere=float(elsewhere.mean()),
        errors=(errors[0], errors[1]),
    )


def most_uniform(ab: Floats, within: Crop, side: int) -> Crop | None:
    """The square of a picture's a and b [H,W,2] that has the most nearly one colour, and is no grey.

    None where no square of that side fits, or all are grey.
    """
    if side > min(within.height, within.width):
        return None
    part = within.cut(ab)
    mean_ab, mean_square = (
        cv2.boxFilter(plane, -1, (side, side), anchor=(0, 0))[
            : within.height - side + 1, : within.width - side + 1
        ]
        for plane in (part, part**2)
    )
    variance = (mean_square - mean_ab**2).sum(axis=-1)
    variance[np.linalg.norm(mean_ab, axis=-1) < COLORED] = np.inf
    row, column = divmod(int(variance.argmin()), variance.shape[1])
    if np.isinf(variance[row, column]):
        return None
    return Crop(within.top + row, within.left + column, side, side)


def found_pixels(colorizer: Colorizer, album: Path, picture: Path) -> Cells:
    """Where in a picture the things of an album are found, bool [H,W]."""
    scan = read_scan(picture, ReadOptions())
    painter = Painter(colorizer.model)
    opened = open_scan(painter, scan, painter.card.working_size)
    workshop = Workshop(painter, Cache())
    hints = AlbumFinder(workshop).hints_for(load_album(album), scan, opened).hints
    owner = draw_hints(hints, opened.size, opened.encoded.grid, read_mask=workshop.read_mask).owner
    cells = (owner != NOBODY).astype(np.uint8)
    return np.asarray(cv2.resize(cells, opened.size[::-1], interpolation=cv2.INTER_NEAREST), np.bool_)
