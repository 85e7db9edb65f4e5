"""Files of weights: networks as fp16 safetensors, with what is needed to build them again."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from vermilion.errors import TrainingError
from vermilion.training.networks.decoder_alone import whole_state
from vermilion.training.networks.encoder import make_encoder
from vermilion.training.networks.generator import Decoder, Parts, UNetGenerator

SHIPPED = Path(__file__).parents[2] / "models" / "vermilion" / "generator.safetensors"


def save_module(module: nn.Module, path: Path, facts: dict[str, str]) -> None:
    """Weights as fp16 safetensors; counters are left out, running statistics stay float32.

    Written beside and moved into place, so that a kill never leaves half a file.
    """
    saved = {}
    for name, tensor in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        keep = "running_" in name or name.endswith(("centres", "scales"))
        saved[name] = (tensor.float() if keep else tensor.half()).contiguous().cpu()
    unfinished = path.with_name(path.name + ".part")
    save_file(saved, unfinished, metadata=facts)
    unfinished.replace(path)


def read_weights(module: nn.Module, path: Path) -> None:
    """Fill a module from a safetensors file that `save_module` wrote.

    Raises:
        TrainingError: no such file, or one of another module.
    """
    try:
        saved = {name: tensor.float() for name, tensor in load_file(path).items()}
        module.load_state_dict(saved)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise TrainingError(f"{path}: does not hold the weights of this {type(module).__name__}.") from error


def read_facts(path: Path) -> dict[str, str]:
    """The text that a safetensors file carries; of ours: `generator` and `images`.

    Raises:
        TrainingError: no such file, or no safetensors file.
    """
    try:
        with safe_open(path, "pt") as file:
            facts = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{path}: is not a generator that vermilion saved ({error}).") from error
    return {
        "images" if name == "passes" else name: fact for name, fact in facts.items()
    }  # vermilion 5's word


def _parts_of(config: dict[str, Any], path: Path) -> Parts:
    """The parts of a decoder; older files also list a part that no longer exists (queries), as absent."""
    parts = config.get("parts", {})
    known = {part.name for part in fields(Parts)}
    unknown = [name for name, there in parts.items() if there and name not in known]
    if unknown:
        raise TrainingError(
            f"{path}: its decoder has {', '.join(unknown)}, which this vermilion does not know; use the "
            "version that trained it."
        )
    return Parts(**{name: there for name, there in parts.items() if name in known})


def read_generator(path: Path, lender: Path = SHIPPED) -> UNetGenerator:
    """A generator from its safetensors file.

    Args:
        path: of the file.
        lender: the generator that holds the encoder, where `path` holds a decoder alone.

    Raises:
        TrainingError: no such file, not one of a generator, or a decoder for another encoder.
    """
    config = json.loads(read_facts(path).get("generator", "{}"))
    if "encoder" not in config:
        other = f"; it holds another task's network ({', '.join(config)})" if config else ""
        raise TrainingError(f"{path}: is not a generator that vermilion saved{other}.")
    saved = {name: tensor.float() for name, tensor in whole_state(path, lender).items()}
    encoder = make_encoder(config["encoder"], "")
    parts = _parts_of(config, path)
    decoder = Decoder(encoder.channels, tuple(config["widths"]), torch.zeros(config["bins"], 2), parts)
    generator = UNetGenerator(encoder, decoder, config["encoder"])
    unfit = TrainingError(f"{path}: its weights do not fit this version of vermilion.")
    try:
        lacking, unknown = generator.load_state_dict(saved, strict=False)
    except RuntimeError as error:
        raise unfit from error
    if unknown or any(not name.endswith("num_batches_tracked") for name in lacking):
        raise unfit
    return generator
