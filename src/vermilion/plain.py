"""Plain data, as JSON gives it, to the dataclasses that it describes; errors name the key."""

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from vermilion.assets import Asset, AssetReader, no_files
from vermilion.errors import SettingsError, VermilionError

T = TypeVar("T")

_KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "null"}
_KINDS[Path] = _KINDS[str]
_PLAIN_KINDS: dict[object, tuple[object, ...]] = {float: (float, int), Path: (str,)}

ASSET = "asset"
"""Key of a field's metadata: a function that says of a text whether it names a file for that field."""

CONTENT = "content"
"""Key of a field's metadata: a function that makes the field's value of an asset and of what read it."""

_EXACT = 2**53  # whole numbers beyond are not exact as floats, and no control needs them


def read_json(path: Path, called: str, verb: str = "is") -> object:
    """Read a JSON file.

    Args:
        path: of the file.
        called: what to call it in messages: "The album".
        verb: "are", if that is several.

    Raises:
        SettingsError: it cannot be read, or is no JSON.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{called} {path} cannot be read ({error.strerror}); check the path.") from error
    return parse_json(content, f"{called} {path}", verb)


def parse_json(content: bytes, called: str, verb: str = "is") -> object:
    """Read the content of a JSON file.

    Args:
        content: all bytes.
        called: what to call it in messages: "The album box.json".
        verb: "are", if that is several.

    Raises:
        SettingsError: it is no JSON.
    """
    text = text_of(content, called, f"{verb} no text in UTF-8; name a JSON file")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{called} {verb} not valid JSON ({error}); correct that place.") from error


def text_of(content: bytes, called: str, cure: str) -> str:
    """Return the text in UTF-8 of a file's content; what is none is reported without its bytes.

    Args:
        content: all bytes.
        called: what to call it in messages: "The album box.json".
        cure: the rest of the message: "is no text in UTF-8; name a JSON file".

    Raises:
        SettingsError: it is no such text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # which no text has, but UTF-16 without its mark
        raise SettingsError(f"{called} {cure}.")
    return text


def from_plain(kind: type[T], value: object, where: str, read_asset: AssetReader = no_files) -> T:
    """Build a dataclass of tables, lists, texts, numbers, booleans and nulls.

    Args:
        kind: the dataclass. Its fields may be of plain types, paths, tuples, dataclasses and unions of these;
            of several dataclasses that one is meant whose required keys are all there.
        value: what was read; it is not changed.
        where: what to call it in messages.
        read_asset: opens the files that it names; by default none may be opened.

    Raises:
        SettingsError: a key is unknown or missing, or a value is not of its kind or impossible.
    """
    return cast("T", _convert(kind, value, where, read_asset))


def _convert(kind: object, value: object, where: str, read: AssetReader) -> object:
    if get_origin(kind) in (Union, types.UnionType):
        return _choose(get_args(kind), value, where, read)
    if dataclasses.is_dataclass(kind):
        return _build(cast("type", kind), value, where, read)
    if get_origin(kind) is tuple:
        return _listed(get_args(kind), value, where, read)
    if kind is Path and type(value) is str:
        return Path(value)
    fits = type(value) is not int or abs(value) <= _EXACT
    if kind is float and type(value) is int and fits:
        return float(value)
    if type(value) is not kind or not fits:
        raise SettingsError(f"{where}: must be {_word(kind)}, not {shown(value)}.")
    return value


def _build(kind: type, value: object, where: str, read: AssetReader) -> object:
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: must be a table {{...}}, not {shown(value)}.")
    hints = _types_of(kind)
    _check_keys(value, list(hints), where)
    missing = sorted(required_keys(kind) - value.keys())
    if missing:
        raise SettingsError(f"{where}: the key {missing[0]!r} is missing.")
    about = _asset_keys(kind)
    parts = {}
    for key, part in value.items():
        place, names = f"{where}: {key}", about.get(key, {}).get(ASSET)
        if names is not None and _is_asset(part, names):
            parts[key] = _content(_asset(part, place, read), about[key], place, read)
        else:
            parts[key] = _convert(hints[key], part, place, read)
    try:
        return kind(**parts)
    except VermilionError as error:  # what a dataclass itself refuses
        raise SettingsError(f"{where}: {error}") from error


@cache
def _types_of(kind: type) -> Mapping[str, object]:
    """The types of a dataclass's fields; finding them takes longer than all else here."""
    return get_type_hints(kind)


@cache
def _asset_keys(kind: type) -> Mapping[str, Mapping[str, Callable[..., Any]]]:
    """The fields of a dataclass that may name a file, each with what is known about it."""
    return {entry.name: entry.metadata for entry in dataclasses.fields(kind) if ASSET in entry.metadata}


def _content(asset: Asset, about: Mapping[str, Any], where: str, read: AssetReader) -> object:
    """What a field holds of an asset: itself, or what its content is in the reader's eyes."""
    if CONTENT not in about:
        return asset
    try:
        return about[CONTENT](asset, read)
    except VermilionError as error:
        raise SettingsError(f"{where}: {error}") from error


def _is_asset(value: object, names_file: Callable[[str], bool]) -> bool:
    """Whether a value stands for a file: its path, a table with its path and hash, or its content."""
    if isinstance(value, str):
        return value.startswith("data:") or names_file(value)
    return isinstance(value, dict) and ("path" in value or "sha256" in value)


def _asset(value: object, where: str, read: AssetReader) -> Asset:
    table = cast("dict[str, object]", {"path": value} if isinstance(value, str) else value)
    _check_keys(table, ["path", "sha256"] if "path" in table else ["name", "sha256"], where)
    named, sha256 = table.get("path", table.get("name", "")), table.get("sha256", "")
    if not (isinstance(named, str) and isinstance(sha256, str)):
        raise SettingsError(f"{where}: path and sha256 must be texts, not {shown(value)}.")
    try:
        if named.startswith("data:"):
            return Asset.from_text(named)
        return read(named, sha256)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error


def _check_keys(table: dict[str, object], known: list[str], where: str) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        raise SettingsError(f"{where}: unknown key {shown(unknown[0])}; known are {', '.join(known)}.")


@cache
def required_keys(kind: type) -> frozenset[str]:
    """The fields of a dataclass that have no default."""
    none = dataclasses.MISSING
    entries = dataclasses.fields(kind)
    required = (entry.name for entry in entries if entry.default is none and entry.default_factory is none)
    return frozenset(required)


def _choose(kinds: tuple[object, ...], value: object, where: str, read: AssetReader) -> object:
    """One of several kinds: for a table the dataclass whose keys are there, else the kind of the value."""
    tables = [cast("type", kind) for kind in kinds if dataclasses.is_dataclass(kind)]
    if isinstance(value, dict) and tables:
        chosen = [kind for kind in tables if required_keys(kind) <= value.keys()]
        if not chosen:
            _check_keys(value, _keys_of_likeliest(tables, value), where)
            forms = " or ".join(" + ".join(sorted(required_keys(kind))) for kind in tables)
            raise SettingsError(f"{where}: has {', '.join(value) or 'no keys'}, but needs {forms}.")
        return _build(chosen[0], value, where, read)
    for kind in kinds:
        fits = (list,) if get_origin(kind) is tuple else _PLAIN_KINDS.get(kind, (kind,))
        if type(value) in fits:
            return _convert(kind, value, where, read)
    words = " or ".join(dict.fromkeys(_word(kind) for kind in kinds if kind is not Asset))
    raise SettingsError(f"{where}: must be {words}, not {shown(value)}.")


def _keys_of_likeliest(kinds: list[type], table: dict[str, object]) -> list[str]:
    """The keys of the dataclass that most keys of a table are required by; of all, if none is."""
    common = {kind: len(required_keys(kind) & table.keys()) for kind in kinds}
    most = max(common.values())
    likeliest = [kind for kind in kinds if common[kind] == most]
    return list(dict.fromkeys(entry.name for kind in likeliest for entry in dataclasses.fields(kind)))


def _listed(kinds: tuple[object, ...], value: object, where: str, read: AssetReader) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise SettingsError(f"{where}: must be a list [...], not {shown(value)}.")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(kinds) != len(value):
        raise SettingsError(f"{where}: must have {len(kinds)} entries, not {len(value)}.")
    pairs = enumerate(zip(kinds, value, strict=True), 1)
    return tuple(_convert(kind, part, f"{where} {number}", read) for number, (kind, part) in pairs)


def _word(kind: object) -> str:
    if get_origin(kind) is tuple:
        return "a list [...]"
    return _KINDS.get(cast("type", kind), "a table {...}")


def shown(value: object) -> str:
    """Return a value as messages show it: in one line of at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
