"""How long a film will take and how much room, from a trial of a few frames, before hours of work begin."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import av

from vermilion.errors import OutputError
from vermilion.film.segments import Job, Piece, Progress, color_piece
from vermilion.film.steering import Span
from vermilion.film.work_folder import Stretch, WorkFolder
from vermilion.work import Work

LONG = 3000
"""Frames from which a trial is made first."""

_PLACES = 5
_FRAMES = 12  # at each place
_GROUP = 250  # frames from one that stands alone to the next, as they are encoded


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is to be expected of a film.

    Attributes:
        frames: that are still to be coloured.
        seconds: that this takes.
        bytes: of the result, all of it.
    """

    frames: int
    seconds: float
    bytes: int

    def __str__(self) -> str:
        """Say it in a line."""
        minutes = round(self.seconds / 60)
        time = f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{max(1, minutes)} min"
        return f"{self.frames} frames, about {time} and {size_of(self.bytes)}"


def size_of(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"


def estimated(job: Job, folder: WorkFolder, left: int) -> Estimate:
    """Colour a few frames from all over a film to learn what the whole will take.

    Args:
        job: the film.
        folder: for the segments of the trial, which are removed.
        left: frames that are still to be coloured.
    """
    options, rate = job.options, float(job.facts.rate)
    end = options.end or job.facts.seconds
    quiet = replace(job, work=Work(cancelled=job.work.cancelled), notes=[])
    stretches, began = list[Stretch](), monotonic()
    for place in range(_PLACES):
        start = options.start + (end - options.start) * (place + 0.5) / _PLACES
        stretch = folder.stretch({"trial": place})
        stretches.append(stretch)
        color_piece(
            quiet,
            Piece(Span(start, start + _FRAMES / rate, options.deinterlace), stretch),
            Progress(quiet, 0),
        )
    taken = monotonic() - began
    files = [file for stretch in stretches for file in stretch.segments]
    count = max(1, sum(stretch.frames for stretch in stretches))
    each = _bytes_a_frame(files)
    for stretch in stretches:
        stretch.remove()
    return Estimate(left, taken / count * left, round(each * job.total))


def _bytes_a_frame(files: list[Path]) -> float:
    alone, others = list[int](), list[int]()
    for path in files:
        with av.open(f"file:{path}", "r") as file:
            for packet in file.demux(video=0):
                if packet.size:
                    (alone if packet.is_keyframe else others).append(packet.size)
    if not others:  # each stands alone
        return sum(alone) / max(1, len(alone))
    return sum(others) / len(others) + sum(alone) / max(1, len(alone)) / _GROUP


def check_space(estimate: Estimate, result: Path) -> None:
    """Refuse a film for which there is no room: the segments and the result lie side by side for a moment.

    Raises:
        OutputError: there is none.
    """
    free = shutil.disk_usage(result.parent).free
    if 2 * estimate.bytes > free:
        raise OutputError(
            f"{result} would take about {size_of(estimate.bytes)}, and twice that while it is made; "
            f"{size_of(free)} are free there: free some, or name another disk with -o."
        )
