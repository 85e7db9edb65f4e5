"""Segments in a work folder: a run that was killed goes on where the last whole one ends."""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import OutputError
from vermilion.film.paint import ShotView
from vermilion.film.pipeline import State
from vermilion.pictures import unwritable

_JOB, _WHOLE = "job.json", "whole.json"


class WorkFolder:
    """Where the segments of one film wait until all are there.

    A segment is whole once its ``.npz`` is there, which holds what is known after it.

    Args:
        path: of the folder, which is made.
        job: what the segments follow from; those of another job are removed.
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

    @property
    def segments(self) -> list[Path]:
        """The files of whole segments, in order."""
        return [file.with_suffix(".nut") for file in sorted(self.path.glob("*.npz"))]

    @property
    def is_finished(self) -> bool:
        """Whether all segments are there."""
        return (self.path / _WHOLE).is_file()

    @property
    def shots(self) -> int:
        """How many shots a finished film has."""
        return int((self.path / _WHOLE).read_text(encoding="utf-8"))

    def finish(self, shots: int) -> None:
        """Note that all segments are there."""
        (self.path / f"{_WHOLE}.part").write_text(str(shots), encoding="utf-8")
        (self.path / f"{_WHOLE}.part").replace(self.path / _WHOLE)

    def times(self) -> list[NDArray[np.int64]]:
        """Return when the frames of each segment are shown, in ticks, in order."""
        return [_times(file) for file in sorted(self.path.glob("*.npz"))]

    def last_state(self) -> State | None:
        """What is known after the last whole segment; None if there is none."""
        files = sorted(self.path.glob("*.npz"))
        return _read(files[-1]) if files else None

    def begin(self) -> Path:
        """Return the name under which the next segment is written."""
        return self.path / f"{len(self.segments):06d}.nut.part"

    def commit(self, part: Path, state: State, shown: Sequence[int]) -> None:
        """Give a segment that is written whole its name.

        Args:
            part: the segment.
            state: what is known after it.
            shown: when each of its frames is shown, in ticks, in order.
        """
        part.replace(part.with_suffix(""))
        temporary = part.with_suffix("").with_suffix(".npz.part")
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, shown=np.array(shown, np.int64), **_arrays(state))
        temporary.replace(temporary.with_suffix(""))

    def remove(self) -> None:
        """Remove the folder."""
        with suppress(OSError):
            shutil.rmtree(self.path)


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
    return arrays | {f"key{number}": chroma for number, chroma in state.keys.items()}


def _read(path: Path) -> State:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            keys = {int(name[3:]): arrays[name] for name in arrays.files if name.startswith("key")}
            return State(
                frames=int(arrays["frames"]),
                sums=arrays["sums"] if "sums" in arrays.files else None,
                view=ShotView(*map(float, arrays["view"])) if "view" in arrays.files else None,
                keys=keys,
            )
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(f"{path} is damaged ({error}); remove its folder to begin anew.") from error
