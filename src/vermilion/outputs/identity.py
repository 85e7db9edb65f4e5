"""When two names mean one file: links, and file systems that do not distinguish A.png from a.png."""

import os
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identities:
    """Identities of files that exist or will; what is learnt of a folder is kept."""

    _ignoring: dict[str, bool] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)

    def of(self, path: Path) -> str:
        """The same for two paths to one file, whether or not it exists."""
        real = self._real_path(path)
        folder = os.path.dirname(real)  # noqa: PTH120 - this is asked for every picture of an archive
        if folder not in self._ignoring:
            self._ignoring[folder] = ignores_case(Path(folder))
        return unicodedata.normalize("NFC", real.casefold()) if self._ignoring[folder] else real

    def _real_path(self, path: Path) -> str:
        """The path without links; that of its folder is found once."""
        if path.name in {"", ".."} or os.path.islink(path):  # noqa: PTH114 - which no long name upsets
            return os.path.realpath(path)
        folder = str(path.parent)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return os.path.join(self._real[folder], path.name)  # noqa: PTH118 - for every picture, too


def ignores_case(folder: Path) -> bool:
    """Whether names there ignore case; the folder need not exist yet.

    Nothing is written: a name that is there already is asked for in the other case.
    """
    for place in (folder, *folder.parents):
        answer = _seen_by_a_name_in(place)
        if answer is not None:
            return answer
        if os.path.ismount(place):
            break
    return sys.platform in {"darwin", "win32"}


def _seen_by_a_name_in(folder: Path) -> bool | None:
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries)
            name = next((name for name in names if name.isascii() and name.swapcase() != name), None)
    except OSError:
        return None
    if name is None:
        return None
    try:
        return (folder / name).samefile(folder / name.swapcase())
    except OSError:
        return False
