"""Key frames painted in batches, as the network sees them: without bars, upright, their contrast restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_to_cbcr, enlarge_chroma
from vermilion.film.chroma import to_matrix
from vermilion.film.media import Layout
from vermilion.film.media.layout import Codes
from vermilion.guidance import Controls, finish_colors, read_grading
from vermilion.network import working_size
from vermilion.painter import Painter
from vermilion.tone import reduce_luma
from vermilion.view import Tone, find_tone

Floats = NDArray[np.float32]

_BATCH = 4  # pictures that are encoded and decoded at a time
_DARK = 0.07  # luma in 0..1, up to which a bar is black
_MOST_BAR = 0.4  # of a side
_SAMPLES = 9  # frames of a shot that its contrast is taken from


@dataclass(frozen=True, slots=True)
class ShotView:
    """How the network sees all frames of a shot.

    Attributes:
        top: share of the height above the picture, 0..1.
        bottom: share of the height above its lower edge.
        left: share of the width left of it.
        right: share of the width left of its right edge.
        gain: of its tone.
        offset: of its tone.
    """

    top: float = 0.0
    bottom: float = 1.0
    left: float = 0.0
    right: float = 1.0
    gain: float = 1.0
    offset: float = 0.0

    def part(self, size: tuple[int, int]) -> tuple[slice, slice]:
        """Return rows and columns of the picture in a frame of ``size`` (height, width)."""
        height, width = size
        return (
            slice(round(self.top * height), round(self.bottom * height)),
            slice(round(self.left * width), round(self.right * width)),
        )


def find_view(lumas: Sequence[Floats]) -> ShotView:
    """Return how to see a shot, of its first frames [h,w] in 0..1: black bars and contrast of all of them."""
    brightest = np.max(np.stack(lumas), axis=0)
    top, bottom = _bars(brightest.max(axis=1))
    left, right = _bars(brightest.max(axis=0))
    view = ShotView(top, bottom, left, right)
    rows, columns = view.part(brightest.shape)
    chosen = np.linspace(0, len(lumas) - 1, _SAMPLES).round().astype(int)
    parts = [lumas[number][rows, columns] for number in chosen]
    side = round(_SAMPLES**0.5)
    mosaic = np.vstack([np.hstack(parts[first : first + side]) for first in range(0, _SAMPLES, side)])
    tone = find_tone(mosaic)
    return ShotView(top, bottom, left, right, round(tone.gain, 6), round(tone.offset, 6))


def _bars(brightest: Floats) -> tuple[float, float]:
    """Return the shares of a side before and behind which it is black, of its brightest luma in each line."""
    bright = np.flatnonzero(brightest > _DARK)
    if not len(bright):
        return 0.0, 1.0
    count = len(brightest)
    first, last = int(bright[0]), int(bright[-1]) + 1
    if first > _MOST_BAR * count or count - last > _MOST_BAR * count:
        return 0.0, 1.0
    return first / count, last / count


class KeyPainter:
    """Paints key frames.

    Args:
        painter: what encodes and decodes.
        layout: of the frames.
        matrix: FFmpeg's number of the matrix of the planes to be made.
        aspect: of a pixel, its width to its height.
        turns: quarter turns clockwise that bring frames upright, 0 to 3.
        short_side: pixels at which the network looks.
        controls: what is said of all colours.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a film is, as values
        self,
        painter: Painter,
        layout: Layout,
        matrix: int,
        aspect: Fraction,
        turns: int,
        short_side: int,
        controls: Controls,
    ) -> None:
        self._painter, self._layout, self._matrix = painter, layout, matrix
        self._aspect, self._turns, self._short_side = float(aspect), turns, short_side
        self._controls, self._grading = controls, read_grading(controls)

    def paint(self, frames: Sequence[Codes], smalls: Sequence[Floats], view: ShotView) -> list[Floats]:
        """Return chroma [h,w,2] of frames in the film's matrix, grey outside the picture.

        Args:
            frames: luma codes [H,W].
            smalls: the same [h,w] in 0..1, on the grid on which chroma is carried.
            view: of their shot.
        """
        painted: list[Floats] = []
        for first in range(0, len(frames), _BATCH):
            some = slice(first, first + _BATCH)
            painted += self._batch(frames[some], smalls[some], view)
        return painted

    def _batch(self, frames: Sequence[Codes], smalls: Sequence[Floats], view: ShotView) -> list[Floats]:
        lumas = np.stack([self._seen(frame, view) for frame in frames])
        tone = Tone(view.gain, view.offset)
        encoded = self._painter.encode(lumas, np.stack([tone(luma) for luma in lumas]))
        painted = self._painter.decode(encoded, temperature=self._controls.temperature)
        results = []
        for luma, ab, sure, small in zip(encoded.luma, painted.ab, painted.confidence, smalls, strict=True):
            finished = finish_colors(self._controls, self._grading, luma, ab, sure)
            cbcr = to_matrix(ab_to_cbcr(luma, finished), self._matrix)
            results.append(self._laid(np.rot90(cbcr, self._turns), small, view))
        return results

    def _seen(self, frame: Codes, view: ShotView) -> Floats:
        """Return the picture of a frame at the network's size, upright, float32 [h,w] in 0..1."""
        rows, columns = view.part(frame.shape)
        part = np.ascontiguousarray(frame[rows, columns])
        shown = max(1, part.shape[0]), max(1, round(part.shape[1] * self._aspect))
        height, width = working_size(shown, self._short_side, self._painter.card.stride)
        levels = np.float32(255 if frame.dtype == np.uint8 else 65535)
        codes = reduce_luma(part, (height, width)) * levels
        return np.ascontiguousarray(np.rot90(self._layout.unit(codes), -self._turns))

    def _laid(self, cbcr: Floats, small: Floats, view: ShotView) -> Floats:
        """Return chroma of the picture on the whole frame's grid, along the edges of its luma there."""
        rows, columns = view.part(small.shape)
        laid = np.zeros((*small.shape, 2), np.float32)
        part = small[rows, columns]
        if min(part.shape) >= max(2, min(cbcr.shape[:2])):
            laid[rows, columns] = enlarge_chroma(np.ascontiguousarray(cbcr), np.ascontiguousarray(part))
        else:
            size = part.shape[1], part.shape[0]
            laid[rows, columns] = cv2.resize(np.ascontiguousarray(cbcr), size, interpolation=cv2.INTER_AREA)
        return laid
