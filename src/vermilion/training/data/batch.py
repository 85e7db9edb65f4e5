"""Batches made of pictures: one way for pictures on a card, in a store and in a stream.

Everything random follows from `dice`; only cutting a part out of a picture
is left to the owner of the pixels.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from vermilion.training.config.settings import Settings
from vermilion.training.data.aging import aged, luma_of
from vermilion.training.data.constants import constant
from vermilion.training.data.dice import Dice, Planes
from vermilion.training.data.hints import random_hints
from vermilion.training.data.recolor import recolored

STRIDE = 4  # pixels of luma to one of chroma
LEAST = 8  # pixels of a picture that a crop keeps, each way
LEAN = 0.1  # of a crop's aspect ratio, at most, in its logarithm

# Linear sRGB to CIE XYZ over the D65 white (IEC 61966-2-1).
TO_XYZ = (
    (0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456),
    (0.212671, 0.715160, 0.072169),
    (0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of N samples: luma [N,1,H,W] 0..1, ab [N,2,H/4,W/4], hints [N,3,H/4,W/4].

    `plain` is the luma before it was aged. If the encoder's features [N,C,.,.] of the luma are known already,
    they are there instead, finest first.
    """

    luma: Tensor
    ab: Tensor
    hints: Tensor
    plain: Tensor | None = None
    features: tuple[Tensor, ...] = ()

    def inputs(self, temperature: float) -> tuple[Any, ...]:
        """The inputs of a generator."""
        inputs = self.luma, self.hints, temperature
        return (*inputs, self.features) if self.features else inputs

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        tensors = (self.luma, self.ab, self.hints, *self.features)
        luma, ab, hints, *features = (tensor.to(device, non_blocking=True) for tensor in tensors)
        plain = None if self.plain is None else self.plain.to(device, non_blocking=True)
        return Batch(luma, ab, hints, plain, tuple(features))


@dataclass(frozen=True, slots=True)
class Crops:
    """Parts of pictures, in whole pixels [N]: their places, their sizes, and which are mirrored."""

    top: Tensor
    left: Tensor
    rows: Tensor
    columns: Tensor
    mirrored: Tensor


class Pictures(Protocol):
    """The pictures of a batch."""

    sizes: Tensor  # float32 [N,2], heights and widths

    def cut(self, crops: Crops, size: tuple[int, int]) -> Tensor:
        """The crops at a size (H, W): whole sRGB levels, float32 [N,3,H,W]."""


@dataclass(frozen=True, slots=True)
class Views:
    """Parts of pictures: luma for the network and true luma [N,1,H,W] 0..1, true ab [N,2,h,w]."""

    luma: Tensor
    plain: Tensor
    ab: Tensor


@torch.no_grad()
def make_batch(pictures: Pictures, size: tuple[int, int], dice: Dice, settings: Settings) -> Batch:
    """A batch of random parts of pictures."""
    views = make_views(pictures, size, dice, settings)
    return Batch(views.luma, *hinted(views, dice, settings), views.plain)


def make_views(pictures: Pictures, size: tuple[int, int], dice: Dice, settings: Settings) -> Views:
    """Random parts of pictures. A share of the inputs is aged, never the truth."""
    data = settings.data
    rgb = pictures.cut(random_crops(pictures.sizes, size, data.smallest_crop, dice), size)
    ab = true_ab(rgb, data.chroma_stride) * data.vividness
    luma = plain = luma_of(rgb)
    if data.degraded:
        (luma,) = dice.change(data.degraded, (plain, rgb), _aged, keep=1)
    return Views(luma, plain, ab)


def hinted(views: Views, dice: Dice, settings: Settings) -> tuple[Tensor, Tensor]:
    """The ab [N,2,h,w] of views, some with a thing in another colour, and hints [N,3,h,w]."""
    data = settings.data
    if not data.recolored:
        return views.ab, random_hints(views.ab, data.hinted, dice)
    ours = recolored(views.ab, views.plain, data.recolored, dice)
    hints = random_hints(ours.ab, ours.share_of_hints(data.hinted, dice), dice)
    return ours.ab, ours.with_hints(hints)


def _aged(planes: Planes, dice: Dice) -> Planes:
    return (aged(planes[1], dice),)


def random_crops(full: Tensor, size: tuple[int, int], smallest: float, dice: Dice) -> Crops:
    """Random parts of pictures of heights and widths [N,2], nearly of the shape (H, W); half are mirrored."""
    height, width = full.unbind(1)
    drawn = dice.uniform(0, 1, 5)
    aspect = size[1] / size[0] * torch.exp(LEAN * (2 * drawn[:, 0] - 1))
    tall = torch.minimum(height, width / aspect) * (smallest + (1 - smallest) * drawn[:, 1])
    rows = torch.minimum(tall.round().clamp_min(LEAST), height)
    columns = torch.minimum((tall * aspect).round().clamp_min(LEAST), width)
    top = (drawn[:, 2] * (height - rows + 1)).floor()
    left = (drawn[:, 3] * (width - columns + 1)).floor()
    return Crops(top, left, rows, columns, drawn[:, 4] < 0.5)


def true_ab(rgb: Tensor, stride: int) -> Tensor:
    """Mean CIELAB a, b [N,2,H/stride,W/stride] of sRGB levels [N,3,H,W]; a stride of 1 or `STRIDE`."""
    if stride == STRIDE:  # eight-bit levels at twice the size
        rgb = _halved(rgb).round()
    encoded = rgb / 255
    linear = torch.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)
    xyz = torch.einsum("ij,njhw->nihw", constant(TO_XYZ, rgb.device), linear)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    ab = torch.stack([500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], dim=1)
    return _halved(ab) if stride == STRIDE else ab


def _halved(planes: Tensor) -> Tensor:
    """Means of 2 x 2 pixels; on a processor twice as quick as pooling."""
    across = planes[..., 0::2] + planes[..., 1::2]
    return (across[..., 0::2, :] + across[..., 1::2, :]) / 4
