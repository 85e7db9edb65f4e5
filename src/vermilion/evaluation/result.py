"""What an evaluation found, as plain values that can be written down."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from vermilion.evaluation.figures import SetFigures
from vermilion.evaluation.folder import LeftOut
from vermilion.evaluation.gallery import PictureResult, Shown


@dataclass(frozen=True, slots=True)
class About:
    """What was evaluated, and how.

    Attributes:
        vermilion: version of the program.
        model: name and version.
        model_sha256: of the model.
        engine: what computed.
        folder: of the true pictures.
        against: folder of the other colouriser's results; empty where there is none.
        aged: whether the pictures were made to look old.
        mounted: how the pictures were mounted, turned or faded; empty for bare ones.
        view: "auto", or "whole" where the network saw the scans as they are.
        size: pixels of the short side at which the network looked.
        extractor: name of the network behind fd and kmd; empty where there is none.
    """

    vermilion: str
    model: str
    model_sha256: str
    engine: str
    folder: str
    against: str
    aged: bool
    mounted: str
    view: str
    size: int
    extractor: str


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The figures of a folder of pictures, and some of the pictures.

    Attributes:
        about: what was evaluated.
        ours: figures of all pictures.
        theirs: those of the other colouriser, where there is one.
        hint_curve: mean ``ab_err`` of ours after so many true hints; empty where it was not asked for.
        pictures: the figures of each.
        shown: the best, the median and the worst, reduced.
        left_out: pictures that no figure counts.
        notes: figures that could not be computed, and what else a reader should know.
    """

    about: About
    ours: SetFigures
    theirs: SetFigures | None
    hint_curve: dict[int, float]
    pictures: tuple[PictureResult, ...]
    shown: tuple[Shown, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """Everything but the pictures as JSON text; figures that are not there are null."""
        plain: dict[str, Any] = {
            "about": asdict(self.about),
            "ours": _plain(self.ours),
            "theirs": _plain(self.theirs) if self.theirs else None,
            "hint_curve": {str(count): error for count, error in self.hint_curve.items()},
            "notes": self.notes,
            "left_out": {each.name: each.reason for each in self.left_out},
            "per_picture": {each.stem: _without_stem(each) for each in self.pictures},
        }
        return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(figures: SetFigures) -> dict[str, Any]:
    plain: dict[str, Any] = asdict(figures)
    means: dict[str, Any] = plain.pop("means")
    return means | plain


def _without_stem(result: PictureResult) -> dict[str, Any]:
    plain = asdict(result)
    return {name: value for name, value in plain.items() if name != "stem" and value is not None}
