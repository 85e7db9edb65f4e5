"""What is done to the painted colours before they are laid over the scan: fading, looks, adjustments."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import HintError, SettingsError
from vermilion.guidance.album import check_album
from vermilion.guidance.confidence import fade_unsure
from vermilion.guidance.controls import Controls
from vermilion.guidance.corner import mark_corner
from vermilion.guidance.cube import apply_cube, read_cube
from vermilion.guidance.look import adjust_colors, apply_look
from vermilion.guidance.look_file import load_look
from vermilion.guidance.named_color import ab_of

Floats = NDArray[np.float32]


def check_files(controls: Controls) -> None:
    """Refuse files and words that cannot be used, before any picture is opened.

    Raises:
        SettingsError: a file is missing or malformed, or a word of the palette is neither colour nor file.
    """
    if controls.look is not None:
        load_look(controls.look)
    if controls.cube is not None:
        read_cube(controls.cube)
    if controls.reference is not None and not Path(controls.reference).is_file():
        raise SettingsError(f"The reference {controls.reference} is not there; name a picture in colour.")
    if controls.album is not None:
        check_album(controls.album)
    if not palette_file(controls):
        _check_palette(controls.palette)


def palette_file(controls: Controls) -> str | None:
    """Return the path of the picture that a palette is taken from; None if it names its colours."""
    if len(controls.palette) == 1 and Path(controls.palette[0]).is_file():
        return controls.palette[0]
    return None


def _check_palette(palette: tuple[str, ...]) -> None:
    for color in palette:
        try:
            ab_of(color)
        except HintError as error:
            raise SettingsError(
                f"{color!r} in the palette is neither a colour nor a picture; write colours as "
                '"#283ca0,navy,grey", or the path of one picture.'
            ) from error


def finish_colors(controls: Controls, luma: Floats, ab: Floats, sureness: Floats) -> Floats:
    """Return (a,b) [h,w,2] after all controls that work on painted colours, in their fixed order.

    First ``fade_unsure``, then the look or the cube, then vividness, warmth and tint, last the corner mark.
    Controls that are left alone do nothing: the very same numbers come out.

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
