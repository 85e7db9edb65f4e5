"""Measure what steering does: hints, variants, reference pictures and the confidence map.

python -m benchmarks.steering --bench PICTURES [--limit N] [--model FOLDER] [--only hints|variants|...]

Hints are measured at the size of the pictures, through the public session; all else at the network's size,
where an ab error is smaller by what the enlargement costs.
"""

import argparse
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.colors import true_hints
from benchmarks.reliability import auc, calibration_error, reliability, spread
from benchmarks.scene import Floats, Picture, Scene, ab_of_rgb, mean, read_rgb
from vermilion import Colorizer, Hint
from vermilion.color import ab_error, luma_of_rgb, palette_distance, unit_range
from vermilion.guidance import (
    VARIANT_REGIONS,
    Controls,
    Reference,
    choose_variants,
    existing_ab,
    find_regions,
    propose_variants,
    reference_canvas,
)

COUNTS = (0, 1, 5, 10, 50)  # true hints
ASKED = ("#c02020", "#2040c0", "#209040", "#d0a020", "#803090", "grey")  # colours that a person asks for
VARIANTS = 6
SMALLEST_CROP, LARGEST_CROP = 0.6, 0.8  # of both sides
CLOSE = 10.0  # ab units within which a painted colour is right: what the confidence is a probability of
COLORED = 10.0  # painted chroma above which it matters whether a colour is right


def hint_curve(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Ab error of whole pictures after some true hints at random places, and its fall."""
    errors: dict[int, list[float]] = {count: [] for count in COUNTS}
    for path in paths:
        true = ab_of_rgb(read_rgb(path))
        session = colorizer.open(path, recolor=True)
        for count in COUNTS:
            painted = session.paint(Controls(hints=tuple(true_hints(path, count)))).to_numpy()
            errors[count].append(ab_error(true, ab_of_rgb(painted)))
    automatic = mean(errors[0])
    for count in COUNTS:
        yield f"{count:3d} true hints: ab error {_compared(errors[count], automatic)}"


def hint_arrival(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How far a hint's spot is from the nearest colour of that hue that its luma allows."""
    misses: dict[str, list[float]] = {color: [] for color in ASKED}
    for path in paths:
        rgb = read_rgb(path)
        luma = unit_range(luma_of_rgb(rgb))
        session = colorizer.open(path, recolor=True)
        random = _random_of(path)
        for color in ASKED:
            row, column = (int(random.integers(side)) for side in luma.shape)
            hint = Hint(column + 0.5, row + 0.5, color)
            spot = np.s_[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
            painted = ab_of_rgb(session.paint(Controls(hints=(hint,))).to_numpy())[spot]
            asked = np.broadcast_to(np.array(hint.ab, np.float32), painted.shape)
            misses[color].append(ab_error(existing_ab(luma[spot], asked), painted))
    for color, values in misses.items():
        most = np.quantile(values, 0.9)
        yield f"hint {color:8s} arrives within {mean(values):5.2f}, nine tenths within {most:5.2f}"
    yield f"all hints arrive within {mean([miss for values in misses.values() for miss in values]):5.2f}"


def variant_figures(scenes: list[Scene]) -> Iterator[str]:
    """The best of six against the automatic result, how much they differ, and whether they look natural."""
    automatic, best, every, diversity = [], [], [], []
    firsts: list[Floats] = []
    for scene in scenes:
        shown = variants_of(scene)
        errors = [scene.error(ab) for ab in shown] or [scene.error(scene.automatic.ab)]
        automatic.append(scene.error(scene.automatic.ab))
        best.append(min(errors))
        every += errors
        diversity.append(spread(shown))
        firsts.append(shown[0] if shown else scene.automatic.ab)
    true = [scene.true for scene in scenes]
    alone = palette_distance(true, [scene.automatic.ab for scene in scenes])
    yield f"automatic: ab error {mean(automatic):.2f}, palette distance {alone:.1f}"
    yield f"best of {VARIANTS}: ab error {_compared(best, mean(automatic))}"
    yield f"all variants: ab error {_compared(every, mean(automatic))}"
    yield f"the likeliest variants alone: palette distance {palette_distance(true, firsts):.1f}"
    yield f"mean distance between two variants without their casts: {mean(diversity):.2f}"


def variants_of(scene: Scene) -> list[Floats]:
    """The variants [h,w,2] of a scene, as a session chooses them."""
    alone, bins = scene.automatic, scene.model.card.bins
    assert alone.odds is not None
    regions = find_regions(scene.features.maps, scene.luma, alone.ab, VARIANT_REGIONS)
    proposals = propose_variants(alone.odds, bins, scene.luma, regions)
    painted = [scene.paint(proposal.canvas).ab for proposal in proposals]
    return [painted[place] for place in choose_variants(alone.ab, painted, proposals, VARIANTS)]


def save_variants(paths: list[Path], scenes: list[Scene], folder: Path) -> Iterator[str]:
    """Write the true, the automatic and all variants' colours, for a scorer that looks at files."""
    for path, scene in zip(paths, scenes, strict=True):
        alone, shown = scene.automatic.ab, variants_of(scene)
        views = {"true": scene.true, "automatic": alone}
        for number in range(VARIANTS):  # where there are fewer, the last one stands in
            views[f"variant-{number + 1}"] = (shown[: number + 1] or [alone])[-1]
        for name, ab in views.items():
            scene.save(ab, folder / name / f"{path.stem}.png")
    yield f"saved true, automatic and variant-1 to variant-{VARIANTS} in {folder}"


def reference_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Two crops of one picture, often mirrored, one the reference of the other; and a crop of another one."""
    pairs = [tuple(Scene(colorizer.model, crop) for crop in two_crops(path)) for path in paths]
    errors: dict[str, list[float]] = {"none": [], "same": [], "random": []}
    for number, (scene, same) in enumerate(pairs):
        other = pairs[(number + 1) % len(pairs)][1]
        errors["none"].append(scene.error(scene.automatic.ab))
        for name, view in (("same", same), ("random", other)):
            canvas = reference_canvas(
                scene.features.maps, scene.grid, Reference(view.features.maps, view.true)
            )
            errors[name].append(scene.error(scene.paint(canvas).ab))
    alone = mean(errors["none"])
    yield f"without a reference: ab error {alone:.2f}"
    yield f"reference of the same scene: ab error {_compared(errors['same'], alone)}"
    yield f"random reference: ab error {_compared(errors['random'], alone)}"


def two_crops(path: Path) -> list[Picture]:
    """Two parts of a picture that depend on its name alone; the second may be mirrored."""
    rgb, random = read_rgb(path), _random_of(path)
    crops = []
    for _ in range(2):
        sides = [int(side * random.uniform(SMALLEST_CROP, LARGEST_CROP)) for side in rgb.shape[:2]]
        top, left = (
            int(random.integers(whole - part + 1)) for whole, part in zip(rgb.shape, sides, strict=False)
        )
        crops.append(rgb[top : top + sides[0], left : left + sides[1]])
    if random.random() < 0.5:
        crops[1] = crops[1][:, ::-1]
    return [np.ascontiguousarray(crop) for crop in crops]


def confidence_figures(scenes: list[Scene]) -> Iterator[str]:
    """Is the confidence the share that is right, and does it tell right from wrong better than paleness?"""
    sure = np.concatenate([scene.automatic.confidence.ravel() for scene in scenes])
    away = [np.linalg.norm(scene.true - scene.automatic.ab, axis=-1).ravel() for scene in scenes]
    right = np.concatenate(away) <= CLOSE
    chroma = np.concatenate([np.linalg.norm(scene.automatic.ab, axis=-1).ravel() for scene in scenes])
    colored = chroma > COLORED
    for low, share, said, true in reliability(sure, right):
        yield f"confidence from {low:.1f}: {share:6.1%} of cells, said {said:.3f}, right {true:.3f}"
    yield f"expected calibration error {calibration_error(sure, right):.3f}"
    yield (
        f"AUC among colours above chroma {COLORED:g}: confidence {auc(sure[colored], right[colored]):.3f}, "
        f"1 - chroma {auc(-chroma[colored], right[colored]):.3f}"
    )


def _compared(values: list[float], start: float) -> str:
    """Their mean, and by how much it differs from where it started."""
    return f"{mean(values):6.2f} ({mean(values) / start - 1:+.1%})"


def _random_of(path: Path) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(path.stem.encode()))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steering", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="folder of true colour pictures")
    parser.add_argument("--limit", type=int, default=12, help="how many of them, evenly picked")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--only", choices=["hints", "arrival", "variants", "reference", "confidence"])
    parser.add_argument("--save", type=Path, help="folder for the variants' pictures, to be scored by others")
    args = parser.parse_args()
    every = sorted(path for path in args.bench.iterdir() if path.is_file())
    paths = every[:: max(1, len(every) // args.limit)][: args.limit]
    if len(paths) < 2:
        parser.error(f"{args.bench} holds too few pictures; at least two are needed")
    colorizer = Colorizer(args.model)
    scenes = [Scene(colorizer.model, read_rgb(path)) for path in paths]
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "hints": lambda: hint_curve(colorizer, paths),
        "arrival": lambda: hint_arrival(colorizer, paths),
        "variants": lambda: variant_figures(scenes),
        "reference": lambda: reference_figures(colorizer, paths),
        "confidence": lambda: confidence_figures(scenes),
    }
    if args.save:
        parts["saved"] = lambda: save_variants(paths, scenes, args.save)
    card = colorizer.model.card
    print(f"{len(paths)} pictures, model {card.name} {card.version} at {card.working_size} px")
    for name, measure in parts.items():
        if args.only in (None, name) or name == "saved":
            print(f"\n{name}", *measure(), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
