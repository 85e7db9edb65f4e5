"""`vermilion batch`: an archive done picture by picture, each recorded in a manifest."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.batches import Course, Planner, Told, refuse_together, start_batch
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.versions import VersionsGiven, read_versions

if TYPE_CHECKING:
    from vermilion.archive.batch import Selection
    from vermilion.guidance import Controls
    from vermilion.outputs import Companions
    from vermilion.pictures import SaveOptions
    from vermilion.view import ViewOptions


Sources = Annotated[
    list[str], typer.Argument(metavar="SOURCE", help="Pictures, folders and quoted patterns.")
]
Target = Annotated[
    str,
    typer.Option("-o", "--output", metavar="TARGET", help="Folder for the results and manifest.jsonl."),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS|local",
        help="Let a Ray cluster do the work; sources and TARGET may be URIs such as s3://bucket/scans. "
        "See docs/cluster.md.",
    ),
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
    """Collect the selection of pictures."""
    from vermilion.archive.batch import Selection, parse_newer

    return Selection(tuple(include or ()), None if newer is None else parse_newer(newer))


def read_course(
    *,
    dry_run: DryRun = False,
    watch: Watch = False,
    limit: Limit = None,
    sample: Sample = None,
    redo: Redo = None,
    ray: Ray = None,
) -> Course:
    """Collect the order of a batch.

    Raises:
        SettingsError: two options exclude each other.
    """
    refuse_together({"--watch": watch, "--sample": sample, "--redo": redo})
    if watch:
        refuse_together({"--watch": watch, "--dry-run": dry_run, "--limit": limit})
    return Course(dry_run, watch, limit, sample, redo, ray)


@gathered(
    chosen=read_selection,
    course=read_course,
    save=opt.read_save_options,
    companions=opt.read_companions,
    view=opt.read_view,
    versions=read_versions,
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
    course: Course,
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
    versions: "VersionsGiven",
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
        controls=versions.on(controls),
        versions=versions.folder,
    )
    place = Path(output)
    folder = None if beside else place
    plan = PlanOptions(folder, format_, run.page is None, companions, tuple(exclude or ()), save.jpeg_stays)
    options = BatchOptions(place, run, plan, model, device, workers, threads, course.limit, keep_dates)
    planner = Planner(sources, output, options, chosen, table)
    raise typer.Exit(start_batch(planner, course, Told(quiet, verbose, as_json), bag))
