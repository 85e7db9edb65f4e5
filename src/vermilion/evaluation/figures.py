"""The figures of one picture, and those of many.

Names and definitions are those of the benchmark's scorer. A mean is over pictures, each of
which counts the same.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_error, ciede2000, colorfulness, correlation, psnr, ssim
from vermilion.evaluation.skin import Skin
from vermilion.evaluation.srgb import SrgbPicture

Interval = tuple[float, float]

_ROUNDS = 1000  # of the bootstrap


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """How close one painted picture comes to the true one.

    Attributes:
        ab_err: mean distance in the a, b plane of CIELAB, at full size.
        ab_err_grey: what a grey picture would get.
        corr: cosine of true and painted a, b at 64 x 64: 1 = the same up to one factor, 0 = unrelated.
        corr_c: the same without each side's mean, so that a cast over the whole picture counts nothing.
        psnr: peak signal-to-noise ratio of R, G, B in dB, at most 100.
        ssim: structural similarity, the mean over R, G, B.
        ciede2000: mean CIEDE2000 difference at a short side of 128.
        cf_ref: Hasler and Suesstrunk's colourfulness of the true picture.
        cf_res: that of the painted one.
    """

    ab_err: float
    ab_err_grey: float
    corr: float
    corr_c: float
    psnr: float
    ssim: float
    ciede2000: float
    cf_ref: float
    cf_res: float


MEANS = tuple(field.name for field in fields(PictureFigures))
"""The figures that are means over pictures."""


@dataclass(frozen=True, slots=True)
class SetFigures:
    """The figures of all pictures together.

    Attributes:
        pictures: how many.
        means: of each figure in ``PictureFigures``.
        intervals: of the means and of ``cf_ratio``: 95 %, by bootstrap over the pictures.
        cf_ratio: painted over true mean colourfulness; None where the truth is grey.
        cmd: kernel distance of palettes x 1000, wherever the colours are; None of one picture.
        fd: Fréchet distance of a feature extractor's features; None without one.
        kmd: kernel distance x 1000 of the same features.
        fid: Fréchet distance of Inception's features (FID proper).
        skin: by tone, all tones together first; empty where there are no masks.
    """

    pictures: int
    means: PictureFigures
    intervals: dict[str, Interval]
    cf_ratio: float | None
    cmd: float | None
    fd: float | None = None
    kmd: float | None = None
    fid: float | None = None
    skin: tuple[Skin, ...] = ()

    def value(self, name: str) -> float | None:
        """A figure by its name."""
        found: float | None = getattr(self.means if name in MEANS else self, name)
        return found


def compare(true: SrgbPicture, made: SrgbPicture) -> PictureFigures:
    """The figures of one painted picture."""
    return PictureFigures(
        ab_err=ab_error(true.ab, made.ab),
        ab_err_grey=ab_error(true.ab, np.zeros_like(true.ab)),
        corr=correlation(true.small_ab, made.small_ab),
        corr_c=correlation(true.small_ab, made.small_ab, centred=True),
        psnr=psnr(true.rgb, made.rgb),
        ssim=ssim(true.rgb, made.rgb),
        ciede2000=float(ciede2000(true.small_lab, made.small_lab).mean()),
        cf_ref=colorfulness(true.rgb),
        cf_res=colorfulness(made.rgb),
    )


def means_of(rows: Sequence[PictureFigures]) -> tuple[PictureFigures, float | None, dict[str, Interval]]:
    """Mean figures of some pictures, their colourfulness ratio, and the intervals of all of these."""
    table = np.array([astuple(row) for row in rows])
    means = PictureFigures(*map(float, table.mean(axis=0)))
    ratio = means.cf_res / means.cf_ref if means.cf_ref else None
    resampled = np.stack([table[pick].mean(axis=0) for pick in resamples(len(rows))])
    intervals = {name: interval(resampled[:, place]) for place, name in enumerate(MEANS)}
    true, made = (resampled[:, MEANS.index(name)] for name in ("cf_ref", "cf_res"))
    if true.all():
        intervals["cf_ratio"] = interval(made / true)
    return means, ratio, intervals


def resamples(count: int, rounds: int = _ROUNDS) -> NDArray[np.int64]:
    """Numbers [rounds,count] of pictures, drawn with replacement; the same each time."""
    return np.random.default_rng(0).integers(0, count, (rounds, count))


def interval(values: NDArray[np.floating]) -> Interval:
    """The limits of the middle 95 % of resampled values."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
