"""Finds the shots of a film, paints a key frame of each, and lays both out on sheets."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_rgb, enlarge_chroma, fit_gamut
from vermilion.film.media import read_luma
from vermilion.film.motion import Held, hold, reduced
from vermilion.film.paint import FrameForm, KeyFrame, KeyPainter, find_view
from vermilion.film.segments import Job
from vermilion.film.shots import Shot, Shown, Steering
from vermilion.film.steering import anchor_of

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FIRST = 40  # frames of a shot that tell of its bars and its contrast, as when it is coloured
_KEPT = 8  # frames of a shot that are held while its middle is not known
_BT601 = 6
_TILE = (320, 180)  # width and height in pixels that a frame may take
_LABEL = 24  # pixels below it
_GAP = 8
_COLUMNS, _ROWS = 4, 8


@dataclass(slots=True)
class Found:
    """A shot while it is read, and after.

    Attributes:
        begins: when its first frame is shown, in seconds.
        said: what a list says of it, or nothing.
        ends: when its last frame is shown.
        first: the first of its frames, small.
        kept: some of its frames, evenly spaced.
    """

    begins: float
    said: Shot
    ends: float = 0.0
    first: list[Floats] = field(default_factory=list)
    kept: list[Held] = field(default_factory=list)
    _every: int = 1
    _count: int = 0

    def add(self, held: Held) -> None:
        """Take in a frame."""
        self.ends = held.luma.seconds
        if len(self.first) < _FIRST:
            self.first.append(held.small)
        if self.said.frames:
            self.kept = [*self.kept, held]
            self.kept = [min(self.kept, key=lambda one: abs(one.luma.seconds - self.said.frames[0].at))]
        elif self._count % self._every == 0:
            self.kept.append(held)
            if len(self.kept) > _KEPT:
                self.kept, self._every = self.kept[::2], 2 * self._every
        self._count += 1

    @property
    def key(self) -> Held:
        """The frame that stands for it: the first of which something is said, or the middle one."""
        middle = (self.begins + self.ends) / 2
        return min(self.kept, key=lambda held: abs(held.luma.seconds - middle))


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A key frame on a sheet: its small picture, uint8 [h,w,3] in R, G, B, and the line below."""

    picture: Bytes
    label: str


def write_preview(job: Job, folder: Path) -> list[Shot]:
    """Write sheets of a film's shots, and their key frames in grey; returns the shots.

    Args:
        job: the film; its shots are found, or are those of a list.
        folder: that is there.
    """
    for old in folder.glob("sheet-*.jpg"):
        old.unlink()
    shots, tiles, sheets = list[Shot](), list[Tile](), 0
    for found in _found(job):
        job.work.report(f"{clock(found.ends)} of {clock(job.facts.seconds)}", _share(job, found.ends))
        shots.append(Shot(found.begins, found.said.controls, found.said.frames))
        tiles.append(_key_frame(job, found, folder, len(shots)))
        if len(tiles) == _COLUMNS * _ROWS:
            sheets += 1
            _write(folder / f"sheet-{sheets:02d}.jpg", sheet_of(tiles)[..., ::-1])
            tiles = []
    if tiles:
        _write(folder / f"sheet-{sheets + 1:02d}.jpg", sheet_of(tiles)[..., ::-1])
    return shots


def _key_frame(job: Job, found: Found, folder: Path, number: int) -> Tile:
    """Write the key frame of a shot as it is shown; returns its tile."""
    held, shown = found.key, job.form.shown
    unit = shown.turned(job.facts.layout.unit(held.luma.codes))
    grey = np.asarray(cv2.resize(unit, shown.size[::-1]), np.float32)
    _write(folder / f"frame-{held.luma.seconds:.3f}.jpg", np.rint(grey * 255).astype(np.uint8))
    label = f"{number}   {clock(found.begins)}   frame at {held.luma.seconds:.3f} s"
    return Tile(_tile(grey, _painted(job, found), shown), label)


def _share(job: Job, seconds: float) -> float:
    start, end = job.options.start, job.options.end or job.facts.seconds
    return min(1.0, (seconds - start) / max(end - start, 1e-9))


def _found(job: Job) -> Iterator[Found]:
    options, listed = job.options, job.options.shots.shots if job.options.shots else ()
    luma = read_luma(
        job.facts,
        start=options.start,
        end=options.end,
        deinterlace=options.deinterlace,
        note=job.notes.append,
    )
    found: Found | None = None
    number = 0
    for held in hold(luma, job.facts.layout, cut=not listed):
        seconds = math.floor(held.luma.seconds * 1e6) / 1e6
        while number + 1 < len(listed) and listed[number + 1].begins <= held.luma.seconds:
            number += 1
        begins = held.begins or (bool(listed) and found is not None and found.said is not listed[number])
        if begins or found is None:
            if found is not None:
                yield found
            said = listed[number] if listed else Shot(seconds)
            found = Found(said.begins if listed else seconds, said)
        found.add(held)
    if found is not None:
        yield found


def _painted(job: Job, found: Found) -> Floats:
    """Return chroma [h,w,2] of BT.601 of the key frame of a shot."""
    held, form = found.key, FrameForm(job.facts.layout, _BT601, job.form.shown)
    steering = None
    if found.said.frames:
        said, motion = found.said.frames[0], reduced(held.luma, form.layout).motion
        anchor = anchor_of(said, form.layout, form.shown, ([motion], [held.luma.number], 0))
        steering = Steering(form.shown, (held.small.shape[0], held.small.shape[1]), [anchor])
    controls = found.said.over(job.options.controls)
    painter = KeyPainter(job.painter, form, job.short_side, controls, steering)
    frame = KeyFrame(held.luma.number, held.luma.codes, held.small)
    painted = painter.paint([frame], find_view(found.first))[0]
    return np.asarray(painted[..., :2] / painted[..., 2:], np.float32)


def _tile(grey: Floats, cbcr: Floats, shown: Shown) -> Bytes:
    """Return a frame [H,W] in colour, made to fit a tile."""
    scale = min(_TILE[0] / grey.shape[1], _TILE[1] / grey.shape[0])
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    luma = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
    upright = shown.turned(cbcr)
    if min(luma.shape) >= min(upright.shape[:2]):
        wide = enlarge_chroma(upright, luma)
    else:
        wide = np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_AREA), np.float32)
    return np.rint(np.clip(cbcr_to_rgb(luma, fit_gamut(luma, wide)), 0, 1) * 255).astype(np.uint8)


def sheet_of(tiles: Sequence[Tile]) -> Bytes:
    """Return a sheet, uint8 [H,W,3] in R, G, B, with key frames and their labels."""
    wide, high = _TILE[0] + _GAP, _TILE[1] + _LABEL + _GAP
    page = np.full((-(-len(tiles) // _COLUMNS) * high + _GAP, _COLUMNS * wide + _GAP, 3), 24, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = _GAP + place // _COLUMNS * high, _GAP + place % _COLUMNS * wide
        height, width = tile.picture.shape[:2]
        across = left + (_TILE[0] - width) // 2
        page[top : top + height, across : across + width] = tile.picture
        corner = (left, top + _TILE[1] + _LABEL - 8)
        cv2.putText(page, tile.label, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (220,) * 3, 1, cv2.LINE_AA)
    return page


def clock(seconds: float) -> str:
    """Return a time as 1:02:03.5."""
    whole, part = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}.{part:03d}"


def _write(path: Path, picture: Bytes) -> None:
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 93])
    path.write_bytes(content.tobytes())
