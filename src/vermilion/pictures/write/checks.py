"""Checks before writing: formats by suffixes, and what is refused before anything is encoded."""

from pathlib import Path

from vermilion.errors import OutputError
from vermilion.pictures.formats import FORMATS, NAMES, SUFFIXES
from vermilion.pictures.jpeg.metadata import EXIF_ROOM, ICC_ROOM
from vermilion.pictures.jpeg.segments import is_jpeg
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.painting import Mark
from vermilion.pictures.provenance.marks import result_metadata
from vermilion.pictures.read.head import Head, read_head
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import open_source
from vermilion.pictures.write.disk import exists
from vermilion.pictures.write.options import SaveOptions

_DEFAULTS = SaveOptions()


def check_suffix(path: Path, format: str | None) -> None:  # noqa: A002
    """Refuse a file whose name says another format than the one that is asked for.

    Raises:
        OutputError: It does.
    """
    suffix = path.suffix.lower()
    if format is not None and NAMES.get(suffix[1:]) != NAMES.get(format.lower().removeprefix(".")):
        raise OutputError(f"{path} is not a {format} file; leave out format or change the name")


def format_of_stream(stream: object) -> str:
    """The format that the name of an open file tells.

    Raises:
        OutputError: It has none, or none that tells one.
    """
    name = getattr(stream, "name", None)
    suffix = Path(name).suffix.lower()[1:] if isinstance(name, str) else ""
    if suffix not in NAMES:
        raise OutputError(
            f"a stream has no name to choose a format by; give format=..., one of {', '.join(NAMES)}"
        )
    return suffix


def check_output(
    scan: Scan, path: str | Path, options: SaveOptions = _DEFAULTS, mark: Mark | None = None
) -> str:
    """Refuse at once what `write_picture` would refuse; call it before the painting.

    Args:
        scan: What is to be painted.
        path: Of the file to write.
        options: Which losses are allowed.
        mark: The mark of the file, if it is known already.

    Returns:
        The name of the format.

    Raises:
        OutputError: As for `write_picture`, except for what only writing can show.
    """
    path = Path(path)
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise OutputError(f"{path} has no suffix that can be written; choose {', '.join(SUFFIXES)}")
    if not options.overwrite and path.exists():
        raise exists(path)
    refuse_what_does_not_fit(scan, kind)
    options.refuse_losses(scan, kind)
    result_metadata(scan.metadata, kind, mark, scan.source_name)
    return kind


def check_before_decoding(
    source: str | Path, target: Path, reading: ReadOptions, options: SaveOptions = _DEFAULTS
) -> None:
    """Refuse what `check_output` would refuse for its size or its depth, before anything is decoded.

    Transparency is not refused here: only decoding shows whether it says anything.

    Args:
        source: The scan.
        target: The file to write.
        reading: How the scan is read.
        options: Which losses are allowed.

    Raises:
        OutputError: The format cannot hold it.
        PictureError: The scan is not a picture, or claims too many pixels.
    """
    kind = SUFFIXES.get(target.suffix.lower())
    if kind is None or FORMATS[kind].longest_side is None:
        return  # it holds any scan, or is refused later
    if kind == "jpeg" and is_jpeg(open_source(source).head(2)):
        return  # it holds any that is a JPEG itself
    head = read_head(source, reading.page, reading.max_pixels)
    _refuse_size(head, kind)
    options.refuse_depth(head, kind)


def _refuse_size(scan: Scan | Head, kind: str) -> None:
    longest = FORMATS[kind].longest_side
    if longest is not None and max(scan.size) > longest:
        raise OutputError(
            f"a {kind.upper()} holds at most {longest:,} pixels a side, but {scan.source_name} is"
            f" {scan.size[1]:,} x {scan.size[0]:,}; save it as PNG or TIFF"
        )


def refuse_what_does_not_fit(scan: Scan, kind: str) -> None:
    """Refuse a picture with longer sides, or more metadata, than a format holds.

    Raises:
        OutputError: It is one.
    """
    _refuse_size(scan, kind)
    if kind != "jpeg":
        return
    for name, blob, room in (
        ("EXIF", scan.metadata.exif, EXIF_ROOM),
        ("profile", scan.metadata.icc, ICC_ROOM),
    ):
        if blob is not None and len(blob) > room:
            raise OutputError(
                f"{scan.source_name} has {len(blob):,} bytes of {name} and JPEG holds {room:,};"
                " save it as PNG, TIFF or WebP, or shorten that first, for instance with exiftool"
            )
