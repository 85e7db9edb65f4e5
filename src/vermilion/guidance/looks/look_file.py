"""Look files: TOML tables with the attributes of a ``Look``; those in ``looks/`` come with the package."""

from pathlib import Path

from vermilion.assets import Asset
from vermilion.errors import SettingsError
from vermilion.guidance.looks.look import Look
from vermilion.plain import from_plain, parse_toml

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
    asset = source if isinstance(source, Asset) else Asset.read(source, "The look")
    called = f"The look {asset.name}"
    return from_plain(Look, parse_toml(asset.content, called), called)
