"""Generators in between."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vermilion.errors import TrainingError
from vermilion.training import Settings, train_settings
from vermilion.training.data.samples import Samples
from vermilion.training.mix import mix_generators
from vermilion.training.networks.weights import read_generator

Make = Callable[..., Samples]


@pytest.fixture
def ends(config: Settings, tmp_path: Path) -> tuple[Path, Path]:
    before = train_settings(replace(config, run=str(tmp_path / "a"), stages=(config.stages[0],)))
    model = replace(config.model, start_from=str(before))
    later = replace(config, run=str(tmp_path / "b"), seed=1, model=model, stages=(config.stages[0],))
    after = train_settings(later)
    return before, after


def weight(path: Path) -> torch.Tensor:
    return read_generator(path).decoder.odds.weight


@pytest.mark.slow
def test_weights_lie_between_and_the_images_are_the_later_ones(
    ends: tuple[Path, Path], samples: Make, tmp_path: Path
) -> None:
    before, after = ends
    mixed = mix_generators(before, after, 0.25, samples(), tmp_path / "mixed.safetensors")
    wanted = 0.75 * weight(before) + 0.25 * weight(after)
    assert not torch.allclose(weight(before), weight(after), atol=1e-3)
    torch.testing.assert_close(weight(mixed), wanted, atol=1e-3, rtol=0)
    luma, hints = torch.rand(2, 1, 64, 64), torch.zeros(2, 3, 16, 16)
    assert bool(torch.isfinite(read_generator(mixed).eval()(luma, hints, 0.4).chroma).all())


@pytest.mark.slow
def test_nothing_is_overwritten_and_shares_are_checked(
    ends: tuple[Path, Path], samples: Make, tmp_path: Path
) -> None:
    before, after = ends
    with pytest.raises(TrainingError, match="from 0"):
        mix_generators(before, after, 1.5, samples(), tmp_path / "mixed.safetensors")
    with pytest.raises(TrainingError, match="exists already"):
        mix_generators(before, after, 0.5, samples(), before)
