"""Writing: the format by its name, refusals instead of silent losses, whole files only."""

from collections.abc import Sequence
from pathlib import Path

from vermilion.errors import OutputError
from vermilion.pictures.buffers import Buffer
from vermilion.pictures.credentials import Signature, signed
from vermilion.pictures.head import Head, read_head
from vermilion.pictures.jpeg_file import is_jpeg
from vermilion.pictures.jpeg_metadata import EXIF_ROOM, ICC_ROOM
from vermilion.pictures.mark import Mark
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.painting import Painting
from vermilion.pictures.provenance import result_metadata
from vermilion.pictures.save_options import SaveOptions
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import open_source
from vermilion.pictures.whole_file import Stream, exists, publish, write_stream

# The formats that can be written, by the suffix of a name.
SUFFIXES = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
}
_FORMATS = {suffix[1:]: name for suffix, name in SUFFIXES.items()}
_LONGEST_SIDE = {"jpeg": 65_535, "webp": 16_383}  # in pixels
_DEFAULTS = SaveOptions()


def write_picture(
    scan: Scan,
    painting: Painting,
    target: str | Path | Stream,
    options: SaveOptions = _DEFAULTS,
    format: str | None = None,  # noqa: A002 - Pillow's word for it
) -> None:
    """Write the coloured picture to a file or to an open binary stream.

    Args:
        scan: What was painted.
        painting: Its colours.
        target: A path, whose suffix names the format, or a stream.
        options: Which losses are allowed.
        format: That of a stream whose `name` does not tell it.

    Raises:
        OutputError: The suffix is unknown, the file is there already, the format cannot hold so
            large a picture or so much metadata, or would lose depth or alpha that `options` does not
            give up, no mark can be put into the scan's metadata, or the file cannot be written.
    """
    if not isinstance(target, str | Path):
        parts = encode_parts(scan, painting, format or _format_of_stream(target), options)
        write_stream(parts, target)
        return
    path = Path(target)
    _check_suffix(path, format)
    kind = check_output(scan, path, options, _mark(painting, options))
    publish(_encode(scan, painting, kind, options), path, overwrite=options.overwrite)


def encode_picture(
    scan: Scan,
    painting: Painting,
    format: str,  # noqa: A002 - Pillow's word for it
    options: SaveOptions = _DEFAULTS,
) -> bytes:
    """The coloured picture as the bytes of a file.

    Args:
        scan: What was painted.
        painting: Its colours.
        format: "jpg", "jpeg", "png", "tif", "tiff" or "webp".
        options: Which losses are allowed.

    Raises:
        OutputError: The format is unknown, cannot hold so large a picture or so much metadata, or
            would lose depth or alpha, or no mark can be put into the scan's metadata.
    """
    return b"".join(encode_parts(scan, painting, format, options))


def encode_parts(
    scan: Scan,
    painting: Painting,
    format: str,  # noqa: A002
    options: SaveOptions = _DEFAULTS,
) -> Sequence[Buffer]:
    """What `encode_picture` returns, in pieces to be written one after the other."""
    kind = _FORMATS.get(format.lower().removeprefix("."))
    if kind is None:
        raise OutputError(f"{format!r} cannot be written; choose {', '.join(_FORMATS)}")
    _refuse_what_does_not_fit(scan, kind)
    options.refuse_losses(scan, kind)
    return _encode(scan, painting, kind, options)


def _check_suffix(path: Path, format: str | None) -> None:  # noqa: A002
    """Refuse a file whose name says another format than the one that is asked for.

    Raises:
        OutputError: It does.
    """
    suffix = path.suffix.lower()
    if format is not None and _FORMATS.get(suffix[1:]) != _FORMATS.get(format.lower().removeprefix(".")):
        raise OutputError(f"{path} is no {format} file; leave out format or change the name")


def _format_of_stream(stream: object) -> str:
    """The format that the name of an open file tells.

    Raises:
        OutputError: It has none, or none that tells one.
    """
    name = getattr(stream, "name", None)
    suffix = Path(name).suffix.lower()[1:] if isinstance(name, str) else ""
    if suffix not in _FORMATS:
        raise OutputError(
            f"a stream does not tell which format is meant; say format=..., one of {', '.join(_FORMATS)}"
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
        mark: What the file is to tell, where that is known already.

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
    _refuse_what_does_not_fit(scan, kind)
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
        PictureError: The scan is no picture, or claims too many pixels.
    """
    kind = SUFFIXES.get(target.suffix.lower(), "")
    if kind not in _LONGEST_SIDE or (kind == "jpeg" and is_jpeg(open_source(source).head(2))):
        return  # it holds any scan, or any that is a JPEG itself
    head = read_head(source, reading.page, reading.max_pixels)
    _refuse_size(head, kind)
    options.refuse_depth(head, kind)


def _refuse_size(scan: Scan | Head, kind: str) -> None:
    longest = _LONGEST_SIDE.get(kind)
    if longest is not None and max(scan.size) > longest:
        raise OutputError(
            f"a side of a {kind.upper()} ends at {longest:,} pixels, but {scan.source_name} is"
            f" {scan.size[1]:,} x {scan.size[0]:,}; save it as PNG or TIFF"
        )


def _refuse_what_does_not_fit(scan: Scan, kind: str) -> None:
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


def _mark(painting: Painting, options: SaveOptions) -> Mark | None:
    return painting.mark if options.mark else None


def _encode(scan: Scan, painting: Painting, kind: str, options: SaveOptions) -> Sequence[Buffer]:
    mark = _mark(painting, options)
    scan_hash = scan.sha256 if mark is not None else ""
    metadata = result_metadata(scan.metadata, kind, mark, scan.source_name, scan_hash)
    parts = _encode_with(metadata, scan, painting, kind, options)
    if not isinstance(options.mark, Signature):
        return parts
    if mark is None:
        raise OutputError("A signed manifest tells what a mark tells, and these colours come with none.")
    return [signed(b"".join(parts), kind, mark, options.mark)]


def _encode_with(
    metadata: Metadata, scan: Scan, painting: Painting, kind: str, options: SaveOptions
) -> Sequence[Buffer]:
    if kind == "jpeg":
        from vermilion.pictures.jpeg_write import encode_jpeg  # noqa: PLC0415 - only what is used

        return encode_jpeg(scan, painting, metadata, options)
    from vermilion.pictures import vips_write  # noqa: PLC0415

    return vips_write.ENCODERS[kind](scan, painting, metadata)
