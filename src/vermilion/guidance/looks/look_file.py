"""Look files: TOML tables with the attributes of a ``Look``; those in ``looks/`` come with the package."""

import math
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from vermilion.assets import Asset
from vermilion.errors import HintError, SettingsError
from vermilion.guidance.looks.look import Look
from vermilion.plain import text_of

_FOLDER = Path(__file__).parent
LOOK_SUFFIX = ".toml"
"""Of the names of look files."""


def look_names() -> tuple[str, ...]:
    """Return the names of the looks that come with the package."""
    return tuple(sorted(path.stem for path in _FOLDER.glob(f"*{LOOK_SUFFIX}")))


def load_look(name: str | Asset) -> Look:
    """Return a look of the package by its name, or one of your own by its ``.toml`` file.

    Raises:
        SettingsError: there is no such look, or its file is malformed.
    """
    if isinstance(name, Asset) or name.endswith(LOOK_SUFFIX):
        return read_look(name)
    if name not in look_names():
        raise SettingsError(
            f"There is no look {name!r}; choose {', '.join(look_names())}, or give the path of a .toml file."
        )
    return read_look(_FOLDER / f"{name}{LOOK_SUFFIX}")


def read_look(source: Path | str | Asset) -> Look:
    """Read a look from a file.

    Raises:
        SettingsError: it cannot be read, is no TOML, or says something that no look can.
    """
    import tomllib  # noqa: PLC0415 - only who asks for a look pays for it

    asset = source if isinstance(source, Asset) else Asset.read(source, "The look")
    path = asset.name
    text = text_of(asset.content, f"The look {path}", "is no text in UTF-8; name a TOML file")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"The look {path} is not valid TOML ({error}); correct that place.") from error
    known = [field.name for field in fields(Look)]
    for key in table:
        if key not in known:
            raise SettingsError(f"The look {path} sets {key!r}; a look may set {', '.join(known)}.")
    if "about" not in table:
        raise SettingsError(f'The look {path} does not say what it is; add about = "one sentence".')
    try:
        return Look(**{key: _READERS.get(key, _number)(value, key) for key, value in table.items()})
    except (HintError, SettingsError) as error:
        raise SettingsError(f"The look {path} cannot be used: {error}") from error


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{key} = {value!r} is no text; write it in quotes.")
    return value


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SettingsError(f"{key} = {value!r} is no number; write one, such as 1.2.")
    return float(value)


def _pair(value: object, key: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise SettingsError(f"{key} = {value!r} is no pair of numbers; write one, such as [2, 8].")
    return _number(value[0], key), _number(value[1], key)


def _matrix(value: object, key: str) -> tuple[tuple[float, float], tuple[float, float]]:
    if not isinstance(value, list) or len(value) != 2:
        raise SettingsError(f"{key} = {value!r} is no matrix; write two rows, such as [[1, 0], [0, 1]].")
    return _pair(value[0], key), _pair(value[1], key)


def _colors(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise SettingsError(f'{key} = {value!r} is no list; write one, such as ["#c2553a", "teal"].')
    return tuple(_text(color, key) for color in value)


_READERS: dict[str, Callable[[object, str], Any]] = {
    "about": _text,
    "mixing": _matrix,
    "dyes": _colors,
    "shadows": _pair,
    "midtones": _pair,
    "highlights": _pair,
}
