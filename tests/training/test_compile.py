"""A compiled generator learns what an eager one learns."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.conftest import losses_of
from vermilion.training import Settings, train_settings
from vermilion.training.generator import UNetGenerator
from vermilion.training.state import compile_generator


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch warns of what it does itself while it traces
def test_a_compiled_training_has_the_losses_of_an_eager_one(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the tracer and the slopes of torch.compile alone: its code generator takes long on processors."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    frozen, adversarial = config.stages
    stages = (replace(frozen, encoder_rate=1e-4, frozen_blocks=1), adversarial)
    config = replace(config, data=replace(config.data, sizes=((32, 32),)), stages=stages)
    losses = []
    for wanted in (False, True):
        settings = replace(config, run=f"{config.run}-{wanted}", compile=wanted)
        train_settings(settings)
        losses.append(losses_of(Path(settings.run)))
    for name in losses[0]:
        torch.testing.assert_close(
            torch.tensor(losses[1][name]), torch.tensor(losses[0][name]), rtol=1e-3, atol=1e-4
        )


def test_generators_are_compiled_where_asked_and_discriminators_never(
    config: Settings, generator: UNetGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []

    def noted(function: Any) -> Any:
        compiled.append(function.__name__)
        return function

    monkeypatch.setattr(torch, "compile", noted)
    compile_generator(config, generator)
    assert compiled == []
    compile_generator(replace(config, compile=True), generator)
    assert compiled == ["forward", "trunk"]
