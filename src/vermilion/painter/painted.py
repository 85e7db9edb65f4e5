"""The decoder's result for a batch of pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Painted:
    """Colours of one picture, or of N in a first axis of all arrays.

    Attributes:
        ab: float32 [...,h,w,2], CIELAB a and b.
        confidence: float32 [...,h,w], 0..1.
        odds: float32 [...,K,h,w], the probabilities of the bins; K is 0 where they were not asked for.
    """

    ab: Floats
    confidence: Floats
    odds: Floats

    def __getitem__(self, number: int) -> "Painted":
        """One picture of a batch."""
        return Painted(self.ab[number], self.confidence[number], self.odds[number])

    def towards(self, other: "Painted", share: Floats) -> "Painted":
        """Return a blend of this (0) and another (1), by a share [...,h,w] in each place."""
        odds = self.odds
        if odds.shape[-3]:
            odds = odds + share[..., None, :, :] * (other.odds - odds)
        return Painted(
            ab=self.ab + share[..., None] * (other.ab - self.ab),
            confidence=self.confidence + share * (other.confidence - self.confidence),
            odds=odds,
        )
