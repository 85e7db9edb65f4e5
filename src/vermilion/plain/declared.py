"""Options made in Python, in the form that they have once written and read: 2 becomes 2.0 for a length."""

from dataclasses import is_dataclass, replace
from pathlib import PurePath
from typing import TypeVar, cast, get_args

from vermilion.plain.kinds import Kind, fields_of, lists_in, members_of

T = TypeVar("T")

_PLAIN = frozenset({str, bool, float, type(None)})
"""What stays as it is; that is most of what a recipe holds, and it is asked of every picture of a batch."""


def as_declared(options: T) -> T:
    """Return a dataclass with NumPy's numbers as Python's, paths as texts and lengths as floats."""
    return cast("T", _declared(type(options), options))


def _declared(kind: Kind, value: object) -> object:
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        kinds = fields_of(type(value))
        return replace(value, **{name: _declared(part, getattr(value, name)) for name, part in kinds.items()})
    if isinstance(value, tuple | list):
        return tuple(_declared(part, entry) for part, entry in zip(_entries(kind, value), value, strict=True))
    if isinstance(value, PurePath):
        return str(value)
    number = getattr(value, "item", None)
    plain = number() if callable(number) else value
    members = members_of(kind)
    return float(plain) if type(plain) is int and float in members and int not in members else plain


def _entries(kind: Kind, value: tuple[object, ...] | list[object]) -> tuple[Kind, ...]:
    """Return the annotation of each entry."""
    lists = lists_in(kind)
    parts = get_args(lists[0]) if lists else (kind, Ellipsis)
    return parts[:1] * len(value) if parts[-1] is Ellipsis else parts
