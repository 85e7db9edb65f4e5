"""Figures and reports: how close painted colours come to true ones, ours and other programs'."""

from vermilion.evaluation.figures import PictureFigures, SetFigures, compare, interval, resamples
from vermilion.evaluation.folder import LeftOut, Pair, find_pairs
from vermilion.evaluation.gallery import PictureResult, Shown
from vermilion.evaluation.hints import COUNTS, true_hint, true_hints
from vermilion.evaluation.mounting import MOUNTS, Mounted, mount, mount_page, squeezed, turned
from vermilion.evaluation.result import About, Evaluation
from vermilion.evaluation.run import EvaluationOptions, evaluate
from vermilion.evaluation.skin import TONES, Skin, tone_of
from vermilion.evaluation.srgb import SrgbPicture

__all__ = [
    "COUNTS",
    "MOUNTS",
    "TONES",
    "About",
    "Evaluation",
    "EvaluationOptions",
    "LeftOut",
    "Mounted",
    "Pair",
    "PictureFigures",
    "PictureResult",
    "SetFigures",
    "Shown",
    "Skin",
    "SrgbPicture",
    "compare",
    "evaluate",
    "find_pairs",
    "interval",
    "mount",
    "mount_page",
    "resamples",
    "squeezed",
    "tone_of",
    "true_hint",
    "true_hints",
    "turned",
]
