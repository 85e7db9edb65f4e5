"""What is done to the painted colours before they are laid over the scan: fading, looks, adjustments."""

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.confidence import fade_unsure
from vermilion.guidance.controls import Controls
from vermilion.guidance.corner import mark_corner
from vermilion.guidance.cube import apply_cube, read_cube
from vermilion.guidance.look import adjust_colors, apply_look
from vermilion.guidance.look_file import load_look

Floats = NDArray[np.float32]


def check_files(controls: Controls) -> None:
    """Refuse a look or a cube that cannot be used, before any picture is opened.

    Raises:
        SettingsError: the file is missing or malformed.
    """
    if controls.look is not None:
        load_look(controls.look)
    if controls.cube is not None:
        read_cube(controls.cube)


def finish_colors(controls: Controls, luma: Floats, ab: Floats, sureness: Floats) -> Floats:
    """Return (a,b) [h,w,2] after all controls that work on painted colours, in their fixed order.

    First ``fade_unsure``, then the look or the cube, then vividness, warmth and tint, last the corner
    mark. Controls that are left
    alone do nothing: the very same numbers come out.

    Args:
        controls: what was said.
        luma: [h,w] in 0..1.
        ab: [h,w,2] as painted; not changed.
        sureness: [h,w] in 0..1: the confidence, and 1 where a person said what the colour is.

    Raises:
        SettingsError: the look or the cube cannot be used.
    """
    if controls.fade_unsure:
        ab = fade_unsure(ab, sureness, controls.fade_unsure)
    if controls.look is not None:
        ab = apply_look(load_look(controls.look), luma, ab)
    if controls.cube is not None:
        ab = apply_cube(read_cube(controls.cube), luma, ab)
    if (controls.vividness, controls.warmth, controls.tint) != (1, 0, 0):
        ab = adjust_colors(luma, ab, vividness=controls.vividness, warmth=controls.warmth, tint=controls.tint)
    return mark_corner(luma, ab) if controls.corner_mark else ab
