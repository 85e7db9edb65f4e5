"""Decoders without their encoders: kept small, put together again, and never with another encoder."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.optim.swa_utils import AveragedModel

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings
from vermilion.training.export.model import CardFacts, Lender, export_decoder
from vermilion.training.loop.average import update_average
from vermilion.training.loop.state import make_generator
from vermilion.training.networks.decoder_alone import encoder_hash, save_decoder_alone
from vermilion.training.networks.encoder import make_encoder
from vermilion.training.networks.generator import Decoder, UNetGenerator
from vermilion.training.networks.weights import read_facts, read_generator, save_module


@pytest.fixture
def whole(generator: UNetGenerator, tmp_path: Path) -> Path:
    return saved(generator, tmp_path / "whole.safetensors")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A generator with another encoder of the same kind."""
    torch.manual_seed(2)
    encoder = make_encoder("test_efficientnet", "")
    decoder = Decoder(encoder.channels, (12, 8, 8, 8), torch.zeros(5, 2))
    return saved(UNetGenerator(encoder, decoder, "test_efficientnet"), tmp_path / "other.safetensors")


def saved(generator: UNetGenerator, path: Path) -> Path:
    save_module(generator, path, {"generator": json.dumps(generator.config), "images": "7"})
    return path


def test_a_decoder_alone_becomes_the_generator_that_it_was(whole: Path, tmp_path: Path) -> None:
    alone = save_decoder_alone(whole, tmp_path / "alone.safetensors")
    assert read_facts(alone) == read_facts(whole) | {"encoder": encoder_hash(whole)}
    assert encoder_hash(alone) == ""
    assert alone.stat().st_size < whole.stat().st_size
    before, after = read_generator(whole).state_dict(), read_generator(alone, whole).state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(values, after[name]) for name, values in before.items())


def test_another_encoder_is_refused(whole: Path, other: Path, tmp_path: Path) -> None:
    alone = save_decoder_alone(whole, tmp_path / "alone.safetensors")
    assert encoder_hash(other) != encoder_hash(whole)
    with pytest.raises(TrainingError, match=r"holds a decoder alone, and .*other\.safetensors does not"):
        read_generator(alone, other)
    with pytest.raises(TrainingError, match=r"model\.encoder_weights"):
        read_generator(alone)  # the package's own has another one


def test_the_hash_is_of_the_encoder_and_of_nothing_else(generator: UNetGenerator, tmp_path: Path) -> None:
    first = encoder_hash(saved(generator, tmp_path / "a.safetensors"))
    with torch.no_grad():
        generator.decoder.odds.weight += 1
    assert encoder_hash(saved(generator, tmp_path / "b.safetensors")) == first
    with torch.no_grad():
        next(generator.encoder.parameters()).add_(0.1)
    assert encoder_hash(saved(generator, tmp_path / "c.safetensors")) != first


def test_an_encoder_that_was_averaged_with_itself_is_still_the_same(
    generator: UNetGenerator, tmp_path: Path
) -> None:
    with torch.no_grad():
        next(generator.encoder.parameters()).view(-1)[0] = -0.0
    first = encoder_hash(saved(generator, tmp_path / "a.safetensors"))
    average = AveragedModel(generator)
    for _ in range(12):
        update_average(average, generator, 0.99)
    averaged = average.module
    assert isinstance(averaged, UNetGenerator)
    assert not next(averaged.encoder.parameters()).view(-1)[0].signbit()
    assert encoder_hash(saved(averaged, tmp_path / "b.safetensors")) == first


def test_a_config_may_start_from_a_decoder_alone(whole: Path, config: Settings, tmp_path: Path) -> None:
    alone = save_decoder_alone(whole, tmp_path / "alone.safetensors")
    model = replace(config.model, start_from=str(alone), encoder_weights=str(whole))
    ours = make_generator(replace(config, model=model), torch.zeros(3, 2))
    assert torch.equal(
        ours.encoder.state_dict().popitem()[1], read_generator(whole).encoder.state_dict().popitem()[1]
    )
    unnamed = replace(config.model, start_from=str(alone), encoder_weights="timm")
    with pytest.raises(TrainingError, match="holds a decoder alone"):
        make_generator(replace(config, model=unnamed), torch.zeros(3, 2))


def test_a_generator_whose_encoder_has_changed_is_not_exported_without_it(
    whole: Path, other: Path, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=r"its encoder is not that of .*; export it whole"):
        export_decoder(other, tmp_path / "model", Lender(tmp_path, whole), CardFacts())
    assert not (tmp_path / "model").exists()
