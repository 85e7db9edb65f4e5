"""Measure colours that come from an edited version: where they land, what is trusted, what is refused.

python -m benchmarks.versions --bench PICTURES [--limit N] [--model FOLDER] [--wrong N]

Pictures are enlarged to 700 pixels; versions come from a seeded chain of edits (``benchmarks.edited``). Each
is laid on the clean grey picture and on an aged one. The pictures on which thresholds were set are left out.
Ctrl-C tells what was measured by then.
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
from vermilion.guidance.version.place import find_map
from vermilion.tone import luma_of_rgb, unit_range

SIDE = 700  # pixels of the longer side
FINE = 2  # times as many places as a version has pixels, when its warp is turned round
NEAR = 9  # pixels around foreign places and edges that count as neither
EDGES = 0.9  # quantile of chroma's slope from which a place is an edge
LEAST_FOREIGN = 50  # pixels
SET_ON = (10, 24)  # evenly picked pictures of the bench, on which thresholds were set
KEPT = 0.6  # of each side, by a strong crop
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
    there, own = rows[within] * size[1] + columns[within], np.nonzero(within)
    count = np.maximum(np.bincount(there, minlength=size[0] * size[1]), 1)
    down, right = (
        ((np.bincount(there, axis, size[0] * size[1]) / count + 0.5) / FINE - 0.5).reshape(size)
        for axis in own
    )
    chroma = rgb_to_cbcr(unit_range(version.rgb))
    read = cv2.remap(chroma, right.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(read, np.float32)


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
        all_errors = [
            values[f"{name} to the {target}, {place}"] for name in ("automatic", "naive", "version")
        ]
        automatic, naive, ours = (mean(errors or [float("nan")]) for errors in all_errors)
        worse = sum(own > usual for usual, _, own in zip(*all_errors, strict=True))
        yield (
            f"ab error to the {target}, {place}: {ours:.2f} ({ours / automatic:.1%} of the automatic one's "
            f"{automatic:.2f}, worse in {worse} of {len(all_errors[0])}); naive {naive:.2f} "
            f"({naive / automatic:.1%})"
        )
    found, false = mean(values["found"] or [float("nan")]), mean(values["false"])
    yield f"not trusted: {found:.1%} of foreign places, {false:.1%} of clean ones"


def wrong_pairs(paths: list[Path], number: int, count: int) -> Iterator[bool]:
    """Whether versions of ``count`` other pictures are refused."""
    grey = _grey(paths[number])
    for step in range(1, count + 1):
        other = paths[(number + step) % len(paths)]
        rgb, patches = _enlarged(read_rgb(other)), _enlarged(read_rgb(paths[number]))
        yield not _is_found(grey, edited(rgb, patches, random_of(other), hard=True))


def strong_crop(path: Path, *, aged: bool) -> bool:
    """Whether a version that shows a part of the picture is refused."""
    random, rgb = random_of(path), _enlarged(read_rgb(path))
    version = edited(rgb, rgb, random, hard=True, kept=KEPT)
    grey = np.asarray(luma_of_rgb(rgb), np.uint8)
    return not _is_found(unit_range(_aged(grey, random) if aged else grey), version)


def _is_found(grey: Floats, version: Edited) -> bool:
    return find_map(grey, unit_range(luma_of_rgb(version.rgb))) is not None


def _grey(path: Path) -> Floats:
    return unit_range(luma_of_rgb(_enlarged(read_rgb(path))))


def added_work(path: Path, colorizer: Colorizer) -> Iterator[str]:
    """What a version adds at 12 megapixels: processor time, and memory on Linux."""
    rgb = read_rgb(path)
    large = np.asarray(cv2.resize(rgb, (4000, 3000), interpolation=cv2.INTER_CUBIC), np.uint8)
    version = edited(_enlarged(large), _enlarged(large), random_of(path)).rgb
    content = cv2.imencode(".png", version[..., ::-1])[1].tobytes()
    session = colorizer.open(luma_of_rgb(large))
    session.paint()
    start = time.process_time()
    session.paint(Controls(temperature=1.1))  # which is not kept from before
    usual = time.process_time() - start
    before = _memory("VmRSS")
    if before:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    start = time.process_time()
    session.paint(Controls(colors_from=Asset(content, "version.png")))
    added = time.process_time() - start - usual
    yield f"12 megapixels: a version adds {added:.2f} s of processor time, {_memory('VmHWM') - before} MiB"


def _memory(kind: str) -> int:
    """Return MiB that this process holds ("VmRSS"), or held at most ("VmHWM"); 0 where nobody tells."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(kind)), 0)


def held_out(folder: Path, limit: int) -> list[Path]:
    """Return evenly picked pictures, without those on which thresholds were set."""
    seen = {path for count in SET_ON for path in pictures_in(folder, count)}
    left = [path for path in pictures_in(folder) if path not in seen] or pictures_in(folder)
    return left[:: max(1, len(left) // limit)][:limit]


class Figures:
    """What was measured so far.

    Args:
        colorizer: that paints.
        paths: of the pictures.
        wrong: versions of others that each picture is given.
    """

    def __init__(self, colorizer: Colorizer, paths: list[Path], wrong: int) -> None:
        self._colorizer, self._paths, self._wrong = colorizer, paths, wrong
        self._kinds: dict[tuple[bool, bool], Values] = {
            (aged, hard): defaultdict(list) for aged in (False, True) for hard in (False, True)
        }
        self._refused: dict[str, list[bool]] = defaultdict(list)
        self._count = 0

    def add(self, number: int) -> None:
        """Measure one picture in all ways."""
        path, other = self._paths[number], self._paths[(number + 1) % len(self._paths)]
        for (aged, hard), values in self._kinds.items():
            measure(self._colorizer, case_of(path, other, hard=hard, aged=aged), values)
        self._refused["versions of other pictures"] += wrong_pairs(self._paths, number, self._wrong)
        for aged in (False, True):
            kind = f"crops to {KEPT:.0%} of each side, {'aged' if aged else 'clean'} scans"
            self._refused[kind].append(strong_crop(path, aged=aged))
        self._count += 1

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield f"{self._count} pictures"
        for (aged, hard), values in self._kinds.items():
            yield f"{'aged' if aged else 'clean'} scans, {'hard edits' if hard else 'pasted patches'}"
            yield from (f"  {line}" for line in told(values))
        for kind, refused in self._refused.items():
            yield f"{kind}: refused in {sum(refused)} of {len(refused)}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="folder of true colour pictures")
    parser.add_argument("--limit", type=int, default=40, help="how many of them, evenly picked")
    parser.add_argument("--wrong", type=int, default=200, help="how many wrong pairs")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    args = parser.parse_args()
    paths = held_out(args.bench, args.limit)
    if len(paths) < 2:  # of which one is another picture
        parser.error(f"{args.bench} holds too few pictures; at least two are needed")
    colorizer = Colorizer(args.model)
    print(f"model {colorizer.model.card.name} {colorizer.model.card.version}")
    figures = Figures(colorizer, paths, min(len(paths) - 1, -(-args.wrong // len(paths))))
    try:
        print(*added_work(paths[0], colorizer), flush=True)
        for number in range(len(paths)):
            figures.add(number)
    except KeyboardInterrupt:  # what was measured is printed
        print("stopped")
    print(*figures.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
