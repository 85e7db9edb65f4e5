"""A view: how a region of the scan becomes what the network sees, and how what it paints goes back.

Places are continuous: x and y run from 0 to the width and the height, and the centre of the first pixel lies
at .5, whatever the size of a plane. So the same place has the same coordinates at every resolution but for a
factor, and going there and back is exact.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.tone import reduce_luma, unit_range
from vermilion.view.frame import Frame, whole
from vermilion.view.tone import UNCHANGED, Tone

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

Luma = NDArray[np.uint8 | np.uint16] | Floats

Size = tuple[int, int]
"""Height and width."""

_FINER = 2
"""A region is sampled this much finer than it is seen, and then averaged over areas."""

_STRAIGHT = 0.5
"""Pixels by which the corners of a straight frame may lie aside."""

_NEARLY = 0.8
"""A plane that is to be reduced by less than this is sampled as it is."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture on a scan.

    Attributes:
        scan: height and width of the scan as it is shown, in pixels.
        frame: where the picture lies on it.
        turns: quarter turns clockwise that bring the picture upright, 0 to 3.
        tone: what the network sees of its greys.
    """

    scan: Size
    frame: Frame
    turns: int = 0
    tone: Tone = UNCHANGED

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole scan, as it lies; its tone may differ."""
        return self.turns == 0 and self.frame == whole(self.scan)

    @property
    def size(self) -> tuple[float, float]:
        """Height and width of the picture, upright, in pixels of the scan."""
        height, width = self.frame.height, self.frame.width
        return (width, height) if self.turns % 2 else (height, width)

    def to_scan(self, points: Doubles, grid: Size) -> Doubles:
        """Return places [n,2] (x, y) of the picture, seen at ``grid``, as places on the scan in pixels."""
        matrix = self._matrix(grid)
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    def to_picture(self, points: Doubles, grid: Size) -> Doubles:
        """Return places [n,2] (x, y) on the scan in pixels as places of the picture, seen at ``grid``."""
        inverse = _inverse(self._matrix(grid))
        return np.asarray(points @ inverse[:, :2].T + inverse[:, 2])

    def contains(self, points: Doubles) -> NDArray[np.bool_]:
        """Tell which places [n,2] (x, y) on the scan lie in the picture; bool [n]."""
        inside = self.to_picture(points, (1, 1))
        return np.asarray(((inside >= 0) & (inside <= 1)).all(axis=-1))

    def box_to_picture(self, box: tuple[float, float, float, float], grid: Size) -> tuple[float, ...]:
        """Return the box x0, y0, x1, y1 of the picture, seen at ``grid``, around a box of the scan."""
        x0, y0, x1, y1 = box
        corners = self.to_picture(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64), grid)
        low, high = np.clip(corners.min(axis=0), 0, grid[::-1]), np.clip(corners.max(axis=0), 0, grid[::-1])
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def seen(self, luma: Luma, grid: Size) -> Floats:
        """Return what the network sees, float32 [h,w] in 0..1 with its tone restored.

        Args:
            luma: of the whole scan, [H,W] at any resolution, integer codes or float32 in 0..1.
            grid: h and w.
        """
        return self.tone(self.reduced(luma, grid))

    def reduced(self, luma: Luma, grid: Size) -> Floats:
        """Return the picture's own luma, averaged over areas; arguments are those of ``seen``."""
        if self.turns:  # the same samples, however it is turned
            lying = replace(self, turns=0).reduced(luma, grid[::-1] if self.turns % 2 else grid)
            return np.ascontiguousarray(np.rot90(lying, -self.turns))
        if self.is_whole:
            return reduce_luma(luma, grid)
        cut = self._cut(luma)
        if cut is not None:
            return reduce_luma(cut, grid)
        size = self._plane_for(luma.shape, grid)
        plane = reduce_luma(luma, size) if size[0] < _NEARLY * luma.shape[0] else _unit(luma)
        finer = grid[0] * _FINER, grid[1] * _FINER
        return reduce_luma(np.clip(self._sampled(plane, finer, cv2.INTER_LINEAR), 0, 1), grid)

    def _cut(self, luma: Luma) -> Luma | None:
        """Return the pixels of a frame, to whole ones; None if it is askew or reaches beyond the scan.

        Areas of pixels are averaged as in a whole picture, where interpolation would blur.
        """
        frame, scale = self.frame, np.array([luma.shape[1] / self.scan[1], luma.shape[0] / self.scan[0]])
        tilt = abs(math.sin(math.radians(frame.angle))) * max(frame.width, frame.height) / 2 * scale.max()
        low, high = np.array([frame.x, frame.y]), np.array([frame.x + frame.width, frame.y + frame.height])
        if tilt > _STRAIGHT or low.min() < 0 or high[0] > self.scan[1] or high[1] > self.scan[0]:
            return None
        (left, top), (right, bottom) = np.rint(low * scale).astype(int), np.rint(high * scale).astype(int)
        return luma[top : max(bottom, top + 1), left : max(right, left + 1)]

    def mask_to_picture(self, mask: NDArray[np.bool_], grid: Size) -> NDArray[np.bool_]:
        """Return a mask [H,W] of the scan as one [h,w] of the picture: true where half of a cell is."""
        if self.is_whole:
            return reduce_luma(mask.astype(np.float32), grid) >= 0.5
        plane = mask.astype(np.float32)
        finer = grid[0] * _FINER, grid[1] * _FINER
        return reduce_luma(self._sampled(plane, finer, cv2.INTER_LINEAR, outside=0.0), grid) >= 0.5

    def nearest(self, planes: Floats, grid: Size) -> Floats:
        """Return planes [c,H,W] of the whole scan as those [c,h,w] of the picture, nothing mixed."""
        if self.is_whole and planes.shape[1:] == grid:
            return planes
        values = np.moveaxis(planes, 0, -1)
        return np.ascontiguousarray(np.moveaxis(self._sampled(values, grid, cv2.INTER_NEAREST), -1, 0))

    def to_plane(self, values: Floats, size: Size) -> Floats:
        """Return values [h,w] or [h,w,c] of the picture on the scan, [H,W] or [H,W,c]; 0 beside the picture.

        Cells that the picture's edge crosses get the share of them that it covers.

        Args:
            values: for the picture, at any resolution.
            size: height and width of the plane, which is the whole scan.
        """
        cover = self.coverage(size)
        return self.spread(values, size) * (cover if values.ndim == 2 else cover[..., None])

    def spread(self, values: Floats, size: Size, covers: tuple[float, float] | None = None) -> Floats:
        """Return the same as ``to_plane``, but with the picture's outermost values going on beside it.

        Args:
            values: for the picture, at any resolution.
            size: height and width of the plane, which is the whole scan.
            covers: rows and columns of ``values`` that the picture covers, as fractions: the rest is margin.
        """
        back = _inverse(self._matrix(covers or values.shape[:2])) @ _square(_scaling(size, self.scan))
        return _warped(values, back, size, cv2.INTER_LINEAR, None)

    def coverage(self, size: Size) -> Floats:
        """Return which share of each cell of a plane [H,W] of the scan the picture covers, 0..1."""
        down, across = self.scan[0] / size[0], self.scan[1] / size[1]
        y = (np.arange(size[0]) + 0.5)[:, None] * down - self.frame.centre[1]
        x = (np.arange(size[1]) + 0.5)[None, :] * across - self.frame.centre[0]
        cosine, sine = math.cos(math.radians(self.frame.angle)), math.sin(math.radians(self.frame.angle))
        covered = np.ones(size)
        for along, half, cell in (
            (x * cosine + y * sine, self.frame.width / 2, across * abs(cosine) + down * abs(sine)),
            (y * cosine - x * sine, self.frame.height / 2, down * abs(cosine) + across * abs(sine)),
        ):
            high, low = np.minimum(along + cell / 2, half), np.maximum(along - cell / 2, -half)
            covered = covered * np.clip((high - low) / cell, 0, 1)
        return covered.astype(np.float32)

    def _matrix(self, grid: tuple[float, float]) -> Doubles:
        """Return the matrix [2,3] from places of the picture, seen at ``grid``, to places on the scan."""
        height, width = grid
        wide, high = self.frame.width, self.frame.height
        # From the upright picture to the frame as it lies: x and y of the frame's upper left corner are 0.
        lies = {
            0: ((wide / width, 0, 0), (0, high / height, 0)),
            1: ((0, wide / height, 0), (-high / width, 0, high)),
            2: ((-wide / width, 0, wide), (0, -high / height, high)),
            3: ((0, -wide / height, wide), (high / width, 0, 0)),
        }[self.turns]
        cosine, sine = math.cos(math.radians(self.frame.angle)), math.sin(math.radians(self.frame.angle))
        turn = np.array([(cosine, -sine), (sine, cosine)])
        shift = np.array(self.frame.centre) - turn @ np.array([wide / 2, high / 2])
        return np.column_stack([turn, shift]) @ _square(np.array(lies))

    def _plane_for(self, size: tuple[int, ...], grid: Size) -> Size:
        """Return the size at which to hold the whole scan, so that sampling the region skips nothing."""
        high, wide = self.size
        wanted = _FINER * max(grid[0] / high, grid[1] / wide)
        factors = wanted * self.scan[0] / size[0], wanted * self.scan[1] / size[1]
        return tuple(  # type: ignore[return-value]
            max(1, round(side * min(1.0, factor))) for side, factor in zip(size, factors, strict=True)
        )

    def _sampled(self, plane: Floats, grid: Size, method: int, outside: float | None = None) -> Floats:
        there = _scaling(self.scan, plane.shape[:2]) @ _square(self._matrix(grid))
        return _warped(plane, there, grid, method, outside)


def _unit(luma: Luma) -> Floats:
    """Return luma in 0..1; floats are not copied."""
    return np.asarray(luma, np.float32) if luma.dtype.kind == "f" else unit_range(luma)


def _scaling(source: tuple[int, ...], target: tuple[int, ...]) -> Doubles:
    """Return the matrix [2,3] from places on a plane of one size (height, width) to the same of another."""
    return np.array([(target[1] / source[1], 0, 0), (0, target[0] / source[0], 0)])


def _square(matrix: Doubles) -> Doubles:
    return np.vstack([matrix, (0, 0, 1)])


def _inverse(matrix: Doubles) -> Doubles:
    return np.asarray(np.linalg.inv(_square(matrix))[:2])


def _warped(values: Floats, there: Doubles, size: Size, method: int, outside: float | None) -> Floats:
    """Return values [h,w,...] sampled at the places to which a matrix leads from the pixels of ``size``."""
    # OpenCV counts from the centres of pixels, places here from their corners.
    from_centres = np.array([(1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)])
    matrix = there @ from_centres
    matrix[:, 2] -= 0.5
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    channels = values[..., None] if values.ndim == 2 else values
    flags = method | cv2.WARP_INVERSE_MAP
    parts = [
        cv2.warpAffine(
            np.ascontiguousarray(channels[..., first : first + 4]),
            matrix,
            size[::-1],
            flags=flags,
            borderMode=border,
            borderValue=(outside or 0.0,) * 4,
        ).reshape(*size, -1)
        for first in range(0, channels.shape[-1], 4)
    ]
    warped = np.concatenate(parts, axis=-1).astype(np.float32, copy=False)
    return warped[..., 0] if values.ndim == 2 else warped
