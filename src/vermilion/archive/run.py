"""The loop over a plan: each picture done, skipped or failed, and none in the way of the others."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vermilion.archive.plan import Job, Plan
from vermilion.archive.results import Done, Failed, Outcome, Skipped
from vermilion.archive.save import refuse_existing, save_result, save_variants, variant_files
from vermilion.colorizer import Colorizer
from vermilion.errors import ExistsError, VermilionError
from vermilion.guidance import Controls
from vermilion.picture import Picture
from vermilion.pictures import DEFAULT_MAX_PIXELS, ReadOptions, Signature, read_mark, read_scan
from vermilion.session import Session


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How each picture of a plan is colourised and written.

    Attributes:
        page: which page of a multi-page file, counted from 1; None for every page.
        recolor: whether pictures that are in real colour already are done, too.
        overwrite: whether results that exist are made again.
        fast_jpeg: whether a JPEG's luma is encoded again instead of carried over.
        drop_depth: whether 16 bits may become 8 where the format holds no more.
        drop_alpha: whether transparency may be lost where the format has none.
        size: the short side in pixels at which the network looks; None for what the model's card says.
        max_pixels: the most pixels that a scan may claim; the Colorizer has its own limit for all it reads.
        mark: whether results tell in their XMP that a network made the colours; with a signature, whether
            a signed C2PA manifest tells it, too.
        recipe: whether NAME.recipe.json is written beside each result.
        confidence_map: whether NAME.confidence.png is written beside each result.
        variants: how many other colourings are written as NAME.v1.EXT and so on, with a contact sheet.
        controls: what is said about the colours.
    """

    page: int | None = 1
    recolor: bool = False
    overwrite: bool = False
    fast_jpeg: bool = False
    drop_depth: bool = False
    drop_alpha: bool = False
    size: int | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    mark: bool | Signature = True
    recipe: bool = False
    confidence_map: bool = False
    variants: int = 0
    controls: Controls = field(default_factory=Controls)

    @property
    def companions(self) -> bool:
        """Whether anything named after a result is written beside it."""
        return self.recipe or self.confidence_map or self.variants > 0


@dataclass(frozen=True, slots=True)
class _Task:
    """One page of one scan, and its result."""

    source: Path
    target: Path
    page: int
    every_page: bool = False


def run_plan(plan: Plan, make_colorizer: Callable[[], Colorizer], options: RunOptions) -> Iterator[Outcome]:
    """Colourise all pictures of a plan; yield what became of each as soon as it is known.

    The model is loaded only when a picture needs it, so that a run with nothing left to do is quick.

    Args:
        plan: what becomes what.
        make_colorizer: called once at most.
        options: the same for all pictures.

    Raises:
        ModelError, DeviceError: the colorizer cannot be made; no picture would succeed.
    """
    yield from plan.failed
    yield from plan.skipped
    colorizer: Colorizer | None = None
    for job in plan.jobs:
        try:
            tasks = _tasks_of(job, options)
        except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
            yield _failure(job.source, error)
            continue
        if _is_own_result(job.source, tasks, options):
            yield Skipped(job.source, "is a result itself (its XMP says so; --recolor does it)", marked=True)
            continue
        for task in tasks:
            if not _is_to_do(task, options):
                yield _skip_existing(task)
                continue
            colorizer = colorizer or make_colorizer()
            yield _do(task, colorizer, options)


def _is_to_do(task: _Task, options: RunOptions) -> bool:
    return options.overwrite or not task.target.exists()


def _skip_existing(task: _Task) -> Skipped:
    return Skipped(task.source, f"{task.target.name} exists already", task.target)


def _is_own_result(source: Path, tasks: list[_Task], options: RunOptions) -> bool:
    """Whether a picture that would be done is the result of an earlier run, told by its mark."""
    if options.recolor or not any(_is_to_do(task, options) for task in tasks):
        return False
    try:
        return read_mark(source, options.max_pixels) is not None
    except Exception:  # noqa: BLE001 - what is wrong with a scan is told when its turn comes
        return False


def _tasks_of(job: Job, options: RunOptions) -> list[_Task]:
    if options.page is not None:
        return [_Task(job.source, job.target, options.page)]
    pages = read_scan(job.source, ReadOptions(recolor=True, max_pixels=options.max_pixels)).pages
    if pages == 1:
        return [_Task(job.source, job.target, 1)]
    return [_Task(job.source, job.page_target(page), page, every_page=True) for page in range(1, pages + 1)]


def _do(task: _Task, colorizer: Colorizer, options: RunOptions) -> Outcome:
    started = time.perf_counter()
    try:
        session = colorizer.open(task.source, page=task.page, recolor=options.recolor, size=options.size)
        picture, remarks = _paint_and_save(session, task.target, options)
        pages = picture.scan.pages
    except ExistsError:  # another run was quicker
        return _skip_existing(task)
    except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
        return _failure(task.source, error)
    seconds = time.perf_counter() - started
    return Done(task.source, task.target, seconds, task.page, pages, task.every_page, remarks)


def _paint_and_save(session: Session, target: Path, options: RunOptions) -> tuple[Picture, tuple[str, ...]]:
    """Return the picture that was written, and what is to be said of it."""
    if options.variants:
        refuse_existing(variant_files(target, options.variants), overwrite=options.overwrite)
    picture = session.paint(options.controls)
    save_result(picture, target, options)
    if not options.variants:
        return picture, picture.notes
    variants = session.variants(replace(options.controls, variants=options.variants))
    save_variants(picture, variants, target, options)
    fewer = len(variants) < options.variants
    return picture, (*picture.notes, *([f"only {len(variants)} variants differ"] if fewer else []))


def _failure(source: Path, error: Exception) -> Failed:
    if isinstance(error, VermilionError):
        return Failed(source, str(error), error)
    if isinstance(error, MemoryError):
        reason = f"{source} does not fit into memory; close other programs, or reduce the scan."
    elif isinstance(error, OSError):
        reason = f"{source} could not be done ({error.strerror or error}); mend that and run again."
    else:
        fault = f"{type(error).__name__}: {error}"
        reason = f"{source} met a fault of ours ({fault}); please report it with what -v shows."
    return Failed(source, reason, error)
