"""`vermilion batch`: an archive done picture by picture, each recorded in a manifest."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.progress import follow
from vermilion.cli.say import say, say_error, shown
from vermilion.cli.streams import INTERRUPTED

if TYPE_CHECKING:
    from vermilion.archive.batch import Batch, BatchOptions, Record
    from vermilion.guidance import Controls
    from vermilion.outputs import Companions
    from vermilion.pictures import SaveOptions
    from vermilion.view import ViewOptions


@gathered(
    save=opt.read_save_options, companions=opt.read_companions, view=opt.read_view, controls=read_controls
)
def batch(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="Pictures, folders and quoted patterns.")
    ],
    *,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="TARGET", help="Folder for the results and manifest.jsonl."),
    ],
    format_: opt.ResultFormat = None,
    exclude: opt.Exclude = None,
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
    threads: Annotated[
        int, typer.Option("--threads", metavar="N", min=1, help="Threads of each worker.")
    ] = 1,
    companions: "Companions",
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    controls: "Controls",
) -> None:
    """Colourise an archive: worker processes, and a manifest with the hashes of every scan and result.

    The run may be stopped or killed at any moment; the same command goes on by what the manifest says.
    `vermilion verify --manifest` proves the results.

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
    plan = PlanOptions(output, format_, run.page is None, companions, tuple(exclude or ()), save.jpeg_stays)
    options = BatchOptions(output, run, plan, model, device, workers, threads)
    raise typer.Exit(_do(_planned(sources, options), options, quiet=quiet, verbose=verbose))


def _planned(sources: list[str], options: "BatchOptions") -> "Batch":
    from vermilion.archive import make_plan
    from vermilion.archive.batch import Batch

    return Batch.of(make_plan(sources, options.plan), options.run)


def _do(batch: "Batch", options: "BatchOptions", *, quiet: bool, verbose: bool) -> int:
    from vermilion.archive.batch import run_batch

    told = _Told(quiet, verbose)
    records = run_batch(batch, options)
    try:
        for record in follow(records, len(batch.tasks), hidden=quiet):
            told.add(record)
    except KeyboardInterrupt:
        records.close()
        told.close(batch)
        say_error("Stopped; the same command goes on from here.")
        return INTERRUPTED
    return told.close(batch)


class _Told:
    """Tells records as they come, and their sum."""

    def __init__(self, quiet: bool, verbose: bool) -> None:  # noqa: FBT001
        self._quiet = quiet
        self._verbose = verbose
        self._counts = {"done": 0, "skipped": 0, "failed": 0}
        self._recovered = 0

    def add(self, record: "Record") -> None:
        self._counts[record.outcome] += 1
        self._recovered += record.recovered
        if record.outcome == "failed":
            say_error(record.reason)
        elif record.outcome == "done" and not self._quiet:
            remarks = f"  ({'; '.join(record.remarks)})" if record.remarks else ""
            result = record.outputs[-1].path if record.outputs else ""
            say(f"{shown(Path(record.source))} -> {result}  {record.seconds:.2f} s{remarks}")
        elif self._verbose:
            say(f"{shown(Path(record.source))} skipped: {record.reason}")

    def close(self, batch: "Batch") -> int:
        """Tell the sum, and return the exit code."""
        counts = self._counts
        before = max(0, len(batch.tasks) + len(batch.settled) - sum(counts.values()))
        parts = [f"{counts['done']} colourised"]
        parts += [f"{before} finished before"] if before else []
        parts += [f"{self._recovered} of them found finished, proved by hash"] if self._recovered else []
        parts += [f"{counts[name]} {name}" for name in ("skipped", "failed") if counts[name]]
        if not self._quiet:
            say(", ".join(parts))
        return 1 if counts["failed"] else 0
