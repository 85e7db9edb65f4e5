"""Writing: the format by its name, refusals instead of silent losses, whole files only."""

from collections.abc import Sequence
from pathlib import Path

from vermilion.errors import OutputError
from vermilion.pictures.formats import NAMES
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.painting import Mark, Painting
from vermilion.pictures.provenance.credentials import Signature, signed
from vermilion.pictures.provenance.marks import result_metadata
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Buffer
from vermilion.pictures.write.checks import (
    check_output,
    check_suffix,
    format_of_stream,
    refuse_what_does_not_fit,
)
from vermilion.pictures.write.options import SaveOptions
from vermilion.pictures.write.whole_file import Stream, publish, write_stream

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
        parts = encode_parts(scan, painting, format or format_of_stream(target), options)
        write_stream(parts, target)
        return
    path = Path(target)
    check_suffix(path, format)
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
    kind = NAMES.get(format.lower().removeprefix("."))
    if kind is None:
        raise OutputError(f"{format!r} cannot be written; choose {', '.join(NAMES)}")
    refuse_what_does_not_fit(scan, kind)
    options.refuse_losses(scan, kind)
    return _encode(scan, painting, kind, options)


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
        raise OutputError("A signed manifest repeats the mark, and these colours have none.")
    return [signed(b"".join(parts), kind, mark, options.mark)]


def _encode_with(
    metadata: Metadata, scan: Scan, painting: Painting, kind: str, options: SaveOptions
) -> Sequence[Buffer]:
    if kind == "jpeg":
        from vermilion.pictures.write.jpeg import encode_jpeg  # noqa: PLC0415 - only what is used

        return encode_jpeg(scan, painting, metadata, options)
    from vermilion.pictures.write import vips as vips_write  # noqa: PLC0415

    return vips_write.ENCODERS[kind](scan, painting, metadata)
