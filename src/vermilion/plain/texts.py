"""Texts in JSON and TOML: read, and what they hold shown in messages."""

import json
from pathlib import Path
from typing import Any

from vermilion.errors import SettingsError

LARGEST = 256 << 20
"""Bytes of a text; masks may be part of it, but those of many pixels belong into files."""


def read_json(path: Path, called: str, verb: str = "is") -> object:
    """Read a JSON file.

    Args:
        path: of the file.
        called: what to call it in messages: "The album".
        verb: "are", if that is several.

    Raises:
        SettingsError: it cannot be read, or is no JSON.
    """
    called = f"{called} {path}"
    return parse_json(read_text(path, called, "check the path"), called, verb)


def read_text(path: Path, called: str, cure: str) -> bytes:
    """Read the bytes of a file, as far as a text may be long.

    Args:
        path: of the file.
        called: what to call it in messages: "The album box.json".
        cure: what to do if it cannot be read: "check the path".

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"{called} cannot be read ({error.strerror}); {cure}.") from error


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


def parse_toml(content: bytes, called: str) -> dict[str, Any]:
    """Read the content of a TOML file.

    Args:
        content: all bytes.
        called: what to call it in messages: "The look my.toml".

    Raises:
        SettingsError: it is no TOML.
    """
    import tomllib  # noqa: PLC0415 - whoever reads none does not wait for it

    text = text_of(content, called, "is no text in UTF-8; name a TOML file")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{called} is not valid TOML ({error}); correct that place.") from error


def text_of(content: bytes, called: str, cure: str) -> str:
    """Return the text in UTF-8 of a file's content; what is none is reported without its bytes.

    Args:
        content: all bytes.
        called: what to call it in messages: "The album box.json".
        cure: the rest of the message: "is no text in UTF-8; name a JSON file".

    Raises:
        SettingsError: it is no such text.
    """
    if len(content) > LARGEST:
        raise SettingsError(f"{called} {cure.partition(' ')[0]} larger than {LARGEST >> 20} MiB; split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # which no text has, but UTF-16 without its mark
        raise SettingsError(f"{called} {cure}.")
    return text


def shown(value: object) -> str:
    """Return a value as messages show it: in one line of at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
