"""Where vermilion keeps what belongs to one user, on each platform."""

import os
import sys
from pathlib import Path


def user_folder(name: str, variable: str, xdg_variable: str, *below_home: str) -> Path:
    """Return a folder of this user, which need not exist yet.

    Args:
        name: of the folder.
        variable: environment variable that names another folder instead.
        xdg_variable: environment variable of the XDG base directory specification, for Linux and its like.
        below_home: where that base lies below the home folder, if the variable names no absolute path.

    Raises:
        RuntimeError: this user has no home folder.
    """
    named = os.environ.get(variable)
    if named:
        return Path(named).expanduser()
    return _base_folder(xdg_variable, *below_home) / "vermilion" / name


def _base_folder(xdg_variable: str, *below_home: str) -> Path:
    """Return where programs on this platform keep what belongs to one user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    named = Path(os.environ.get(xdg_variable, ""))
    return named if named.is_absolute() else Path.home().joinpath(*below_home)
