"""The progress of a stage, in images or by the clock, and when a training has to stop."""

import time
from dataclasses import dataclass, field

from lightning_fabric import Fabric

from vermilion.training.config.settings import StageSettings

FOREVER = 2**40  # images; more than any stage sees
MINUTE = 60.0


def now() -> float:
    """Seconds on a clock that never jumps."""
    return time.monotonic()


def seconds_since(fabric: Fabric, began: float) -> float:
    """Seconds since a moment of `now`, by the first process's clock, so that all do the same."""
    seconds = now() - began
    return float(fabric.broadcast(seconds)) if fabric.world_size > 1 else seconds


@dataclass(frozen=True, slots=True)
class StageClock:
    """Measures one stage."""

    fabric: Fabric
    stage: StageSettings
    first: int  # images that the training had seen when the stage began
    before: float = 0.0  # seconds that the stage took in runs that were stopped
    began: float = field(default_factory=now)

    @property
    def last(self) -> int:
        """The number of images at which the stage ends, if images end it."""
        return self.first + (self.stage.images or FOREVER)

    def seconds(self) -> float:
        """Seconds that the stage has taken, all of them counted: training, scoring and saving."""
        return self.before + seconds_since(self.fabric, self.began)

    def share(self, seen: int) -> float:
        """The share of the stage that is over once the training has seen so many images."""
        if self.stage.minutes:
            return min(1.0, self.seconds() / (self.stage.minutes * MINUTE))
        return (seen - self.first) / self.stage.images


@dataclass(slots=True)
class Every:
    """Comes due after so many minutes, again and again; 0 = never."""

    fabric: Fabric
    minutes: float
    began: float = field(default_factory=now)

    def due(self) -> bool:
        """Whether the minutes are over; if so, they start again."""
        due = self.minutes > 0 and seconds_since(self.fabric, self.began) >= self.minutes * MINUTE
        if due:
            self.began = now()
        return due
