"""A table of controls for single pictures: CSV with a line for each file.

    file,identifier,look,warmth,hints
    1931/gate.tif,MS 17/4,hand-tinted,,"120,80=navy; 300,40,20=#aabbcc"

An empty cell leaves what is said of all pictures as it is; hints lie over those of all. The page of a sample
gives such a table with one column more, the verdict: "accept" or "reject".
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from vermilion.archive.run import Task
from vermilion.errors import HintError, SettingsError
from vermilion.guidance import Controls, check_controls, parse_hint

_FILE, _IDENTIFIER, _HINTS, _LOOK = "file", "identifier", "hints", "look"
_NUMBERS = ("temperature", "fade_unsure", "vividness", "warmth", "tint")
COLUMNS = (_FILE, _IDENTIFIER, _HINTS, _LOOK, *_NUMBERS)
_VERDICT, _ACCEPT, _REJECT = "verdict", "accept", "reject"
_LARGEST = 256 * 2**20  # bytes; a million lines


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says.

    Attributes:
        path: of its file.
        sha256: of its content, in hexadecimal.
        rows: by the name of the file, or its path below the folder that is searched; with their line.
    """

    path: Path
    sha256: str
    rows: dict[str, tuple[int, dict[str, str]]]

    def given_to(self, tasks: Iterable[Task], general: Controls) -> tuple[Task, ...]:
        """Return the tasks with what the table says of each.

        Raises:
            SettingsError: a cell says nothing that can be, or a line names none of the pictures.
        """
        used: set[str] = set()
        given = []
        for task in tasks:
            name = next((name for name in names_of(task) if name in self.rows), None)
            if name is not None:
                used.add(name)
                line, row = self.rows[name]
                controls = self._controls(line, row, general)
                task = replace(task, controls=controls, identifier=row.get(_IDENTIFIER, ""))  # noqa: PLW2901
            given.append(task)
        for name in self.rows.keys() - used:
            raise SettingsError(
                f"Line {self.rows[name][0]} of {self.path} names {name}, which is not a picture of this "
                "batch; correct it, or remove it."
            )
        return tuple(given)

    def rejected(self) -> "Table":
        """Return what the table says of pictures that it rejects, to be done again.

        Raises:
            SettingsError: a verdict is neither, or a picture is rejected and nothing else is said of it.
        """
        kept: dict[str, tuple[int, dict[str, str]]] = {}
        for name, (line, row) in self.rows.items():
            verdict = row.get(_VERDICT, "")
            if verdict not in (_ACCEPT, _REJECT):
                raise SettingsError(
                    f"Line {line} of {self.path} has the verdict {verdict!r}; write accept or reject."
                )
            if verdict == _ACCEPT:
                continue
            if not any(row.get(column) for column in (_HINTS, _LOOK, *_NUMBERS)):
                raise SettingsError(
                    f"Line {line} of {self.path} rejects {name} and does not say what to change; "
                    "give it a look, a vividness, hints or another of the columns."
                )
            kept[name] = line, row
        return replace(self, rows=kept)

    def _controls(self, line: int, row: dict[str, str], general: Controls) -> Controls:
        try:
            numbers = {name: float(row[name]) for name in _NUMBERS if row.get(name)}
            hints = (*general.hints, *map(parse_hint, _parts(row.get(_HINTS, ""))))
            controls = replace(general, look=row.get(_LOOK) or general.look, hints=hints, **numbers)  # type: ignore[arg-type]
            check_controls(controls)
        except (ValueError, SettingsError, HintError) as error:
            reason = str(error).rstrip(".")
            raise SettingsError(f"Line {line} of {self.path} cannot be followed: {reason}.") from error
        return controls


def read_table(path: Path, *, verdicts: bool = False) -> Table:
    """Read a table.

    Args:
        path: of its file.
        verdicts: whether it must tell which pictures are accepted.

    Raises:
        SettingsError: it cannot be read, has a column that is not known, or a file twice.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path} is too large for a table of controls; split the batch.")
        content = path.read_bytes()
        reader = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = tuple(reader.fieldnames or ())
        _check_columns(path, columns, verdicts=verdicts)
        rows: dict[str, tuple[int, dict[str, str]]] = {}
        for row in reader:
            _add(rows, path, reader.line_num, row)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}); check its name.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path} is not a CSV in UTF-8 ({error}); save it as that.") from error
    return Table(path, hashlib.sha256(content).hexdigest(), rows)


def _add(
    rows: dict[str, tuple[int, dict[str, str]]], path: Path, line: int, row: dict[str | None, str | None]
) -> None:
    if None in row or None in row.values():
        raise SettingsError(f"Line {line} of {path} has more or fewer cells than its first line; correct it.")
    cells = {str(key): str(value).strip() for key, value in row.items()}
    name = cells.pop(_FILE)
    if not name or name in rows:
        what = f"{name} again" if name else "no file"
        raise SettingsError(f"Line {line} of {path} names {what}; correct it.")
    rows[name] = line, cells


def _check_columns(path: Path, columns: tuple[str, ...], *, verdicts: bool) -> None:
    known = (*COLUMNS, _VERDICT) if verdicts else COLUMNS
    needed = (_FILE, _VERDICT) if verdicts else (_FILE,)
    wrong = [f"has a column {name!r}" for name in columns if name not in known]
    wrong += [f"has no column {name!r}" for name in needed if name not in columns]
    if wrong:
        raise SettingsError(f"{path} {wrong[0]}; its first line may hold {', '.join(known)}.")


def names_of(task: Task) -> tuple[str, ...]:
    """How a table may call a picture: by its path below the folder that is searched, or by its name."""
    root = task.root or task.source.parent
    if task.source.is_relative_to(root):
        return task.source.relative_to(root).as_posix(), task.source.name
    return (task.source.name,)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]
