"""Where the strips or tiles of a TIFF's page lie: none may be missing, none be mixed up with another.

libtiff makes missing ones black, as sparse aerial photographs want it, and reads on where the next begins.
"""

from itertools import pairwise

from vermilion.errors import PictureError
from vermilion.pictures import tiff_pages as tags
from vermilion.pictures.tiff_pages import TiffPage

_PLAIN, _YCBCR = 1, 6  # a compression, and a colour space that has fewer samples of chroma


def check_places(page: TiffPage, name: str) -> None:
    """Refuse a page of which a part is missing, or whose width cannot be that of its samples.

    Raises:
        PictureError: It is such a page.
    """
    starts = page.numbers(tags.TILE_STARTS) or page.numbers(tags.STRIP_STARTS)
    if missing := starts.count(0):
        raise PictureError(
            f"{name} lacks {missing:,} of the {len(starts):,} parts in which its samples lie;"
            " copy or scan it again, or save it whole"
        )
    if page.number(tags.COMPRESSION, _PLAIN) == _PLAIN and page.number(tags.PHOTOMETRIC, 1) != _YCBCR:
        needed = _needed(page, starts)
        ordered = sorted(needed)
        if any(after - here < needed[here] for here, after in pairwise(ordered)):
            raise PictureError(
                f"{name} is damaged (its samples do not fit its width and height); copy or scan it again"
            )


def _needed(page: TiffPage, starts: tuple[int, ...]) -> dict[int, int]:
    """The bytes that parts take, by where they begin; equal parts may be stored once."""
    is_tiled = bool(page.numbers(tags.TILE_STARTS))
    in_planes = page.number(tags.PLANAR, 1) == 2
    length = page.number(tags.LENGTH, 0)
    across = page.number(tags.TILE_WIDTH if is_tiled else tags.WIDTH, 0)
    down = page.number(tags.TILE_LENGTH if is_tiled else tags.ROWS_PER_STRIP, length)
    row = (across * (page.bits[0] if in_planes else sum(page.bits)) + 7) // 8
    a_plane = max(1, len(starts) // (page.samples if in_planes else 1))
    needed: dict[int, int] = {}
    for index, start in enumerate(starts):
        rows = down if is_tiled else min(down, length - index % a_plane * down)
        needed[start] = min(row * max(0, rows), needed.get(start, row * down))
    return needed
