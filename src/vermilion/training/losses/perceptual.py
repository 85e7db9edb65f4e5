"""The perceptual network: a frozen classifier whose features compare two colourings.

A perceptual loss (Johnson et al. 2016, arXiv:1603.08155) whose two pictures share their lightness, so that
only colour can differ.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from vermilion.color import FLAT
from vermilion.errors import TrainingError
from vermilion.training.networks.classifier import fill_classifier, make_classifier
from vermilion.training.networks.encoder import fold_batch_norms, static_padding

# CIE XYZ over the D65 white to linear sRGB (IEC 61966-2-1).
TO_LINEAR = (
    (3.2404542 * 0.95047, -1.5371385, -0.4985314 * 1.08883),
    (-0.9692660 * 0.95047, 1.8760108, 0.0415560 * 1.08883),
    (0.0556434 * 0.95047, -0.2040259, 1.0572252 * 1.08883),
)
DARKEST = 1e-4  # linear light below which the slope of the tone curve would outgrow everything else


class PerceptualNetwork(nn.Module):
    """The distance of two colourings of one lightness in the features of a classifier."""

    mean: Tensor
    deviation: Tensor
    to_linear: Tensor

    def __init__(self, body: nn.Module, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        super().__init__()
        self.body = body.eval().requires_grad_(False)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1))
        self.register_buffer("to_linear", torch.tensor(TO_LINEAR).view(3, 3, 1, 1))

    def forward(self, luma: Tensor, painted: Tensor, true: Tensor) -> Tensor:
        """The distance of painted and true ab [N,2,h,w] over luma [N,1,H,W] in its features: a number.

        At each level of features the squared difference over the square of the true ones, so that 0 is
        "the same" and 1 about "nothing in common"; the mean over the levels and the pictures.
        """
        seen = self.look(luma, painted)
        with torch.no_grad():
            wanted = self.look(luma, true)
        differences = [
            (ours - theirs).square().flatten(1).sum(1) / theirs.square().flatten(1).sum(1).clamp_min(1e-6)
            for ours, theirs in zip(seen, wanted, strict=True)
        ]
        return torch.stack(differences).mean()

    def look(self, luma: Tensor, ab: Tensor) -> list[Tensor]:
        """Features at every level, and the last ones' mean over the picture."""
        rgb = self.rgb(luma, guided_enlarged(ab, luma))
        final, levels = self.body.forward_intermediates((rgb - self.mean) / self.deviation)  # type: ignore[operator]
        return [*levels[1:], final.mean(dim=(2, 3))]

    def rgb(self, luma: Tensor, ab: Tensor) -> Tensor:
        """Encoded RGB [N,3,H,W] in 0..1 (sRGB) of the lightness of grey luma [N,1,H,W] and ab [N,2,H,W].

        What is out of gamut is cut off, but for its gradient inside.
        """
        grey = torch.where(luma <= 0.04045, luma / 12.92, ((luma.clamp_min(0) + 0.055) / 1.055) ** 2.4)
        middle = _root(grey)
        x, z = middle + ab[:, :1] / 500, middle - ab[:, 1:] / 200
        light = torch.cat([_cube(x), grey, _cube(z)], dim=1)
        linear = functional.conv2d(light, self.to_linear).clamp(DARKEST, 1)
        return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def guided_enlarged(ab: Tensor, luma: Tensor) -> Tensor:
    """Chroma [N,2,h,w] enlarged to the size of luma [N,1,H,W], 0..1, by a fast guided filter.

    He and Sun 2015, arXiv:1505.00996: around each small pixel chroma is a line of luma, and the lines are
    enlarged, as the program does with the network's chroma.
    """
    low = functional.interpolate(luma, ab.shape[2:], mode="area")
    mean, mean_low = _around(ab), _around(low)
    slope = (_around(ab * low) - mean * mean_low) / (_around(low * low) - mean_low**2 + FLAT)
    lines = _around(torch.cat([slope, mean - slope * mean_low], dim=1))
    slope, start = functional.interpolate(lines, luma.shape[2:], mode="bilinear").chunk(2, dim=1)
    return slope * luma + start


def _around(planes: Tensor) -> Tensor:
    """Means of 3 x 3 pixels; beyond the border the last pixel is repeated."""
    return functional.avg_pool2d(functional.pad(planes, (1, 1, 1, 1), mode="replicate"), 3, 1)


def _root(light: Tensor) -> Tensor:
    return torch.where(light > 216 / 24389, light.clamp_min(1e-6) ** (1 / 3), (24389 / 27 * light + 16) / 116)


def _cube(f: Tensor) -> Tensor:
    return torch.where(f > 6 / 29, f**3, (116 * f - 16) * 27 / 24389)


def make_perceptual_network(name: str, weights: str) -> PerceptualNetwork:
    """The perceptual network from a timm classifier.

    Args:
        name: a timm network that offers `forward_intermediates`.
        weights: a safetensors file of timm's keys, or "timm" to let timm download them.

    Raises:
        TrainingError: unknown network, or a file that is missing or belongs to another network.
    """
    body = make_classifier(name, pretrained=weights == "timm", where="loss.perceptual network: ")
    if not hasattr(body, "forward_intermediates"):
        raise TrainingError(
            f"loss.perceptual network: {name!r} has no intermediate features; name another network."
        )
    if weights != "timm":
        _fill(body, name, Path(weights))
    config = body.default_cfg
    body.eval()
    folded = fold_batch_norms(static_padding(body)).to(memory_format=torch.channels_last)
    return PerceptualNetwork(folded, config["mean"], config["std"])


def _fill(body: nn.Module, name: str, path: Path) -> None:
    if not path.is_file():
        raise TrainingError(
            f'loss.perceptual_weights: {path} is not a file; give a safetensors file, or "timm" to download.'
        )
    fill_classifier(body, name, path, "loss.perceptual_weights: ")
