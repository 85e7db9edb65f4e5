"""Colour queries: learned vectors that look at a picture's features and say which colours lie where.

The idea of DDColor (Kang et al. 2023, arXiv:2212.11613), small: a few queries look at the decoder's
features at strides 16, 8 and 4, one after the other, and at each other. What they found is compared with each
pixel: one map a query.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = 4  # of each attention


class ColorQueries(nn.Module):
    """The decoder's features at strides 16, 8 and 4 to the last of them, with the queries' maps mixed in."""

    def __init__(self, count: int, widths: tuple[int, int, int], width: int) -> None:
        super().__init__()
        self.learned = nn.Parameter(torch.randn(1, count, width) / width**0.5)
        self.looks = nn.ModuleList(Look(channels, width) for channels in widths)
        self.norm = nn.LayerNorm(width)
        self.compared = nn.Linear(width, widths[-1])
        self.mixed = nn.Sequential(
            nn.Conv2d(widths[-1] + count, widths[-1], 1, bias=False),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(inplace=True),
        )

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Features [N,.,h,w], coarsest first, to the finest ones' shape."""
        fine = levels[-1]
        queries = self.learned.expand(fine.shape[0], -1, -1)
        for look, features in zip(self.looks, levels, strict=True):
            queries = look(queries, features)
        compared = self.compared(self.norm(queries)) / fine.shape[1] ** 0.5
        maps = torch.einsum("nqc,nchw->nqhw", compared, fine)
        mixed: Tensor = self.mixed(torch.cat([fine, maps], dim=1))
        return mixed


class Look(nn.Module):
    """One look of the queries [N,Q,C] at features [N,.,h,w], then at each other, then a thought."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.seen = nn.Linear(channels, width)
        self.at_picture, self.at_others = Attention(width), Attention(width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.thought = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))

    def forward(self, queries: Tensor, features: Tensor) -> Tensor:
        """Queries that know more: [N,Q,C]."""
        places = self.seen(features.flatten(2).transpose(1, 2))
        queries = queries + self.at_picture(self.norms[0](queries), places)
        known = self.norms[1](queries)
        queries = queries + self.at_others(known, known)
        thought: Tensor = self.thought(self.norms[2](queries))
        return queries + thought


class Attention(nn.Module):
    """Multi-head attention of [N,Q,C] to [N,M,C]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.asked, self.known = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.answer = nn.Linear(width, width)

    def forward(self, queries: Tensor, places: Tensor) -> Tensor:
        """[N,Q,C]: of each query, the mean of what fits it."""
        keys, values = self.known(places).chunk(2, dim=-1)
        heads = [
            part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (self.asked(queries), keys, values)
        ]
        found = functional.scaled_dot_product_attention(*heads)
        answer: Tensor = self.answer(found.transpose(1, 2).flatten(2))
        return answer
