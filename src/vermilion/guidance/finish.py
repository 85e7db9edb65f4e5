"""Changes to painted colours before they are joined with the scan: fading, looks, adjustments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.assets import given
from vermilion.errors import HintError, SettingsError
from vermilion.guidance.confidence import fade_unsure
from vermilion.guidance.controls import Controls
from vermilion.guidance.hints import ab_of
from vermilion.guidance.looks import (
    Cube,
    Look,
    adjust_colors,
    apply_cube,
    apply_look,
    load_look,
    mark_corner,
    read_cube,
)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Grading:
    """The contents of a look and a cube; each None where it was not asked for."""

    look: Look | None = None
    cube: Cube | None = None


def read_grading(controls: Controls) -> Grading:
    """Read the look and the cube of controls.

    Raises:
        SettingsError: one of them cannot be used.
    """
    cube = given(controls.cube)
    return Grading(
        look=None if controls.look is None else load_look(controls.look),
        cube=None if cube is None else read_cube(cube),
    )


def check_controls(controls: Controls) -> None:
    """Refuse files and words that cannot be used, before any picture is opened.

    Raises:
        SettingsError: a look or a cube is malformed, or a word of the palette is not a colour.
    """
    read_grading(controls)
    if isinstance(controls.palette, tuple):
        _check_palette(controls.palette)


def _check_palette(palette: tuple[str, ...]) -> None:
    for color in palette:
        try:
            ab_of(color)
        except HintError as error:
            raise SettingsError(
                f"{color!r} in the palette is neither a colour nor a picture; write colours as "
                '"#283ca0,navy,grey", or the path of one picture.'
            ) from error


def finish_colors(
    controls: Controls, grading: Grading, luma: Floats, ab: Floats, certainty: Floats
) -> Floats:
    """Return (a,b) [h,w,2] after all controls that work on painted colours, in their fixed order.

    First ``fade_unsure``, then the look or the cube, then vividness, warmth and tint, last the corner mark.
    Neutral controls change nothing, not even rounding.

    Args:
        controls: what was said.
        grading: from ``read_grading`` of the same controls.
        luma: [h,w] in 0..1.
        ab: [h,w,2] as painted; not changed.
        certainty: [h,w] in 0..1: the confidence, and 1 where a person said what the colour is.
    """
    if controls.fade_unsure:
        ab = fade_unsure(ab, certainty, controls.fade_unsure)
    if grading.look is not None:
        ab = apply_look(grading.look, luma, ab)
    if grading.cube is not None:
        ab = apply_cube(grading.cube, luma, ab)
    if (controls.vividness, controls.warmth, controls.tint) != (1, 0, 0):
        ab = adjust_colors(luma, ab, vividness=controls.vividness, warmth=controls.warmth, tint=controls.tint)
    return mark_corner(luma, ab) if controls.corner_mark else ab
