"""The exact join: chroma is added to a scan's luma, and every grey level stays.

Promised for 8- and 16-bit RGB: the BT.601 luma of the result, rounded, equals the scan's luma at every
pixel, by exact weights and by Pillow's; by OpenCV's at 8 bit always, at 16 bit wherever the colour allows
it (``repair`` says why not everywhere).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vermilion.color.chroma import STEP_OF_CHROMA, Convert, gamut_share
from vermilion.color.enlarge import ChromaEnlarger
from vermilion.color.repair import LumaRules, luma_rules, repair_luma
from vermilion.color.strips import for_each_strip, strip_rows, whole_strips
from vermilion.tone import Codes

Floats = NDArray[np.float32]

_STRIPS_AT_ONCE = 32  # for all threads


def join(luma: Codes, cbcr: Floats) -> Codes:
    """Return RGB [H,W,3] of luma [H,W] (uint8 or uint16) and chroma [H,W,2] (-0.5..0.5), in luma's dtype.

    Colours out of gamut are pulled towards grey; hue and luma stay. Always a new array.
    """
    rgb = np.empty((*luma.shape, 3), luma.dtype)

    def fill(rows: slice) -> None:
        _join_strip(luma[rows], np.moveaxis(cbcr[rows], -1, 0), rgb[rows])

    for_each_strip(slice(0, luma.shape[0]), luma.shape[1], fill)
    return rgb


def join_enlarged(luma: Codes, small_cbcr: Floats) -> Codes:
    """Return what ``join`` of luma [H,W] and the enlarged chroma [h,w,2] would, with little memory."""
    return ExactJoiner(luma, small_cbcr).rows(0, luma.shape[0])


class ExactJoiner:
    """Joins a scan's luma with chroma of network size, for any rows of the coloured picture.

    Args:
        luma: [H,W], uint8 or uint16; kept, never changed.
        small_cbcr: float32 [h,w,2], -0.5..0.5.
        convert: makes the enlarged chroma fit the scan's profile; None where that is sRGB.
    """

    def __init__(self, luma: Codes, small_cbcr: Floats, convert: Convert | None = None) -> None:
        self.luma = luma
        self._convert = convert
        self._chroma = ChromaEnlarger(small_cbcr, luma)

    def rows(self, start: int, stop: int) -> Codes:
        """Return rows ``start`` to ``stop`` of the picture as RGB [rows,W,3] in luma's dtype, a new array."""
        height, width = self.luma.shape
        whole = whole_strips(slice(start, stop), (height, width))
        rgb = np.empty((whole.stop - whole.start, width, 3), self.luma.dtype)

        def fill(rows: slice) -> None:
            strip = rgb[rows.start - whole.start : rows.stop - whole.start]
            chroma = self._chroma.planes(rows)
            if self._convert:
                chroma = self._convert(self.luma[rows], chroma)
            _join_strip(self.luma[rows], chroma, strip)

        for_each_strip(whole, width, fill)
        return rgb[start - whole.start : stop - whole.start]

    def strips(self) -> Iterator[Codes]:
        """Yield the picture from the top, about a megapixel at a time, as ``rows`` returns it."""
        height, width = self.luma.shape
        step = _STRIPS_AT_ONCE * strip_rows(width)
        for top in range(0, height, step):
            yield self.rows(top, min(top + step, height))

    def window(self, rows: slice, columns: slice) -> Codes:
        """Return a part of the picture as RGB [rows,columns,3] in luma's dtype, a new array.

        It shows what ``rows`` gives, though single roundings may fall to the neighbouring level of a channel.
        """
        luma = np.ascontiguousarray(self.luma[rows, columns])
        chroma = self._chroma.window(rows, columns)
        if self._convert:
            chroma = self._convert(luma, chroma)
        rgb = np.empty((*luma.shape, 3), luma.dtype)
        _join_strip(luma, chroma, rgb)
        return rgb


def _join_strip(luma: Codes, chroma: Floats, rgb: Codes) -> None:
    """Fill ``rgb`` [h,w,3] from luma [h,w] and chroma planes [2,h,w]."""
    maximum = np.iinfo(luma.dtype).max
    rules = luma_rules(luma.dtype)
    grey = luma.astype(np.float32).reshape(-1)
    steps: Floats = (STEP_OF_CHROMA * maximum) @ chroma.reshape(2, -1)
    steps *= gamut_share(grey, steps, maximum)
    if rules.biases is not None:
        _centre(steps, rules.biases)
    steps += grey
    np.rint(steps, out=steps)
    np.clip(steps, 0, maximum, out=steps)
    _store(steps, rgb)
    missed = _missed(steps, grey, rules)
    if len(missed):
        flat = rgb.reshape(-1, 3)
        flat[missed] = repair_luma(flat[missed], luma.reshape(-1)[missed])


def _centre(steps: Floats, biases: Floats) -> None:
    """Move each pixel's grey to the middle of what the definitions of luma allow."""
    disagreement = biases @ steps
    steps -= 0.5 * (disagreement.max(axis=0) + disagreement.min(axis=0))


def _missed(rounded: Floats, grey: Floats, rules: LumaRules) -> NDArray[np.intp]:
    """Return the indices of the pixels [3,n] whose luma might not round to ``grey`` [n]."""
    error = rules.weights @ (rounded - grey)
    worst = np.abs(error, out=error).max(axis=0)
    return np.flatnonzero(worst > 0.5 - rules.slack)


def _store(planes: Floats, rgb: Codes) -> None:
    for channel in range(3):
        rgb[..., channel] = planes[channel].reshape(rgb.shape[:2])
