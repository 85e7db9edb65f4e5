"""Pure array functions: Lab, chroma, enlargement, the exact join, figures and ageing.

The only home of colour ranges: luma is integer codes or float32 0..1, chroma between the packages is ``cbcr``
float32 [...,2] in -0.5..0.5, CIELAB is L 0..100 with a, b of about -110..110.
"""

from vermilion.color.aging import FILMS, old_photograph, plain_luma
from vermilion.color.chroma import (
    Convert,
    ab_to_cbcr,
    cbcr_to_ab,
    cbcr_to_rgb,
    fit_gamut,
    rgb_to_cbcr,
)
from vermilion.color.differences import ciede2000, psnr, ssim
from vermilion.color.enlarge import ChromaEnlarger, enlarge_chroma
from vermilion.color.figures import (
    ab_error,
    colorfulness,
    correlation,
    frechet_distance,
    kernel_distance,
    palette,
    palette_distance,
)
from vermilion.color.guide import FLAT, lines_of, smooth_along_edges
from vermilion.color.join import ExactJoiner, join, join_enlarged
from vermilion.color.lab import lab_to_rgb, rgb_to_lab
from vermilion.color.planes import chroma_planes

__all__ = [
    "FILMS",
    "FLAT",
    "ChromaEnlarger",
    "Convert",
    "ExactJoiner",
    "ab_error",
    "ab_to_cbcr",
    "cbcr_to_ab",
    "cbcr_to_rgb",
    "chroma_planes",
    "ciede2000",
    "colorfulness",
    "correlation",
    "enlarge_chroma",
    "fit_gamut",
    "frechet_distance",
    "join",
    "join_enlarged",
    "kernel_distance",
    "lab_to_rgb",
    "lines_of",
    "old_photograph",
    "palette",
    "palette_distance",
    "plain_luma",
    "psnr",
    "rgb_to_cbcr",
    "rgb_to_lab",
    "smooth_along_edges",
    "ssim",
]
