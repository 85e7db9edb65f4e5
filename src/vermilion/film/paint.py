"""Key frames painted in batches, as the network sees them: without bars, upright, their contrast restored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import __version__
from vermilion.cache import Cache
from vermilion.color import ab_to_cbcr, enlarge_chroma
from vermilion.film.chroma import to_matrix
from vermilion.film.media import Layout
from vermilion.film.media.layout import Codes
from vermilion.film.shots import Shown, Steering
from vermilion.guidance import Controls, Recipe, UsedFile, UsedModel, finish_colors, read_grading
from vermilion.network import working_size
from vermilion.painter import Painter
from vermilion.pictures import read_scan
from vermilion.session import Session, Workshop
from vermilion.tone import reduce_luma
from vermilion.view import Tone, View, find_tone, whole

Floats = NDArray[np.float32]

_CACHED = 64 << 20  # bytes, of references and albums
_SURE = 0.9  # confidence from which a painting weighs 1
_UNSURE = 0.4  # what it weighs where the model believes nothing of it
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


@dataclass(frozen=True, slots=True)
class FrameForm:
    """What frames are.

    Attributes:
        layout: of their planes.
        matrix: FFmpeg's number of the matrix of the planes to be made.
        shown: how they are shown.
    """

    layout: Layout
    matrix: int
    shown: Shown


@dataclass(frozen=True, slots=True, eq=False)
class KeyFrame:
    """A frame to be painted.

    Attributes:
        number: of the frame.
        codes: its luma [H,W].
        small: the same [h,w] in 0..1, on the grid on which chroma is carried.
    """

    number: int
    codes: Codes
    small: Floats


def weighted(cbcr: Floats, weight: Floats) -> Floats:
    """Return chroma · weight, weight [h,w,3] of chroma [h,w,2] and weight [h,w]."""
    return np.dstack([cbcr * weight[..., None], weight])


class KeyPainter:
    """Paints key frames.

    Args:
        painter: what encodes and decodes.
        form: of the frames.
        short_side: pixels at which the network looks.
        controls: of all colours.
        steering: controls of single frames.
    """

    def __init__(
        self,
        painter: Painter,
        form: FrameForm,
        short_side: int,
        controls: Controls,
        steering: Steering | None = None,
    ) -> None:
        self._painter, self._form, self._short_side = painter, form, short_side
        self._controls, self._grading = controls, read_grading(controls)
        self._steering = steering
        self._workshop = Workshop(painter, Cache(_CACHED))

    def paint(self, frames: Sequence[KeyFrame], view: ShotView) -> list[Floats]:
        """Return chroma · weight, weight [h,w,3] of frames in the film's matrix, grey outside the picture.

        What a person said, and what goes with it, weighs 1.

        Args:
            frames: of one shot.
            view: of the shot.
        """
        controls = self._controls
        if self._steering or controls.palette or controls.reference or controls.album:
            return [self._steered(frame, view) for frame in frames]
        painted: list[Floats] = []
        for first in range(0, len(frames), _BATCH):
            painted += self._batch(frames[first : first + _BATCH], view)
        return painted

    def _batch(self, frames: Sequence[KeyFrame], view: ShotView) -> list[Floats]:
        lumas = np.stack([self._seen(frame.codes, view) for frame in frames])
        tone = Tone(view.gain, view.offset)
        encoded = self._painter.encode(lumas, np.stack([tone(luma) for luma in lumas]))
        painted = self._painter.decode(encoded, temperature=self._controls.temperature)
        results = []
        for luma, ab, sure, frame in zip(encoded.luma, painted.ab, painted.confidence, frames, strict=True):
            finished = finish_colors(self._controls, self._grading, luma, ab, sure)
            cbcr = self._laid(ab_to_cbcr(luma, finished), frame.small, view)
            results.append(weighted(cbcr, self._weight(sure, frame.small, view)))
        return results

    def _steered(self, frame: KeyFrame, view: ShotView) -> Floats:
        """Paint one frame as a picture of its own, with all that may be said of pictures."""
        luma = self._seen(frame.codes, view)
        controls = self._controls
        if self._steering is not None:
            said = self._steering.at(frame.number, luma, view.part(frame.small.shape))
            controls = replace(
                controls,
                hints=said.hints,
                colors_from=said.colors_from,
                trust=said.trust,
                matches=said.matches,
            )
        size, card = (luma.shape[0], luma.shape[1]), self._painter.card
        seen = View(size, whole(size), 0, Tone(view.gain, view.offset))
        model = UsedModel(card.name, card.version)
        draft = Recipe(vermilion=__version__, input=UsedFile(""), model=model, seen=(seen,))
        session = Session(self._workshop, read_scan(luma), self._short_side, draft)
        picture = session.paint(controls)
        session.close()
        return weighted(self._laid(picture.cbcr, frame.small, view), np.ones_like(frame.small))

    def _weight(self, sure: Floats, small: Floats, view: ShotView) -> Floats:
        """Return what a painting weighs on the grid of the frame, of the confidence [h,w] on its own."""
        rows, columns = view.part(small.shape)
        weight = np.ones(small.shape, np.float32)
        size = weight[rows, columns].shape[::-1]
        wide = cv2.resize(self._form.shown.turned_back(sure), size, interpolation=cv2.INTER_LINEAR)
        weight[rows, columns] = _UNSURE + (1 - _UNSURE) * np.minimum(wide / np.float32(_SURE), 1)
        return weight

    def _seen(self, frame: Codes, view: ShotView) -> Floats:
        """Return the picture of a frame at the network's size, upright, float32 [h,w] in 0..1."""
        rows, columns = view.part(frame.shape)
        part = np.ascontiguousarray(frame[rows, columns])
        shown = max(1, part.shape[0]), max(1, round(part.shape[1] * self._form.shown.aspect))
        height, width = working_size(shown, self._short_side, self._painter.card.stride)
        levels = np.float32(255 if frame.dtype == np.uint8 else 65535)
        codes = reduce_luma(part, (height, width)) * levels
        return self._form.shown.turned(self._form.layout.unit(codes))

    def _laid(self, cbcr: Floats, small: Floats, view: ShotView) -> Floats:
        """Return chroma of the upright picture on the frame's grid, along the edges of its luma."""
        cbcr = self._form.shown.turned_back(to_matrix(cbcr, self._form.matrix))
        rows, columns = view.part(small.shape)
        laid = np.zeros((*small.shape, 2), np.float32)
        part = small[rows, columns]
        if min(part.shape) >= max(2, min(cbcr.shape[:2])):
            laid[rows, columns] = enlarge_chroma(cbcr, np.ascontiguousarray(part))
        else:
            size = part.shape[1], part.shape[0]
            laid[rows, columns] = cv2.resize(cbcr, size, interpolation=cv2.INTER_AREA)
        return laid
