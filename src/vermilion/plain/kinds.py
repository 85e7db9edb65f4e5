"""Reads the annotations of options: their bare types, the type of a key, and their words for messages."""

import dataclasses
import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

from vermilion.assets import Asset

Kind = Any
"""An annotation; they have no type of their own."""

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", Path: "a text"}


def origin_of(kind: Kind) -> object:
    """Return what an annotation is made with, such as tuple; None of a plain type."""
    return get_origin(kind)


@cache
def members_of(kind: Kind) -> tuple[Kind, ...]:
    """Return the bare types that an annotation allows: one, or those of a union; None counts."""
    if origin_of(kind) is Annotated:
        return members_of(get_args(kind)[0])
    if origin_of(kind) in (Union, types.UnionType):
        return tuple(member for part in get_args(kind) for member in members_of(part))
    return (kind,)


def marks_of(kind: Kind) -> tuple[object, ...]:
    """Return what stands beside the type in an annotation, None or not: limits, for instance."""
    if origin_of(kind) is Annotated:
        inner, *marks = get_args(kind)
        return (*marks_of(inner), *marks)
    if origin_of(kind) in (Union, types.UnionType):
        return tuple(mark for part in get_args(kind) for mark in marks_of(part))
    return ()


@cache
def fields_of(kind: type) -> Mapping[str, Kind]:
    """Return the annotations of a dataclass's fields, in their order; finding them takes long."""
    kinds = get_type_hints(kind, include_extras=True)
    return {entry.name: kinds[entry.name] for entry in dataclasses.fields(kind)}


@cache
def required_keys(kind: type) -> frozenset[str]:
    """Return the fields of a dataclass that have no default."""
    none = dataclasses.MISSING
    entries = dataclasses.fields(kind)
    return frozenset(entry.name for entry in entries if entry.default is entry.default_factory is none)


def tables_in(kind: Kind) -> list[type]:
    """Return the dataclasses that an annotation allows."""
    return [cast("type", member) for member in members_of(kind) if dataclasses.is_dataclass(member)]


def lists_in(kind: Kind) -> list[Kind]:
    """Return the tuples that an annotation allows."""
    return [member for member in members_of(kind) if origin_of(member) is tuple]


def words_of(kind: Kind) -> str:
    """Return what an annotation allows, in words: "a text or null"."""
    return " or ".join(dict.fromkeys(_word(member) for member in members_of(kind) if member is not Asset))


def _word(member: Kind) -> str:
    if member is type(None):
        return "null"
    return "a list [...]" if origin_of(member) is tuple else _WORDS.get(member, "a table {...}")
