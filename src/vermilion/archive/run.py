"""The loop over a plan: each picture is coloured, skipped or failed, and none stops the others."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from vermilion.archive.memory import LARGE, trim
from vermilion.archive.plan import Plan
from vermilion.archive.version_folder import VersionFolder
from vermilion.colorizer import Colorizer
from vermilion.errors import DeviceError, ExistsError, ModelError
from vermilion.guidance import Controls
from vermilion.leftovers import sweep
from vermilion.network import Model
from vermilion.outputs import (
    Companions,
    Done,
    Expected,
    Job,
    Outcome,
    Skipped,
    failed_by,
    is_done,
    is_own_result,
    refuse_before_painting,
    save_result,
)
from vermilion.picture import Picture
from vermilion.pictures import (
    DEFAULT_MAX_PIXELS,
    NamedFile,
    ReadOptions,
    SaveOptions,
    Scan,
    check_before_decoding,
    read_head,
    read_scan,
)
from vermilion.pictures.write import Written
from vermilion.view import ViewOptions
from vermilion.work import limit_threads

Naming = Callable[[Scan, list[Written]], None]
"""Told of a scan and of what was written of it, before any of that gets its name."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How each picture of a plan is colourised and written.

    Attributes:
        page: which page of a multi-page file, counted from 1; None for every page.
        recolor: whether pictures that are in real colour already are done, too.
        crop_print: whether grey prints on coloured backgrounds are taken out of their photos.
        size: the short side in pixels at which the network looks; None for what the model's card says.
        view: how the network is to see each scan.
        max_pixels: the most pixels that a scan may claim; the Colorizer has its own limit for all it reads.
        save: which losses are allowed, and whether results that exist are made again.
        companions: what is written beside each result.
        controls: what is said about the colours.
        versions: edited versions by the names of the scans; None if there are none.
    """

    page: int | None = 1
    recolor: bool = False
    crop_print: bool = False
    size: int | None = None
    view: ViewOptions = field(default_factory=ViewOptions)
    max_pixels: int = DEFAULT_MAX_PIXELS
    save: SaveOptions = field(default_factory=SaveOptions)
    companions: Companions = field(default_factory=Companions)
    controls: Controls = field(default_factory=Controls)
    versions: VersionFolder | None = None

    def given_to(self, task: "Task") -> tuple[Controls, str]:
        """Return what is said of a picture, with its version, and what is to be said if it has none.

        Raises:
            SettingsError: it could have several versions, or its own cannot be read.
        """
        controls = task.controls or self.controls
        return self.versions.given_to(controls, task.source, task.root) if self.versions else (controls, "")


@dataclass(frozen=True, slots=True)
class Task:
    """One page of one scan, and its result.

    Attributes:
        source: the scan.
        target: the result.
        page: of the scan, counted from 1.
        every_page: whether all its pages are done.
        root: the folder that the scan's place in a mirrored tree is counted from.
        controls: what is said of the colours of this picture; None for what is said of all.
        identifier: by which an archive knows the picture; empty if it told none.
        again: whether its result is to be replaced.
        name: what the scan is called in messages and recipes; empty if that is its path.
    """

    source: Path
    target: Path
    page: int
    every_page: bool = False
    root: Path | None = None
    controls: Controls | None = None
    identifier: str = ""
    again: bool = False
    name: str = ""


def run_plan(
    plan: Plan,
    make_colorizer: Callable[[], Colorizer],
    options: RunOptions,
    model_hash: Callable[[], str | None] | None = None,
) -> Iterator[Outcome]:
    """Colourise all pictures of a plan; yield the outcome of each as soon as it is known.

    The model is loaded only when a picture needs it, so that a run with nothing left to do is quick.

    Args:
        plan: what becomes what.
        make_colorizer: called once at most.
        options: the same for all pictures.
        model_hash: finds the hash of the model without loading it, to tell which results another one made;
            None if that does not matter.

    Raises:
        ModelError, DeviceError: the colorizer cannot be made; no picture would succeed.
        SettingsError: a scan could have several versions, or a version several scans.
    """
    yield from settled_of(plan, options)
    run = PlanRun(options, model_hash)
    colorizer: Colorizer | None = None
    for job in plan.jobs:
        for found in run.look_at(job):
            if not isinstance(found, Task):
                yield found
                continue
            colorizer = colorizer or make_colorizer()
            yield run.do(found, colorizer)


def settled_of(plan: Plan, options: RunOptions) -> Iterator[Outcome]:
    """Yield what a plan knows of pictures before the first of them is looked at.

    Raises:
        SettingsError: a scan could have several versions, or a version several scans.
    """
    if options.versions:
        options.versions.check(plan.jobs)
    yield from plan.failed
    yield from plan.skipped


def refuse_without_model(code: str, reason: str) -> None:
    """Stop where no picture could succeed, given how one of them failed.

    Raises:
        ModelError: the model cannot be loaded, or runs nowhere.
    """
    if code in (ModelError.code, DeviceError.code):
        raise ModelError(reason)


def colorizer_of_worker(
    model: str | None, *, device: str = "auto", max_pixels: int = DEFAULT_MAX_PIXELS, threads: int = 1
) -> Colorizer:
    """Return a colorizer for a process that does one picture after the other, beside others that do so.

    It has the arguments and errors of ``Colorizer``, and holds as little memory as possible between pictures.
    """
    limit_threads(threads)  # which a model takes when it is loaded
    loaded = Model.load(model, device, frugal=True)
    return Colorizer(loaded, device=device, max_pixels=max_pixels, threads=threads)


class PlanRun:
    """State of a run: which folders were swept, and the expected marks.

    Args:
        options: the same for all pictures.
        model_hash: as ``run_plan`` takes it.
    """

    def __init__(self, options: RunOptions, model_hash: Callable[[], str | None] | None = None) -> None:
        self._options = options
        self._swept: set[Path] = set()
        self._model_hash = cache(model_hash) if model_hash else None
        self._expected = self._expected_of(options.controls)

    def _expected_of(self, controls: Controls) -> Expected:
        return Expected(controls, self._options.size, self._options.view, self._model_hash)

    def look_at(self, job: Job) -> list[Task | Outcome]:
        """Return the tasks of a scan, and what is skipped; an error does not stop the run."""
        try:
            tasks = tasks_of(job, self._options)
            there = [not self._options.save.overwrite and is_done(task.target) for task in tasks]
            needs_look = not all(there) and not self._options.recolor
            if needs_look and is_own_result(job.source, self._options.max_pixels):
                reason = "is a result itself (its XMP says so; --recolor does it)"
                return [Skipped(job.source, reason, marked=True)]
            pairs = zip(tasks, there, strict=True)
            return [self._skip_existing(task) if done else task for task, done in pairs]
        except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
            return [failed_by(error, job.source, job.root)]

    def do(self, task: Task, colorizer: Colorizer) -> Outcome:
        """Colourise one page."""
        started = time.perf_counter()
        try:
            self._sweep(task.target.parent)
            pages, remarks = paint_and_save(task, colorizer, self._options)
        except ExistsError:  # another run was quicker
            return self._skip_existing(task)
        except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
            return failed_by(error, task.source, task.root)
        seconds = time.perf_counter() - started
        return Done(task.source, task.target, seconds, task.page, pages, task.every_page, remarks)

    def _skip_existing(self, task: Task) -> Skipped:
        other = None
        if self._options.save.mark:
            versions, expected = self._options.versions, self._expected
            if versions is not None and versions.version_of(task.source, task.root) is not None:
                expected = self._expected_of(self._options.given_to(task)[0])
            other = expected.is_other(task.target, task.page)
        return Skipped(task.source, f"{task.target.name} exists already", task.target, other_options=other)

    def _sweep(self, folder: Path) -> None:
        """Remove what killed runs left there."""
        if folder not in self._swept:
            self._swept.add(folder)
            sweep(folder)


def tasks_of(job: Job, options: RunOptions) -> list[Task]:
    """Return the pages of a scan that are to be done.

    Raises:
        PictureError: every page is, and they cannot be counted.
    """
    if options.page is not None:
        return [Task(job.source, job.target, options.page, root=job.root)]
    pages = read_head(job.source, max_pixels=options.max_pixels).pages
    if pages == 1:
        return [Task(job.source, job.target, 1, root=job.root)]
    numbers = range(1, pages + 1)
    return [Task(job.source, job.page_target(page), page, every_page=True, root=job.root) for page in numbers]


def paint_and_save(
    task: Task, colorizer: Colorizer, options: RunOptions, before_naming: Naming | None = None
) -> tuple[int, tuple[str, ...]]:
    """Colourise one page and write its files.

    Args:
        task: what becomes what.
        colorizer: that paints.
        options: of the run.
        before_naming: called with the scan and all files before the first of them gets its name.

    Returns:
        How many pages the scan has, and what is to be said of the picture.

    Raises:
        VermilionError: it cannot be done.
    """
    reading = ReadOptions(task.page, options.recolor, options.max_pixels, options.crop_print)
    check_before_decoding(task.source, task.target, reading, options.save)
    scan = read_scan(NamedFile(task.source, task.name) if task.name else task.source, reading)
    refuse_before_painting(scan, task.target, options.save)
    controls, no_version = options.given_to(task)
    session = colorizer.open(scan, recolor=options.recolor, size=options.size, view=options.view)
    picture = session.paint(controls)
    variants: list[Picture] = []
    companions = replace(options.companions, trust_map=False) if no_version else options.companions
    wanted = companions.variants
    if wanted:
        variants += session.variants(replace(controls, variants=wanted))
    fewer = [f"only {len(variants)} variants differ"] if len(variants) < wanted else []
    if scan.size[0] * scan.size[1] > LARGE:
        trim()  # what the network needed; an encoder takes pieces too large to use it again
    telling = None if before_naming is None else partial(before_naming, scan)
    save_result(picture, task.target, options.save, companions, _one_by_one(variants), telling)
    remarks = (*picture.notes, *picture.left_out_of(task.target.suffix), *fewer)
    return picture.scan.pages, (no_version, *remarks) if no_version else remarks


def _one_by_one(pictures: list[Picture]) -> Iterator[Picture]:
    """Yield each picture without keeping it, so that its memory is freed before the next."""
    while pictures:
        yield pictures.pop(0)
