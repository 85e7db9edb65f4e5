"""Pictures that a person named on the command line."""

from collections.abc import Sequence
from pathlib import Path

from vermilion.archive import PlanOptions, make_plan
from vermilion.errors import OutputError, PictureError
from vermilion.outputs import names_a_file
from vermilion.studio.desk.desk import Desk


def check_folder(out: Path | None) -> None:
    """Refuse a folder of results that is none, before anything is started.

    Raises:
        OutputError: it is a file, or would be one.
    """
    if out is not None and (names_a_file(out) or (out.exists() and not out.is_dir())):
        raise OutputError(f"{out} is not a folder; name one with -o, to save results in.")


def open_named(desk: Desk, paths: Sequence[str], out: Path | None) -> int:
    """Open what the paths mean, as `vermilion colorize` does; nothing is read yet.

    Args:
        desk: where they are opened.
        paths: files, folders and patterns.
        out: folder of results, which mirrors the tree.

    Returns:
        How many were opened; those that are open already stay as they are.

    Raises:
        PictureError: a path is not there.
        OutputError: two results would have one name.
    """
    if not paths:
        return 0
    plan = make_plan(paths, PlanOptions(output=out))
    if plan.failed:
        raise PictureError(plan.failed[0].reason)
    opened = 0
    for job in plan.jobs:
        target = job.target.relative_to(out) if out is not None else Path(job.source.name)
        opened += desk.open_named(job.source, target) is not None
    return opened
