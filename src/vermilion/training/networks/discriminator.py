"""The discriminator: is this chroma true for this luma, or painted by the generator?"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

DISCRIMINATOR_AB_UNIT = 40.0  # ab units to one unit of the discriminator's input


class Discriminator(nn.Module):
    """Luma and chroma at stride 4 to a logit for each place at stride 32 and one for the whole.

    Its first layer is learned; a discriminator that only reads frozen features overpowers the generator.
    It also gets the encoder's features of the luma. It has no normalisation layers, as in
    R3GAN (Huang et al. 2025, arXiv:2501.05441), so that gradient penalties mean what they say.
    """

    def __init__(self, channels: list[int], width: int = 64) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.same = nn.Conv2d(width, width, 3, padding=1)
        self.seen = nn.ModuleList(nn.Conv2d(count, width, 1) for count in channels[1:])
        sizes = [width, 2 * width, 3 * width, 3 * width]
        self.down = nn.ModuleList(nn.Conv2d(a + width, b, 3, padding=1) for a, b in pairwise(sizes))
        self.places = nn.Conv2d(sizes[-1], 1, 1)
        self.whole = nn.Linear(sizes[-1], 1)

    def forward(self, luma: Tensor, ab: Tensor, features: list[Tensor]) -> Tensor:
        """Logits [N, places + 1] for luma [N,1,H,W], ab [N,2,H/4,W/4] and the encoder's features."""
        grey = functional.avg_pool2d(luma, 4) * 2 - 1
        x = functional.leaky_relu(self.first(torch.cat([grey, ab / DISCRIMINATOR_AB_UNIT], dim=1)), 0.2)
        x = functional.leaky_relu(self.same(x), 0.2)
        for down, seen, feature in zip(self.down, self.seen, features[1:], strict=True):
            exact = feature.float()  # cards compute features in bfloat16; the penalties need more precision
            scaled = exact / exact.abs().mean(dim=(1, 2, 3), keepdim=True).clamp_min(1e-6)
            x = torch.cat([functional.avg_pool2d(x, 2), functional.leaky_relu(seen(scaled), 0.2)], dim=1)
            x = functional.leaky_relu(down(x), 0.2)
        return torch.cat([self.places(x).flatten(1), self.whole(x.mean(dim=(2, 3)))], dim=1).float()
