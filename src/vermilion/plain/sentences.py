"""Turns pydantic's errors into one sentence: the place, what was wanted, and what was found."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

from vermilion.plain.choices import OneOf, is_tag, tag
from vermilion.plain.files import FILE, FileTable
from vermilion.plain.kinds import (
    Kind,
    fields_of,
    lists_in,
    marks_of,
    members_of,
    origin_of,
    required_keys,
    tables_in,
    words_of,
)
from vermilion.plain.limits import Limits
from vermilion.plain.texts import shown

Place = Sequence[str | int]
Placed = Callable[[Place, Any], str]


def numbered(place: Place, _: object = None) -> str:
    """Return a place as ": controls: hints 1: x"; the first of a list has number 1."""
    return "".join(f" {step + 1}" if isinstance(step, int) else f": {step}" for step in place)


def dotted(place: Place, value: Any) -> str:  # noqa: ANN401 - whatever was read
    """Return a place as ": stages.first.rate", with the names of tables in lists."""
    steps = []
    for step in place:
        value = value[step]
        named = isinstance(step, int) and isinstance(value, dict) and isinstance(value.get("name"), str)
        steps.append(value["name"] if named else str(step + 1 if isinstance(step, int) else step))
    return ": " + ".".join(steps) if steps else ""


def sentence_of(kind: Kind, errors: Iterable[Any], placed: Placed, whole: object) -> str:
    """Return ": PLACE: what is wrong" of the error that explains most.

    Args:
        kind: the dataclass that was to be built.
        errors: pydantic's.
        placed: writes a place.
        whole: what was read.
    """
    error = min(errors, key=_rank)
    *above, last = error["loc"] or (None,)
    parent, place = _follow(kind, above)
    if error["type"] == "unexpected_keyword_argument":
        return f"{placed(place, whole)}: {_unknown_key(last, [parent])}"
    if error["type"] == "missing":
        return f"{placed(place, whole)}: {_missing(parent, last, error['input'])}"
    wanted, place = _follow(kind, error["loc"])
    return f"{placed(place, whole)}: {_wrong(wanted, error)}"


def _rank(error: Any) -> int:  # noqa: ANN401 - pydantic's
    """Misspelt keys come first, because they make another key missing."""
    ranks = {"unexpected_keyword_argument": 0, "string_unicode": 0, "invalid_key": 0, "missing": 1}
    return ranks.get(error["type"], 2)


def _follow(kind: Kind, steps: Place) -> tuple[Kind, Place]:
    """Return what is wanted at the end of pydantic's steps, and those of them that what was read has."""
    place = []
    for step in steps:
        if isinstance(step, str) and is_tag(step) and any(isinstance(mark, OneOf) for mark in marks_of(kind)):
            kind = _chosen(kind, step)
        else:
            place.append(step)
            kind = _behind(kind, step)
    return kind, place


def _chosen(kind: Kind, step: str) -> Kind:
    if step == FILE:
        return FileTable
    return next((member for member in members_of(kind) if tag(member.__name__) == step), str)


def _behind(kind: Kind, step: str | int) -> Kind:
    """Return the annotation of a key's or an entry's value."""
    tables = tables_in(kind)
    if isinstance(step, str) and tables:
        return fields_of(tables[0]).get(step, str)
    parts = next(get_args(member) for member in members_of(kind) if origin_of(member) in (tuple, dict))
    if isinstance(step, str):
        return parts[1]
    return parts[0] if parts[-1] is Ellipsis else parts[step]


def _wrong(kind: Kind, error: Any) -> str:  # noqa: ANN401 - pydantic's
    value = error["input"]
    match error["type"]:
        case "refused":
            return str(error["ctx"]["error"])
        case "string_unicode" | "invalid_key":
            return _unknown_key(value, tables_in(kind))
        case "too_long":
            return _entries(kind, value)
        case "greater_than_equal" | "less_than_equal" | "finite_number":
            return f"must be {_limits_of(kind)}, not {shown(value)}."
    if isinstance(value, dict) and len(tables := tables_in(kind)) > 1:
        return _no_such_form(tables, value)
    return f"must be {words_of(kind)}, not {shown(value)}."


def _limits_of(kind: Kind) -> str:
    limits = [str(mark) for mark in marks_of(kind) if isinstance(mark, Limits)]
    return limits[0] if limits else words_of(kind).replace("a number", "a finite number")


def _missing(parent: Kind, key: object, value: Any) -> str:  # noqa: ANN401 - whatever was read
    return f"the key {key!r} is missing." if isinstance(key, str) else _entries(parent, value)


def _entries(kind: Kind, value: Sequence[object]) -> str:
    return f"must have {len(get_args(lists_in(kind)[0]))} entries, not {len(value)}."


def _no_such_form(tables: Sequence[type], table: dict[str, object]) -> str:
    """Say that a table is none of several kinds: by a key that the likeliest lacks, or by what all need."""
    most = max(len(required_keys(kind) & table.keys()) for kind in tables)
    likeliest = [kind for kind in tables if len(required_keys(kind) & table.keys()) == most]
    known = {name for kind in likeliest for name in fields_of(kind)}
    if unknown := [key for key in table if key not in known]:
        return _unknown_key(unknown[0], likeliest)
    forms = " or ".join(" + ".join(sorted(required_keys(kind))) for kind in tables)
    return f"has {', '.join(table) or 'no keys'}, but needs {forms}."


def _unknown_key(key: object, tables: Sequence[type]) -> str:
    known = list(dict.fromkeys(name for kind in tables for name in fields_of(kind)))
    alike = difflib.get_close_matches(str(key), known, n=1)
    guess = f" (did you mean {alike[0]!r}?)" if alike else ""
    return f"unknown key {shown(key)}{guess}; known are {', '.join(known)}."
