"""The generator: a U-Net in two halves, the encoder and the decoder, which takes hints."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from vermilion.training.networks.bins import annealed_mean, closeness, probabilities, rows
from vermilion.training.networks.encoder import Encoder

NEAR = 10.0  # ab units: a painted colour within this of the truth counts as right
RESIDUAL_SCALE = 10.0  # ab units to one unit of the residual head


@dataclass(frozen=True, slots=True)
class Parts:
    """The optional parts of the decoder."""

    distribution: bool = True  # without it the residual alone is the chroma: direct regression
    residual: bool = True


EVERYTHING = Parts()


class GeneratorOutput(NamedTuple):
    """Outputs of the decoder, all at stride 4."""

    logits: Tensor  # [N,K,h,w] over the bins
    chroma: Tensor  # [N,2,h,w] ab
    confidence_logit: Tensor  # [N,1,h,w], the logit of the confidence
    trunk: Tensor  # [N,C,h,w], the last shared features, where gradients of the losses are compared
    features: list[Tensor]  # of the encoder


class Heads(NamedTuple):
    """Outputs of the decoder's convolutions, before they become chroma: trunk and three heads [N,.,h,w]."""

    trunk: Tensor
    logits: Any  # None without a distribution
    residual: Any  # None without a residual
    sure: Tensor


def _block(inputs: int, outputs: int, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Wide(nn.Module):
    """A residual block for context: depthwise 5 x 5, then a mix of channels and of the picture's mean."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(channels, channels, 5, padding=2, groups=channels, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.mix = nn.Conv2d(channels, channels, 1)
        self.whole = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """[N,C,h,w] to the same shape."""
        whole = self.whole(x.mean(dim=(2, 3)))[:, :, None, None]
        return x + functional.relu(self.mix(self.norm(self.around(x))) + whole)


def coarser_hints(hints: Tensor) -> Tensor:
    """Weighted hints (a w, b w, w) [N,3,h,w] at half the size: weighted mean colour, largest weight."""
    weight = hints[:, 2:]
    mean = functional.avg_pool2d(hints[:, :2], 2) / functional.avg_pool2d(weight, 2).clamp_min(1e-4)
    largest = functional.max_pool2d(weight, 2)
    return torch.cat([mean * largest, largest], dim=1)


class Decoder(nn.Module):
    """Features and hints to chroma, its odds and its confidence."""

    centres: Tensor
    scales: Tensor
    keeps_statistics = False  # whether its batch norms keep their statistics

    def __init__(
        self,
        channels: list[int],
        widths: tuple[int, int, int, int],
        centres: Tensor,
        parts: Parts = EVERYTHING,
    ) -> None:
        super().__init__()
        self.widths, self.parts = widths, parts
        deep, middle, low, fine = widths
        self.register_buffer("centres", centres)
        self.register_buffer("scales", torch.ones(4))  # mean absolute value of the features at each level
        self.start = _block(channels[3] + 3, deep, 1)
        self.wide = nn.Sequential(Wide(deep), Wide(deep))
        inputs = [deep, middle, low]
        self.steps = nn.ModuleList(
            nn.Sequential(_block(above + skip + 3, width), _block(width, width))
            for above, skip, width in zip(inputs, channels[2::-1], (middle, low, fine), strict=True)
        )
        self.odds: Any = nn.Conv2d(fine, len(centres), 1) if parts.distribution else None
        self.residual: Any = nn.Conv2d(fine, 2, 1) if parts.residual else None
        self.sure = nn.Conv2d(fine, 1, 1)
        if self.residual is not None:
            nn.init.zeros_(self.residual.weight)
            self.residual.bias = nn.Parameter(torch.zeros(2))

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - torch's own signature
        """Mark as learning; batch norms that keep their statistics stay as if they were not."""
        super().train(mode)
        if self.keeps_statistics:
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def trunk(self, features: list[Tensor], hints: Tensor) -> Tensor:
        """The last shared features [N,C,h,w]."""
        pyramid = [torch.cat([hints[:, :2] * hints[:, 2:], hints[:, 2:]], dim=1)]
        for _ in range(3):
            pyramid.append(coarser_hints(pyramid[-1]))
        scaled = [feature / self.scales[level] for level, feature in enumerate(features)]
        x: Tensor = self.wide(self.start(torch.cat([scaled[3], pyramid[3]], dim=1)))
        for step, level in zip(self.steps, (2, 1, 0), strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
            x = step(torch.cat([x, scaled[level], pyramid[level]], dim=1))
        return x

    def forward(self, features: list[Tensor], hints: Tensor, temperature: Tensor | float) -> GeneratorOutput:
        """Paint: features finest first, hints [N,3,h,w] as (a/110, b/110, weight)."""
        return self.mixed(features, self.heads(features, hints), temperature)

    def heads(self, features: list[Tensor], hints: Tensor) -> Heads:
        """All convolutions: these may work in bfloat16."""
        trunk = self.trunk(features, hints)
        odds, residual = (head(trunk) if head is not None else None for head in (self.odds, self.residual))
        return Heads(trunk, odds, residual, self.sure(trunk.detach()))

    def mixed(self, features: list[Tensor], heads: Heads, temperature: Tensor | float) -> GeneratorOutput:
        """Turn heads into outputs, in float32: bfloat16 would move chroma by units and distances by more."""
        logits, chroma = self.chroma(heads, temperature)
        confidence_logit = self.confidence_logit(heads.sure.float(), logits, chroma)
        return GeneratorOutput(logits, chroma, confidence_logit, heads.trunk, features)

    def chroma(self, heads: Heads, temperature: Tensor | float) -> tuple[Tensor, Tensor]:
        """Logits [N,K,h,w] over the bins, and the painted ab [N,2,h,w]."""
        added: Any = None if heads.residual is None else heads.residual.float() * RESIDUAL_SCALE
        if heads.logits is None:
            return closeness(added, self.centres), added
        logits = heads.logits.float()
        mean = annealed_mean(logits, self.centres, temperature)
        return logits, mean if added is None else mean + added

    def confidence_logit(self, learned: Tensor, logits: Tensor, chroma: Tensor) -> Tensor:
        """Logit of the probability that the truth lies within `NEAR` of the painted chroma [N,1,h,w].

        It starts from the distribution's probability near the painted colour. A head, which never
        moves the trunk, learned the rest (the distribution is rebalanced and so not calibrated by itself).
        """
        painted = rows(chroma.detach())
        squares = (self.centres**2).sum(1) - 2 * painted @ self.centres.T + (painted**2).sum(-1, keepdim=True)
        near = torch.sigmoid((NEAR - squares.clamp_min(0).sqrt()) / 2)
        odds = probabilities(logits.detach())
        mass = (odds * near).sum(-1).unsqueeze(1).clamp(1e-4, 1 - 1e-4)
        return torch.log(mass / (1 - mass)) + learned


class UNetGenerator(nn.Module):
    """`encoder` and `decoder` in one.

    With `half_decoder` set, the decoder's dense convolutions work in bfloat16, twice as fast where the
    machine has it; the encoder only does so on cards, since depthwise convolutions are slower in bfloat16
    on processors. Luma and chroma themselves are never rounded to it.
    """

    half_decoder = False

    def __init__(self, encoder: Encoder, decoder: Decoder, encoder_name: str) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        made = {"encoder": encoder_name, "widths": decoder.widths, "bins": len(decoder.centres)}
        self.config: dict[str, Any] = made | {"parts": asdict(decoder.parts)}

    def forward(
        self, luma: Tensor, hints: Tensor, temperature: Tensor | float, known: tuple[Tensor, ...] = ()
    ) -> GeneratorOutput:
        """Luma [N,1,H,W] 0..1 and hints [N,3,H/4,W/4] to `Painted`; `known` features are taken as such."""
        kind = luma.device.type
        features = [feature.float() for feature in known]
        if not known:
            with torch.autocast(kind, torch.bfloat16, enabled=self.half_decoder and kind != "cpu"):
                features = self.encoder(luma)
        with torch.autocast(kind, torch.bfloat16, enabled=self.half_decoder):
            heads = self.decoder.heads(features, hints)
        return self.decoder.mixed(features, heads, temperature)

    @torch.no_grad()
    def measure_scales(self, luma: Tensor) -> None:
        """Set the feature scales from a batch, so that all levels enter the decoder with like strength."""
        for level, feature in enumerate(self.encoder(luma)):
            self.decoder.scales[level] = feature.abs().mean().clamp_min(1e-6)
