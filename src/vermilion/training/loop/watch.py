"""Stops a training that has gone wrong, with one sentence, before it ruins its last good checkpoint."""

import math
from dataclasses import dataclass

from vermilion.errors import TrainingError

PATIENCE = 40  # reports in a row of a lost adversarial training after which the training stops
SURE = 0.99  # share of pairs in which a discriminator that has won is right
HOPELESS = 5.0  # generator's loss then: the discriminator's margin is about as large
STEEP = 1e4  # gradient penalty of a discriminator that has left all measure


@dataclass(slots=True)
class Watch:
    """Looks at each report of numbers.

    Adversarial training is lost when the discriminator is right about practically every pair by a margin
    that leaves the generator
    nothing to learn, or when it is so steep that its penalties are all it learns from. For a while that is
    normal; for long it is not.
    """

    lost: int = 0  # reports in a row in which adversarial training was lost

    @property
    def worried(self) -> bool:
        """Whether the state is not worth keeping just now."""
        return self.lost > 0

    def look(self, numbers: dict[str, float], stage: str, images: int) -> None:
        """Check a report.

        Raises:
            TrainingError: a number is not finite, or adversarial training has been lost for long.
        """
        for name, value in numbers.items():
            if not math.isfinite(value):
                raise TrainingError(
                    f"stage {stage}: {name} is not finite after {images} images; halve the rates or raise "
                    "`penalty`, then continue from last.ckpt with --resume."
                )
        self.lost = self.lost + 1 if _is_lost(numbers) else 0
        if self.lost >= PATIENCE:
            raise TrainingError(
                f"stage {stage}: the discriminator has overpowered the generator for {PATIENCE} reports in "
                "a row "
                f"(after {images} images); lower `discriminator_rate` or raise `penalty`, then "
                "continue with --resume from last.ckpt, which was saved before that."
            )


def _is_lost(numbers: dict[str, float]) -> bool:
    overpowered = (
        numbers.get("adversarial/accuracy", 0) >= SURE and numbers.get("adversarial/generator", 0) >= HOPELESS
    )
    return overpowered or numbers.get("adversarial/penalty", 0) >= STEEP
