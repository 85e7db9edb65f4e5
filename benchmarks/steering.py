"""Measure what steering does: hints, variants, reference pictures and the confidence map.

python -m benchmarks.steering --bench PICTURES [--limit N] [--model FOLDER] [--only hints|variants|...]
python -m benchmarks.steering --bench PICTURES --limit 962 --only scored --scorer score.py --work FOLDER

Hints and what is scored are measured at the size of the pictures, through the public session; all else at the
network's size, where an ab error is smaller by what the enlargement costs.
"""

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.colors import Bench, true_hints, write_png
from benchmarks.known import pictures_in, random_of, two_crops
from benchmarks.reliability import auc, calibration_error, plot, reliability, spread
from benchmarks.scene import Floats, Picture, Scene, ab_of_rgb, mean, read_rgb
from benchmarks.spill import spill_figures
from vermilion import Colorizer, Hint
from vermilion.color import ab_error, palette_distance
from vermilion.evaluation import true_hint
from vermilion.guidance import Controls, ab_at
from vermilion.guidance.canvas import AB_SCALE, existing_ab, lay_over
from vermilion.guidance.confidence import KEPT_FROM
from vermilion.guidance.references import (
    PALETTE_REGIONS,
    Reference,
    find_regions,
    palette_of_picture,
    reference_canvas,
    soft_palette_canvas,
)
from vermilion.guidance.variants import VARIANT_REGIONS, choose_variants, find_doubtful, propose_variants
from vermilion.tone import luma_of_rgb, unit_range

COUNTS = (0, 1, 5, 10, 50)  # true hints
ASKED_AT = (1, 3)  # spots
ASKED = ("#c02020", "#2040c0", "#209040", "#d0a020", "#803090", "grey")  # colours that a person asks for
VARIANTS = 6
RANKS = ("automatic", *(f"variant-{rank}" for rank in range(1, VARIANTS + 1)))
PARTS = ("hints", "asked", "arrival", "dense", "spill", "variants", "reference", "confidence", "scored")
SCENIC = (None, "dense", "variants", "confidence")  # that look at the same pictures at the network's size
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


def asked_hints(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Ab error after true hints at the spots that the session asks for, against as many at random spots."""
    automatic: list[float] = []
    errors: dict[tuple[str, int], list[float]] = {
        (way, count): [] for count in ASKED_AT for way in ("asked", "random")
    }
    for path in paths:
        rgb = read_rgb(path)
        true, session = ab_of_rgb(rgb), colorizer.open(path, recolor=True)
        automatic.append(ab_error(true, ab_of_rgb(session.paint().to_numpy())))
        for (way, count), values in errors.items():
            spots = session.ask_me_here(count) if way == "asked" else ()
            hints = [true_hint(rgb, int(spot.x), int(spot.y)) for spot in spots] or true_hints(path, count)
            painted = session.paint(Controls(hints=tuple(hints))).to_numpy()
            values.append(ab_error(true, ab_of_rgb(painted)))
    for (way, count), values in errors.items():
        yield f"{count} true hints at {way:6s} spots: ab error {_compared(values, mean(automatic))}"


def hint_arrival(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How far a hint's spot is from the nearest colour of that hue that its luma allows."""
    misses: dict[str, list[float]] = {color: [] for color in ASKED}
    for path in paths:
        rgb = read_rgb(path)
        luma = unit_range(luma_of_rgb(rgb))
        session = colorizer.open(path, recolor=True)
        random = random_of(path)
        for color in ASKED:
            row, column = (int(random.integers(side)) for side in luma.shape)
            hint = Hint(column + 0.5, row + 0.5, color)
            spot = np.s_[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
            painted = ab_of_rgb(session.paint(Controls(hints=(hint,))).to_numpy())[spot]
            asked = existing_ab(luma[spot], ab_at(color, luma[spot]))
            misses[color].append(ab_error(asked, painted))
    for color, values in misses.items():
        most = np.quantile(values, 0.9)
        yield f"hint {color:8s} arrives within {mean(values):5.2f}, nine tenths within {most:5.2f}"
    yield f"all hints arrive within {mean([miss for values in misses.values() for miss in values]):5.2f}"


def dense_hints(scenes: list[Scene]) -> Iterator[str]:
    """True colours everywhere as hints: how near the painted ones come, and how strong they are.

    References and variants give nearly as many. A network that learnt to be vivid paints them too strong.
    """
    errors, strengths = [], []
    for scene in scenes:
        given = np.moveaxis(scene.true / np.float32(AB_SCALE), -1, 0)
        painted = scene.paint(np.concatenate([given, np.ones_like(given[:1])])).ab
        errors.append(scene.error(painted))
        strengths.append(strength_over(scene.true, painted))
    alone = mean([scene.error(scene.automatic.ab) for scene in scenes])
    strong = f"{mean(strengths):.2f} times as strong as given"
    yield f"hints everywhere: ab error {_compared(errors, alone)}, {strong}"


def strength_over(given: Floats, painted: Floats) -> float:
    """Root mean square chroma of painted (a, b) [h,w,2] over that of the given; of grey ones over 1."""
    return float(np.linalg.norm(painted) / max(np.linalg.norm(given), np.sqrt(given.size / 2)))


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
    doubtful = find_doubtful(scene.features.maps, scene.luma, alone.ab, alone.confidence)
    proposals = propose_variants(alone.odds, bins, scene.luma, regions, doubtful)
    painted = [scene.paint(proposal.canvas).ab for proposal in proposals]
    return [painted[place] for place in choose_variants(alone.ab, painted, proposals, VARIANTS)]


def scored_variants(colorizer: Colorizer, paths: list[Path], scorer: Path, work: Path) -> Iterator[str]:
    """Kernel distance of each rank of variants, over that of the automatic results."""
    originals = work / "originals"
    originals.mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copy2(path, originals)
        session = colorizer.open(path, recolor=True)
        shown = [session.paint(), *session.variants(Controls(variants=VARIANTS))]
        for rank, name in enumerate(RANKS):
            (work / name).mkdir(exist_ok=True)
            # Where there are fewer, the last one stands in.
            write_png(work / name / f"{path.stem}.png", shown[min(rank, len(shown) - 1)].to_numpy())
    bench = Bench(originals, scorer, work)
    distances = [bench.score(work / name, network=True)["kmd"] for name in RANKS]
    for name, distance in zip(RANKS, distances, strict=True):
        yield f"{name}: kmd {distance:.2f} ({distance / distances[0]:.2f} x the automatic result's)"
    yield f"all variants: kmd {mean(distances[1:]):.2f} ({mean(distances[1:]) / distances[0]:.2f} x)"


def reference_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Two crops of one picture, often mirrored, one the reference of the other; and a crop of another one."""
    pairs = [[Scene(colorizer.model, crop) for crop in parts_of(path)] for path in paths]
    errors: dict[str, list[float]] = {"none": [], "same": [], "random": []}
    for number, (scene, same) in enumerate(pairs):
        other = pairs[(number + 1) % len(pairs)][1]
        errors["none"].append(scene.error(scene.automatic.ab))
        for name, view in (("same", same), ("random", other)):
            errors[name].append(scene.error(scene.paint(carried_over(scene, view)).ab))
    alone = mean(errors["none"])
    yield f"without a reference: ab error {alone:.2f}"
    yield f"reference of the same scene: ab error {_compared(errors['same'], alone)}"
    yield f"random reference: ab error {_compared(errors['random'], alone)}"


def carried_over(scene: Scene, other: Scene) -> Floats:
    """What a reference comes to as hints [3,h,w], as a session draws it."""
    reference = Reference(other.features.maps, other.true, palette_of_picture(other.rgb))
    regions = find_regions(scene.features.maps, scene.luma, scene.automatic.ab, PALETTE_REGIONS)
    soft = soft_palette_canvas(reference.palette, scene.automatic.ab, regions)
    return lay_over(soft, reference_canvas(scene.features.maps, scene.grid, reference))


def parts_of(path: Path) -> list[Picture]:
    """Two parts of a picture that depend on its name alone; the second may be mirrored."""
    rgb = read_rgb(path)
    return [crop.cut(rgb) for crop in two_crops((rgb.shape[0], rgb.shape[1]), random_of(path))]


def confidence_figures(scenes: list[Scene], picture: Path | None) -> Iterator[str]:
    """Is the confidence the share that is right, and does it tell right from wrong better than paleness?

    With ``picture`` a reliability plot is written to that file.
    """
    sure = np.concatenate([scene.automatic.confidence.ravel() for scene in scenes])
    away = [np.linalg.norm(scene.true - scene.automatic.ab, axis=-1).ravel() for scene in scenes]
    right = np.concatenate(away) <= CLOSE
    chroma = np.concatenate([np.linalg.norm(scene.automatic.ab, axis=-1).ravel() for scene in scenes])
    colored = chroma > COLORED
    for low, share, said, true in reliability(sure, right):
        yield f"confidence from {low:.1f}: {share:6.1%} of cells, said {said:.3f}, right {true:.3f}"
    if picture is not None:
        cv2.imwrite(str(picture), plot(sure, right))
    yield f"expected calibration error {calibration_error(sure, right):.3f}"
    faded, kept = (~right[colored & part] for part in (sure < KEPT_FROM, sure >= KEPT_FROM))
    yield (
        f"--fade-unsure fades {mean(sure[colored] < KEPT_FROM):.0%} of colours above chroma {COLORED:g}: "
        f"of these {mean(faded):.0%} are wrong, of the others {mean(kept):.0%}"
    )
    yield (
        f"AUC among colours above chroma {COLORED:g}: confidence {auc(sure[colored], right[colored]):.3f}, "
        f"1 - chroma {auc(-chroma[colored], right[colored]):.3f}"
    )


def _compared(values: list[float], start: float) -> str:
    """Their mean, and by how much it differs from where it started."""
    return f"{mean(values):6.2f} ({mean(values) / start - 1:+.1%})"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steering", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="folder of true colour pictures")
    parser.add_argument("--limit", type=int, default=12, help="how many of them, evenly picked")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--scorer", type=Path, help="score.py: adds the kernel distance of the variants")
    parser.add_argument(
        "--work", type=Path, default=Path("benchmarks/out/variants"), help="folder for what is scored"
    )
    parser.add_argument("--plot", type=Path, help="file for a reliability plot of the confidence")
    return parser


def main() -> None:
    """Parse, measure, print."""
    parser = _arguments()
    args = parser.parse_args()
    if args.only == "scored" and args.scorer is None:
        parser.error("what is scored needs --scorer")
    paths = pictures_in(args.bench, args.limit)
    if len(paths) < 2:
        parser.error(f"{args.bench} holds too few pictures; at least two are needed")
    colorizer = Colorizer(args.model)
    scenes = [Scene(colorizer.model, read_rgb(path)) for path in paths if args.only in SCENIC]
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "hints": lambda: hint_curve(colorizer, paths),
        "asked": lambda: asked_hints(colorizer, paths),
        "arrival": lambda: hint_arrival(colorizer, paths),
        "dense": lambda: dense_hints(scenes),
        "spill": lambda: spill_figures(colorizer, paths),
        "variants": lambda: variant_figures(scenes),
        "reference": lambda: reference_figures(colorizer, paths),
        "confidence": lambda: confidence_figures(scenes, args.plot),
        "scored": lambda: scored_variants(colorizer, paths, args.scorer, args.work),
    }
    card = colorizer.model.card
    print(f"{len(paths)} pictures, model {card.name} {card.version} at {card.working_size} px")
    for name in PARTS:
        if args.only == name or (args.only is None and (name != "scored" or args.scorer)):
            print(f"\n{name}", *parts[name](), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
