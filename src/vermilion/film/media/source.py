"""Where a film comes from: one file, or a sequence of frames, each a picture of its own."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from vermilion.errors import FilmError

_LOCAL = {"protocol_whitelist": "file"}  # a playlist may name what lies elsewhere
_NUMBER = re.compile(r"%(0(?P<digits>\d+))?d")


@dataclass(frozen=True, slots=True)
class Source:
    """A film.

    Attributes:
        path: of its file; or, of a sequence, a pattern such as ``frames/%06d.png``.
        fps: frames a second of a sequence; None of a file.
    """

    path: Path
    fps: Fraction | None = None

    @property
    def is_sequence(self) -> bool:
        """Whether it is a pattern of files."""
        return _NUMBER.search(self.path.name) is not None and not self.path.exists()

    def result(self, word: str) -> Path:
        """Return the name of a result beside it: ``film.color.mp4``; of a sequence ``frames.color.mkv``."""
        if self.is_sequence:
            folder = self.path.parent.resolve()
            return folder.with_name(f"{folder.name}.{word}.mkv")
        return self.path.with_name(f"{self.path.stem}.{word}{self.path.suffix}")

    @property
    def shots_folder(self) -> Path:
        """The folder of its preview beside it: ``film.shots``."""
        return self.result("shots").with_suffix("")

    def files(self) -> list[Path]:
        """Return its files, in order.

        Raises:
            FilmError: there are none, or one in the middle is missing.
        """
        if not self.is_sequence:
            return [self.path]
        before, _, after = _NUMBER.sub("\0", self.path.name, count=1).partition("\0")
        wanted = re.compile(f"{re.escape(before)}(\\d+){re.escape(after)}")
        numbers = sorted(
            int(found[1])
            for file in self.path.parent.glob("*")
            if (found := wanted.fullmatch(file.name)) and file.name == self.path.name % int(found[1])
        )
        if not numbers:
            raise FilmError(f"No file is called like {self.path}; check the number of digits and the folder.")
        for number, expected in zip(numbers, range(numbers[0], numbers[0] + len(numbers)), strict=True):
            if number != expected:
                raise FilmError(
                    f"{self.path.parent / (self.path.name % expected)} is missing; put it there, or move the "
                    "frames after it to another folder."
                )
        return [self.path.parent / (self.path.name % number) for number in numbers]

    def open(self, unseen: int = -1) -> InputContainer:
        """Open it.

        Args:
            unseen: number of a stream of which nothing is decoded to open the film. FFmpeg would decode its
                first packets to learn more, which takes as long as colouring two frames.

        Raises:
            FilmError: it is not there, empty, or no film.
        """
        try:
            files = self.files()
            if files[0].stat().st_size == 0:
                raise FilmError(f"{files[0]} is empty (0 bytes); copy the film again.")
            if not self.is_sequence:
                return self._open_file(undecoded(unseen))
            if self.fps is None:
                raise FilmError(f"{self.path} says no speed; give its frames a second with --fps.")
            options = {"framerate": str(self.fps), "start_number": str(_number(files[0], self.path))}
            return av.open(f"file:{self.path}", "r", format="image2", options=options)
        except (FileNotFoundError, PermissionError) as error:
            raise FilmError(
                f"{self.path} cannot be read ({error.strerror or error}); check its name."
            ) from error
        except (OSError, ValueError, av.FFmpegError) as error:
            raise FilmError(
                f"{self.path} is no film that can be read, or its table of contents is missing; copy it "
                "again."
            ) from error

    def _open_file(self, stream_options: list[Any]) -> InputContainer:
        try:
            return av.open(
                f"file:{self.path}",
                "r",
                metadata_errors="replace",
                container_options=_LOCAL,
                stream_options=stream_options,
            )
        except ValueError:  # the streams of MPEG program streams are not known before they are decoded
            if not stream_options:
                raise
            return self._open_file([])

    def identity(self) -> list[object]:
        """Return what tells it from another, or from itself when it was changed."""
        stats = [file.stat() for file in self.files()]
        newest = max(stat.st_mtime_ns for stat in stats)
        return [str(self.path.resolve()), len(stats), sum(stat.st_size for stat in stats), newest]


def undecoded(stream: int = 0) -> list[Any]:  # of dicts; PyAV's types want strings, which it does not take
    """Return options that open a file for the packets of a stream alone."""
    return [*[{}] * stream, {"skip_frame": "all"}] if stream >= 0 else []


def _number(file: Path, pattern: Path) -> int:
    before, _, after = _NUMBER.sub("\0", pattern.name, count=1).partition("\0")
    return int(file.name[len(before) : len(file.name) - len(after)])
