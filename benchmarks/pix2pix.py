"""pix2pix's U-Net, PatchGAN and losses (Isola et al. 2017, arXiv:1611.07004).

No pretrained encoder, no distribution, no hints; luma in, chroma out at full size, 100 L1 + a conditional GAN
with binary cross-entropy. Eight down-samplings need sides of 256; as many are taken as the size allows.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from vermilion.training.networks.generator import GeneratorOutput

AB_UNIT_OF_TANH = 110.0  # ab units to one unit of the networks
L1_WEIGHT = 100.0
WIDTHS = (64, 128, 256, 512, 512, 512, 512)
SIDE_MULTIPLE = 2 ** len(WIDTHS)  # pixels; each of the widths halves the size


class Pix2PixGenerator(nn.Module):
    """U-Net of strided 4 x 4 convolutions, skip connections and dropout, down to a pixel for 128 x 128."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        widths = [width * count // 64 for count in WIDTHS]
        self.config = {"classic": width}
        self.down = nn.ModuleList(
            _down(a, b, first=not i, last=i == len(widths) - 1)
            for i, (a, b) in enumerate(zip([1, *widths], widths, strict=False))
        )
        ups = widths[-2::-1]
        inputs = [widths[-1], *(2 * count for count in ups[:-1])]
        self.up = nn.ModuleList(
            _up(a, b, dropout=i < 3) for i, (a, b) in enumerate(zip(inputs, ups, strict=True))
        )
        self.last = nn.ConvTranspose2d(2 * ups[-1], 2, 4, 2, 1)

    def forward(self, luma: Tensor, _hints: Tensor, _temperature: float) -> GeneratorOutput:
        """Luma [N,1,H,W] to chroma [N,2,H,W]; hints and temperature are not understood.

        Sides are multiples of `SIDE_MULTIPLE`.
        """
        x = luma * 2 - 1
        skips = []
        for down in self.down:
            x = down(x)
            skips.append(x)
        for up, skip in zip(self.up, skips[-2::-1], strict=True):
            x = torch.cat([up(x), skip], dim=1)
        ab = torch.tanh(self.last(functional.relu(x))) * AB_UNIT_OF_TANH
        return GeneratorOutput(x, ab, x, x, [])


def _down(inputs: int, outputs: int, *, first: bool, last: bool) -> nn.Sequential:
    parts: list[nn.Module] = [] if first else [nn.LeakyReLU(0.2)]
    parts.append(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=first or last))
    return nn.Sequential(*parts, *([] if first or last else [nn.BatchNorm2d(outputs)]))


def _up(inputs: int, outputs: int, *, dropout: bool) -> nn.Sequential:
    parts = [nn.ReLU(), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([nn.Dropout(0.5)] if dropout else []))


class PatchDiscriminator(nn.Module):
    """The 70 x 70 PatchGAN over luma and chroma at full size."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        counts = [3, width, 2 * width, 4 * width, 8 * width]
        parts: list[nn.Module] = []
        for i, (a, b) in enumerate(pairwise(counts)):
            parts.append(nn.Conv2d(a, b, 4, 2 if i < 3 else 1, 1, bias=i == 0))
            parts += [nn.BatchNorm2d(b)] if i else []
            parts.append(nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(*parts, nn.Conv2d(counts[-1], 1, 4, 1, 1))

    def forward(self, luma: Tensor, ab: Tensor) -> Tensor:
        """Logits [N,1,h,w] for luma [N,1,H,W] and ab [N,2,H,W]."""
        return self.layers(torch.cat([luma * 2 - 1, ab / AB_UNIT_OF_TANH], dim=1))  # type: ignore[no-any-return]


def discriminator_loss(
    discriminator: nn.Module, luma: Tensor, true_ab: Tensor, painted_ab: Tensor
) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy of the discriminator, halved as in the paper, and its accuracy."""
    real, fake = discriminator(luma, true_ab), discriminator(luma, painted_ab.detach())
    loss = (_call(real, 1.0) + _call(fake, 0.0)) / 2
    return loss, ((real.detach() > 0).float().mean() + (fake.detach() < 0).float().mean()) / 2


def generator_loss(
    discriminator: nn.Module, luma: Tensor, true_ab: Tensor, painted_ab: Tensor
) -> tuple[Tensor, Tensor]:
    """The adversarial loss's part and the L1 part (already times 100) of the generator's loss."""
    return _call(discriminator(luma, painted_ab), 1.0), L1_WEIGHT * functional.l1_loss(
        painted_ab / AB_UNIT_OF_TANH, true_ab / AB_UNIT_OF_TANH
    )


def _call(logits: Tensor, value: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, value))
