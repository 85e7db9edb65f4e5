"""Edited versions of true pictures: a seeded chain of what generative editors and people do to them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scene import Floats, Picture
from vermilion.tone import luma_of_rgb

Cells = NDArray[np.bool_]

_SIDES = (768, 1344)  # pixels of the version's longer side
_CROP = 0.12  # of a side, at most, in sum
_TURN = 3.0  # degrees
_BENT = 0.02  # of the side: local warps
_TILT = 0.03  # of the side: perspective
_QUALITY = 75


@dataclass(frozen=True, eq=False)
class Edited:
    """A version and what is known of it.

    Attributes:
        rgb: uint8 [h,w,3], the version.
        colors: uint8 [H,W,3]: its colours at the true places, before it was warped.
        foreign: [H,W], where it shows something else.
        inside: [H,W], where it shows anything.
        places: [h,w,2], where each of its pixels lies in the true picture.
    """

    rgb: Picture
    colors: Picture
    foreign: Cells
    inside: Cells
    places: Floats


def edited(
    rgb: Picture, other: Picture, random: np.random.Generator, *, hard: bool = False, kept: float = 0.0
) -> Edited:
    """Edit a picture [H,W,3].

    Args:
        rgb: the true picture.
        other: another one, of which patches are pasted into every second version.
        random: the source of chance.
        hard: edits within the picture itself instead: parts mirrored, moved, or painted over.
        kept: share of each side that a crop leaves; 0 for crops of a few per cent.
    """
    colors = _toned(recolored(rgb, random), random)
    foreign = np.zeros(rgb.shape[:2], bool)
    shown = colors.copy()
    if hard:
        shown, foreign = _hard_edits(shown, random)
    elif random.random() < 0.5:
        shown, foreign = _pasted(shown, other, random)
    places = _places(rgb.shape[:2], random, kept)
    version = _remapped(shown, places)
    if random.random() < 0.5:
        version = np.asarray(cv2.bilateralFilter(version, 5, 18, 3), np.uint8)
    coded = cv2.imencode(".jpg", version[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    version = np.ascontiguousarray(decoded[..., ::-1])
    return Edited(np.asarray(version, np.uint8), colors, foreign, _covered(places, rgb.shape[:2]), places)


def recolored(rgb: Picture, random: np.random.Generator) -> Picture:
    """Return a picture with other hues and saturations, luma as it was where colours allow."""
    lab = cv2.cvtColor((rgb / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    turn, factor = np.deg2rad(random.uniform(-12, 12)), random.uniform(0.8, 1.25)
    turned = lab[..., 1:] @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32
    )
    lab[..., 1:] = turned * factor + random.uniform(-2, 2, 2)
    back = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.clip(np.rint(back * 255), 0, 255).astype(np.uint8)


def _toned(rgb: Picture, random: np.random.Generator) -> Picture:
    gamma, gain = random.uniform(0.8, 1.25), random.uniform(0.95, 1.1)
    curve = np.clip((np.arange(256) / 255) ** gamma * gain * 255, 0, 255)
    return np.asarray(np.rint(curve).astype(np.uint8)[rgb], np.uint8)


def _places(size: tuple[int, ...], random: np.random.Generator, kept: float) -> Floats:
    """Return where each pixel of the version lies in the picture: float32 [h,w,2]."""
    high, wide = size[0], size[1]
    side = max(size)
    cut = random.uniform(0, _CROP / 2, 4)
    if kept:
        share = random.uniform(0, 1, 2)
        cut = (1 - kept) * np.array([share[0], 1 - share[0], share[1], 1 - share[1]])
    scale = random.uniform(*_SIDES) / side
    height = max(64, round(high * (1 - cut[0] - cut[1]) * scale))
    width = max(64, round(wide * (1 - cut[2] - cut[3]) * scale))
    left, top = cut[2] * wide, cut[0] * high
    right, bottom = wide * (1 - cut[3]), high * (1 - cut[1])
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    corners += random.uniform(-_TILT / 2, _TILT / 2, (4, 2)) * side
    turn = np.deg2rad(random.uniform(-_TURN, _TURN))
    middle = corners.mean(axis=0)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = (corners - middle) @ matrix.T + middle
    own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    map_ = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
    rows, columns = np.mgrid[:height, :width]
    points = np.stack([columns + 0.5, rows + 0.5, np.ones((height, width))], axis=-1) @ map_.T
    places = points[..., :2] / points[..., 2:] - 0.5
    bent = random.normal(size=(5, 5, 2)).astype(np.float32)
    bent = np.asarray(cv2.resize(bent, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    bent *= random.uniform(0.2, 1) * _BENT * side / max(float(np.abs(bent).max()), 1e-6)
    return np.asarray(places + bent, np.float32)


def _remapped(rgb: Picture, places: Floats) -> Picture:
    """Read a picture at places; where they lie farther apart than its pixels, it is made smaller first."""
    step = float(np.linalg.norm(places[1:, :-1] - places[:-1, :-1], axis=-1).mean())
    if step > 1:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.5 * step), np.uint8)
    rows, columns = places[..., 1], places[..., 0]
    read = cv2.remap(rgb, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(read, np.uint8)


def _covered(places: Floats, size: tuple[int, ...]) -> Cells:
    border = np.concatenate([places[0], places[1:, -1], places[-1, -2::-1], places[-2:0:-1, 0]])
    mask = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(border).astype(np.int32)], (1,))
    return np.asarray(mask > 0)


def _window(
    size: tuple[int, ...], random: np.random.Generator, least: float, most: float
) -> tuple[slice, slice]:
    high, wide = (round(side * random.uniform(least, most)) for side in size[:2])
    top = int(random.integers(size[0] // 8, max(size[0] // 8 + 1, size[0] - high - size[0] // 8)))
    left = int(random.integers(size[1] // 8, max(size[1] // 8 + 1, size[1] - wide - size[1] // 8)))
    return slice(top, top + high), slice(left, left + wide)


def _pasted(rgb: Picture, other: Picture, random: np.random.Generator) -> tuple[Picture, Cells]:
    rows, columns = _window(rgb.shape, random, 0.12, 0.3)
    patch = np.asarray(cv2.resize(other, (rgb.shape[1], rgb.shape[0])), np.uint8)[rows, columns]
    return _laid(rgb, patch, rows, columns)


def _hard_edits(rgb: Picture, random: np.random.Generator) -> tuple[Picture, Cells]:
    rows, columns = _window(rgb.shape, random, 0.12, 0.22)
    part = rgb[rows, columns]
    kind = int(random.integers(4))
    if kind == 0:
        patch = part[:, ::-1]
    elif kind == 1:
        patch = np.roll(rgb, (rgb.shape[0] // 9, rgb.shape[1] // 8), (0, 1))[rows, columns]
    elif kind == 2:
        mask = np.zeros(rgb.shape[:2], np.uint8)
        mask[rows, columns] = 255
        painted = cv2.inpaint(np.ascontiguousarray(rgb), mask, 5, cv2.INPAINT_TELEA)
        patch = np.asarray(painted, np.uint8)[rows, columns]
    else:
        color = random.integers(0, 256, 3)
        patch = part.copy()
        centre = (patch.shape[1] // 2, patch.shape[0] // 2)
        patch = np.ascontiguousarray(patch)
        cv2.circle(patch, centre, min(centre) // 2, tuple(int(level) for level in color), -1, cv2.LINE_AA)
    return _laid(rgb, np.asarray(patch, np.uint8), rows, columns)


def _laid(rgb: Picture, patch: Picture, rows: slice, columns: slice) -> tuple[Picture, Cells]:
    """Return a picture with a patch, and where that differs from what was there."""
    shown, foreign = rgb.copy(), np.zeros(rgb.shape[:2], bool)
    there = luma_of_rgb(np.ascontiguousarray(rgb[rows, columns])).astype(np.float32)
    new = luma_of_rgb(np.ascontiguousarray(patch)).astype(np.float32)
    away = cv2.blur(np.abs(there - new), (9, 9))
    foreign[rows, columns] = away > 12
    shown[rows, columns] = patch
    return shown, foreign
