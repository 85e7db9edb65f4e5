"""Mixes two generators of one training: weights in between keep what each does well."""

import json
from pathlib import Path

import torch

from vermilion.errors import TrainingError
from vermilion.training.data.samples import Samples, first_batches
from vermilion.training.loop.average import refresh_statistics
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import read_facts, read_generator, save_module


@torch.no_grad()
def mix_generators(before: Path, after: Path, share: float, samples: Samples, target: Path) -> Path:
    """Write the generator between one and its later state after further training.

    Adversarial training makes colours vivid and costs a little truth; some weights between have most of both
    (network interpolation, Wang et al. 2018, ESRGAN, arXiv:1809.00219).

    Args:
        before: a `generator.safetensors`.
        after: what it became, of the same shape.
        share: of the later weights, 0..1.
        samples: from which the batch norms' statistics are measured again.
        target: the file to write.

    Returns:
        `target`.

    Raises:
        TrainingError: the two are not of one shape, the share is not in 0..1, or `target` exists.
    """
    if not 0 <= share <= 1:
        raise TrainingError(f"A share of {share} is impossible; give one from 0 (before) to 1 (after).")
    if target.exists():
        raise TrainingError(f"{target}: exists already; choose another name.")
    first, second = read_generator(before), read_generator(after)
    if first.config != second.config:
        raise TrainingError(f"{before} and {after} are of different shapes; mix two of one training.")
    mixed = _between(first, second, share)
    refresh_statistics(mixed, first_batches(samples))
    facts = {
        "generator": json.dumps(mixed.config),
        "images": read_facts(after).get("images", "0"),
        "mixed": json.dumps({"share": share}),
    }
    save_module(mixed, target, facts)
    return target


def _between(first: UNetGenerator, second: UNetGenerator, share: float) -> UNetGenerator:
    """`second` with every weight moved towards `first`'s."""
    earlier = first.state_dict()
    for name, later in second.state_dict().items():
        if later.is_floating_point():
            later.lerp_(earlier[name], 1 - share)
    return second
