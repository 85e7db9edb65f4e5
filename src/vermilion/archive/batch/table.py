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
_DELIMITERS = ",;\t"
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
        tasks = list(tasks)
        rows = self.rows_of([names_of(task) for task in tasks], general)
        return tuple(
            replace(task, controls=controls_of(row, general), identifier=identifier_of(row)) if row else task
            for task, row in zip(tasks, rows, strict=True)
        )

    def rows_of(self, pictures: Iterable[tuple[str, ...]], general: Controls) -> list[dict[str, str]]:
        """Return the row of each picture, given the names that it may have; an empty one where there is none.

        Raises:
            SettingsError: a cell says nothing that can be, or a line names none of the pictures.
        """
        used = [next((name for name in names if name in self.rows), "") for names in pictures]
        for name in self.rows.keys() - set(used):
            raise SettingsError(
                f"Line {self.rows[name][0]} of {self.path} names {name}, which is not a picture of this "
                "batch; correct it, or remove it."
            )
        for name in set(used) - {""}:
            self._check(*self.rows[name], general)
        return [self.rows[name][1] if name else {} for name in used]

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

    def _check(self, line: int, row: dict[str, str], general: Controls) -> None:
        try:
            controls_of(row, general)
        except (ValueError, SettingsError, HintError) as error:
            reason = str(error).rstrip(".")
            raise SettingsError(f"Line {line} of {self.path} cannot be followed: {reason}.") from error


def identifier_of(row: dict[str, str]) -> str:
    """Return by which name an archive knows a picture, given its row; empty if it tells none."""
    return row.get(_IDENTIFIER, "")


def controls_of(row: dict[str, str], general: Controls) -> Controls:
    """Return what is said of a picture, given its row and what is said of all.

    Raises:
        ValueError, SettingsError, HintError: a cell says nothing that can be.
    """
    numbers = {name: _number(name, row[name]) for name in _NUMBERS if row.get(name)}
    hints = (*general.hints, *map(parse_hint, _parts(row.get(_HINTS, ""))))
    controls = replace(general, look=row.get(_LOOK) or general.look, hints=hints, **numbers)  # type: ignore[arg-type]
    check_controls(controls)
    return controls


def _number(name: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise SettingsError(f"its {name} {cell!r} is no number; write it as 5.5") from error


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
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(StringIO(text, newline=""), strict=True, delimiter=_delimiter_of(text))
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


def _delimiter_of(text: str) -> str:
    """What stands between the cells: spreadsheets write semicolons where numbers have a comma."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


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
