"""Segments in a work folder, so that a killed run continues after the last whole one."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import OutputError
from vermilion.film.media import Known
from vermilion.film.motion import Mark
from vermilion.film.paint import ShotView
from vermilion.film.pipeline import State
from vermilion.film.places import Place
from vermilion.pictures import unwritable

_JOB, _WHOLE = "job.json", "whole.json"
_PLACE = ("motion", "tiny", "chroma")
_NAME = 16  # letters of a hash that name a stretch


@dataclass(frozen=True, slots=True)
class Left:
    """What a run leaves to the one that continues, besides the state.

    Attributes:
        known: the last frames that were read; None if there are none.
        notes: what was said of the film.
    """

    known: Known | None = None
    notes: tuple[str, ...] = ()


class WorkFolder:
    """Where the segments of one film wait until all are there.

    Args:
        path: of the folder, which is made.
        job: what all segments follow from; those of another job are removed.
    """

    def __init__(self, path: Path, job: Mapping[str, Any]) -> None:
        self.path = path
        text = json.dumps(job, sort_keys=True, indent=1)
        try:
            if path.is_dir() and _text(path / _JOB) != text:
                shutil.rmtree(path)
            path.mkdir(parents=True, exist_ok=True)
            (path / _JOB).write_text(text, encoding="utf-8")
        except OSError as error:
            raise unwritable(path, error) from error
        for left in path.glob("*.part"):
            left.unlink()

    def stretch(self, follows_from: Mapping[str, Any]) -> "Stretch":
        """Return a stretch of the film, or a shot; one that follows from the same may be there already."""
        text = json.dumps(follows_from, sort_keys=True)
        return Stretch(self.path, hashlib.sha256(text.encode()).hexdigest()[:_NAME])

    def keep(self, stretches: Sequence["Stretch"]) -> None:
        """Remove all segments but those of some stretches."""
        names = {stretch.name for stretch in stretches}
        for file in self.path.iterdir():
            if file.name != _JOB and file.name[:_NAME] not in names:
                file.unlink()

    def remove(self) -> None:
        """Remove the folder."""
        with suppress(OSError):
            shutil.rmtree(self.path)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments that follow one another, each from the end of the one before.

    A segment is whole once its ``.npz`` is there, which holds what is known after it.

    Attributes:
        path: of the folder.
        name: with which their names begin.
    """

    path: Path
    name: str

    @property
    def segments(self) -> list[Path]:
        """The files of whole segments, in order."""
        return [file.with_suffix(".nut") for file in self._known()]

    @property
    def is_finished(self) -> bool:
        """Whether all segments are there."""
        return self._whole.is_file()

    @property
    def shots(self) -> int:
        """How many shots a finished stretch has."""
        return int(self._whole.read_text(encoding="utf-8"))

    @property
    def frames(self) -> int:
        """How many frames are there."""
        return sum(len(times) for times in self.times())

    def finish(self, shots: int) -> None:
        """Note that all segments are there."""
        part = self.path / f"{self._whole.name}.part"
        part.write_text(str(shots), encoding="utf-8")
        part.replace(self._whole)

    def times(self) -> list[NDArray[np.int64]]:
        """Return when the frames of each segment are shown, in ticks, in order."""
        return [_times(file) for file in self._known()]

    def last_state(self) -> State | None:
        """What is known after the last whole segment; None if there is none."""
        files = self._known()
        return _read(files[-1]) if files else None

    def last_left(self) -> Left:
        """What the last whole segment leaves to the run that continues."""
        files = self._known()
        return _read_left(files[-1]) if files else Left()

    def begin(self) -> Path:
        """Return the name under which the next segment is written."""
        return self.path / f"{self.name}-{len(self.segments):06d}.nut.part"

    def commit(self, part: Path, state: State, shown: Sequence[int], left: Left) -> None:
        """Give a segment that is written whole its name.

        Args:
            part: the segment.
            state: what is known after it.
            shown: when each of its frames is shown, in ticks, in order.
            left: what else a run that continues needs.
        """
        part.replace(part.with_suffix(""))
        before = self._known()
        arrays = {"shown": np.array(shown, np.int64), **_arrays(state), **_left_arrays(left)}
        _save(part.with_suffix("").with_suffix(".npz"), arrays)
        if before:  # only the newest state is ever needed
            _save(before[-1], {"shown": _times(before[-1])})

    def remove(self) -> None:
        """Remove all of its files."""
        for file in self.path.glob(f"{self.name}-*"):
            file.unlink()

    @property
    def _whole(self) -> Path:
        return self.path / f"{self.name}-{_WHOLE}"

    def _known(self) -> list[Path]:
        return sorted(self.path.glob(f"{self.name}-*.npz"))


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    part = path.with_suffix(".npz.part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    part.replace(path)


def _times(path: Path) -> NDArray[np.int64]:
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["shown"], np.int64)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _arrays(state: State) -> dict[str, Any]:
    arrays: dict[str, Any] = {"frames": np.array(state.frames)}
    if state.sums is not None:
        arrays["sums"] = state.sums
    if state.view is not None:
        arrays["view"] = np.array(list(asdict(state.view).values()), np.float64)
    for number, place in enumerate(state.places):
        arrays |= {f"place{number}{name}": getattr(place, name) for name in _PLACE}
    if state.mark is not None:
        mark = state.mark
        arrays |= {"mark": np.array([mark.shot, mark.since, mark.moving]), "mark_shown": mark.shown}
    return arrays | {f"key{number}": chroma for number, chroma in state.keys.items()}


def _left_arrays(left: Left) -> dict[str, Any]:
    arrays: dict[str, Any] = {"notes": np.array(json.dumps(left.notes))}
    if left.known is not None:
        known = left.known
        arrays["known"] = np.array([known.shown, known.prints], np.int64)
        arrays["known_number"] = np.array(known.number)
    return arrays


def _read(path: Path) -> State:
    with _opened(path) as arrays:
        keys = {int(name[3:]): arrays[name] for name in arrays.files if name.startswith("key")}
        return State(
            frames=int(arrays["frames"]),
            sums=arrays["sums"] if "sums" in arrays.files else None,
            view=ShotView(*map(float, arrays["view"])) if "view" in arrays.files else None,
            keys=keys,
            places=tuple(
                Place(*(arrays[f"place{number}{name}"] for name in _PLACE))
                for number in range(sum(name.endswith("tiny") for name in arrays.files))
            ),
            mark=_read_mark(arrays) if "mark" in arrays.files else None,
        )


def _read_mark(arrays: Any) -> Mark:  # noqa: ANN401 - NumPy's type of such a file has no name
    shot, since, moving = map(int, arrays["mark"])
    return Mark(shot, since, moving, arrays["mark_shown"])


def _read_left(path: Path) -> Left:
    with _opened(path) as arrays:
        notes = tuple(map(str, json.loads(str(arrays["notes"]))))
        if "known" not in arrays.files:
            return Left(None, notes)
        shown, prints = (tuple(map(int, row)) for row in arrays["known"])
        return Left(Known(int(arrays["known_number"]), shown, prints), notes)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(f"{path} is damaged ({error}); remove its folder to start again.") from error
