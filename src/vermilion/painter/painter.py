"""Encode and decode batches of pictures with a model."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vermilion.color import smooth_along_edges
from vermilion.network import Model, ModelCard, with_margin
from vermilion.painter.encoded import Encoded
from vermilion.painter.painted import Painted
from vermilion.painter.seen import canvas_of_part, lay_on_scan
from vermilion.tone import reduce_luma
from vermilion.view import Heads, read_heads

Floats = NDArray[np.float32]


class Painter:
    """A model that works on batches of arrays. Safe to use from several threads.

    Args:
        model: what computes.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def card(self) -> ModelCard:
        """The facts of the model."""
        return self.model.card

    @cached_property
    def heads(self) -> Heads | None:
        """The heads for the way up and for negatives; None where the model has none."""
        return None if self.model.heads is None else read_heads(self.model.heads)

    def encode(self, lumas: Floats, seen: Floats | None = None) -> Encoded:
        """Encode N pictures of one size.

        Args:
            lumas: float32 [N,H,W] in 0..1, H and W multiples of the card's stride.
            seen: the same as the network sees them, with their contrast restored; None for ``lumas``.
        """
        stride = self.card.stride
        grid = lumas.shape[1] // stride, lumas.shape[2] // stride
        features = self.model.encode(with_margin(lumas if seen is None else seen)[:, None])
        return Encoded(features, np.stack([reduce_luma(luma, grid) for luma in lumas]))

    def decode(
        self,
        encoded: Encoded,
        canvases: Floats | None = None,
        temperature: float | None = None,
        *,
        with_odds: bool = False,
    ) -> Painted:
        """Decode N pictures, and smooth the colours along the edges of their luma.

        Args:
            encoded: from ``encode``.
            canvases: hints [N,3,h,w] as (a/110, b/110, weight 0..1) on the grid; None for no hints.
            temperature: of the annealed mean: lower is bolder; None for the card's.
            with_odds: also return the probabilities of all bins, which take time.

        Returns:
            Arrays with a first axis of N.
        """
        if canvases is None:
            canvases = np.zeros((len(encoded), 3, *encoded.grid), np.float32)
        if encoded.parts:
            return self._decode_parts(encoded, canvases[0], temperature, with_odds=with_odds)
        height, width = encoded.grid
        paint = self.model.decode(
            encoded.features, _with_margin(canvases, encoded), temperature, with_odds=with_odds
        )
        ab = np.moveaxis(paint.chroma[:, :, :height, :width], 1, -1)
        none = np.zeros((len(encoded), 0, height, width), np.float32)
        return Painted(
            ab=np.stack([_smoothed(*one) for one in zip(ab, encoded.luma, canvases[:, 2], strict=True)]),
            confidence=paint.confidence[:, 0, :height, :width],
            odds=none if paint.odds is None else paint.odds[:, :, :height, :width],
        )

    def _decode_parts(
        self, encoded: Encoded, canvas: Floats, temperature: float | None, *, with_odds: bool
    ) -> Painted:
        """Decode the pictures of one scan, each alone."""
        painted = [
            self.decode(part.encoded, canvas_of_part(part, canvas)[None], temperature, with_odds=with_odds)[0]
            for part in encoded.parts
        ]
        neutral = int(np.argmin([a * a + b * b for a, b in self.card.bins]))
        laid = lay_on_scan(painted, encoded.parts, neutral, encoded.grid)
        return Painted(laid.ab[None], laid.confidence[None], laid.odds[None])


def _with_margin(canvases: Floats, encoded: Encoded) -> Floats:
    """Return hints [N,3,h,w] on the decoder's grid, which may be larger than the picture's."""
    full = np.zeros((len(canvases), 3, *encoded.features.maps[0].shape[2:]), np.float32)
    full[:, :, : encoded.grid[0], : encoded.grid[1]] = canvases
    return full


def _smoothed(ab: Floats, luma: Floats, weight: Floats) -> Floats:
    """Return (a,b) [h,w,2] without blotches; where hints weigh [h,w], 0..1, it stays as it was."""
    smooth = smooth_along_edges(ab, luma)
    smoothed: Floats = smooth + (ab - smooth) * weight[..., None]
    return smoothed
