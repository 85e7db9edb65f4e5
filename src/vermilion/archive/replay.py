"""Makes a result again from a recipe and its scan."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vermilion.archive.plan import PlanOptions, make_plan
from vermilion.colorizer import Colorizer
from vermilion.errors import OutputError, PictureError
from vermilion.guidance import Recipe, load_recipe
from vermilion.outputs import save_result
from vermilion.pictures import SaveOptions


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome of a replay.

    Attributes:
        target: the file that was written.
        difference: why the colours are not those of the first run; empty if they are.
    """

    target: Path
    difference: str


def replay_recipe(
    recipe_path: Path,
    make_colorizer: Callable[[], Colorizer],
    options: SaveOptions,
    *,
    scan: Path | None = None,
    output: Path | None = None,
) -> Replayed:
    """Make a result again; everything that can be refused is checked before anything is loaded.

    Args:
        recipe_path: of the recipe.
        make_colorizer: called once at most.
        options: how the result is written.
        scan: the picture, if it is not where the recipe found it.
        output: the file to write; None writes NAME.color.EXT beside the scan.

    Raises:
        VermilionError: the recipe, the picture, the model or the output is not as it must be.
    """
    recipe = load_recipe(recipe_path)
    source = scan or _find(recipe, recipe_path)
    target = _target(source, output)
    if target.exists() and not options.overwrite:
        raise OutputError(f"{target} exists already; choose another name with -o, or allow --overwrite.")
    picture = make_colorizer().replay(recipe, source)
    save_result(picture, target, options)
    return Replayed(target, recipe.difference(picture.recipe))


def _find(recipe: Recipe, recipe_path: Path) -> Path:
    """The scan where the recipe found it, or beside the recipe."""
    given = Path(recipe.input.path)
    beside = recipe_path.parent / given.name
    for place in (given, beside):
        if place.is_file():
            return place
    raise PictureError(
        f"{given} of {recipe_path} is neither in its place nor beside the recipe; name it with --scan."
    )


def _target(source: Path, output: Path | None) -> Path:
    plan = make_plan([source], PlanOptions(output=output))
    if plan.failed:
        raise PictureError(plan.failed[0].reason)
    if not plan.jobs:
        raise PictureError(f"{source} is a result itself; name its scan with --scan.")
    return plan.jobs[0].target
