"""Chroma as a distribution over bins of the a, b plane (Zhang et al. 2016, arXiv:1603.08511)."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

WIDTH = 10.0  # ab units between neighbouring bins
SIGMA = 5.0  # ab units: spread of a soft target


def gamut_bins() -> NDArray[np.float32]:
    """Centres of the bins that some sRGB colour falls into: float32 [K, 2]."""
    levels = np.linspace(0, 1, 33, dtype=np.float32)
    rgb = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(1, -1, 3)
    ab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, :, 1:]
    return np.unique(np.rint(ab / WIDTH), axis=0).astype(np.float32) * np.float32(WIDTH)


def common_bins(
    ab: NDArray[np.float32], least: float = 1e-4
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The bins that hold at least a share `least` of the given colours [M, 2].

    Returns:
        Centres [K, 2] and smoothed shares [K] that sum to 1.
    """
    centres = gamut_bins()
    shares = np.bincount(_nearest(ab, centres), minlength=len(centres)) / len(ab)
    kept = shares >= least
    centres, shares = centres[kept], shares[kept]
    closeness = np.exp(-((centres[:, None] - centres[None]) ** 2).sum(-1) / (2 * SIGMA**2))
    smooth = closeness @ shares / closeness.sum(axis=1)
    return centres, (smooth / smooth.sum()).astype(np.float32)


def _nearest(ab: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """Number of the nearest centre of each colour; in parts, as all distances at once fill the memory."""
    parts = np.array_split(ab, len(ab) // 10_000 + 1)
    return np.concatenate([((part[:, None] - centres) ** 2).sum(-1).argmin(1) for part in parts])


def rebalancing(shares: Tensor, strength: float) -> Tensor:
    """Weight of each bin: 1 / ((1 - strength) share + strength / K), with expected weight 1."""
    weights = 1 / ((1 - strength) * shares + strength / len(shares))
    return weights / (weights * shares).sum()


def closeness(ab: Tensor, centres: Tensor) -> Tensor:
    """Logits [N,K,h,w] of a Gaussian around each ab [N,2,h,w]: the odds for a known colour."""
    return _closeness(rows(ab), centres).permute(0, 3, 1, 2)


def _closeness(ab: Tensor, centres: Tensor) -> Tensor:
    """Log of a Gaussian of ab [...,2] at the bins [K,2], up to a constant a row: [...,K].

    The squared distance is expanded, so that the large array comes from one matrix product.
    """
    return (ab @ centres.T - 0.5 * (centres**2).sum(1)) / SIGMA**2


def soft_targets(ab: Tensor, centres: Tensor) -> Tensor:
    """Gaussian memberships of ab [M, 2] in the bins [K, 2]: [M, K], rows sum to 1."""
    return torch.softmax(_closeness(ab, centres), dim=1)


def rows(planes: Tensor) -> Tensor:
    """[N,C,h,w] to [N,h,w,C]: what works along channels is several times faster along the last axis."""
    return planes.permute(0, 2, 3, 1)


def annealed_mean(logits: Tensor, centres: Tensor, temperature: Tensor | float) -> Tensor:
    """Mean of the distribution sharpened by a temperature: logits [N,K,h,w] to ab [N,2,h,w]."""
    return (probabilities(logits / temperature) @ centres).permute(0, 3, 1, 2)


def probabilities(logits: Tensor) -> Tensor:
    """Softmax over the bins: logits [N,K,h,w] to [N,h,w,K].

    It is computed as a matrix, because ONNX Runtime moves a transposition behind a softmax of four axes, and
    along channels that takes twenty times as long.
    """
    count, bins, height, width = logits.shape
    return torch.softmax(rows(logits).reshape(-1, bins), dim=1).view(count, height, width, bins)
