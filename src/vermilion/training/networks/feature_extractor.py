"""Feature extractors for whole pictures, for figures that compare sets of pictures. No training uses them."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vermilion.errors import TrainingError
from vermilion.training.networks.classifier import fill_classifier, make_classifier

Bytes = NDArray[np.uint8]

_SHORT_SIDE, _CROP = 256, 224  # pixels: of the picture, and of its middle that is looked at
_INCEPTION_HEAD = (1008, 2048)  # classes and features of Inception as FID has it; others have 1000 classes


class FeatureExtractor:
    """A classifier of colour pictures, used for its last features."""

    def __init__(self, body: nn.Module, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        self._body: Any = body.eval()
        self._mean, self._deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in (mean, deviation))

    def features(self, rgb: Bytes) -> NDArray[np.float64]:
        """Pooled features [d] of the middle of a picture, uint8 [H,W,3]."""
        return self.whole_features(middle(rgb))

    @torch.no_grad()
    def whole_features(self, rgb: Bytes) -> NDArray[np.float64]:
        """Pooled features [d] of a whole picture, uint8 [H,W,3], at its own size."""
        seen = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255
        maps = self._body.forward_features((seen - self._mean) / self._deviation)
        pooled = self._body.forward_head(maps, pre_logits=True)
        return np.asarray(pooled[0].double().numpy(), np.float64)


def middle(rgb: Bytes) -> Bytes:
    """The middle 224 x 224 pixels of a picture [H,W,3] whose short side is made 256."""
    height, width = rgb.shape[:2]
    scale = _SHORT_SIDE / min(height, width)
    if scale != 1:
        size = max(_SHORT_SIDE, round(width * scale)), max(_SHORT_SIDE, round(height * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=way), np.uint8)
    top, left = ((side - _CROP) // 2 for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[top : top + _CROP, left : left + _CROP])


def load_feature_extractor(name: str, weights: Path) -> FeatureExtractor:
    """A feature extractor from a timm classifier and a safetensors file of its weights.

    Raises:
        TrainingError: timm knows no such network, or the file belongs to another one.
    """
    body = make_classifier(name)
    fill_classifier(body, name, weights)
    config = body.default_cfg
    return FeatureExtractor(body, config["mean"], config["std"])


class InceptionDistance:
    """FID proper (Heusel et al. 2017), by torchmetrics and torch-fidelity.

    Args:
        weights: torch-fidelity's file of Inception's weights; None to have torch-fidelity download it.

    Raises:
        ModuleNotFoundError: a package is not installed.
        OSError: the weights cannot be downloaded.
        TrainingError: the file holds something else.
    """

    def __init__(self, weights: str | None) -> None:
        from torchmetrics.image.fid import FrechetInceptionDistance  # noqa: PLC0415 - of another extra

        if weights is not None:
            _check_inception(weights)
        self._metric = FrechetInceptionDistance(feature=2048, feature_extractor_weights_path=weights)

    def add(self, rgb: Bytes, *, real: bool) -> None:
        """Add one picture [H,W,3], true or painted."""
        self._metric.update(torch.from_numpy(rgb).permute(2, 0, 1)[None], real=real)

    def distance(self) -> float:
        """FID of all added pictures; there must be two of each kind."""
        return max(0.0, float(self._metric.compute()))  # rounding may leave a little less than nothing


def _check_inception(path: str) -> None:
    """Refuse files that torch-fidelity cannot read, or that would run code: it unpickles any file."""
    try:
        held = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        fits = tuple(held["fc.weight"].shape) == _INCEPTION_HEAD and "Mixed_7c.branch_pool.bn.bias" in held
    except Exception as error:  # torch raises dozens of errors for foreign files
        raise TrainingError(_no_inception(path)) from error
    if not fits:
        raise TrainingError(_no_inception(path))


def _no_inception(path: str) -> str:
    return (
        f"{path}: does not hold Inception's weights as torch-fidelity has them; name its file "
        "weights-inception-2015-12-05-6726825d.pth."
    )
