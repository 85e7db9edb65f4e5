"""GIFs: libvips silently fills missing parts, so Pillow must decode them, too.

libvips does not give a GIF's metadata either.
"""

from vermilion.pictures.codecs.pillow import broken, open_with_pillow
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.source import Source

_XMP = b"!\xff\x0bXMP DataXMP"
_TRAILER = b"\x01\xff\xfe\xfd"


def check_gif(source: Source, page: int) -> None:
    """Refuse a GIF whose frames, up to `page` (counted from 1), do not hold all of their samples.

    Raises:
        PictureError: It is damaged or cut off.
    """
    try:
        with open_with_pillow(source, ("GIF",)) as image:
            for number in range(page):
                image.seek(number)
                image.load()
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise broken(source.name, error) from error


def metadata_of_gif(source: Source) -> Metadata:
    """A GIF's XMP and comment, which libvips does not give.

    Raises:
        PictureError: It is damaged.
    """
    try:
        with open_with_pillow(source, ("GIF",)) as image:
            comment = image.info.get("comment")
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise broken(source.name, error) from error
    return Metadata(xmp=_xmp_in(source.read()), comments=(comment,) if comment else ())


def _xmp_in(data: bytes) -> bytes | None:
    """The packet in an application extension, which stands there as it is, before a trailer (XMP, part 3)."""
    head = data.find(_XMP)
    end = data.find(_TRAILER, head)
    return data[head + len(_XMP) : end] or None if 0 <= head < end else None
