"""`vermilion batch`: an archive done picture by picture, each recorded in a manifest."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.progress import follow
from vermilion.cli.say import say, say_aside, say_error, shown
from vermilion.cli.streams import INTERRUPTED

if TYPE_CHECKING:
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
        help="What single pictures get: columns file, identifier, look, hints, vividness, warmth, tint, "
        "temperature, fade_unsure.",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Begin at most N pictures.")]
KeepDates = Annotated[
    bool, typer.Option("--keep-dates", help="Give results the time of change of their scans.")
]
Bag = Annotated[
    Path | None,
    typer.Option(
        "--bag", metavar="FOLDER", help="Also write a BagIt bag of all results, with the manifest inside."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON.")]
WorkerThreads = Annotated[int, typer.Option("--threads", metavar="N", min=1, help="Threads of each worker.")]


def read_selection(
    *,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="PATTERN",
            help="Take only files of such names, or with a slash such paths in the folder that is searched: "
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


@gathered(
    chosen=read_selection,
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
    limit: Limit = None,
    keep_dates: KeepDates = False,
    bag: Bag = None,
    dry_run: DryRun = False,
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
    """Colourise an archive: worker processes, and a manifest with the hashes of every scan and result.

    Stop or kill it at any moment: the same command goes on. `vermilion verify --manifest` proves results.

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
    options = BatchOptions(output, run, plan, model, device, workers, threads, limit, keep_dates)
    planned, options = _planned(sources, options, chosen, table)
    if dry_run:
        return _show(planned, output)
    raise typer.Exit(_bagged(bag, output, _do(planned, options, _Told(quiet, verbose, as_json))))


def _bagged(bag: Path | None, folder: Path, code: int) -> int:
    """Write a bag if one is wanted and the run came to its end; return the exit code."""
    from vermilion.archive.batch import write_bag

    if bag is not None and code != INTERRUPTED:
        count = write_bag(folder, bag, datetime.now().astimezone().date())
        say_aside(f"{shown(bag)} holds {count} files")
    return code


def _planned(
    sources: list[str], options: "BatchOptions", chosen: "Selection", table: Path | None
) -> "tuple[Batch, BatchOptions]":
    """Return all that is to be done, and the options with the table that says what single pictures get."""
    from vermilion.archive import make_plan
    from vermilion.archive.batch import Batch, read_table

    batch = Batch.of(chosen.of(make_plan(sources, options.plan)), options.run)
    if table is None:
        return batch, options
    rows = read_table(table)
    tasks = rows.given_to(batch.tasks, options.run.controls)
    return replace(batch, tasks=tasks), replace(options, table_sha256=rows.sha256)


def _show(planned: "Batch", folder: Path) -> None:
    from vermilion.archive.batch import is_planned

    left = 0
    for task, finished in is_planned(planned, folder):
        left += not finished
        page = f" page {task.page}" if task.every_page else ""
        say(f"{shown(task.source)}{page} -> {shown(task.target)}{'  (finished)' if finished else ''}")
    for record in planned.settled:
        say(f"{shown(Path(record.source))} {record.outcome}: {record.reason}")
    say(f"{left} to be done, {len(planned.tasks) - left} finished before; nothing was written")


def _do(planned: "Batch", options: "BatchOptions", told: "_Told") -> int:
    from vermilion.archive.batch import HTML_REPORT, run_batch

    told.event("plan", pictures=len(planned.tasks))
    records = run_batch(planned, options)
    code = 0
    try:
        for record in follow(records, len(planned.tasks), hidden=told.silent):
            told.add(record)
    except KeyboardInterrupt:
        records.close()
        say_error("Stopped; the same command goes on from here.")
        code = INTERRUPTED
    told.report.write(options.folder)
    failed = told.close(planned)
    if failed:
        told.line(f"{shown(options.folder / HTML_REPORT)} shows what failed")
    return code or failed


class _Told:
    """Tells records as they come, and their sum."""

    def __init__(self, quiet: bool, verbose: bool, as_json: bool) -> None:  # noqa: FBT001
        from vermilion.archive.batch import BatchReport

        self.report = BatchReport()
        self.silent = quiet or as_json
        self._verbose = verbose
        self._as_json = as_json

    def event(self, name: str, **facts: object) -> None:
        """Print an event, if events are wanted."""
        if self._as_json:
            say(json.dumps({"event": name, **facts}))

    def line(self, text: str) -> None:
        """Print a line for people."""
        if not self.silent:
            say(text)

    def add(self, record: "Record") -> None:
        """Tell one record, and count it."""
        self.report.add(record)
        self.event("picture", **asdict(record))
        if record.outcome == "failed" and not self._as_json:
            say_error(record.reason)
        elif record.outcome == "done":
            remarks = f"  ({'; '.join(record.remarks)})" if record.remarks else ""
            result = record.outputs[-1].path if record.outputs else ""
            self.line(f"{shown(Path(record.source))} -> {result}  {record.seconds:.2f} s{remarks}")
        elif self._verbose:
            self.line(f"{shown(Path(record.source))} skipped: {record.reason}")

    def close(self, planned: "Batch") -> int:
        """Tell the sum, and return the exit code."""
        counts, recovered = self.report.counts, self.report.recovered
        left = max(0, len(planned.tasks) + len(planned.settled) - sum(counts.values()))
        parts = [f"{counts['done']} colourised"]
        parts += [f"{left} finished before or left for later"] if left else []
        parts += [f"{recovered} of them found finished, proved by hash"] if recovered else []
        parts += [f"{counts[name]} {name}" for name in ("skipped", "failed") if counts[name]]
        self.line(", ".join(parts))
        self.event("end", **counts, recovered=recovered)
        return 1 if counts["failed"] else 0
