"""Training pictures for heads: cut, mirrored, aged, turned, and some inverted.

colour picture ─cut, mirror─▶ ─age─▶ luma ─invert?─▶ contrast restored ─turn─▶ what the encoder sees
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vermilion.color import old_photograph, plain_luma
from vermilion.tone import reduce_luma
from vermilion.view import find_tone

if TYPE_CHECKING:
    from numpy.random import Generator

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SEED = 27
LOOKS = 1  # of each picture
AGED = 0.5  # share of the looks that are aged first
NEGATIVES = 0.2  # share of the pictures that are also looked at as a negative
LEAST_AREA = 0.5  # of a picture that a cut shows
STEP = 32  # pixels: cuts are made so that the encoder needs no margin
SHAPES = 1.0, 1.0, 7 / 6, 4 / 3  # long side to short side of cuts


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture as the encoder sees it.

    Attributes:
        luma: float32 [H,W] in 0..1.
        turns: by how many quarters it was turned clockwise.
        negative: whether it was inverted.
    """

    luma: Floats
    turns: int
    negative: bool


def training_looks(rgb: Bytes, key: str, working_size: int) -> list[Look]:
    """Return looks at a picture to train on; the same ones for the same key.

    Args:
        rgb: the picture, upright, [H,W,3].
        key: hexadecimal digits that are its own.
        working_size: pixels of the short side at which the encoder looks.
    """
    random = np.random.default_rng([SEED, int(key, 16)])
    ways = random.permutation(4)[:LOOKS]
    looks = [_look(rgb, random, working_size, int(turns), negative=False) for turns in ways]
    if random.random() < NEGATIVES:
        looks.append(_look(rgb, random, working_size, int(random.integers(4)), negative=True))
    return looks


def held_out_looks(rgb: Bytes, key: str, working_size: int) -> list[Look]:
    """Return looks at a picture to calibrate on: the whole of it in all four ways, and as a negative.

    Args:
        rgb: the picture, upright, [H,W,3].
        key: hexadecimal digits that are its own.
        working_size: pixels of the short side at which the encoder looks.

    Returns:
        As it is: turned by 0 to 3 quarters, and inverted; then the same aged and mirrored.
    """
    random = np.random.default_rng([SEED, int(key, 16)])
    looks = []
    for luma in plain_luma(rgb), old_photograph(np.ascontiguousarray(rgb[:, ::-1]), random):
        seen = _restored(_sized(luma, working_size))
        looks += [Look(_turned(seen, turns), turns, negative=False) for turns in range(4)]
        inverted = _restored(_sized(inverted_luma(luma, random), working_size))
        looks.append(Look(inverted, 0, negative=True))
    return looks


def inverted_luma(luma: Floats, random: "Generator") -> Floats:
    """Return a negative, in 0..1: half of them are inverted plainly, half as film is exposed.

    The density of film grows with the logarithm of the light (Hurter and Driffield 1890), for negatives by a
    slope of .5 to .8; a scan shows what light comes through.
    """
    if random.random() < 0.5:
        return 1 - luma
    slope = np.float32(random.uniform(0.5, 0.8))
    least = np.float32(0.02)  # of the light: flare, and the film's own fog

    def through(light: Floats) -> Floats:
        return np.asarray((light + least) ** (-slope / np.float32(2.2)), np.float32)

    brightest, darkest = through(np.array([0, 1], np.float32))
    shown = (through(np.clip(luma, 0, 1) ** np.float32(2.2)) - darkest) / (brightest - darkest)
    return np.asarray(shown, np.float32)


def _look(rgb: Bytes, random: "Generator", working_size: int, turns: int, *, negative: bool) -> Look:
    cut, size = _cut(rgb, random, working_size)
    if random.random() < 0.5:
        cut = cut[:, ::-1]
    cut = np.ascontiguousarray(cut)
    luma = old_photograph(cut, random) if random.random() < AGED else plain_luma(cut)
    if negative:
        luma = inverted_luma(luma, random)
    seen = _restored(reduce_luma(np.ascontiguousarray(luma, np.float32), size))
    return Look(_turned(seen, turns), turns, negative)


def _cut(rgb: Bytes, random: "Generator", working_size: int) -> tuple[Bytes, tuple[int, int]]:
    """Return a part of a picture, and the size at which the encoder sees it."""
    short = max(STEP, round(working_size / STEP) * STEP)
    longer = max(short, round(short * SHAPES[int(random.integers(len(SHAPES)))] / STEP) * STEP)
    lies = rgb.shape[0] <= rgb.shape[1]
    height, width = (short, longer) if lies else (longer, short)
    scale = min(rgb.shape[0] / height, rgb.shape[1] / width) * np.sqrt(random.uniform(LEAST_AREA, 1))
    down, across = (max(1, int(side * scale)) for side in (height, width))
    top = int(random.integers(rgb.shape[0] - down + 1))
    left = int(random.integers(rgb.shape[1] - across + 1))
    return rgb[top : top + down, left : left + across], (height, width)


def _sized(luma: Floats, working_size: int) -> Floats:
    scale = working_size / min(luma.shape)
    height, width = (max(4, round(side * scale / 4) * 4) for side in luma.shape)
    return reduce_luma(np.ascontiguousarray(luma, np.float32), (height, width))


def _restored(luma: Floats) -> Floats:
    return np.clip(find_tone(luma)(luma), 0, 1)


def _turned(luma: Floats, turns: int) -> Floats:
    return np.ascontiguousarray(np.rot90(luma, -turns))
