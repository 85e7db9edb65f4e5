"""Chooses the pictures of a report: the best, the median and the worst."""

from collections.abc import Sequence
from dataclasses import dataclass

from vermilion.evaluation.figures import PictureFigures
from vermilion.evaluation.skin import Skin
from vermilion.evaluation.srgb import Bytes

GROUPS = ("best", "median", "worst")

_MOST = 4  # pictures of a group


@dataclass(frozen=True, slots=True)
class PictureResult:
    """The figures of one picture.

    Attributes:
        stem: its name without folder and suffix.
        ours: figures of what vermilion painted.
        theirs: figures of what the other colouriser did, where there is one.
        skin: of ours, where there is a mask that shows some.
        their_skin: of theirs.
    """

    stem: str
    ours: PictureFigures
    theirs: PictureFigures | None = None
    skin: Skin | None = None
    their_skin: Skin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture of a report, side by side.

    Attributes:
        group: "best", "median" or "worst".
        result: its figures.
        views: what each view is called, and the view itself, reduced: uint8 [h,w,3].
    """

    group: str
    result: PictureResult
    views: tuple[tuple[str, Bytes], ...]


def choose(results: Sequence[PictureResult]) -> list[tuple[str, PictureResult]]:
    """Some results of each group by our ``corr``, the better first; none comes twice.

    By ``corr``, because ``ab_err`` favours pictures whose truth is nearly grey.
    """
    ranked = sorted(results, key=lambda result: result.ours.corr, reverse=True)
    count = min(_MOST, max(1, len(ranked) // len(GROUPS)))
    middle = (len(ranked) - count) // 2
    parts = (ranked[:count], ranked[middle : middle + count], ranked[-count:])
    chosen: dict[str, tuple[str, PictureResult]] = {}
    for group, part in zip(GROUPS, parts, strict=True):
        for result in part:
            chosen.setdefault(result.stem, (group, result))
    return list(chosen.values())
