"""A scan and its result: size, depth, orientation, luma, transparency, profile, metadata and mark."""

from collections.abc import Iterator
from dataclasses import dataclass

from vermilion.errors import VermilionError
from vermilion.pictures.compare.difference import Difference
from vermilion.pictures.compare.luma import compare_luma, differing_samples
from vermilion.pictures.compare.metadata import compare_metadata, mark_of
from vermilion.pictures.formats import FORMATS
from vermilion.pictures.painting import Mark
from vermilion.pictures.scan import Scan

CHECKS = (
    "scan", "result", "size", "depth", "orientation", "luma", "alpha", "profile", "metadata", "mark", "hash",
)  # fmt: skip
"""What may differ: `Difference.check`. The last is for whoever knows hashes of before."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found of a pair.

    Attributes:
        differences: none if the result holds all that it had to.
        luma: what was compared for it: "samples", "coefficients", "encoded anew", or "" if nothing was.
        mark: what the result says of its colours, or None.
    """

    differences: tuple[Difference, ...]
    luma: str = ""
    mark: Mark | None = None


def compare(scan: Scan, result: Scan) -> Comparison:
    """Compare a scan with a result; the colours themselves do not matter.

    Args:
        scan: As it was read to be painted.
        result: As it is read, real colour being welcome.
    """
    differences = list(_compare_heads(scan, result))
    by = ""
    if scan.size == result.size:
        try:
            luma = compare_luma(scan, result)
            by = luma.by
            differences += [luma.difference] if luma.difference else []
            differences += _compare_alpha(scan, result)
        except VermilionError as error:
            differences.append(Difference("result", str(error).rstrip(".")))
    mark = mark_of(result)
    if mark is None:
        differences.append(Difference("mark", "the mark that says how it was made is missing"))
    differences += compare_metadata(scan, result, mark)
    return Comparison(tuple(differences), by, mark)


def _compare_heads(scan: Scan, result: Scan) -> Iterator[Difference]:
    if scan.size != result.size:
        (height, width), (high, wide) = scan.size, result.size
        yield Difference(
            "size", f"size is {wide:,} x {high:,} pixels, not {width:,} x {height:,} as in the scan"
        )
    if scan.depth != result.depth:
        yield Difference("depth", f"depth is {result.depth} bits, not {scan.depth} as in the scan")
    if scan.orientation != result.orientation:
        yield Difference(
            "orientation", f"orientation is {result.orientation}, not {scan.orientation} as in the scan"
        )


def _compare_alpha(scan: Scan, result: Scan) -> Iterator[Difference]:
    before, after = scan.alpha, result.alpha
    if before is None or after is None:
        if before is not None:
            place = (
                "" if FORMATS[result.format].has_alpha else f", as {FORMATS[result.format].title} has none"
            )
            yield Difference("alpha", f"transparency of the scan is missing{place}")
        return
    if differing := differing_samples(before, after, "alpha"):
        yield differing
