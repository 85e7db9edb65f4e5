"""The format of a result: the scan's own, if we write it, or one that holds the scan."""

from pathlib import Path

from vermilion.errors import SettingsError
from vermilion.pictures import SUFFIXES, Scan, is_deep_jpeg, is_jpeg

PLAIN_SUFFIX = ".png"
"""What a scan becomes whose own format we read but do not write (a BMP, a GIF, an AVIF)."""

TIFF_SUFFIX = ".tif"
"""What a scan becomes whose format is not written and often holds 16 bits, or is worked with in layers."""

_BECOMES_TIFF = frozenset(
    {".heic", ".heif", ".hif", ".j2c", ".j2k", ".jp2", ".jpc", ".jpf", ".jpx", ".jxl", ".psb", ".psd"}
)

JPEG_SUFFIX = ".jpg"
"""What a JPEG becomes that goes by another suffix (.jfif, .jpe) or by none."""

_FORMAT_OF = {"jpeg": "jpg", "png": "png", "webp": "webp"} | dict.fromkeys(
    ("heic", "jpeg2000", "jxl", "psd", "tiff"), "tif"
)


def result_suffix(scan: Path, format_name: str | None = None, *, jpeg_stays: bool = True) -> str:
    """Return the suffix of the result of a scan.

    Args:
        scan: its file, which is looked into.
        format_name: the suffix that was asked for, without its dot; None keeps the scan's own.
        jpeg_stays: whether a JPEG becomes a JPEG; where that could not be exact, it becomes a PNG.
    """
    if format_name:
        return f".{format_name}"
    if scan.suffix.lower() in _BECOMES_TIFF or is_deep_jpeg(scan):
        return TIFF_SUFFIX
    written = scan.suffix.lower() in SUFFIXES
    suffix = scan.suffix if written else JPEG_SUFFIX if _holds_jpeg(scan) else PLAIN_SUFFIX
    return suffix if jpeg_stays or SUFFIXES[suffix.lower()] != "jpeg" else PLAIN_SUFFIX


def own_format(scan: Scan) -> str:
    """Return the format of the result of a scan that has no name: its own, or one that holds it."""
    own = _FORMAT_OF.get(scan.format, PLAIN_SUFFIX[1:])
    return TIFF_SUFFIX[1:] if own == "jpg" and scan.depth > 8 else own


def names_a_file(output: Path | None) -> bool:
    """Whether a result is meant, and not a folder for results."""
    return output is not None and output.suffix.lower() in SUFFIXES and not output.is_dir()


def check_format(output: Path, format_name: str) -> None:
    """Refuse a file whose suffix does not fit the format that was asked for.

    Raises:
        SettingsError: it does.
    """
    if SUFFIXES.get(output.suffix.lower()) != SUFFIXES[f".{format_name}"]:
        raise SettingsError(f"{output} is not a {format_name} file; leave out --format or change the name.")


def _holds_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_jpeg(file.read(3))
    except OSError:  # which is reported when its turn comes
        return False
