"""Measure colours that come from an edited version: where they land, what is trusted, what is refused.

python -m benchmarks.versions --bench PICTURES [--limit N] [--model FOLDER] [--wrong N]

Pictures are enlarged to 700 pixels; versions come from a seeded chain of edits (``benchmarks.edited``). Each
is laid on the clean grey picture and on an aged one.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.edited import Edited, edited
from benchmarks.known import Cells, pictures_in, random_of
from benchmarks.scene import Floats, Picture, ab_of_rgb, mean, read_rgb
from vermilion import Colorizer, Controls
from vermilion.assets import Asset
from vermilion.color import cbcr_to_ab, rgb_to_cbcr
from vermilion.errors import SettingsError
from vermilion.guidance.version import lay_version
from vermilion.tone import luma_of_rgb, unit_range

SIDE = 700  # pixels of the longer side
FINE = 3  # times as many places as a version has pixels, when its warp is turned round
NEAR = 9  # pixels around foreign places and edges that count as neither
EDGES = 0.9  # quantile of chroma's slope from which a place is an edge
LEAST_FOREIGN = 50  # pixels
Values = dict[str, list[float]]


@dataclass(frozen=True, eq=False)
class Case:
    """A picture, a version of it, and the scan that the program is given.

    Attributes:
        true: (a,b) [H,W,2] of the picture.
        wanted: (a,b) that the version shows at the true places, by the warp that made it, over the picture's
            luma.
        grey: uint8 [H,W], the scan.
        luma: float32 [H,W] in 0..1 of the picture.
        version: what was made of it.
    """

    true: Floats
    wanted: Floats
    grey: NDArray[np.uint8]
    luma: Floats
    version: Edited

    @property
    def clean(self) -> Cells:
        """Where the version shows the picture, away from what is foreign and from its ends."""
        doubtful = (self.version.foreign | ~self.version.inside).astype(np.uint8)
        return np.asarray(cv2.dilate(doubtful, np.ones((NEAR, NEAR), np.uint8)) == 0)

    @property
    def edges(self) -> Cells:
        """Where the wanted chroma changes most, of what is clean."""
        slope = sum(
            np.abs(np.gradient(self.wanted[..., plane], axis=axis)) for plane in (0, 1) for axis in (0, 1)
        )
        return np.asarray(self.clean & (slope > np.quantile(slope, EDGES)))

    def naive(self) -> Floats:
        """(a,b) of the version made as large as the picture, and no more."""
        size = self.luma.shape[1], self.luma.shape[0]
        resized = np.asarray(cv2.resize(self.version.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        return cbcr_to_ab(self.luma, rgb_to_cbcr(unit_range(resized)))


def case_of(path: Path, other: Path, *, hard: bool, aged: bool) -> Case:
    """Make a case that depends on the names of two pictures alone."""
    rgb, random = _enlarged(read_rgb(path)), random_of(path)
    version = edited(rgb, _enlarged(read_rgb(other)), random, hard=hard)
    grey = np.asarray(luma_of_rgb(rgb), np.uint8)
    luma = unit_range(grey)
    wanted = cbcr_to_ab(luma, _read_back(version, luma.shape))
    return Case(ab_of_rgb(rgb), wanted, _aged(grey, random) if aged else grey, luma, version)


def _aged(grey: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """A faded, blurred and grainy scan of the same picture."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.2)
    grain = random.normal(size=grey.shape) * 10
    return np.clip(np.rint(30 + 0.76 * soft + grain), 0, 255).astype(np.uint8)


def _read_back(version: Edited, size: tuple[int, ...]) -> Floats:
    """Return the version's chroma [H,W,2] at the true places: its warp, turned round."""
    places = version.places
    fine = cv2.resize(places, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_LINEAR)
    columns, rows = np.rint(fine[..., 0]).astype(int), np.rint(fine[..., 1]).astype(int)
    within = (columns >= 0) & (columns < size[1]) & (rows >= 0) & (rows < size[0])
    own = np.mgrid[: fine.shape[0], : fine.shape[1]][::-1, within] / FINE + (0.5 / FINE - 0.5)
    sums = np.zeros((*size, 3))
    np.add.at(sums, (rows[within], columns[within]), np.concatenate([own, np.ones((1, own.shape[1]))]).T)
    back = (sums[..., :2] / np.maximum(sums[..., 2:], 1)).astype(np.float32)
    chroma = rgb_to_cbcr(unit_range(version.rgb))
    return np.asarray(cv2.remap(chroma, back[..., 0], back[..., 1], cv2.INTER_LINEAR), np.float32)


def _enlarged(rgb: Picture) -> Picture:
    scale = SIDE / max(rgb.shape[:2])
    size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def measure(colorizer: Colorizer, case: Case, values: Values) -> None:
    """Add the figures of one case."""
    session = colorizer.open(case.grey)
    automatic = cbcr_to_ab(case.luma, rgb_to_cbcr(unit_range(session.paint().to_numpy())))
    content = cv2.imencode(".png", case.version.rgb[..., ::-1])[1].tobytes()
    try:
        painted = session.paint(Controls(colors_from=Asset(content, "version.png")))
    except SettingsError:
        values["refused"].append(1)
        return
    values["refused"].append(0)
    shown = cbcr_to_ab(case.luma, rgb_to_cbcr(unit_range(painted.to_numpy())))
    assert painted.trust is not None
    trust = cv2.resize(painted.trust, case.luma.shape[::-1])
    places = {"clean": case.clean, "edges": case.edges, "foreign": case.version.foreign & case.version.inside}
    places["outside"] = ~case.version.inside
    for name, ab in (("automatic", automatic), ("naive", case.naive()), ("version", shown)):
        _add_errors(values, f"{name} to the version", np.linalg.norm(ab - case.wanted, axis=-1), places)
        _add_errors(values, f"{name} to the truth", np.linalg.norm(ab - case.true, axis=-1), places)
    values["false"].append(float((trust < 0.5)[places["clean"]].mean()))
    if places["foreign"].sum() >= LEAST_FOREIGN:
        values["found"].append(float((trust < 0.5)[places["foreign"]].mean()))


def _add_errors(values: Values, name: str, away: Floats, places: dict[str, Cells]) -> None:
    for place, where in places.items():
        if where.sum() >= LEAST_FOREIGN:
            values[f"{name}, {place}"].append(float(away[where].mean()))


def told(values: Values) -> Iterator[str]:
    """The figures of all cases of a kind, each beside the automatic result's."""
    yield f"refused: {mean(values['refused']):.1%} of {len(values['refused'])}"
    wanted = [
        ("version", "clean"),
        ("version", "edges"),
        ("truth", "clean"),
        ("truth", "foreign"),
        ("truth", "outside"),
    ]
    for target, place in wanted:
        automatic, naive, ours = (
            mean(values[f"{name} to the {target}, {place}"] or [float("nan")])
            for name in ("automatic", "naive", "version")
        )
        yield (
            f"ab error to the {target}, {place}: {ours:.2f} ({ours / automatic:.1%} of the automatic one's "
            f"{automatic:.2f}); naive {naive:.2f} ({naive / automatic:.1%})"
        )
    found, false = mean(values["found"] or [float("nan")]), mean(values["false"])
    yield f"not trusted: {found:.1%} of foreign places, {false:.1%} of clean ones"


def wrong_pairs(paths: list[Path], count: int) -> Iterator[str]:
    """How many versions of another picture are refused."""
    refused, pairs = 0, 0
    for step in range(1, len(paths)):
        for number, path in enumerate(paths):
            if pairs == count:
                break
            other = paths[(number + step) % len(paths)]
            grey = unit_range(luma_of_rgb(_enlarged(read_rgb(path))))
            version = edited(
                _enlarged(read_rgb(other)), _enlarged(read_rgb(path)), random_of(other), hard=True
            )
            refused += lay_version(grey, version.rgb) is None
            pairs += 1
    yield f"another picture: refused in {refused} of {pairs} pairs"


def added_time(path: Path) -> Iterator[str]:
    """Seconds of processor time that a version adds at 12 megapixels."""
    rgb = read_rgb(path)
    large = np.asarray(cv2.resize(rgb, (4000, 3000), interpolation=cv2.INTER_CUBIC), np.uint8)
    version = edited(_enlarged(large), _enlarged(large), random_of(path)).rgb
    luma = unit_range(
        luma_of_rgb(np.asarray(cv2.resize(large, (768, 576), interpolation=cv2.INTER_AREA), np.uint8))
    )
    start = time.process_time()
    lay_version(luma, version)
    yield f"laying a version takes {time.process_time() - start:.2f} s of processor time"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="folder of true colour pictures")
    parser.add_argument("--limit", type=int, default=24, help="how many of them, evenly picked")
    parser.add_argument("--wrong", type=int, default=40, help="how many wrong pairs")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    if len(paths) < 2:  # of which one is another picture
        parser.error(f"{args.bench} holds too few pictures; at least two are needed")
    colorizer = Colorizer(args.model)
    print(f"{len(paths)} pictures, model {colorizer.model.card.name} {colorizer.model.card.version}")
    for aged in (False, True):
        for hard in (False, True):
            values: Values = defaultdict(list)
            for number, path in enumerate(paths):
                other = paths[(number + 1) % len(paths)]
                measure(colorizer, case_of(path, other, hard=hard, aged=aged), values)
            kind = f"{'aged' if aged else 'clean'} scans, {'hard edits' if hard else 'pasted patches'}"
            print(f"\n{kind}", *told(values), sep="\n  ", flush=True)
    print("", *wrong_pairs(paths, args.wrong), *added_time(paths[0]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
