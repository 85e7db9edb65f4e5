"""A sample of a batch, a page to accept or reject its results, and colouring rejected ones again."""

import hashlib
import html
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from vermilion.archive.batch.manifest import MANIFEST, read_manifest
from vermilion.archive.batch.painting import holds, key_of
from vermilion.archive.batch.record import DONE, Record
from vermilion.archive.batch.report import thumbnail
from vermilion.archive.batch.table import Table, names_of
from vermilion.archive.run import Task
from vermilion.guidance import Controls, look_names
from vermilion.pictures import publish

SAMPLE_PAGE = "sample.html"
"""What the page is called in the folder of the results."""


def choose_sample(tasks: Iterable[Task], count: int) -> tuple[Task, ...]:
    """Return a random sample of pictures, in the order of the batch.

    The choice follows from the hashes of their paths. So a resumed run has the same sample, and a
    larger sample holds a smaller one.
    """
    tasks = list(tasks)
    chosen = sorted(range(len(tasks)), key=lambda place: _chance(tasks[place]))[:count]
    return tuple(tasks[place] for place in sorted(chosen))


def _chance(task: Task) -> bytes:
    name, page = key_of(task)
    return hashlib.sha256(f"{page} {name}".encode("utf-8", "surrogateescape")).digest()


def tasks_again(tasks: Sequence[Task], table: Table, general: Controls, folder: Path) -> tuple[Task, ...]:
    """Return the pictures that a table rejects, with what it says of them instead.

    A result is replaced only if it is the one that the manifest knows; else its picture will fail.

    Args:
        tasks: all of the batch.
        table: with verdicts.
        general: what is said of all pictures.
        folder: of the results.

    Raises:
        SettingsError: the table cannot be followed, or the manifest was changed.
    """
    given = table.rejected().given_to(tasks, general)
    wanted = [task for task in given if task.controls is not None]
    known = _records(folder, wanted)
    return tuple(replace(task, again=_is_ours(folder, known.get(key_of(task)))) for task in wanted)


def write_sample_page(folder: Path, tasks: Sequence[Task]) -> Path | None:
    """Write the page that shows pictures, each scan beside its result; return its path.

    Args:
        folder: of the results.
        tasks: the sample; those that are not done are left out. None is returned if no one is.

    Raises:
        OutputError: it cannot be written.
    """
    known = _records(folder, tasks)
    rows = [
        _row(folder, task, record)
        for task in tasks
        if (record := known.get(key_of(task))) is not None and record.outcome == DONE and record.outputs
    ]
    if not rows:
        return None
    looks = "".join(f"<option>{html.escape(name)}</option>" for name in look_names())
    page = files(__package__).joinpath("sample.html").read_text("utf-8")
    page = page.replace("<!--looks-->", looks).replace("<!--rows-->", "\n".join(rows))
    path = folder / SAMPLE_PAGE
    publish([page.encode("utf-8", "replace")], path, overwrite=True)
    return path


def _records(folder: Path, tasks: Iterable[Task]) -> dict[tuple[str, int], Record]:
    """The last record of each picture, by its key."""
    keys, path = {key_of(task) for task in tasks}, folder / MANIFEST
    lines = read_manifest(path) if path.exists() else iter(())
    return {line.key: line for line in lines if isinstance(line, Record) and line.key in keys}


def _is_ours(folder: Path, record: Record | None) -> bool:
    return record is not None and all(holds(folder, each) for each in record.outputs)


def _row(folder: Path, task: Task, record: Record) -> str:
    name = html.escape(names_of(task)[0], quote=True)
    page = f" (page {task.page})" if task.every_page else ""
    images = "".join(
        f'<img alt="{what}" src="data:image/jpeg;base64,{thumbnail(path, color=what == "result")}">'
        for what, path in (("scan", task.source), ("result", folder / record.outputs[-1].path))
    )
    return f'<article data-file="{name}"><h2>{name}{page}</h2>{images}<div class="verdict"></div></article>'
