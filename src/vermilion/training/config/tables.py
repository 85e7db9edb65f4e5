"""Dataclasses from TOML tables: kinds of values and their limits, which stand at the fields themselves."""

import dataclasses
import math
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from vermilion.errors import SettingsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a number may be."""

    least: float
    most: float = math.inf

    def allow(self, value: float) -> bool:
        """Whether a number lies within; what is not finite never does."""
        return math.isfinite(value) and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"at least {self.least}" if self.most == math.inf else f"in {self.least}..{self.most}"


Share = Annotated[float, Limits(0, 1)]
Weight = Annotated[float, Limits(0)]  # of a loss, or a learning rate
Count = Annotated[int, Limits(1)]
CountOrNone = Annotated[int, Limits(0)]
Positive = Annotated[float, Limits(0.01)]


def build(kind: type[T], table: object, where: str) -> T:
    """A dataclass from a TOML table.

    Raises:
        SettingsError: a key is unknown or missing, or a value is of another kind than its field.
    """
    if not isinstance(table, dict):
        raise SettingsError(f"{where}: must be a table, not {table!r}.")
    hints = get_type_hints(kind, include_extras=True)
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise SettingsError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(hints))}.")
    entries = dataclasses.fields(kind)  # type: ignore[arg-type] # every kind here is a dataclass
    missing = [entry.name for entry in entries if _is_required(entry) and entry.name not in table]
    if missing:
        raise SettingsError(f"{where}: the key {missing[0]!r} is missing.")
    return kind(**{key: _convert(hints[key], value, f"{where}: {key}") for key, value in table.items()})


def _is_required(entry: "dataclasses.Field[Any]") -> bool:
    return entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING


def plain(hint: Any) -> Any:  # noqa: ANN401 - annotations have no type of their own
    """An annotation without its limits and without "or none"."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _convert(hint: Any, value: object, where: str) -> object:  # noqa: ANN401 - as above
    """A TOML value as the annotated type, or an error that names the key."""
    kind = plain(hint)
    if dataclasses.is_dataclass(kind):
        return build(kind, value, where)  # type: ignore[arg-type] # an annotation is the class itself
    if get_origin(kind) is tuple:
        return _converted_list(get_args(kind), value, where)
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise SettingsError(f"{where}: must be a table, not {value!r}.")
        return {key: _convert(get_args(kind)[1], entry, f"{where}: {key}") for key, entry in value.items()}
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where}: must be {_KINDS[kind]}, not {value!r}.")
    return value


def _converted_list(inner: tuple[Any, ...], value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise SettingsError(f"{where}: must be a list, not {value!r}.")
    kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
    if len(kinds) != len(value):
        raise SettingsError(f"{where}: must have {len(kinds)} entries, not {len(value)}.")
    return tuple(_convert(kind, entry, where) for kind, entry in zip(kinds, value, strict=True))


_KINDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false"}


def check_limits(table: object, where: str) -> None:
    """Refuse numbers of a dataclass that are beyond their field's limits, those in its lists included.

    Raises:
        SettingsError: it names the key, what it may be and what it is.
    """
    for name, hint in get_type_hints(type(table), include_extras=True).items():
        for key, limits, value in _limited(hint, getattr(table, name)):
            if not limits.allow(value):
                raise SettingsError(f"{where}{name}: {key}must be {limits}, not {value}.")


def _limited(hint: Any, value: Any) -> Iterator[tuple[str, Limits, float]]:  # noqa: ANN401 - as above
    """Each limited number of a value, with the key of a table under which it stands."""
    parts = get_args(hint)
    if value is None or not parts:
        return
    if get_origin(hint) is Annotated:
        yield from (("", limits, value) for limits in parts[1:] if isinstance(limits, Limits))
    elif get_origin(hint) in (Union, types.UnionType):
        for part in parts:
            yield from _limited(part, value)
    elif get_origin(hint) is tuple:
        kinds = [parts[0]] * len(value) if parts[-1] is Ellipsis else parts
        for kind, entry in zip(kinds, value, strict=True):
            yield from _limited(kind, entry)
    elif get_origin(hint) is dict:
        for key, entry in value.items():
            yield from ((f"{key!r} ", limits, number) for _, limits, number in _limited(parts[1], entry))
