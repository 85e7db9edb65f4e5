"""Proves a result against its scan, and names every difference."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vermilion.errors import SettingsError, VermilionError
from vermilion.pictures import DEFAULT_MAX_PIXELS, ReadOptions, Scan, read_scan
from vermilion.pictures.compare import Difference, compare

ALLOWABLE = ("depth", "alpha", "profile", "metadata", "mark")
"""What may differ where a person says so; luma, size, orientation and hashes may not."""


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """How a result was made, as far as it matters to its proof.

    Attributes:
        page: of the scan, counted from 1.
        crop_print: whether the print was taken out of its photo.
        allow: of ``ALLOWABLE``, what may differ.
        max_pixels: the most pixels that a file may claim.

    Raises:
        SettingsError: ``allow`` names something else.
    """

    page: int = 1
    crop_print: bool = False
    allow: frozenset[str] = frozenset()
    max_pixels: int = DEFAULT_MAX_PIXELS

    def __post_init__(self) -> None:
        for name in sorted(self.allow - {*ALLOWABLE}):
            raise SettingsError(f"{name!r} can never differ; allow {', '.join(ALLOWABLE)}.")


@dataclass(frozen=True, slots=True)
class Verified:
    """The comparison of a scan and its result.

    Attributes:
        scan: its path, or its URI.
        result: the same.
        differences: what does not hold; none of a sound result.
        allowed: what differs, and may.
        luma: what was compared: "samples", "coefficients" of JPEGs, or "encoded anew" for a JPEG made of a
            scan that is none; empty if nothing could be.
        scan_sha256: of the file in hexadecimal; empty if it cannot be read.
        result_sha256: the same of the result.
    """

    scan: Path | str
    result: Path | str
    differences: tuple[Difference, ...]
    allowed: tuple[Difference, ...] = ()
    luma: str = ""
    scan_sha256: str = ""
    result_sha256: str = ""

    @property
    def ok(self) -> bool:
        """Whether all holds."""
        return not self.differences


def verify(scan: str | Path, result: str | Path, options: VerifyOptions | None = None) -> Verified:
    """Prove that a result keeps everything of its scan.

    Luma (of a JPEG made of a JPEG its coefficients), size, depth, orientation, transparency, profile and
    metadata must be those of the scan, and the mark must have been made for this very scan.

    Args:
        scan: the file that was painted.
        result: the file that came of it.
        options: how it was made, and what may differ.

    Returns:
        What was found; files that are missing or damaged are differences, too.
    """
    options = options or VerifyOptions()
    scan, result = Path(scan), Path(result)
    reading = ReadOptions(options.page, not options.crop_print, options.max_pixels, options.crop_print)
    before = _read(scan, reading, "scan")
    after = _read(result, ReadOptions(recolor=True, max_pixels=options.max_pixels), "result")
    hashes = _sha256(scan), _sha256(result)
    unread = tuple(each for each in (before, after) if isinstance(each, Difference))
    if isinstance(before, Difference) or isinstance(after, Difference):
        return Verified(scan, result, unread, (), "", *hashes)
    try:
        found = compare(before, after)
    except VermilionError as error:
        return Verified(scan, result, (Difference("scan", _bare(error)),), (), "", *hashes)
    allowed = _of(found.differences, options.allow)
    rest = tuple(each for each in found.differences if each not in allowed)
    return Verified(scan, result, rest, allowed, found.luma, *hashes)


def _read(path: Path, options: ReadOptions, check: str) -> Scan | Difference:
    try:
        return read_scan(path, options)
    except VermilionError as error:
        return Difference(check, _bare(error))


def _bare(error: VermilionError) -> str:
    return str(error).rstrip(".")


def _of(differences: Iterable[Difference], checks: frozenset[str]) -> tuple[Difference, ...]:
    return tuple(each for each in differences if each.check in checks)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
