"""The folders of installed models, one for each, by name."""

import re
from pathlib import Path

from vermilion.errors import ModelError
from vermilion.network.card import CARD_FILE
from vermilion.user_folders import user_folder

VARIABLE = "VERMILION_MODELS"
"""Environment variable that names another folder for installed models."""

SHIPPED_NAME = "vermilion"
"""What the model inside the package is called; no other may be."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


def models_folder() -> Path:
    """Return the folder of installed models, which need not exist yet.

    Raises:
        ModelError: this user has no home folder.
    """
    try:
        return user_folder("models", VARIABLE, "XDG_DATA_HOME", ".local", "share")
    except RuntimeError as error:
        raise ModelError(
            f"Installed models lie in the home folder, and there is none; name a folder in {VARIABLE}."
        ) from error


def installed_folders() -> tuple[Path, ...]:
    """Return the folders of all installed models, by name."""
    place = models_folder()
    if not place.is_dir():
        return ()
    return tuple(path for path in sorted(place.iterdir()) if is_name(path.name) and _is_model(path))


def installed_folder(name: str) -> Path | None:
    """Return the folder of an installed model; None if there is none of that name."""
    path = models_folder() / name
    return path if is_name(name) and _is_model(path) else None


def is_name(text: str) -> bool:
    """Return whether a model can have this name: one that gives the same folder on every disk."""
    return text != SHIPPED_NAME and _NAME.fullmatch(text) is not None


def _is_model(path: Path) -> bool:
    return (path / CARD_FILE).is_file()
