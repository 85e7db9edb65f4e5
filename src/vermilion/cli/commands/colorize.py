"""`vermilion colorize`: options in, a plan and its outcomes out."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.progress import follow
from vermilion.cli.report import Report, Wording
from vermilion.cli.say import say_aside
from vermilion.cli.stream import STREAM, colorize_stream
from vermilion.cli.versions import VersionsGiven, read_versions
from vermilion.errors import SettingsError, VermilionError

if TYPE_CHECKING:
    from vermilion.archive import NotDone, Plan, RunOptions
    from vermilion.colorizer import Colorizer
    from vermilion.guidance import Controls
    from vermilion.outputs import Companions, Outcome
    from vermilion.pictures import SaveOptions
    from vermilion.view import ViewOptions

    Loop = Callable[[Plan, RunOptions, Callable[[], str | None]], Iterator[Outcome]]


Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="Processes for many pictures. With more than one, results appear in any order.",
    ),
]


@gathered(
    save=opt.read_save_options,
    companions=opt.read_companions,
    view=opt.read_view,
    versions=read_versions,
    controls=read_controls,
)
def colorize(
    paths: opt.Paths,
    *,
    output: opt.Output = None,
    format_: opt.ResultFormat = None,
    exclude: opt.Exclude = None,
    not_done: opt.NotDoneFile = None,
    save: "SaveOptions",
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    recolor: opt.Recolor = False,
    crop_print: opt.CropPrint = False,
    page: opt.Page = None,
    size: opt.Size = None,
    view: "ViewOptions",
    max_pixels: opt.MaxPixels = None,
    threads: opt.Threads = None,
    workers: Workers = 1,
    companions: "Companions",
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    versions: "VersionsGiven",
    controls: "Controls",
) -> None:
    """Colour pictures. Every grey level of the scan stays as it is. Existing results are skipped.

    \b
    Examples:
      vermilion colorize grandma.jpg                # writes grandma.color.jpg
      vermilion colorize grandma.jpg -o grandma.png --hint 120,80=navy
      vermilion colorize shoebox -o shoebox-color   # a folder, its tree mirrored
      vermilion colorize "scans/**/*.tif" -o color --page all --format jpg --drop-depth
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with loading():
        from vermilion.archive import RunOptions

    if companions.trust_map and not versions.are_there:
        raise SettingsError("--trust-map shows where a version is trusted; name one with --colors-from.")
    run = RunOptions(
        page=opt.parse_page(page),
        recolor=recolor,
        crop_print=crop_print,
        size=size,
        view=view,
        max_pixels=opt.parse_max_pixels(max_pixels),
        save=save,
        companions=companions,
        controls=versions.on(controls),
        versions=versions.folder,
    )
    engine = partial(_start_engine, device, model, run.max_pixels, threads, verbose=verbose)
    if STREAM in (*paths, output):
        return colorize_stream(paths, output, format_, engine, run)
    wording = Wording(quiet, verbose, bool(save.mark), save.overwrite)
    report = Report(_plan(paths, output, format_, exclude, run), wording, _list_of(not_done, output))
    loop = _loop(engine, workers, model, device, threads)
    raise typer.Exit(_do_all(run, report, loop, partial(_model_hash, model)))


def _plan(
    paths: list[str], output: str | None, format_: str | None, exclude: list[str] | None, run: "RunOptions"
) -> "Plan":
    from vermilion.archive import PlanOptions, make_plan

    if output == "":
        raise SettingsError("An empty OUT names no folder; check the variable that should hold it.")
    options = PlanOptions(
        output=None if output is None else Path(output),
        format=format_,
        every_page=run.page is None,
        companions=run.companions,
        exclude=tuple(exclude or ()),
        jpeg=run.save.jpeg_stays,
    )
    return make_plan(paths, options)


def _list_of(file: Path | None, output: str | None) -> "NotDone":
    """The list of failures: where it was asked for, else in the folder of the results."""
    from vermilion.archive import NOT_DONE, NotDone
    from vermilion.outputs import names_a_file

    if file is None and output is not None and not names_a_file(Path(output)):
        file = Path(output) / NOT_DONE
    not_done = NotDone(file)
    not_done.check()
    return not_done


def _model_hash(model: str | None) -> str | None:
    """The hash of the chosen model, if it can be found without asking the hub."""
    from vermilion.network import find_model, folder_hash

    if model is not None and model.startswith("hf://"):
        return None
    try:
        return folder_hash(find_model(model))
    except (VermilionError, OSError):  # which is reported if a picture needs it
        return None


def _start_engine(
    device: str, model: str | None, max_pixels: int, threads: int | None, *, verbose: bool
) -> "Colorizer":
    from vermilion.colorizer import Colorizer

    with loading():
        colorizer = Colorizer(model, device=device, max_pixels=max_pixels, threads=threads)
    if verbose:
        card = colorizer.model.card
        say_aside(f"model {card.name} {card.version} on {colorizer.model.provider}")
    return colorizer


def _loop(
    engine: "Callable[[], Colorizer]", workers: int, model: str | None, device: str, threads: int | None
) -> "Loop":
    """The loop over a plan: in this process, or in several."""
    if workers == 1:
        from vermilion.archive import run_plan

        return lambda plan, run, model_hash: run_plan(plan, engine, run, model_hash)
    from vermilion.archive.parallel import Crew, run_plan_in_parallel

    crew = Crew(workers, model, device, threads)
    return lambda plan, run, model_hash: run_plan_in_parallel(plan, run, crew, model_hash)


def _do_all(run: "RunOptions", report: Report, loop: "Loop", model_hash: "Callable[[], str | None]") -> int:
    try:
        outcomes = loop(report.plan, run, model_hash)
        for outcome in follow(outcomes, len(report.plan.jobs), hidden=report.wording.quiet):
            report.add(outcome)
    except KeyboardInterrupt:
        report.interrupted = True
    return report.close()
