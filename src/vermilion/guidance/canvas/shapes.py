"""Hints drawn on the network's grid: which cells each covers, and the canvas that the network reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.errors import HintError, PictureError
from vermilion.guidance.hints import AnyHint, Box, Hint, Mask, Stroke, ab_at

Floats = NDArray[np.float32]
Lengths = NDArray[np.floating]
Cells = NDArray[np.bool_]
Size = tuple[int, int]
Levels = NDArray[np.uint8 | np.uint16]
MaskReader = Callable[[Asset], Levels]
"""Gives the levels [H,W], upright, of the picture of a ``Mask``; a ``PictureError`` says why it cannot."""

AB_SCALE = 110.0
"""CIELAB units of a and b to one unit of the network's hints."""

NOBODY = -1
"""The owner of cells that no hint covers."""

_FARTHEST = np.float32(128 / AB_SCALE)  # sRGB ends well before
_DEFAULT_RADIUS_CELLS = 1.5  # three cells by three, the middle of the patches in training
_MASK_ASPECT_TOLERANCE = 0.02  # a mask that was made smaller has rounded sides
_STRIP = 512  # rows of a mask that are floats at a time


@dataclass(frozen=True, slots=True)
class Drawing:
    """Hints in the network's form, and the owner of each cell.

    Attributes:
        canvas: float32 [3,h,w]: a/110, b/110 and the weight, 0 where there is not a hint.
        owner: int [h,w]: number of the hint that is seen in a cell, or ``NOBODY``.
    """

    canvas: Floats
    owner: NDArray[np.intp]


def no_masks(mask: Asset) -> Levels:
    """A ``MaskReader`` for places where no picture can be read."""
    raise PictureError(f"no reader was given for {mask!r}; give one to draw masks")


def draw_hints(
    hints: Sequence[AnyHint],
    picture_size: Size,
    grid: Size,
    under: Floats | None = None,
    luma: Floats | None = None,
    read_mask: MaskReader = no_masks,
) -> Drawing:
    """Draw hints on the network's grid.

    Args:
        hints: later ones lie over earlier ones.
        picture_size: height and width in pixels of the upright picture that hints are placed in.
        grid: height h and width w of the result; it covers exactly the picture.
        under: a canvas [3,h,w] to draw over; not changed.
        luma: [h,w] in 0..1 of the picture, for which colours with a name are drawn; None for their own.
        read_mask: reads the pictures of masks.

    Raises:
        HintError: a hint lies outside the picture, or a mask cannot be used.
    """
    canvas = np.zeros((3, *grid), np.float32) if under is None else under.copy()
    owner = np.full(grid, NOBODY, np.intp)
    for number, hint in enumerate(hints):
        _check_place(hint, picture_size)
        cells = covered_cells(hint, picture_size, grid, read_mask)
        ab = np.array([hint.ab], np.float32) if luma is None else ab_at(hint.color, luma[cells])
        canvas[:2, cells] = np.clip(ab.T / np.float32(AB_SCALE), -_FARTHEST, _FARTHEST)
        canvas[2, cells] = hint.strength
        owner[cells] = number
    return Drawing(canvas, owner)


def rasterize_hints(
    hints: Sequence[AnyHint], picture_size: Size, grid: Size, read_mask: MaskReader = no_masks
) -> Floats:
    """Return the canvas of ``draw_hints`` alone, float32 [3,h,w]."""
    return draw_hints(hints, picture_size, grid, read_mask=read_mask).canvas


def covered_cells(hint: AnyHint, picture_size: Size, grid: Size, read_mask: MaskReader = no_masks) -> Cells:
    """Return which cells [h,w] a hint covers: those with their centre in it, and one at least."""
    if isinstance(hint, Mask):
        return _cells_of_mask(hint, picture_size, grid, read_mask)
    cell = picture_size[0] / grid[0], picture_size[1] / grid[1]
    if isinstance(hint, Box):
        return _cells_of_box(hint, cell, grid)
    if isinstance(hint, Stroke):
        return _cells_of_stroke(hint, cell, grid)
    return _cells_of_dab(hint, cell, grid)


def cell_at(x: float, y: float, picture_size: Size, grid: Size) -> tuple[int, int]:
    """Return row and column of the cell that holds a point of the picture."""
    row, column = int(y * grid[0] / picture_size[0]), int(x * grid[1] / picture_size[1])
    return min(row, grid[0] - 1), min(column, grid[1] - 1)


def check_inside(x: float, y: float, picture_size: Size, what: str, *, may_end_it: bool = False) -> None:
    """Refuse a point that is not in the picture, whose pixels end just before its width and height.

    Args:
        x: pixels from the left edge.
        y: pixels from the upper edge.
        picture_size: height and width in pixels of the upright picture.
        what: whose point it is, for the message.
        may_end_it: whether it may lie on the lower and right edges, as the end of an area does.

    Raises:
        HintError: it lies outside.
    """
    height, width = picture_size
    inside = 0 <= x < width and 0 <= y < height
    if not (inside or (may_end_it and 0 <= x <= width and 0 <= y <= height)):
        raise HintError(
            f"{_opening(what)} lies outside the picture of {width} × {height} pixels; count "
            "from the upper left corner of the picture as it is shown."
        )


def _check_place(hint: AnyHint, picture_size: Size) -> None:
    for x, y in hint.corners:
        point = hint.place if (x, y) == hint.corners[0] else f"{hint.place}, at x = {x:g}, y = {y:g},"
        check_inside(x, y, picture_size, point, may_end_it=isinstance(hint, Box))
    if isinstance(hint, Box):  # it may end at the picture's edges, but not start there
        check_inside(min(hint.x0, hint.x1), min(hint.y0, hint.y1), picture_size, hint.place)


def _cells_of_dab(hint: Hint, cell: tuple[float, float], grid: Size) -> Cells:
    row, column = _own_cell(hint.x, hint.y, cell, grid)
    if hint.radius is None:
        down, across = abs(np.arange(grid[0]) - row), abs(np.arange(grid[1]) - column)
        return np.maximum(down[:, None], across) < _DEFAULT_RADIUS_CELLS
    rows, columns = _centres(cell, grid)
    covered: Cells = np.hypot(rows - hint.y, columns - hint.x) <= hint.radius
    covered[row, column] = True
    return covered


def _cells_of_stroke(stroke: Stroke, cell: tuple[float, float], grid: Size) -> Cells:
    half = min(cell) if stroke.width is None else stroke.width / 2
    rows, columns = _centres(cell, grid)
    covered = np.zeros(grid, np.bool_)
    for start, end in zip(stroke.points, (*stroke.points[1:], stroke.points[-1]), strict=True):
        covered |= _distance_to_line(columns, rows, start, end) <= half
        covered[_crossed(start, end, cell, grid)] = True
    return covered


def _distance_to_line(
    x: Lengths, y: Lengths, start: tuple[float, float], end: tuple[float, float]
) -> Lengths:
    """Return the distance [h,w] of points to a straight line, its ends included."""
    along = end[0] - start[0], end[1] - start[1]
    length = along[0] ** 2 + along[1] ** 2
    part = (
        ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length if length else np.zeros_like(x + y)
    )
    part = np.clip(part, 0, 1)
    distance: Lengths = np.hypot(x - start[0] - part * along[0], y - start[1] - part * along[1])
    return distance


def _crossed(
    start: tuple[float, float], end: tuple[float, float], cell: tuple[float, float], grid: Size
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of cells that a line runs through, so that even the thinnest counts."""
    steps = 2 * int(max(abs(end[1] - start[1]) / cell[0], abs(end[0] - start[0]) / cell[1])) + 2
    x, y = (np.linspace(start[axis], end[axis], steps) for axis in (0, 1))
    rows = np.minimum((y / cell[0]).astype(np.intp), grid[0] - 1)
    columns = np.minimum((x / cell[1]).astype(np.intp), grid[1] - 1)
    return rows, columns


def _cells_of_box(box: Box, cell: tuple[float, float], grid: Size) -> Cells:
    rows, columns = _centres(cell, grid)
    inside_rows = (rows >= min(box.y0, box.y1)) & (rows <= max(box.y0, box.y1))
    inside_columns = (columns >= min(box.x0, box.x1)) & (columns <= max(box.x0, box.x1))
    covered: Cells = inside_rows & inside_columns
    covered[_own_cell((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, cell, grid)] = True
    return covered


def _cells_of_mask(hint: Mask, picture_size: Size, grid: Size, read_mask: MaskReader) -> Cells:
    try:
        grey = read_mask(hint.picture)
    except PictureError as error:
        raise HintError(f"{_opening(hint.place)} cannot be used: {error}") from error
    _check_aspect(hint, (grey.shape[0], grey.shape[1]), picture_size)
    share = _area_means(grey, grid)
    most = float(share.max())
    if most == 0:
        raise HintError(f"{_opening(hint.place)} is black all over; paint white where the colour goes.")
    return np.asarray(share >= min(most, np.iinfo(grey.dtype).max / 2), np.bool_)


def _area_means(grey: Levels, grid: Size) -> Floats:
    """Means of levels [H,W] over the cells of a grid, [h,w]; floats of the full size never exist."""
    strips = [
        cv2.resize(
            np.ascontiguousarray(rows).astype(np.float32),
            (grid[1], len(rows)),
            interpolation=cv2.INTER_AREA,
        )
        for rows in (grey[top : top + _STRIP] for top in range(0, len(grey), _STRIP))
    ]
    means = cv2.resize(np.concatenate(strips), (grid[1], grid[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32)


def _check_aspect(hint: Mask, size: Size, picture_size: Size) -> None:
    ratio = size[0] * picture_size[1] / (size[1] * picture_size[0])
    slack = _MASK_ASPECT_TOLERANCE + 1 / min(size)
    if not 1 - slack <= ratio <= 1 + slack:
        raise HintError(
            f"{_opening(hint.place)} of {size[1]} × {size[0]} pixels does not have the shape of the "
            f"picture of {picture_size[1]} × {picture_size[0]}; draw it over the picture as it is shown."
        )


def _opening(words: str) -> str:
    """Words with a capital letter, as at the start of a sentence; a path keeps its letters."""
    return words[:1].upper() + words[1:]


def _centres(cell: tuple[float, float], grid: Size) -> tuple[Lengths, Lengths]:
    """Return the centres of cells in pixels: y as [h,1] and x as [1,w]."""
    y, x = ((np.arange(count) + 0.5) * side for count, side in zip(grid, cell, strict=True))
    return y[:, None], x[None]


def _own_cell(x: float, y: float, cell: tuple[float, float], grid: Size) -> tuple[int, int]:
    return min(int(y / cell[0]), grid[0] - 1), min(int(x / cell[1]), grid[1] - 1)
