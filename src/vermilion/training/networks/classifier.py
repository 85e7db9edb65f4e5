"""Frozen timm classifiers of coloured pictures: the perceptual network, and feature extractors."""

from pathlib import Path
from typing import Any

import timm
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from vermilion.errors import TrainingError


def make_classifier(name: str, *, pretrained: bool = False, where: str = "") -> Any:  # noqa: ANN401 - timm adds what nn.Module lacks
    """A timm classifier, its weights downloaded if `pretrained`; `where` begins what errors say.

    Raises:
        TrainingError: timm knows no such network.
    """
    try:
        return timm.create_model(name, pretrained=pretrained)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"{where}timm has no network {name!r} ({error}); name another one.") from error


def fill_classifier(body: nn.Module, name: str, path: Path, where: str = "") -> None:
    """Give a network its weights from a safetensors file of timm's keys; only its last layer may be missing.

    Raises:
        TrainingError: the file is not a safetensors file, or belongs to another network.
    """
    try:
        state = {key: value.float() for key, value in load_file(path).items()}
    except SafetensorError as error:
        raise TrainingError(f"{where}{path} is not a safetensors file ({error}); name one.") from error
    wanted = {key for key in body.state_dict() if not key.startswith("classifier")}
    missing = [key for key in wanted if key not in state and not key.endswith("num_batches_tracked")]
    if missing:
        raise TrainingError(
            f"{where}{path} has no {min(missing)}, so it is not {name}'s: it belongs to another network."
        )
    body.load_state_dict({key: value for key, value in state.items() if key in wanted}, strict=False)
