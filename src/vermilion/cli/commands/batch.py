"""`vermilion batch`: an archive done picture by picture, each recorded in a manifest."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.batches import Told
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.progress import follow
from vermilion.cli.say import say, say_aside, say_error, shown
from vermilion.cli.streams import INTERRUPTED
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vermilion.archive.batch import Batch, BatchOptions, Record, Selection
    from vermilion.guidance import Controls
    from vermilion.outputs import Companions
    from vermilion.pictures import SaveOptions
    from vermilion.view import ViewOptions


Sources = Annotated[
    list[str], typer.Argument(metavar="SOURCE", help="Pictures, folders and quoted patterns.")
]
Target = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="TARGET", help="Folder for the results and manifest.jsonl."),
]
Beside = Annotated[
    bool,
    typer.Option("--beside", help="Write NAME.color.EXT beside each scan, and only the manifest to TARGET."),
]
ControlsTable = Annotated[
    Path | None,
    typer.Option(
        "--controls",
        metavar="TABLE.csv",
        help="Controls for single pictures: columns file, identifier, look, hints, vividness, warmth, tint, "
        "temperature, fade_unsure.",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Start at most N pictures.")]
KeepDates = Annotated[
    bool, typer.Option("--keep-dates", help="Give results the modification dates of their scans.")
]
Bag = Annotated[
    Path | None,
    typer.Option(
        "--bag", metavar="FOLDER", help="Also write a BagIt bag of all results, with the manifest inside."
    ),
]
Watch = Annotated[
    bool,
    typer.Option(
        "--watch", help="Then wait for new files in the folders, and colour each once it has stopped growing."
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample",
        metavar="N",
        min=1,
        help="Colour only a random sample, and write sample.html, where you accept or reject its results.",
    ),
]
Redo = Annotated[
    Path | None,
    typer.Option(
        "--redo",
        metavar="DECISIONS.csv",
        help="Colour again what you rejected on the page of a sample, as this file says.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")]
WorkerThreads = Annotated[int, typer.Option("--threads", metavar="N", min=1, help="Threads of each worker.")]


def read_selection(
    *,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="PATTERN",
            help="Take only files with such names, or, with a slash, such paths below the searched folder: "
            "'*.tif', '1931/*'. Repeatable.",
        ),
    ] = None,
    newer: Annotated[
        str | None,
        typer.Option(
            "--newer", metavar="DATE|FILE", help="Take only scans changed after a date, or after a file."
        ),
    ] = None,
) -> "Selection":
    """Put together which pictures are meant."""
    from vermilion.archive.batch import Selection, parse_newer

    return Selection(tuple(include or ()), None if newer is None else parse_newer(newer))


@dataclass(frozen=True, slots=True)
class _Course:
    """What of a batch is done when."""

    dry_run: bool
    watch: bool
    limit: int | None
    sample: int | None
    redo: Path | None


def read_course(
    *,
    dry_run: DryRun = False,
    watch: Watch = False,
    limit: Limit = None,
    sample: Sample = None,
    redo: Redo = None,
) -> _Course:
    """Put together what is done when.

    Raises:
        SettingsError: two options exclude each other.
    """
    given = {"--dry-run": dry_run, "--watch": watch, "--sample": sample, "--redo": redo}
    names = [name for name, value in given.items() if value]
    if watch and limit:
        names.append("--limit")
    if (watch and len(names) > 1) or (sample and redo):
        raise SettingsError(f"{' and '.join(names)} cannot be given together; leave out one of them.")
    return _Course(dry_run, watch, limit, sample, redo)


@gathered(
    chosen=read_selection,
    course=read_course,
    save=opt.read_save_options,
    companions=opt.read_companions,
    view=opt.read_view,
    controls=read_controls,
)
def batch(
    sources: Sources,
    *,
    output: Target,
    format_: opt.ResultFormat = None,
    beside: Beside = False,
    chosen: "Selection",
    exclude: opt.Exclude = None,
    table: ControlsTable = None,
    course: _Course,
    keep_dates: KeepDates = False,
    bag: Bag = None,
    as_json: AsJson = False,
    save: "SaveOptions",
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    recolor: opt.Recolor = False,
    crop_print: opt.CropPrint = False,
    page: opt.Page = None,
    size: opt.Size = None,
    view: "ViewOptions",
    max_pixels: opt.MaxPixels = None,
    workers: opt.Workers = None,
    threads: WorkerThreads = 1,
    companions: "Companions",
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    controls: "Controls",
) -> None:
    """Colour an archive, with worker processes and a manifest of the hashes of every scan and result.

    Stop or kill it at any moment: the same command continues. `vermilion verify --manifest` proves results.

    \b
    Examples:
      vermilion batch shoebox -o archive
      vermilion verify --manifest archive/manifest.jsonl
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with loading():
        from vermilion.archive import PlanOptions, RunOptions
        from vermilion.archive.batch import BatchOptions
    run = RunOptions(
        page=opt.parse_page(page),
        recolor=recolor,
        crop_print=crop_print,
        size=size,
        view=view,
        max_pixels=opt.parse_max_pixels(max_pixels),
        save=save,
        companions=companions,
        controls=controls,
    )
    folder = None if beside else output
    plan = PlanOptions(folder, format_, run.page is None, companions, tuple(exclude or ()), save.jpeg_stays)
    options = BatchOptions(output, run, plan, model, device, workers, threads, course.limit, keep_dates)
    told = Told(quiet, verbose, as_json)
    raise typer.Exit(_bagged(bag, output, _follow(_Planner(sources, options, chosen, table), course, told)))


def _bagged(bag: Path | None, folder: Path, code: int) -> int:
    """Write a bag if one is wanted and the run came to its end; return the exit code."""
    from vermilion.archive.batch import write_bag

    if bag is not None and code != INTERRUPTED:
        count = write_bag(folder, bag, datetime.now().astimezone().date())
        say_aside(f"{shown(bag)} holds {count} files")
    return code


class _Planner:
    """Makes the plan of a batch, as often as it is wanted."""

    def __init__(
        self, sources: list[str], options: "BatchOptions", chosen: "Selection", table: Path | None
    ) -> None:
        from vermilion.archive.batch import read_table

        self.sources = sources
        self._chosen = chosen
        self._table = None if table is None else read_table(table)
        self.options = options
        if self._table is not None:
            self.options = replace(options, table_sha256=self._table.sha256)

    def plan(self) -> "Batch":
        """Return all that is to be done."""
        from vermilion.archive import make_plan
        from vermilion.archive.batch import Batch

        run = self.options.run
        batch = Batch.of(self._chosen.of(make_plan(self.sources, self.options.plan)), run)
        if self._table is None:
            return batch
        return replace(batch, tasks=self._table.given_to(batch.tasks, run.controls))


def _follow(planner: _Planner, course: _Course, told: Told) -> int:
    """Do what is wanted of a batch, and return the exit code."""
    from vermilion.archive.batch import choose_sample, read_table, run_batch, tasks_again, write_sample_page

    options = planner.options
    if course.watch:
        return _watch(planner, told)
    planned = planner.plan()
    if course.sample:
        planned = replace(planned, tasks=choose_sample(planned.tasks, course.sample))
    if course.redo is not None:
        table = read_table(course.redo, verdicts=True)
        again = tasks_again(planned.tasks, table, options.run.controls, options.folder)
        planned = replace(planned, tasks=again)
    if course.dry_run:
        return _show(planned, options.folder)
    told.event("plan", pictures=len(planned.tasks))
    with closing(run_batch(planned, options)) as records:
        code = _tell(follow(records, len(planned.tasks), hidden=told.silent), told, options)
    failed = told.close(len(planned.tasks) + len(planned.settled), options.folder)
    if course.sample or course.redo:
        page = write_sample_page(options.folder, planned.tasks)
        told.line(f"{shown(page)} shows the results, to be accepted or rejected" if page else "")
    return code or failed


def _watch(planner: _Planner, told: Told) -> int:
    """Do what is there and what comes, until Ctrl-C."""
    from threading import Event

    from vermilion.archive.batch import check_watched, watch_batch

    options = planner.options
    folders = check_watched(planner.sources, options.plan.output, options.folder)
    with closing(watch_batch(planner.plan, options, folders, Event())) as records:
        code = _tell(records, told, options)
    failed = told.close(0, options.folder)
    return code or failed


def _tell(records: "Iterable[Record | None]", told: Told, options: "BatchOptions") -> int:
    """Print records as they come, and write the report; return the exit code of what stopped it."""
    code = 0
    try:
        for record in records:
            if record is None:
                told.idle()
            else:
                told.add(record)
    except KeyboardInterrupt:
        say_error("Stopped. The same command continues from here.")
        code = INTERRUPTED
    told.report.write(options.folder)
    return code


def _show(planned: "Batch", folder: Path) -> int:
    from vermilion.archive.batch import is_planned

    left = 0
    for task, finished in is_planned(planned, folder):
        left += not finished
        page = f" page {task.page}" if task.every_page else ""
        say(f"{shown(task.source)}{page} -> {shown(task.target)}{'  (finished)' if finished else ''}")
    for record in planned.settled:
        say(f"{shown(Path(record.source))} {record.outcome}: {record.reason}")
    say(f"{left} to be done, {len(planned.tasks) - left} finished before; nothing was written")
    return 0
