"""Prints photographed with a phone: a grey or toned picture on a coloured table, seen a little askew.

Everything follows from a source of chance, so that the same seed gives the same photograph. The corners of
the print are known exactly.
"""

from dataclasses import dataclass, field
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Rgb = NDArray[np.uint8]

_FIELD_OF_VIEW = 1.3  # the photo's long side over the distance, as a phone's main camera has it
_SHARPEST = 2.0  # pixels of the print to one of the photo at most, so that nothing aliases

TABLES = {
    "oak": ("wood", (164, 118, 72)),
    "walnut": ("wood", (92, 60, 40)),
    "cherry": ("wood", (142, 66, 40)),
    "pine": ("wood", (206, 164, 108)),
    "blue cloth": ("cloth", (52, 76, 138)),
    "green cloth": ("cloth", (46, 104, 62)),
    "red cloth": ("cloth", (158, 36, 44)),
    "mustard cloth": ("cloth", (196, 152, 48)),
    "checked cloth": ("checks", (190, 60, 56)),
    "pink granite": ("stone", (178, 132, 116)),
    "slate": ("stone", (72, 92, 116)),
    "sandstone": ("stone", (190, 158, 112)),
}
"""Kinds of texture and mean sRGB colours of tables."""

TONES = {"grey": (0.0, 0.0), "warm": (1.2, 5.0), "sepia": (5.0, 20.0), "cold": (-1.0, -5.0)}
"""CIELAB (a, b) at middle grey of the tones of prints."""


@dataclass(frozen=True)
class Taken:
    """How a print is photographed.

    Attributes:
        table: a key of ``TABLES``.
        tone: a key of ``TONES``.
        turn: degrees by which the print lies turned in the photo.
        tilt: degrees by which the camera is tilted forwards and sideways.
        share: of the photo's shorter way that the print fills, 0..1.
        border: width of the white border, of the print's short side.
        size: height and width of the photo in pixels.
    """

    table: str = "oak"
    tone: str = "grey"
    turn: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    share: float = 0.75
    border: float = 0.04
    size: tuple[int, int] = (960, 1280)


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph of a print.

    Attributes:
        rgb: uint8 [H,W,3].
        corners: float32 [4,2] in pixels (x, y) of the print's corners, clockwise from its upper left one.
        taken: how it was made.
    """

    rgb: Rgb
    corners: Floats
    taken: Taken = field(default_factory=Taken)

    def jpeg(self, quality: int) -> bytes:
        """The content of a JPEG with halved chroma, as phones write them."""
        content = BytesIO()
        Image.fromarray(self.rgb).save(content, "jpeg", quality=quality, subsampling=2)
        return content.getvalue()


def any_way(random: np.random.Generator, size: tuple[int, int] = (960, 1280)) -> Taken:
    """Some way to photograph a print: any table and tone, turned by up to 10°, tilted by up to 10°."""
    return Taken(
        table=str(random.choice(list(TABLES))),
        tone=str(random.choice(list(TONES), p=(0.5, 0.2, 0.15, 0.15))),
        turn=float(random.uniform(-10, 10)),
        tilt=(float(random.uniform(-10, 10)), float(random.uniform(-10, 10))),
        share=float(random.uniform(0.5, 0.92)),
        border=float(random.choice([0.0, 0.03, 0.06])),
        size=size if random.random() < 0.7 else size[::-1],
    )


def photograph(grey: NDArray[np.uint8], taken: Taken, random: np.random.Generator) -> Photograph:
    """Lay a print of a grey picture [h,w] on a table, and photograph it."""
    paper = toned(with_border(grey, taken.border, random), taken.tone)
    corners = _corners(paper.shape[:2], taken)
    table = table_of(taken.table, taken.size, random)
    shown, cover = _seen(paper, corners, taken.size)
    shadow = 1 - 0.45 * _shadow(cover, taken.size, random)
    linear = (table * shadow) * (1 - cover) + shown * cover
    rgb = np.clip(linear * _light(taken.size, random), 0, 255)
    noisy = rgb + random.normal(0, 3, rgb.shape).astype(np.float32)
    return Photograph(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), corners, taken)


def with_border(grey: NDArray[np.uint8], share: float, random: np.random.Generator) -> NDArray[np.uint8]:
    """A grey picture [h,w] with the white border of photographic paper, which is not quite white."""
    width = round(share * min(grey.shape))
    if not width:
        return grey
    return np.pad(grey, width, constant_values=int(random.integers(215, 245)))


def toned(grey: NDArray[np.uint8], tone: str) -> Floats:
    """A grey picture [h,w] in a tone of ``TONES``, full in the middle greys: float32 [h,w,3], 0..255."""
    light = grey.astype(np.float32) / 255
    strength = 4 * light * (1 - light) * 0.6 + 0.4
    lab = np.dstack([100 * light, *(strength * np.float32(part) for part in TONES[tone])])
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)
    return np.asarray(255 * np.clip(rgb, 0, 1), np.float32)


def table_of(name: str, size: tuple[int, int], random: np.random.Generator) -> Floats:
    """A table seen from above: float32 [H,W,3], 0..255."""
    kind, color = TABLES[name]
    base = np.asarray(color, np.float32)
    light = {"wood": _wood, "cloth": _cloth, "checks": _cloth, "stone": _stone}[kind](size, random)
    hue = 1 + 0.05 * _clouds(size, 0.3, random)[..., None] * np.array([1, 0, -1], np.float32)
    if kind == "checks":
        y, x = np.mgrid[: size[0], : size[1]] // max(8, min(size) // 12)
        base = np.where(((x + y) % 2)[..., None] > 0, base, np.array([226, 214, 200], np.float32))
    return np.clip(base * hue * (1 + light[..., None]), 0, 255).astype(np.float32)


def _wood(size: tuple[int, int], random: np.random.Generator) -> Floats:
    """Fibres along the longer way, and rings that wander."""
    y = np.linspace(0, 1, size[0], dtype=np.float32)[:, None] + 0.06 * _clouds(size, 0.4, random)
    rings = np.sin(2 * np.pi * y * random.uniform(8, 20))
    fibres = cv2.GaussianBlur(random.normal(0, 1, size).astype(np.float32), (0, 0), sigmaX=24, sigmaY=0.7)
    light = 0.10 * rings + 0.10 * fibres / fibres.std() + 0.06 * _clouds(size, 0.15, random)
    return np.asarray(light, np.float32)


def _cloth(size: tuple[int, int], random: np.random.Generator) -> Floats:
    """A weave of threads, and soft folds."""
    y, x = np.mgrid[: size[0], : size[1]]
    weave = np.sin(x * 1.4) * np.sin(y * 1.4) + 0.5 * random.normal(0, 1, size)
    return np.asarray(0.08 * weave + 0.10 * _clouds(size, 0.25, random), np.float32)


def _stone(size: tuple[int, int], random: np.random.Generator) -> Floats:
    """Grains of several sizes."""
    grains = sum(_clouds(size, scale, random) for scale in (0.004, 0.01, 0.04, 0.2))
    return np.asarray(0.07 * grains, np.float32)


def _clouds(size: tuple[int, int], scale: float, random: np.random.Generator) -> Floats:
    """Smooth noise of unit spread; ``scale`` is the size of its lumps, of the short side."""
    lump = max(1.0, scale * min(size))
    small = random.normal(0, 1, [max(3, round(side / lump) + 2) for side in size]).astype(np.float32)
    large = cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray((large - large.mean()) / max(float(large.std()), 1e-6), np.float32)


def _corners(print_size: tuple[int, int], taken: Taken) -> Floats:
    """Where the print's corners are seen, through a pinhole over the middle of the print."""
    height, width = print_size
    shown_height, shown_width = taken.size
    scale = taken.share * min(shown_width / width, shown_height / height)
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [
        width * scale / 2,
        height * scale / 2,
        0,
    ]
    forwards, sideways, turn = np.radians([*taken.tilt, taken.turn])
    placed = flat @ (_about(0, forwards) @ _about(1, sideways) @ _about(2, turn)).T
    distance = max(taken.size) / _FIELD_OF_VIEW
    seen = placed[:, :2] * (distance / (distance + placed[:, 2:]))
    # The whole print is in the photo, with a little table all around.
    room = 0.97 * np.array([shown_width, shown_height]) / 2
    seen *= min(1.0, float((room / np.abs(seen).max(axis=0)).min()))
    return (seen + np.array([shown_width, shown_height]) / 2).astype(np.float32)


def _about(axis: int, angle: float) -> NDArray[np.float64]:
    vector = np.zeros(3)
    vector[axis] = angle
    return np.asarray(cv2.Rodrigues(vector)[0], np.float64)


def _seen(paper: Floats, corners: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """The print [H,W,3] as the camera sees it, and how far it covers each pixel [H,W,1], 0..1."""
    longest = max(float(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1).max()), 1)
    ratio = min(1.0, longest * _SHARPEST / max(paper.shape[:2]))
    if ratio < 1:
        paper = np.asarray(
            cv2.resize(paper, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), np.float32
        )
    height, width = paper.shape[:2]
    edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    there = cv2.getPerspectiveTransform(edges, corners - np.float32(0.5))
    shown = cv2.warpPerspective(
        paper, there, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    cover = np.zeros((4 * size[0], 4 * size[1]), np.uint8)
    cv2.fillConvexPoly(cover, np.rint((4 * corners - 0.5) * 16).astype(np.int32), 255, shift=4)
    small = cv2.resize(cover, size[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(shown, np.float32), np.asarray(small / 255, np.float32)[..., None]


def _shadow(cover: Floats, size: tuple[int, int], random: np.random.Generator) -> Floats:
    """The soft shadow of a print that does not lie quite flat, 0..1 [H,W,1]."""
    reach = 0.012 * min(size)
    moved = np.array([[1, 0, random.uniform(-1, 1) * reach], [0, 1, random.uniform(0, 1) * reach]])
    soft = cv2.GaussianBlur(cover[..., 0], (0, 0), reach)
    return np.asarray(cv2.warpAffine(soft, moved, size[::-1]), np.float32)[..., None]


def _light(size: tuple[int, int], random: np.random.Generator) -> Floats:
    """Uneven light [H,W,3]: it falls off to one side, and is a little warmer on the other."""
    y, x = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]), indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * x + np.sin(angle) * y
    warmth = random.uniform(-0.01, 0.03) + random.uniform(-0.015, 0.015) * slope
    fall = 1 - random.uniform(0, 0.18) * (slope + 1.4) / 2.8
    light = fall[..., None] * (1 + warmth[..., None] * np.array([1.0, 0.0, -1.0]))
    return np.asarray(light, np.float32)
