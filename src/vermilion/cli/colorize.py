"""`vermilion colorize`: options in, a plan and its outcomes out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vermilion.cli import options as opt
from vermilion.cli.progress import follow
from vermilion.cli.report import Report
from vermilion.cli.say import say_aside
from vermilion.cli.stream import STREAM, colorize_stream

if TYPE_CHECKING:
    from vermilion.archive import Plan, RunOptions
    from vermilion.colorizer import Colorizer


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
    recipe: opt.WriteRecipe = False,
    no_mark: opt.NoMark = False,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
) -> None:
    """Colourise pictures; every grey level of the scan stays as it is.

    A result that exists is skipped, so that a second run finishes a first one. The exit code is 0
    only if every picture was colourised or skipped.

    \b
    Examples:
      vermilion colorize grandma.jpg                  # writes grandma.color.jpg
      vermilion colorize grandma.jpg -o grandma.png   # writes that file
      vermilion colorize shoebox -o shoebox-color     # a folder, its tree mirrored
      vermilion colorize "scans/**/*.tif" -o color --format jpg --drop-depth
      vermilion colorize album.tif --page all         # album.p1.color.tif and so on
      cat grandma.jpg | vermilion colorize - > grandma.color.jpg
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.archive import PlanOptions, RunOptions, make_plan

    run = RunOptions(
        page=opt.parse_page(page),
        recolor=recolor,
        overwrite=overwrite,
        fast_jpeg=fast_jpeg,
        drop_depth=drop_depth,
        drop_alpha=drop_alpha,
        size=size,
        mark=not no_mark,
        recipe=recipe,
    )
    engine = partial(_start_engine, device, model, verbose=verbose)
    format_name = format_.value if format_ else None
    if STREAM in paths or output == STREAM:
        colorize_stream(paths, output, format_name, engine, run)
        return
    every_page = run.page is None
    target = Path(output) if output else None
    plan = make_plan(paths, PlanOptions(output=target, format=format_name, every_page=every_page))
    raise typer.Exit(_do_all(plan, engine, run, Report(len(plan.jobs), quiet=quiet, verbose=verbose)))


def _start_engine(device: str, model: Path | None, *, verbose: bool) -> "Colorizer":
    from vermilion.colorizer import Colorizer

    colorizer = Colorizer(model, device=device)
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
