import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch

from vermilion.errors import TrainingError
from vermilion.training.networks.bins import gamut_bins
from vermilion.training.networks.generator import Decoder, Parts, UNetGenerator, coarser_hints
from vermilion.training.networks.weights import read_generator, save_module

NO_HINTS = torch.zeros(2, 3, 16, 24)


def grey(seed: int = 0, size: tuple[int, int] = (64, 96)) -> torch.Tensor:
    return torch.rand((2, 1, *size), generator=torch.Generator().manual_seed(seed))


def test_outputs_are_at_stride_four(generator: UNetGenerator) -> None:
    painted = generator(grey(), NO_HINTS, 0.4)
    assert painted.chroma.shape == (2, 2, 16, 24)
    assert painted.confidence_logit.shape == (2, 1, 16, 24)
    assert painted.logits.shape == (2, len(generator.decoder.centres), 16, 24)
    assert painted.trunk.shape == (2, 8, 16, 24)


def test_any_size_of_multiples_of_32_is_painted(generator: UNetGenerator) -> None:
    generator.eval()
    for height, width in ((32, 32), (160, 64)):
        painted = generator(grey(size=(height, width)), torch.zeros(2, 3, height // 4, width // 4), 0.4)
        assert painted.chroma.shape == (2, 2, height // 4, width // 4)


def test_hints_move_the_chroma_around_them(generator: UNetGenerator) -> None:
    generator.eval()
    hints = NO_HINTS.clone()
    hints[:, :, 8, 12] = torch.tensor([0.5, -0.5, 1.0])
    moved = (generator(grey(), hints, 0.4).chroma - generator(grey(), NO_HINTS, 0.4).chroma).abs()
    assert moved[:, :, 8, 12].max() > 1e-4


def test_what_a_hint_without_weight_says_counts_nothing(generator: UNetGenerator) -> None:
    generator.eval()
    hints = NO_HINTS.clone()
    hints[:, :2] = 0.7
    assert torch.equal(generator(grey(), hints, 0.4).chroma, generator(grey(), NO_HINTS, 0.4).chroma)


def test_coarser_hints_keep_the_color_and_the_largest_weight() -> None:
    hints = torch.zeros(1, 3, 4, 4)
    hints[0, :, 0, 1] = torch.tensor([0.2, -0.4, 1.0])
    hints[0, :, 3, 2] = torch.tensor([0.15, 0.3, 0.5])  # weighted: the colour is (0.3, 0.6)
    hints[0, :, 3, 3] = torch.tensor([0.1, 0.1, 1.0])
    coarse = coarser_hints(hints)
    torch.testing.assert_close(coarse[0, :, 0, 0], torch.tensor([0.2, -0.4, 1.0]))
    mean = torch.tensor([0.25, 0.4]) / 1.5
    torch.testing.assert_close(coarse[0, :, 1, 1], torch.cat([mean, torch.ones(1)]))
    assert not coarse[0, :, 0, 1].any()


def test_the_residual_starts_at_nothing(generator: UNetGenerator) -> None:
    painted = generator(grey(), NO_HINTS, 1.0)
    odds = torch.softmax(painted.logits, 1)
    mean = torch.einsum("nkhw,kc->nchw", odds, generator.decoder.centres)
    torch.testing.assert_close(painted.chroma, mean, atol=1e-3, rtol=1e-4)


def test_scales_bring_all_levels_to_like_strength(generator: UNetGenerator) -> None:
    luma = grey()
    generator.measure_scales(luma)
    for feature, scale in zip(generator.encoder(luma), generator.decoder.scales, strict=True):
        assert float(feature.detach().abs().mean() / scale) == pytest.approx(1, rel=1e-4)


@pytest.fixture
def made_of(generator: UNetGenerator) -> Callable[..., UNetGenerator]:
    """A tiny generator whose decoder is made of other parts."""

    def make(**parts: Any) -> UNetGenerator:
        torch.manual_seed(1)
        decoder = Decoder(
            generator.encoder.channels, (12, 8, 8, 8), generator.decoder.centres, Parts(**parts)
        )
        return UNetGenerator(generator.encoder, decoder, "test_efficientnet")

    return make


def test_without_a_residual_the_mean_is_the_color(made_of: Callable[..., UNetGenerator]) -> None:
    painted = made_of(residual=False).eval()(grey(), NO_HINTS, 0.4)
    odds = torch.softmax(painted.logits / 0.4, 1)
    mean = torch.einsum("nkhw,kc->nchw", odds, gamut_centres())
    torch.testing.assert_close(painted.chroma, mean, atol=1e-3, rtol=1e-4)


def test_without_a_distribution_the_residual_is_the_color(made_of: Callable[..., UNetGenerator]) -> None:
    direct = made_of(distribution=False).eval()
    assert not any(name.startswith("decoder.odds") for name in direct.state_dict())
    assert not direct(grey(), NO_HINTS, 0.4).chroma.any(), "it starts with grey"
    torch.nn.init.normal_(direct.decoder.residual.weight)
    painted = direct(grey(), NO_HINTS, 0.4)
    assert torch.equal(painted.chroma, direct(grey(), NO_HINTS, 0.9).chroma), "there is nothing to anneal"
    likeliest = gamut_centres()[painted.logits.argmax(1)].permute(0, 3, 1, 2)
    inside = (painted.chroma.abs() < 40).all(1, keepdim=True)
    assert bool((((likeliest - painted.chroma).abs() <= 5.01) | ~inside).all()), "odds lie around the color"


@pytest.mark.parametrize("parts", [{"distribution": False}, {"residual": False}])
def test_a_generator_of_other_parts_comes_back(
    parts: dict, made_of: Callable[..., UNetGenerator], tmp_path: Path
) -> None:
    ours = made_of(**parts)
    path = tmp_path / "g.safetensors"
    save_module(ours, path, {"generator": json.dumps(ours.config)})
    theirs = read_generator(path)
    assert theirs.decoder.parts == Parts(**parts)
    chroma = [one.eval()(grey(), NO_HINTS, 0.4).chroma for one in (ours, theirs)]
    torch.testing.assert_close(*chroma, atol=0.2, rtol=0)


def test_files_that_count_colour_queries_are_read_if_they_have_none(
    made_of: Callable[..., UNetGenerator], tmp_path: Path
) -> None:
    ours, path = made_of(), tmp_path / "g.safetensors"
    for queries, words in ((0, ""), (20, "its decoder has queries, which")):
        config = ours.config | {"parts": ours.config["parts"] | {"queries": queries}}
        save_module(ours, path, {"generator": json.dumps(config)})
        with pytest.raises(TrainingError, match=words) if words else nullcontext():
            assert read_generator(path).decoder.parts == Parts()


def gamut_centres() -> torch.Tensor:
    return torch.from_numpy(gamut_bins())


def test_bfloat16_reaches_the_convolutions_only(generator: UNetGenerator) -> None:
    generator.eval()
    exact = generator(grey(), NO_HINTS, 0.4)
    generator.half_decoder = True
    half = generator(grey(), NO_HINTS, 0.4)
    assert half.trunk.dtype == torch.bfloat16
    assert half.logits.dtype == half.chroma.dtype == half.confidence_logit.dtype == torch.float32
    again = generator.decoder.mixed(half.features, generator.decoder.heads(half.features, NO_HINTS), 0.4)
    assert not torch.equal(half.chroma, again.chroma)
    torch.testing.assert_close(half.chroma, exact.chroma, atol=1.0, rtol=0.1)
    odds = torch.softmax(half.logits.double() / 0.4, 1)
    mean = torch.einsum("nkhw,kc->nchw", odds, generator.decoder.centres.double())
    torch.testing.assert_close(half.chroma.double(), mean, atol=1e-3, rtol=0)
