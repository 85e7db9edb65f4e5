"""Measure the controls one by one: kinds of hints, suggestions, albums, palettes, looks, adjustments, marks.

python -m benchmarks.controls --bench PICTURES [--limit N] [--model FOLDER] [--only grey|strength|kinds|...]

What hints and variants do to errors, and the confidence, ``python -m benchmarks.steering`` measures.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.grading import (
    adjust_figures,
    cube_figures,
    look_figures,
    mark_figures,
    palette_figures,
    temperature_figures,
)
from benchmarks.hinted import (
    album_figures,
    grey_figures,
    kind_figures,
    strength_figures,
    suggestion_figures,
)
from benchmarks.known import pictures_in
from vermilion import Colorizer

PARTS: dict[str, Callable[[Colorizer, list[Path]], Iterator[str]]] = {
    "grey": grey_figures,
    "strength": strength_figures,
    "kinds": kind_figures,
    "suggestions": suggestion_figures,
    "albums": album_figures,
    "palettes": palette_figures,
    "looks": look_figures,
    "cube": cube_figures,
    "adjustments": adjust_figures,
    "temperature": temperature_figures,
    "marks": mark_figures,
}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.controls", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="folder of true colour pictures")
    parser.add_argument("--limit", type=int, default=40, help="how many of them, evenly picked")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--only", choices=PARTS)
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    if len(paths) < 2:
        parser.error(f"{args.bench} holds too few pictures; at least two are needed")
    colorizer = Colorizer(args.model)
    card = colorizer.model.card
    print(f"{len(paths)} pictures, model {card.name} {card.version} at {card.working_size} px")
    for name, measure in PARTS.items():
        if args.only in (None, name):
            print(f"\n{name}", *measure(colorizer, paths), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
