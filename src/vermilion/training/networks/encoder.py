"""The generator's first half: a pretrained classifier's stages, made ready to learn and to export."""

import copy
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from vermilion.errors import TrainingError

STRIDES = (4, 8, 16, 32)


class Encoder(nn.Module):
    """Luma [N,1,H,W] in 0..1 to features at strides 4, 8, 16 and 32. Normalisation is inside."""

    def __init__(self, body: nn.Module, mean: float, deviation: float, channels: list[int]) -> None:
        super().__init__()
        self.body = body
        self.mean, self.deviation = mean, deviation
        self.channels = channels

    def forward(self, luma: Tensor) -> list[Tensor]:
        """Features, finest first."""
        return list(self.body((luma - self.mean) / self.deviation))

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - torch's own signature
        """Mark as learning; the body stays as if it were not, so that its statistics never change."""
        super().train(mode)
        self.body.eval()
        return self

    def blocks(self) -> list[nn.Module]:
        """The parts above the stem, in order: they may learn, the stem never does."""
        children = dict(self.body.named_children())
        if "blocks" in children:
            return [*children["blocks"].children()]
        stem = _first_convolution(self.body)
        return [part for part in children.values() if _is_block(part) and stem not in part.modules()]


def _first_convolution(body: nn.Module) -> nn.Conv2d:
    return next(module for module in body.modules() if isinstance(module, nn.Conv2d))


def _is_block(part: nn.Module) -> bool:
    """Whether a part holds layers and weights; a stem's parts are single layers."""
    return next(part.children(), None) is not None and next(part.parameters(), None) is not None


def make_encoder(name: str, weights: str) -> Encoder:
    """An encoder for grey pictures from a timm network for coloured ones.

    The three equal input channels are summed into one, batch norms are folded into the convolutions
    (their statistics never change again: some channels are dead), and paddings are made static.

    Args:
        name: a timm network that offers `features_only`.
        weights: a safetensors file of timm's keys; "timm" to let timm download them; "" for none.

    Raises:
        TrainingError: unknown network, missing file or keys that do not fit, or a network whose
            batch norms cannot be folded.
    """
    body = _timm_body(name, pretrained=weights == "timm")
    if weights and weights != "timm":
        _load(body, Path(weights))
    config, channels = body.default_cfg, body.feature_info.channels()
    mean, deviation = sum(config["mean"]) / 3, sum(config["std"]) / 3
    body.eval()
    original = copy.deepcopy(body)
    folded = one_channel(fold_batch_norms(static_padding(body)), config["mean"], config["std"])
    encoder = Encoder(folded, mean, deviation, channels)
    _check_equal(name, encoder, original, config)
    return encoder


def _timm_body(name: str, *, pretrained: bool) -> Any:  # noqa: ANN401 - timm adds what nn.Module lacks
    try:
        probe: Any = timm.create_model(name, pretrained=False, features_only=True)
        reductions = probe.feature_info.reduction()
        indices = [reductions.index(stride) for stride in STRIDES]
        return timm.create_model(name, pretrained=pretrained, features_only=True, out_indices=indices)
    except (RuntimeError, ValueError, AttributeError) as error:
        raise TrainingError(
            f"model.encoder: timm has no features_only encoder {name!r} with strides 4 to 32 ({error})."
        ) from error


@torch.no_grad()
def _check_equal(name: str, encoder: Encoder, original: nn.Module, config: dict[str, Any]) -> None:
    """Refuse a network that computes something else since it was folded; borders may differ a little.

    What lies beyond the picture is the mean colour to the original, the mean grey to ours.
    """
    grey = torch.rand((1, 1, 128, 128), generator=torch.Generator().manual_seed(0))
    mean, deviation = (torch.tensor(config[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    same_mean = len(set(config["mean"])) == 1
    for ours, theirs in zip(encoder(grey), original((grey - mean) / deviation), strict=True):
        difference = (ours - theirs).abs().mean() / theirs.abs().mean().clamp_min(1e-6)
        if not difference < (1e-3 if same_mean else 0.1):
            raise TrainingError(
                f"model.encoder: {name!r} cannot be folded (features differ by {difference:.1%}); "
                "choose another encoder, for example tf_efficientnet_lite1."
            )


def _load(body: nn.Module, path: Path) -> None:
    if not path.is_file():
        raise TrainingError(
            f'model.encoder_weights: {path} is not a file; give a safetensors file, "timm" to download, '
            'or "".'
        )
    wanted = body.state_dict()
    try:
        state = {key: value.float() for key, value in load_file(path).items() if key in wanted}
    except SafetensorError as error:
        raise TrainingError(f"model.encoder_weights: {path} is not a safetensors file ({error}).") from error
    unfit = [key for key in wanted if key not in state or state[key].shape != wanted[key].shape]
    unfit = [key for key in unfit if not key.endswith("num_batches_tracked")]
    if unfit:
        raise TrainingError(
            f"model.encoder_weights: {path} has no fitting {unfit[0]}; it belongs to another network."
        )
    body.load_state_dict(state, strict=False)


def static_padding(body: nn.Module) -> nn.Module:
    """TensorFlow's "same" padding for even sizes as a fixed pad, which traces to any size."""
    for name, child in list(body.named_children()):
        if isinstance(child, Conv2dSame):
            setattr(body, name, _padded(child))
        else:
            static_padding(child)
    return body


class PaddedConv(nn.Conv2d):
    """A strided convolution that pads one pixel more at the right and the bottom than before them."""

    def forward(self, x: Tensor) -> Tensor:
        """Pad as TensorFlow does for even sizes, then convolve."""
        total = self.kernel_size[0] - self.stride[0]
        before, after = total // 2, total - total // 2
        padded = nn.functional.pad(x, (before, after, before, after))
        return nn.functional.conv2d(
            padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups
        )


def _padded(conv: Conv2dSame) -> nn.Conv2d:
    kind = PaddedConv if conv.stride[0] > 1 else nn.Conv2d
    new = kind(
        conv.in_channels,
        conv.out_channels,
        kernel_size=(conv.kernel_size[0], conv.kernel_size[1]),
        stride=(conv.stride[0], conv.stride[1]),
        padding=0 if conv.stride[0] > 1 else conv.kernel_size[0] // 2,
        groups=conv.groups,
        bias=conv.bias is not None,
    )
    new.load_state_dict(conv.state_dict())
    return new.train(conv.training)


def fold_batch_norms(body: nn.Module) -> nn.Module:
    """Each batch norm that directly follows a convolution becomes part of it; its activation stays."""
    children = list(body.named_children())
    for (name, child), (next_name, following) in pairwise(children):
        if isinstance(child, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
            setattr(body, name, fuse_conv_bn_eval(child, following))
            rest = [getattr(following, part) for part in ("drop", "act") if hasattr(following, part)]
            setattr(body, next_name, nn.Sequential(*rest) if rest else nn.Identity())
    for child in body.children():
        fold_batch_norms(child)
    return body


def one_channel(body: nn.Module, means: tuple[float, ...], deviations: tuple[float, ...]) -> nn.Module:
    """Sum the first convolution over its three input channels, which are all the same grey."""
    first = _first_convolution(body)
    scale = torch.tensor([sum(deviations) / 3 / each for each in deviations]).view(1, 3, 1, 1)
    shift = torch.tensor([(sum(means) / 3 - m) / d for m, d in zip(means, deviations, strict=True)])
    weight = first.weight.detach()
    if shift.any():  # channels with means of their own: what that adds everywhere becomes bias
        added = (weight * shift.view(1, 3, 1, 1)).sum((1, 2, 3))
        first.bias = nn.Parameter(added if first.bias is None else first.bias.detach() + added)
    first.in_channels = 1
    first.weight = nn.Parameter((weight * scale).sum(1, keepdim=True))
    return body
