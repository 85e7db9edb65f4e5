"""Edited versions of many pictures in one folder, each found by the name of its scan."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vermilion.archive.inputs import is_picture_name
from vermilion.archive.search import Filter, Folder, walk
from vermilion.errors import SettingsError
from vermilion.guidance import Controls
from vermilion.outputs import Job, is_result_name

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class VersionFolder:
    """A folder of versions, as it was when the run began.

    ``1931/anna.tif`` takes ``1931/anna.png``, or ``anna.png`` where there is none; ``anna.color.png``, as our
    own results are called, counts as well.

    Attributes:
        path: of the folder.
        found: its pictures by the folder below it and the name.
        trust: how far all versions are used, 0..1; None where what both pictures show decides.
        neutralize: whether their casts are taken away.
    """

    path: Path
    found: Mapping[Key, tuple[Path, ...]]
    trust: float | None = None
    neutralize: bool = False

    def version_of(self, source: Path, root: Path | None = None) -> Path | None:
        """Return the version of a scan, or None if there is none.

        Args:
            source: the scan.
            root: the folder that its place is counted from; its own by default.

        Raises:
            SettingsError: several could be meant.
        """
        root = root or source.parent
        below = source.parent.relative_to(root).as_posix() if source.is_relative_to(root) else "."
        for folder in dict.fromkeys((below, ".")):
            files = self.found.get((_plain(folder), _plain(source.stem)), ())
            others = [path for path in files if not _is_same(path, source)]
            if len(others) > 1:
                raise SettingsError(
                    f"{others[0]} and {others[1]} could both be the version of {source}; keep one of them."
                )
            if others:
                return others[0]
        return None

    def check(self, jobs: Iterable[Job]) -> None:
        """See to it that each scan has one version at most, and each version one scan.

        Raises:
            SettingsError: several could be meant.
        """
        taken: dict[Path, Path] = {}
        for job in jobs:
            version = self.version_of(job.source, job.root)
            if version is None:
                continue
            other = taken.setdefault(version, job.source)
            if other != job.source:
                raise SettingsError(
                    f"{version} could be the version of {other} and of {job.source}; put the versions into "
                    "folders like those of the scans."
                )

    def given_to(self, controls: Controls, source: Path, root: Path | None) -> tuple[Controls, str]:
        """Return controls with a scan's version, and what is to be said if it has none.

        Raises:
            SettingsError: several could be meant, or it cannot be read.
        """
        version = self.version_of(source, root)
        if version is None:
            return controls, f"no version of it in {self.path}, so it was painted as usual"
        said = replace(controls, colors_from=str(version), trust=self.trust, neutralize=self.neutralize)
        return said, ""


def read_version_folder(path: Path, trust: float | None = None, *, neutralize: bool = False) -> VersionFolder:
    """Look what versions a folder holds, all the way down.

    Raises:
        SettingsError: it is no folder, or holds no pictures, or the trust is impossible.
    """
    if not path.is_dir():
        raise SettingsError(f"{path} is no folder; name the folder that holds the versions.")
    if trust is not None and not 0 <= trust <= 1:
        raise SettingsError(f"A trust of {trust:g} is impossible; give one from 0 to 1.")
    found: dict[Key, tuple[Path, ...]] = {}
    for folder in walk(path, Filter()):
        if not isinstance(folder, Folder):
            continue
        below = folder.path.relative_to(path).as_posix()
        for name in filter(is_picture_name, folder.names):
            file = folder.path / name
            stem = Path(file.stem).stem if is_result_name(file) else file.stem
            key = _plain(below), _plain(stem)
            found[key] = (*found.get(key, ()), file)
    if not found:
        raise SettingsError(f"{path} holds no pictures; name the folder that holds the versions.")
    return VersionFolder(path, found, trust, neutralize)


def _plain(name: str) -> str:
    """Return a name without the differences between systems: of case, and of how accents are written."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return False
