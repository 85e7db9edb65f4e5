from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from vermilion.errors import TrainingError
from vermilion.training import train_settings
from vermilion.training.config.settings import Settings
from vermilion.training.loop.colorization import perceptual_loss
from vermilion.training.losses.perceptual import PerceptualNetwork, guided_enlarged, make_perceptual_network

NETWORK = "test_efficientnet"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("perceptual_network") / "eye.safetensors"
    save_file(timm.create_model(NETWORK, pretrained=False).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def perceptual_network(weights: Path) -> PerceptualNetwork:
    return make_perceptual_network(NETWORK, str(weights))


def lab_picture() -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Grey luma [1,1,32,48] and ab [1,2,32,48] of a random picture in gamut, and its RGB [32,48,3]."""
    rgb = np.random.default_rng(0).uniform(0.1, 0.9, (32, 48, 3)).astype(np.float32)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    grey = np.concatenate([lab[..., :1], np.zeros_like(lab[..., 1:])], axis=2)
    luma = cv2.cvtColor(grey, cv2.COLOR_LAB2RGB)[..., 0]
    return torch.from_numpy(luma)[None, None], torch.from_numpy(lab[..., 1:]).permute(2, 0, 1)[None], rgb


def test_it_makes_the_rgb_that_opencv_makes(perceptual_network: PerceptualNetwork) -> None:
    luma, ab, rgb = lab_picture()
    ours = perceptual_network.rgb(luma, ab)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(ours, rgb, atol=2e-3)


def test_the_same_colors_look_the_same_and_others_do_not(perceptual_network: PerceptualNetwork) -> None:
    luma, ab = torch.rand(2, 1, 64, 64), 20 * torch.randn(2, 2, 16, 16)
    assert float(perceptual_network(luma, ab, ab)) == 0
    near, far = (float(perceptual_network(luma, share * ab, ab)) for share in (0.9, 0.0))
    assert 0 < near < far


def test_black_white_and_colors_out_of_gamut_have_finite_slopes(
    perceptual_network: PerceptualNetwork,
) -> None:
    luma = torch.cat([torch.zeros(1, 1, 32, 32), torch.ones(1, 1, 32, 32)])
    ab = torch.full((2, 2, 8, 8), 100.0, requires_grad=True)
    perceptual_network(luma, ab, torch.zeros_like(ab)).backward()
    assert ab.grad is not None
    assert bool(torch.isfinite(ab.grad).all())


def test_guided_chroma_follows_an_edge_of_luma() -> None:
    luma = torch.zeros(1, 1, 32, 32)
    luma[..., 18:] = 1  # in the middle of a small pixel
    ab = torch.nn.functional.avg_pool2d(luma, 4).repeat(1, 2, 1, 1) * 40
    large = guided_enlarged(ab, luma)
    torch.testing.assert_close(large, luma.repeat(1, 2, 1, 1) * 40, atol=1.5, rtol=0)


def test_a_stage_with_an_perceptual_network_learns_from_it(
    config: Settings, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def noted(*args: Any) -> torch.Tensor:
        value = perceptual_loss(*args)
        seen.append(float(value.detach()))
        return value

    monkeypatch.setattr("vermilion.training.loop.colorization.perceptual_loss", noted)
    stages = (replace(config.stages[0], perceptual=0.5), config.stages[1])
    loss = replace(
        config.loss, perceptual_network=NETWORK, perceptual_weights=str(weights), perceptual_share=0.5
    )
    train_settings(replace(config, stages=stages, loss=loss))
    assert len(seen) == stages[0].images // config.batch
    assert all(0 < value < 100 for value in seen)


@pytest.mark.parametrize(
    ("name", "file", "told"),
    [
        ("no_such_network", "", "timm has no network 'no_such_network'"),
        (NETWORK, "missing.safetensors", "is not a file; give a safetensors file"),
        ("test_resnet", None, "belongs to another network"),
    ],
)
def test_what_is_wrong_with_an_perceptual_network_is_named(
    name: str, file: str | None, told: str, weights: Path
) -> None:
    with pytest.raises(TrainingError, match=told):
        make_perceptual_network(name, str(weights) if file is None else file)
