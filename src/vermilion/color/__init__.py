"""Pure array functions: luma, Lab, chroma, reduction, enlargement and the exact join.

The only home of colour ranges: luma is integer codes or float32 0..1, chroma between the rooms is ``cbcr``
float32 [...,2] in -0.5..0.5, CIELAB is L 0..100 with a, b of about -110..110.
"""

from vermilion.color.aging import FILMS, old_photograph, plain_luma
from vermilion.color.chroma import ab_to_cbcr, cbcr_to_ab, cbcr_to_rgb, fit_gamut, rgb_to_cbcr
from vermilion.color.differences import SSIM_WINDOW, ciede2000, psnr, ssim
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
from vermilion.color.guide import FLAT, smooth_along_edges
from vermilion.color.join import ExactJoiner, join, join_enlarged
from vermilion.color.lab import lab_to_rgb, linear_of_srgb, rgb_to_lab, srgb_of_linear
from vermilion.color.luma import LUMA_WEIGHTS, Convert, luma_of_rgb, reduce_luma, to_eight_bits, unit_range
from vermilion.color.planes import chroma_planes
from vermilion.color.polygon import outside_polygon
from vermilion.color.turn import stored_window, turn_back, turn_upright, upright_size

__all__ = [
    "FILMS",
    "FLAT",
    "LUMA_WEIGHTS",
    "SSIM_WINDOW",
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
    "linear_of_srgb",
    "luma_of_rgb",
    "old_photograph",
    "outside_polygon",
    "palette",
    "palette_distance",
    "plain_luma",
    "psnr",
    "reduce_luma",
    "rgb_to_cbcr",
    "rgb_to_lab",
    "smooth_along_edges",
    "srgb_of_linear",
    "ssim",
    "stored_window",
    "to_eight_bits",
    "turn_back",
    "turn_upright",
    "unit_range",
    "upright_size",
]
