"""Find the pictures on a scan: inside margins, film gates and cards, one or many, straight or askew."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.view.frame import Frame, whole
from vermilion.view.mount_mask import ALIKE, MountMask, mount_mask
from vermilion.view.print_border import common_border, print_border, worn
from vermilion.view.rectangle import fit_rectangle
from vermilion.view.sides import Side, extended, frame_matrix, moved, refined, sides_of

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

PREVIEW = 512
"""Pixels of the long side of the preview on which frames are looked for."""

MOST = 40
"""Pictures on one scan; a contact sheet has 36."""

_SMALLEST = 32
"""Pixels of the preview's short side below which nothing is looked for."""

_LEAST = 0.06
"""Short side of one of several pictures, as a share of the scan's long one: below it are words."""

_FEW = 16
"""Things on a scan, most of them no pictures, that are counted one by one."""


def find_frames(preview: Bytes) -> tuple[Frame, ...]:
    """Return where the pictures of a scan lie, in pixels of its preview, in reading order.

    Args:
        preview: luma, uint8 [h,w], at most ``PREVIEW`` pixels on its long side.

    Returns:
        One frame a picture; the whole preview where nothing is sure.
    """
    size = preview.shape[0], preview.shape[1]
    mask = mount_mask(preview) if min(size) >= _SMALLEST else None
    found = [] if mask is None else _pictures(mask)
    if mask is None or not found or len(found) > MOST:
        return (whole(size),)
    return _inner(preview, _in_reading_order(found), mask.tone)


def _in_reading_order(frames: list[Frame]) -> list[Frame]:
    """Return frames row by row; a row is what begins above the middle of its first picture."""
    rows: list[list[Frame]] = []
    for frame in sorted(frames, key=lambda each: each.centre[1]):
        if rows and frame.centre[1] < rows[-1][0].centre[1] + rows[-1][0].height / 2:
            rows[-1].append(frame)
        else:
            rows.append([frame])
    return [frame for row in rows for frame in sorted(row, key=lambda each: each.centre[0])]


def _inner(preview: Bytes, frames: list[Frame], tone: float) -> tuple[Frame, ...]:
    """Return the pictures inside the borders that their prints have, or the frames themselves.

    On a page of three or more a border counts only if others have it, too, or if it is hardly seen on the
    mount: else it is a plain wall behind a thing.

    Args:
        preview: of the scan.
        frames: of the prints on it.
        tone: of the mount, in levels.
    """
    prints = [_alone(preview, frame) for frame in frames]
    borders = [None if alone is None else print_border(alone) for alone in prints]
    common = common_border(borders)
    inner = []
    for frame, alone, border in zip(frames, prints, borders, strict=True):
        widths: tuple[float, ...] = ()
        if border is not None and common is not None and border.is_like(common):
            widths = border.within(common).widths
        elif border is not None and (len(frames) < 3 or abs(border.tone - tone) <= ALIKE):
            widths = border.widths
        elif alone is not None and common is not None:
            widths = worn(alone, common)
        inner.append(moved(frame, tuple(-width for width in widths)) if any(widths) else frame)
    return tuple(inner)


def _alone(preview: Bytes, frame: Frame) -> Bytes | None:
    """Return a print without its surroundings, uint8 [h,w]; None if it is too small to have a border."""
    size = round(frame.width), round(frame.height)
    if min(size) < 24:
        return None
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    alone = cv2.warpAffine(
        preview, frame_matrix(frame, 0), size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return alone.astype(np.uint8, copy=False)


def _pictures(mask: MountMask) -> list[Frame]:
    opened = cv2.morphologyEx(mask.inside.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    inside = np.asarray(opened, np.uint8)
    components = _components(inside)
    if not components:
        return []
    each = _frames_of(components, mask)
    largest = max((frame.area for frame in each), default=0.0)
    left = _left_over(each, components)
    if len(each) > 1 and left <= 0.25 * sum(frame.area for frame in each):
        return each if _are_pictures(each, max(inside.shape)) else []
    if len(each) == 1 and left <= 0.12 * largest and largest > 0.1 * inside.size:
        return each
    together = _frame_of(np.any(components, axis=0), mask)
    return [together] if together is not None and together.area > 0.1 * inside.size else []


def _frames_of(components: list[Bools], mask: MountMask) -> list[Frame]:
    """Return the frames around components that are no less than a tenth of the largest.

    On a page of two or more pictures another one of their size is seen, too, if less surely.
    """
    frames: list[Frame] = []
    doubtful: list[Frame] = []
    largest = 0.0
    for component in sorted(components, key=np.count_nonzero, reverse=True):
        left, top, width, height = cv2.boundingRect(component.astype(np.uint8))
        if width * height < 0.08 * largest:
            continue
        frame = _frame_of(component, mask)
        if frame is None:
            doubtful.append(_fitted(component, mask, 2.5) or Frame(left, top, width, height))
            continue
        frames.append(frame)
        largest = max(largest, frame.area)
    if len(frames) > max(1, len(doubtful)):
        frames += [frame for frame in doubtful if 0.3 * largest <= frame.area <= 1.5 * largest]
    return [frame for frame in frames if frame.area >= 0.1 * largest]


def _are_pictures(frames: list[Frame], side: int) -> bool:
    """Return whether several frames are pictures: lines of writing are thin and long."""
    short = [min(frame.width, frame.height) for frame in frames]
    thick = [
        least >= _LEAST * side and frame.area <= 4 * least**2
        for frame, least in zip(frames, short, strict=True)
    ]
    return sum(thick) >= max(2, 0.75 * len(frames))


def _left_over(frames: list[Frame], components: list[Bools]) -> float:
    """Return how many pixels of the boxes around components lie in no frame."""
    if not frames:
        return math.inf
    boxes, cover = (np.zeros(components[0].shape, np.uint8) for _ in range(2))
    for component in components:
        left, top, width, height = cv2.boundingRect(component.astype(np.uint8))
        boxes[top : top + height, left : left + width] |= component[top : top + height, left : left + width]
    for frame in frames:
        cv2.fillConvexPoly(cover, np.rint(frame.corners - 0.5).astype(np.int32), 1)
    return float((boxes & ~cover).sum())


def _frame_of(shape: Bools, mask: MountMask) -> Frame | None:
    """Return the frame around a shape, or None where its sides are not seen well enough."""
    frame = _fitted(shape, mask, 0.8)
    sure = frame is not None and _is_sure(sides_of(frame, mask.signed, mask.tolerance))
    return frame if sure else None


def _fitted(shape: Bools, mask: MountMask, least: float) -> Frame | None:
    """Return the frame around a shape, or None where ``least`` sides are not seen, in all."""
    fit = fit_rectangle(shape)
    if fit is None or sum(fit.support) < least:
        return None
    frame = extended(fit.frame, fit.support, mask.signed, mask.tolerance)
    return refined(frame, mask.signed, mask.tolerance)


def _components(inside: NDArray[np.uint8]) -> list[Bools]:
    count, labels = cv2.connectedComponents(inside, connectivity=4, ltype=cv2.CV_16U)
    least = 0.003 * inside.size
    if count <= _FEW:  # one by one they are counted sooner than all at once
        shapes = [labels == number for number in range(1, count)]
        return [shape for shape in shapes if np.count_nonzero(shape) >= least]
    areas = np.bincount(labels.ravel(), minlength=count)
    chosen = [number for number in range(1, count) if areas[number] >= least]
    return [labels == number for number in chosen] if len(chosen) <= 2 * MOST else []


def _is_sure(sides: tuple[Side, ...]) -> bool:
    seen = [side for side in sides if not side.open]
    if len(seen) < 2 or min(side.pure for side in seen) < 0.75 or min(side.weak for side in seen) < 0.3:
        return False
    # Things that are nearly rectangles have round corners; pictures have square ones, if not all are seen.
    if sum(end > 0.5 for side in seen for end in side.ends) < 1.5 * len(seen):
        return False
    strong = sum(side.strong for side in seen) / len(seen)
    return strong > (0.5 if len(seen) > 2 else 0.7)
