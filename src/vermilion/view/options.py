"""Options for how the network sees a scan, and checks of views that come from outside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vermilion.errors import SettingsError
from vermilion.view.frame import Frame, whole
from vermilion.view.frames import MOST
from vermilion.view.view import View

AUTO, WHOLE = "auto", "whole"
"""The modes of a view: the pictures on the scan are found, or it is seen as it is."""

WAYS_UP = (0, 90, 180, 270)
"""Degrees by which a picture may be turned clockwise to stand upright."""

_MOST_ASKEW = 45
_BEYOND = 0.1  # of the scan's long side: how far a corner may lie outside it


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How the network is to see a scan.

    Attributes:
        mode: "auto" finds the pictures on the scan, their way up and their contrast; "whole" lets the
            network see the scan as it is.
        frames: where the pictures lie, in pixels of the scan as it is shown; none if they are to be found.
        way_up: degrees (0, 90, 180 or 270) by which each picture is turned clockwise to stand upright; None
            if that is to be found.

    Raises:
        SettingsError: there is no such mode or way up, or frames are given for the whole scan.
    """

    mode: str = AUTO
    frames: tuple[Frame, ...] = ()
    way_up: int | None = None

    def __post_init__(self) -> None:
        if self.mode not in (AUTO, WHOLE):
            raise SettingsError(f"There is no view {self.mode!r}; choose one of {AUTO}, {WHOLE}.")
        if self.frames and self.mode == WHOLE:
            raise SettingsError("The whole scan has no frames; leave out the view whole, or the frames.")
        if self.way_up not in (None, *WAYS_UP):
            raise SettingsError(f"A way up of {self.way_up!r}° is impossible; choose 0, 90, 180 or 270.")

    def agrees_with(self, seen: Sequence[View]) -> bool:
        """Return whether views fit these options, or may have been found by them."""
        wanted = tuple(whole(view.scan) for view in seen[:1]) if self.mode == WHOLE else self.frames
        turns = None if self.way_up is None and self.mode != WHOLE else (self.way_up or 0) // 90
        return (not wanted or wanted == tuple(view.frame for view in seen)) and all(
            turns in (None, view.turns) for view in seen
        )

    def views(self, size: tuple[int, int]) -> tuple[View, ...]:
        """Return the given pictures on a scan of ``size`` (height, width); none if they are to be found.

        Raises:
            SettingsError: a frame does not lie on the scan.
        """
        turns = (self.way_up or 0) // 90
        frames = (whole(size),) if self.mode == WHOLE else self.frames
        views = tuple(View(size, frame, turns) for frame in frames)
        check_views(views, size)
        return views


def check_views(views: Sequence[View], size: tuple[int, int]) -> None:
    """Check views that a person or a recipe gives.

    Args:
        views: of the scan.
        size: height and width of the scan as it is shown, in pixels.

    Raises:
        SettingsError: they are of a scan of another size, or impossible.
    """
    height, width = size
    if len(views) > MOST:
        raise SettingsError(f"A scan of {len(views)} frames has too many; give at most {MOST}.")
    for view in views:
        if view.scan != size:
            raise SettingsError(
                f"A view of a scan of {view.scan[1]} × {view.scan[0]} pixels does not fit one of "
                f"{width} × {height}; empty seen in the recipe to look at it again."
            )
        if view.turns not in range(4) or not _is_finite(view.tone.gain, view.tone.offset):
            raise SettingsError("A view in the recipe is impossible; empty seen in it to look at it again.")
        _check_frame(view.frame, size)


def _check_frame(frame: Frame, size: tuple[int, int]) -> None:
    height, width = size
    numbers = frame.x, frame.y, frame.width, frame.height, frame.angle
    place = ",".join(f"{number:g}" for number in (numbers if frame.angle else numbers[:4]))
    if not _is_finite(*numbers) or min(frame.width, frame.height) < 1:
        raise SettingsError(f"The frame {place} is empty; give X,Y,WIDTH,HEIGHT of a pixel at least.")
    if abs(frame.angle) > _MOST_ASKEW:
        raise SettingsError(
            f"The frame {place} is askew by more than {_MOST_ASKEW}°; give the way up for quarter turns."
        )
    beyond = _BEYOND * max(size)
    low, high = frame.corners.min(axis=0), frame.corners.max(axis=0)
    if low.min() < -beyond or high[0] > width + beyond or high[1] > height + beyond:
        raise SettingsError(
            f"The frame {place} does not lie on the picture, which has {width} × {height} pixels; give it in "
            "pixels of the picture as it is shown."
        )


def _is_finite(*numbers: float) -> bool:
    return all(math.isfinite(number) for number in numbers)
