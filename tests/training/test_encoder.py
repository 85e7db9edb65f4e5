import copy
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from timm.layers.conv2d_same import Conv2dSame
from torch import nn

from vermilion.errors import TrainingError
from vermilion.training.networks.encoder import (
    PaddedConv,
    fold_batch_norms,
    make_encoder,
    one_channel,
    static_padding,
)


def stirred(module: nn.Module) -> nn.Module:
    """Batch norms that do something."""
    generator = torch.Generator().manual_seed(3)
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            for values in (norm.running_var, norm.weight):
                assert values is not None
                values.data = torch.rand(values.shape, generator=generator) + 0.5
            for values in (norm.running_mean, norm.bias):
                assert values is not None
                values.data = torch.rand(values.shape, generator=generator) - 0.5
    return module.eval()


@pytest.mark.parametrize("name", ["test_efficientnet", "test_resnet"])
def test_a_folded_encoder_sees_what_the_plain_one_sees(name: str) -> None:
    body = stirred(timm.create_model(name, features_only=True))
    folded = fold_batch_norms(copy.deepcopy(body))
    before, after = (sum(isinstance(m, nn.BatchNorm2d) for m in net.modules()) for net in (body, folded))
    assert after <= 1 < before  # a stem in a box of its own keeps its norm
    picture = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        for ours, theirs in zip(folded(picture), body(picture), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
def test_static_padding_is_tensorflows_for_even_sizes(kernel: int, stride: int) -> None:
    plain = nn.Sequential(Conv2dSame(4, 6, kernel, stride=stride, groups=2))
    padded = static_padding(copy.deepcopy(plain))
    assert isinstance(padded[0], PaddedConv) == (stride > 1)  # type: ignore[index]
    picture = torch.rand(1, 4, 32, 48)
    torch.testing.assert_close(padded(picture), plain(picture))
    assert not static_padding(copy.deepcopy(plain).eval())[0].training  # type: ignore[index]


def test_the_encoder_of_our_config_can_be_made() -> None:
    encoder = make_encoder("tf_efficientnet_lite0", "")  # lite1's smaller brother, with the same layers
    assert encoder.channels == [24, 40, 112, 320]
    assert len(encoder.blocks()) == 7
    assert not any(isinstance(module, (nn.BatchNorm2d, Conv2dSame)) for module in encoder.modules())


@pytest.mark.parametrize("means", [(0.5, 0.5, 0.5), (0.485, 0.456, 0.406)])
def test_one_channel_does_for_greys_what_three_do(means: tuple[float, ...]) -> None:
    deviations = (0.229, 0.224, 0.225)
    plain = nn.Sequential(nn.Conv2d(3, 5, 3, bias=False))
    grey = torch.rand(1, 1, 16, 16)
    wanted = plain((grey - torch.tensor(means).view(1, 3, 1, 1)) / torch.tensor(deviations).view(1, 3, 1, 1))
    ours = one_channel(plain, means, deviations)((grey - sum(means) / 3) / (sum(deviations) / 3))
    torch.testing.assert_close(ours, wanted, atol=1e-5, rtol=1e-4)


def test_features_have_the_strides_and_channels_told() -> None:
    encoder = make_encoder("test_efficientnet", "")
    features = encoder(torch.rand(1, 1, 64, 96))
    assert [tuple(f.shape) for f in features] == [
        (1, channels, 64 // stride, 96 // stride)
        for channels, stride in zip(encoder.channels, (4, 8, 16, 32), strict=True)
    ]


def test_statistics_never_change() -> None:
    encoder = make_encoder("test_efficientnet", "").train()
    assert encoder.training
    assert not any(module.training for module in encoder.body.modules())


@pytest.mark.parametrize(("name", "count"), [("test_efficientnet", 5), ("test_resnet", 4)])
def test_blocks_are_all_but_the_stem(name: str, count: int) -> None:
    encoder = make_encoder(name, "")
    blocks = encoder.blocks()
    assert len(blocks) == count
    stem = next(encoder.body.parameters())
    assert not any(weight is stem for block in blocks for weight in block.parameters())


def test_weights_come_from_a_file_and_must_fit(tmp_path: Path) -> None:
    body = stirred(timm.create_model("test_efficientnet", features_only=True))
    path = tmp_path / "a.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in body.state_dict().items()}, path)
    encoder = make_encoder("test_efficientnet", str(path))
    grey = torch.full((1, 1, 64, 64), 0.25)
    config = body.default_cfg
    mean, deviation = (torch.tensor(config[key]).view(1, 3, 1, 1) for key in ("mean", "std"))  # type: ignore[index]
    with torch.no_grad():
        ours, theirs = encoder(grey)[0], body((grey - mean) / deviation)[1]
    torch.testing.assert_close(ours[..., 6:-6, 6:-6], theirs[..., 6:-6, 6:-6], atol=1e-3, rtol=1e-3)
    with pytest.raises(TrainingError, match="belongs to another network"):
        make_encoder("test_resnet", str(path))


@pytest.mark.parametrize(
    ("name", "weights", "told"),
    [
        ("no_such_net", "", "timm has no features_only encoder 'no_such_net'"),
        ("test_vit", "", "timm has no features_only encoder 'test_vit'"),
        ("test_efficientnet", "none.safetensors", "is not a file"),
        ("test_efficientnet", "text.safetensors", "is not a safetensors file"),
    ],
)
def test_mistakes_are_named(
    name: str, weights: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.safetensors").write_text("text")
    with pytest.raises(TrainingError) as caught:
        make_encoder(name, weights)
    assert told in str(caught.value)


class Crossed(nn.Module):
    """A network whose parts run in another order than they are listed: folding by the list is wrong."""

    default_cfg = {"mean": (0.5,) * 3, "std": (0.5,) * 3}  # noqa: RUF012 - as timm's

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        stirred(self)
        self.feature_info = type(
            "Info", (), {"channels": lambda _: [4] * 4, "reduction": lambda _: [4, 8, 16, 32]}
        )()

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        x = self.norm(torch.tanh(self.conv(x)))
        return [nn.functional.avg_pool2d(x, stride) for stride in (4, 8, 16, 32)]


def test_a_network_that_cannot_be_folded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timm, "create_model", lambda *_, **__: Crossed())
    with pytest.raises(TrainingError, match="cannot be folded"):
        make_encoder("crossed", "")
