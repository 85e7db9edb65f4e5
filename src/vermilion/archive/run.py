"""The loop over a plan: each picture done, skipped or failed, and none in the way of the others."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vermilion.archive.plan import CONFIDENCE_SUFFIX, Job, Plan
from vermilion.archive.results import Done, Failed, Outcome, Skipped
from vermilion.colorizer import Colorizer
from vermilion.errors import ExistsError, OutputError, VermilionError
from vermilion.guidance import RECIPE_SUFFIX, Controls
from vermilion.picture import Picture
from vermilion.pictures import ReadOptions, Signature, read_mark, read_scan


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
        mark: whether results tell in their XMP that a network made the colours; with a signature, whether
            a signed C2PA manifest tells it, too.
        recipe: whether NAME.recipe.json is written beside each result.
        confidence_map: whether NAME.confidence.png is written beside each result.
        controls: what is said about the colours.
    """

    page: int | None = 1
    recolor: bool = False
    overwrite: bool = False
    fast_jpeg: bool = False
    drop_depth: bool = False
    drop_alpha: bool = False
    size: int | None = None
    mark: bool | Signature = True
    recipe: bool = False
    confidence_map: bool = False
    controls: Controls = field(default_factory=Controls)


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


def save_result(picture: Picture, target: Path, options: RunOptions) -> None:
    """Write a picture as the options say, what stands beside it, and the folder that they go into.

    Raises:
        ExistsError: the picture is there already; nothing is written.
        OutputError: what stands beside it is there already, or a file cannot be written.
    """
    _make_folder(target.parent)
    beside = _files_beside(picture, target, options)
    for path in beside:
        if path.exists() and not options.overwrite:
            if target.exists():
                raise ExistsError(f"{target} exists already; choose another name, or allow --overwrite.")
            raise OutputError(f"{path} exists already; move it away, or allow --overwrite.")
    picture.save(
        target,
        overwrite=options.overwrite,
        fast_jpeg=options.fast_jpeg,
        drop_depth=options.drop_depth,
        drop_alpha=options.drop_alpha,
        mark=options.mark,
    )
    for path, write in beside.items():
        write(path, overwrite=options.overwrite)


def _files_beside(picture: Picture, target: Path, options: RunOptions) -> dict[Path, Callable[..., None]]:
    """Return what else is written, and by which method of the picture."""
    files: dict[Path, Callable[..., None]] = {}
    if options.recipe:
        files[target.with_suffix(RECIPE_SUFFIX)] = picture.save_recipe
    if options.confidence_map:
        files[target.with_suffix(CONFIDENCE_SUFFIX)] = picture.save_confidence
    return files


def _is_to_do(task: _Task, options: RunOptions) -> bool:
    return options.overwrite or not task.target.exists()


def _skip_existing(task: _Task) -> Skipped:
    return Skipped(task.source, f"{task.target.name} exists already", task.target)


def _is_own_result(source: Path, tasks: list[_Task], options: RunOptions) -> bool:
    """Whether a picture that would be done is the result of an earlier run, told by its mark."""
    if options.recolor or not any(_is_to_do(task, options) for task in tasks):
        return False
    try:
        return read_mark(source) is not None
    except Exception:  # noqa: BLE001 - what is wrong with a scan is told when its turn comes
        return False


def _tasks_of(job: Job, options: RunOptions) -> list[_Task]:
    if options.page is not None:
        return [_Task(job.source, job.target, options.page)]
    pages = read_scan(job.source, ReadOptions(recolor=True)).pages
    if pages == 1:
        return [_Task(job.source, job.target, 1)]
    return [_Task(job.source, job.page_target(page), page, every_page=True) for page in range(1, pages + 1)]


def _do(task: _Task, colorizer: Colorizer, options: RunOptions) -> Outcome:
    started = time.perf_counter()
    try:
        picture = colorizer.colorize(
            task.source,
            page=task.page,
            recolor=options.recolor,
            size=options.size,
            controls=options.controls,
        )
        save_result(picture, task.target, options)
        pages = picture.scan.pages
    except ExistsError:  # another run was quicker
        return _skip_existing(task)
    except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
        return _failure(task.source, error)
    seconds = time.perf_counter() - started
    return Done(task.source, task.target, seconds, task.page, pages, task.every_page, picture.notes)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made ({error.strerror}); choose a folder with -o that can be written to."
        ) from error


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
