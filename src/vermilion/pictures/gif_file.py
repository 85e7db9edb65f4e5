"""GIFs: libvips fills what is missing of one without a word, so Pillow must decode it, too."""

from vermilion.pictures.pillow_open import open_with_pillow
from vermilion.pictures.pillow_scan import broken
from vermilion.pictures.source import Source


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
