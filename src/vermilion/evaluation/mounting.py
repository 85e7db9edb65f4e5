"""Puts pictures on mounts, as scanners see them: margins, film gates, cards, captions, album pages.

For figures: the place of a mounted picture is known. Everything follows from the random generator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vermilion.view import Frame

Luma = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOUNTS = ("white", "black", "card", "gate", "caption", "letterbox")
"""Mounts of one picture."""

PAGE = "page"
"""Several pictures on one card."""


@dataclass(frozen=True, slots=True, eq=False)
class Mounted:
    """A scan of pictures on a mount.

    Attributes:
        luma: uint8 [H,W].
        frames: where each picture lies, in the order in which they were given.
        kind: of the mount.
    """

    luma: Luma
    frames: tuple[Frame, ...]
    kind: str


def mount(picture: Luma, kind: str, random: Generator) -> Mounted:
    """Put a picture on a mount.

    Args:
        picture: luma, uint8 [h,w].
        kind: one of ``MOUNTS``.
        random: decides margin (3 to 35 % of the short side), skew (up to 5°), paper, dust and light.
    """
    height, width = picture.shape
    top, right, bottom, left = _margins(kind, min(height, width), random)
    angle = 0.0 if kind == "letterbox" else float(random.uniform(-5, 5)) * (random.random() < 0.6)
    frame = _frame_of((height, width), (left, top), angle, (width + left + right, height + top + bottom))
    canvas = _mount_of(kind, (height + top + bottom, width + left + right), random)
    canvas = _laid_on(canvas, picture, frame, random, rounded=kind == "gate")
    decorate = _DECORATIONS.get(kind)
    if decorate is not None:
        canvas = decorate(canvas, frame, random)
    return Mounted(_scanned(canvas, random, bare=kind == "letterbox"), (frame,), kind)


def mount_page(pictures: Sequence[Luma], random: Generator) -> Mounted:
    """Put several pictures on a page, in rows, each a little askew, some with white borders of their own."""
    across = int(np.ceil(np.sqrt(len(pictures) * random.uniform(0.6, 1.6))))
    across = min(max(across, 1), len(pictures))
    cell = 320
    gap = int(random.uniform(0.04, 0.2) * cell)
    rows = -(-len(pictures) // across)
    canvas = _mount_of(
        str(random.choice(["white", "black", "card"])),
        (rows * (cell + gap) + gap, across * (cell + gap) + gap),
        random,
    )
    most = min(5.0, 100 * gap / cell / 2)
    frames = []
    bordered = random.random() < 0.3
    for number, picture in enumerate(pictures):
        row, column = divmod(number, across)
        angle = float(random.uniform(-most, most)) * (random.random() < 0.6)
        scale = cell * random.uniform(0.8, 0.95) / max(picture.shape)
        resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(resized, np.uint8)
        height, width = small.shape
        x = gap + column * (cell + gap) + (cell - width) * random.uniform(0.2, 0.8)
        y = gap + row * (cell + gap) + (cell - height) * random.uniform(0.2, 0.8)
        frame = Frame(x, y, width, height, angle)
        canvas = _laid_on(canvas, small, frame, random, border=8 if bordered else 0)
        frames.append(frame)
    return Mounted(_scanned(canvas, random), tuple(frames), PAGE)


def _margins(kind: str, short: int, random: Generator) -> tuple[int, int, int, int]:
    """Return the widths of the margins above, at the right, below and at the left, in pixels."""
    margin = random.uniform(0.03, 0.35)
    if kind == "letterbox":
        bar = max(4, int(short * margin))
        return (bar, 0, bar, 0) if random.random() < 0.8 else (0, bar, 0, bar)
    each = np.maximum(4, short * margin * random.uniform(0.6, 1.4, 4)).astype(int)
    each = np.maximum(each, int(0.03 * short))
    if kind == "caption":
        each[2] = max(each[2], int(0.18 * short))
    top, right, bottom, left = (int(side) for side in each)
    return top, right, bottom, left


def _frame_of(size: tuple[int, int], place: tuple[int, int], angle: float, canvas: tuple[int, int]) -> Frame:
    """Return a frame that stays on the canvas (width, height) when turned, made smaller if need be."""
    height, width = size
    frame = Frame(place[0], place[1], width, height, angle)
    corners = frame.corners
    centre = np.asarray(frame.centre)
    half = np.abs(corners - centre).max(axis=0)
    room = np.minimum(centre, np.asarray(canvas) - centre) - 3
    scale = min(1.0, float((room / half).min())) if angle else 1.0
    return Frame(
        centre[0] - width * scale / 2, centre[1] - height * scale / 2, width * scale, height * scale, angle
    )


def _mount_of(kind: str, size: tuple[int, int], random: Generator) -> Floats:
    """Return an empty mount, float32 [H,W] in 0..255, with the texture of paper and uneven light."""
    tones = {"black": (4, 34), "gate": (4, 30), "card": (90, 205), "letterbox": (0, 6)}
    tone = random.uniform(*tones.get(kind, (222, 252)))
    if kind == "letterbox":
        return np.full(size, tone, np.float32)
    height, width = size
    grain = random.standard_normal(size, np.float32)
    fibres = cv2.GaussianBlur(random.standard_normal(size, np.float32), (0, 0), 3.0) * 8
    texture = grain * random.uniform(0.2, 2.0) + fibres * random.uniform(0, 1.2 if kind == "card" else 0.6)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    direction = random.normal(0, 0.5, 2)
    light = 1 + random.uniform(0, 0.08) * (
        direction[0] * (x / width - 0.5) + direction[1] * (y / height - 0.5)
    )
    return np.asarray((tone + texture) * light, np.float32)


def _laid_on(
    canvas: Floats,
    picture: Luma,
    frame: Frame,
    random: Generator,
    *,
    rounded: bool = False,
    border: int = 0,
) -> Floats:
    """Return the canvas with a picture laid into a frame, its edge as soft as a lens makes it."""
    shown: NDArray[Any] = picture.astype(np.float32)
    cover: NDArray[Any] = np.ones(picture.shape, np.float32)
    if rounded:
        cover = _rounded(picture.shape, int(random.uniform(0.01, 0.05) * min(picture.shape)))
    if border:
        paper = float(random.uniform(225, 250))
        shown = cv2.copyMakeBorder(shown, *(border,) * 4, cv2.BORDER_CONSTANT, value=paper)
        cover = cv2.copyMakeBorder(cover, *(border,) * 4, cv2.BORDER_CONSTANT, value=1.0)
    across, down = frame.width / picture.shape[1], frame.height / picture.shape[0]
    inner = np.array(
        [(border, border), (border + picture.shape[1], border), (border, border + picture.shape[0])]
    )
    corners = frame.corners[[0, 1, 3]]
    # Pixel centres lie at whole numbers for OpenCV, corners of pixels half a pixel before them.
    placed = cv2.getAffineTransform((inner - 0.5).astype(np.float32), (corners - 0.5).astype(np.float32))
    size = canvas.shape[::-1]
    method = cv2.INTER_LINEAR if min(across, down) > 0.7 else cv2.INTER_AREA
    laid = cv2.warpAffine(shown, placed, size, flags=method, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpAffine(cover, placed, size, flags=cv2.INTER_LINEAR)
    covered = cv2.GaussianBlur(covered, (0, 0), random.uniform(0.3, 0.9))
    return np.asarray(canvas + (laid - canvas) * covered, np.float32)


def _rounded(size: tuple[int, ...], radius: int) -> Floats:
    height, width = size
    cover = np.zeros((height, width), np.float32)
    cv2.rectangle(cover, (radius, 0), (width - 1 - radius, height - 1), 1.0, -1)
    cv2.rectangle(cover, (0, radius), (width - 1, height - 1 - radius), 1.0, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(cover, (x, y), radius, 1.0, -1)
    return cover


def _numbered(canvas: Floats, frame: Frame, random: Generator) -> Floats:
    """Return a film gate with edge numbers between picture and edge, where there is room."""
    canvas = canvas.copy()
    top = frame.corners[:, 1].min()
    scale = min(0.6, top / 40)
    if scale > 0.15:
        words = f"{random.integers(1, 37)}A  SAFETY  {random.integers(1, 37)}"
        place = (int(canvas.shape[1] * random.uniform(0.1, 0.4)), int(top * 0.75))
        _write(canvas, words, place, scale, float(random.uniform(150, 230)))
    return canvas


def _captioned(canvas: Floats, frame: Frame, random: Generator) -> Floats:
    """Return a print with one or two lines of writing below the picture."""
    canvas = canvas.copy()
    begin, end = frame.corners[:, 1].max(), canvas.shape[0]
    room = end - begin
    scale = min(0.7, room / 75)
    lines = ("Grandmother, summer 1932", "at the lake", "No. 1432", "Photo: Studio Berger, Linz")
    for number in range(int(random.integers(1, 3)) if room > 30 else 1):
        words = lines[random.integers(len(lines))]
        place = (int(canvas.shape[1] * random.uniform(0.05, 0.4)), int(begin + room * (0.5 + 0.35 * number)))
        _write(canvas, words, place, scale, float(random.uniform(20, 120)))
    return canvas


def _write(canvas: Floats, words: str, place: tuple[int, int], scale: float, tone: float) -> None:
    ink = np.zeros(canvas.shape, np.uint8)
    cv2.putText(ink, words, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 1, cv2.LINE_AA)
    canvas += (np.float32(tone) - canvas) * (ink * np.float32(1 / 255))


_DECORATIONS: dict[str, Callable[[Floats, Frame, Generator], Floats]] = {
    "gate": _numbered,
    "caption": _captioned,
}


def _scanned(canvas: Floats, random: Generator, *, bare: bool = False) -> Luma:
    """Return what a scanner makes of it: dust, and whole levels."""
    if not bare:
        canvas = canvas.copy()
        for _ in range(int(random.integers(0, 25))):
            place = (int(random.integers(canvas.shape[1])), int(random.integers(canvas.shape[0])))
            cv2.circle(canvas, place, int(random.integers(0, 2)), float(random.choice([15, 240])), -1)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def squeezed(luma: Luma, low: int, high: int) -> Luma:
    """Return luma whose range became ``low``..``high``, as a faded print's."""
    return np.asarray(np.rint(low + luma.astype(np.float32) * ((high - low) / 255)), np.uint8)


def turned(mounted: Mounted, turns: int) -> Mounted:
    """Return a scan that lies turned by ``turns`` × 90° clockwise."""
    luma, frames = mounted.luma, mounted.frames
    for _ in range(turns % 4):
        height = luma.shape[0]
        frames = tuple(_turned_once(frame, height) for frame in frames)
        luma = np.rot90(luma, -1)
    return Mounted(np.ascontiguousarray(luma), frames, mounted.kind)


def _turned_once(frame: Frame, height: int) -> Frame:
    x, y = frame.centre
    return Frame(height - y - frame.height / 2, x - frame.width / 2, frame.height, frame.width, frame.angle)
