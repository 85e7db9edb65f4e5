"""What results are called: NAME.color.EXT beside the scan, NAME.p2.color.EXT for a page."""

import re
from dataclasses import dataclass
from pathlib import Path

RESULT_MARK = ".color"
"""The last part of the stem of every result that stands beside its scan."""

_BESIDE = re.compile(r"\.(confidence|variants|v\d+)$")

PAGE = re.compile(r"\.p\d+(?=(\.color)?(\.v\d+)?(\.recipe\.json|\.confidence\.png|\.variants\.jpg|\.[^.]+)$)")
"""The part of a name that tells a page, as ``Job.page_target`` puts it in."""


@dataclass(frozen=True, slots=True)
class Job:
    """One scan and its result.

    Attributes:
        source: the scan.
        target: the result.
        root: the folder that the scan's place in a mirrored tree is counted from.
    """

    source: Path
    target: Path
    root: Path | None = None

    def page_target(self, page: int) -> Path:
        """The result of one page when every page is done: NAME.p2.color.EXT, or STEM.p2.EXT in a folder."""
        beside = is_result_name(self.target)
        stem = Path(self.target.stem).stem if beside else self.target.stem
        mark = Path(self.target.stem).suffix if beside else ""
        return self.target.with_name(f"{stem}.p{page}{mark}{self.target.suffix}")


def name_beside(scan: Path, suffix: str) -> Path:
    """Return the name of a result beside its scan: NAME.color.EXT."""
    return scan.with_name(f"{scan.stem}{RESULT_MARK}{suffix}")


def is_result_name(path: Path) -> bool:
    """Return whether a file has a name of our results: NAME.color.EXT or NAME.color.confidence.png."""
    return _BESIDE.sub("", path.stem.lower()).endswith(RESULT_MARK)
