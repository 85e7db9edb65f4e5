"""`vermilion colorize`: options in, a plan and its outcomes out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vermilion.cli import options as opt
from vermilion.cli.controls import with_controls
from vermilion.cli.progress import follow
from vermilion.cli.report import Report
from vermilion.cli.say import say_aside
from vermilion.cli.stream import STREAM, colorize_stream
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.archive import Plan, RunOptions
    from vermilion.colorizer import Colorizer
    from vermilion.guidance import Controls


@with_controls
def colorize(
    paths: opt.Paths,
    *,
    output: opt.Output = None,
    format_: opt.ResultFormat = None,
    overwrite: opt.Overwrite = False,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    fast_jpeg: opt.FastJpeg = False,
    recolor: opt.Recolor = False,
    page: opt.Page = None,
    drop_depth: opt.DropDepth = False,
    drop_alpha: opt.DropAlpha = False,
    size: opt.Size = None,
    max_pixels: opt.MaxPixels = None,
    recipe: opt.WriteRecipe = False,
    confidence_map: opt.ConfidenceMap = False,
    variants: opt.Variants = 0,
    no_mark: opt.NoMark = False,
    c2pa: opt.C2pa = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    controls: "Controls",
) -> None:
    """Colourise pictures; every grey level of the scan stays as it is.

    A result that exists is skipped, so that a second run finishes a first one. The exit code is 0
    only if every picture was colourised or skipped.

    \b
    Examples:
      vermilion colorize grandma.jpg                  # writes grandma.color.jpg
      vermilion colorize grandma.jpg -o grandma.png   # writes that file
      vermilion colorize shoebox -o shoebox-color     # a folder, its tree mirrored
      vermilion colorize "scans/**/*.tif" -o color --page all --format jpg --drop-depth
      vermilion colorize grandma.jpg --hint 40,30=navy --look muted -o blue.jpg
      cat grandma.jpg | vermilion colorize - > grandma.color.jpg
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.archive import RunOptions

    run = RunOptions(
        page=opt.parse_page(page),
        recolor=recolor,
        overwrite=overwrite,
        fast_jpeg=fast_jpeg,
        drop_depth=drop_depth,
        drop_alpha=drop_alpha,
        size=size,
        max_pixels=opt.parse_max_pixels(max_pixels),
        mark=opt.parse_mark(no_mark, c2pa),
        recipe=recipe,
        confidence_map=confidence_map,
        variants=variants,
        controls=controls,
    )
    engine = partial(_start_engine, device, model, run.max_pixels, verbose=verbose)
    if STREAM in paths or output == STREAM:
        return colorize_stream(paths, output, format_, engine, run)
    plan = _plan(paths, output, format_, run)
    raise typer.Exit(_do_all(plan, engine, run, Report(plan, quiet=quiet, verbose=verbose)))


def _plan(paths: list[str], output: str | None, format_name: str | None, run: "RunOptions") -> "Plan":
    from vermilion.archive import PlanOptions, make_plan

    if output == "":
        raise SettingsError("An empty OUT names no folder; check the variable that should hold it.")
    target = None if output is None else Path(output)
    every_page = run.page is None
    return make_plan(
        paths, PlanOptions(target, format_name, every_page=every_page, companions=run.companions)
    )


def _start_engine(device: str, model: str | None, max_pixels: int, *, verbose: bool) -> "Colorizer":
    from vermilion.colorizer import Colorizer

    colorizer = Colorizer(model, device=device, max_pixels=max_pixels)
    if verbose:
        card = colorizer.model.card
        say_aside(f"model {card.name} {card.version} on {colorizer.model.provider}")
    return colorizer


def _do_all(plan: "Plan", engine: "Callable[[], Colorizer]", run: "RunOptions", report: Report) -> int:
    from vermilion.archive import run_plan

    try:
        for outcome in follow(run_plan(plan, engine, run), len(plan.jobs), hidden=report.quiet):
            report.add(outcome)
    except KeyboardInterrupt:
        report.interrupted = True
    return report.close()
