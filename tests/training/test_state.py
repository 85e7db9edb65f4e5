from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings, StageSettings
from vermilion.training.data.samples import Samples
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.loop.colorization import ColorizationTask
from vermilion.training.loop.state import (
    freeze,
    make_generator,
    make_state,
    set_rates,
    survey,
    use_bfloat16,
)
from vermilion.training.networks.bins import gamut_bins
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import save_module

FABRIC = Fabric(accelerator="cpu", devices=1)
Make = Callable[..., Samples]


@pytest.fixture
def state(config: Settings, samples: Make) -> TrainingState:
    return make_state(config, samples(), FABRIC, ColorizationTask())


def learning(generator: UNetGenerator) -> list[bool]:
    """Whether the stem and each block learn."""
    inside = {id(weight) for block in generator.encoder.blocks() for weight in block.parameters()}
    stem = {w.requires_grad for w in generator.encoder.parameters() if id(w) not in inside}
    blocks = [{w.requires_grad for w in block.parameters()} for block in generator.encoder.blocks()]
    assert all(len(part) == 1 for part in (stem, *blocks))
    return [part == {True} for part in (stem, *blocks)]


def test_only_the_later_blocks_learn_and_only_with_a_rate(generator: UNetGenerator) -> None:
    freeze(generator, StageSettings("a", 8))
    assert not any(learning(generator))
    freeze(generator, StageSettings("a", 8, encoder_rate=1e-4, frozen_blocks=2))
    assert learning(generator) == [False, False, False, True, True, True]
    freeze(generator, StageSettings("a", 8, encoder_rate=1e-4, frozen_blocks=0))
    assert learning(generator) == [False, True, True, True, True, True]
    freeze(generator, StageSettings("a", 8))
    assert not any(learning(generator))
    assert all(weight.requires_grad for weight in generator.decoder.parameters())


def test_rates_rise_stay_and_fall(state: TrainingState) -> None:
    stage = StageSettings(
        "a", 1000, decoder_rate=1.0, encoder_rate=0.1, discriminator_rate=0.5, warmup=100, decay=0.2
    )

    def rates(done: int) -> list[float]:
        set_rates(state, stage, done, done / 1000)
        groups = [*state.optimizer.param_groups, *state.discriminator_optimizer.param_groups]
        return [float(group["lr"]) for group in groups]

    assert rates(0) == pytest.approx([0.01, 0.001, 0.005])
    assert rates(500) == pytest.approx([1.0, 0.1, 0.5])
    assert rates(900) == pytest.approx([0.5, 0.05, 0.25])
    assert rates(1000) == pytest.approx([0.01, 0.001, 0.005])


def test_the_average_is_a_copy_and_knows_what_the_generator_knows(state: TrainingState) -> None:
    average = state.average.module
    assert isinstance(average, UNetGenerator)
    assert average.config == state.generator.config
    assert average.half_decoder == state.generator.half_decoder
    ours, theirs = (dict(module.named_parameters()) for module in (average, state.generator))
    assert ours.keys() == theirs.keys()
    assert not any(ours[name].data_ptr() == theirs[name].data_ptr() for name in ours)


def test_statistics_are_measured_while_learning_unless_they_are_kept(
    config: Settings, samples: Make, state: TrainingState
) -> None:
    luma, hints = torch.rand(4, 1, 32, 64), torch.zeros(4, 3, 8, 16)
    keeping = make_state(replace(config, keep_statistics=True), samples(), FABRIC, ColorizationTask())
    for ours, kept in ((state, False), (keeping, True)):
        for generator in (ours.generator, ours.average.module):
            assert isinstance(generator, UNetGenerator)
            mean = generator.decoder.start[1].running_mean
            assert isinstance(mean, torch.Tensor)
            before = mean.clone()
            generator.train()
            painted = generator(luma, hints, 0.4).chroma
            assert torch.equal(mean, before) is kept
            generator.eval()
            assert torch.equal(generator(luma, hints, 0.4).chroma, painted) is kept


def test_the_survey_finds_bins_for_the_colors_there(samples: Make) -> None:
    centres, shares, luma = survey(samples())
    assert shares.sum().item() == pytest.approx(1, abs=1e-4)
    assert len(centres) == len(shares) < len(gamut_bins())
    assert luma.shape[0] == 32
    assert luma.shape[1:] in {(1, 32, 64), (1, 64, 32)}


def test_a_generator_can_start_from_another(
    config: Settings, samples: Make, generator: UNetGenerator, tmp_path: Path
) -> None:
    path = tmp_path / "g.safetensors"
    save_module(generator, path, {"generator": _facts(generator)})
    started = replace(config, model=replace(config.model, start_from=str(path)))
    state = make_state(started, samples(), FABRIC, ColorizationTask())
    torch.testing.assert_close(state.generator.decoder.centres, generator.decoder.centres)
    assert len(state.supervised.weights) == len(generator.decoder.centres)
    encoder_only = replace(config, model=replace(config.model, encoder_weights=str(path)))
    other = make_generator(encoder_only, generator.decoder.centres)
    ours, theirs = (dict(module.encoder.named_parameters()) for module in (other, generator))
    assert all(torch.equal(ours[name], theirs[name].half().float()) for name in theirs)
    wrong = replace(encoder_only, model=replace(encoder_only.model, encoder="test_resnet"))
    with pytest.raises(TrainingError, match="holds a test_efficientnet"):
        make_generator(wrong, generator.decoder.centres)


def test_the_shipped_model_is_named_so(
    config: Settings, generator: UNetGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vermilion.training.loop.state.SHIPPED", tmp_path / "shipped.safetensors")
    for model in (
        replace(config.model, encoder_weights="shipped"),
        replace(config.model, start_from="shipped"),
    ):
        with pytest.raises(TrainingError, match=r"shipped\.safetensors"):
            make_generator(replace(config, model=model), generator.decoder.centres)
    save_module(generator, tmp_path / "shipped.safetensors", {"generator": _facts(generator)})
    for model in (
        replace(config.model, encoder_weights="shipped"),
        replace(config.model, start_from="shipped"),
    ):
        make_generator(replace(config, model=model), generator.decoder.centres)


def _facts(generator: UNetGenerator) -> str:
    import json

    return json.dumps(generator.config)


def test_bfloat16_is_taken_where_asked() -> None:
    processor = torch.device("cpu")
    assert use_bfloat16("bf16", processor)
    assert not use_bfloat16("32", processor)
    assert isinstance(use_bfloat16("auto", processor), bool)


def test_rates_fall_with_the_share_of_the_time_that_is_used(state: TrainingState) -> None:
    stage = StageSettings("a", minutes=2, decoder_rate=1.0, warmup=100, decay=0.5)
    rates = []
    for done, share in ((49, 0.1), (5000, 0.5), (6000, 0.75), (6100, 1.0)):
        set_rates(state, stage, done, share)
        rates.append(float(state.optimizer.param_groups[0]["lr"]))
    assert rates == pytest.approx([0.5, 1.0, 0.5, 0.01])
