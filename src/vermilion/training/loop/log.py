"""The log of a training: scalars for TensorBoard, lines in figures.txt, reports to the caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from vermilion.training.config.settings import Settings
from vermilion.training.data.store import listed


@dataclass(frozen=True, slots=True)
class Progress:
    """What a bar can show: images done and wanted, pictures a second, the stage and its numbers.

    The first report has the stage "pictures": how many there are to train on, to score, and were skipped;
    the second "machine": what it can do at best, which `utilisation` is a share of.
    """

    stage: str
    done: int
    wanted: int
    rate: float
    numbers: dict[str, float]
    waiting: float = 0.0  # share of the time in which the training waited for data
    utilisation: float = 0.0  # of the machine's floating-point operations

    @property
    def counts(self) -> str:
        """The numbers of one of the first reports, in one line."""
        return listed(self.numbers)


Reporter = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Log:
    """Logs in the first process; the others are silent."""

    run: Path
    wanted: int  # images of all stages that have a number of them
    writer: SummaryWriter | None  # None but in the first process
    report: Reporter | None = None

    @property
    def speaks(self) -> bool:
        """Whether this is the first process."""
        return self.writer is not None

    def begin(self, what: str, counts: dict[str, int]) -> None:
        """Report what there is at the start: pictures, those left out and why, the machine, features."""
        self.note(f"{what}: {listed(counts)}")
        numbers = {name: float(count) for name, count in counts.items()}
        self.tell(Progress(what, 0, self.wanted, 0.0, numbers))

    def tell(self, progress: Progress) -> None:
        """A report to the caller, if there is one who wants them."""
        if self.speaks and self.report:
            self.report(progress)

    def scalars(self, values: Mapping[str, float], images: int) -> None:
        """Numbers to TensorBoard."""
        if self.writer is not None:
            for name, value in values.items():
                self.writer.add_scalar(name, value, images)

    def show(self, sheet: NDArray[np.uint8], images: int) -> None:
        """A sheet of held-out pictures [H,W,3], to TensorBoard and to `held-out.jpg`."""
        if self.writer is not None:
            self.writer.add_image("held-out", sheet, images, dataformats="HWC")
            cv2.imwrite(str(self.run / "held-out.jpg"), sheet[..., ::-1])

    def note(self, line: str) -> None:
        """A line for people who come later."""
        if self.speaks:
            with (self.run / "figures.txt").open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def close(self) -> None:
        """The writer's last lines."""
        if self.writer is not None:
            self.writer.close()


def make_log(settings: Settings, fabric: Fabric, report: Reporter | None) -> Log:
    """The log of a run, for this process."""
    wanted = sum(stage.images for stage in settings.stages)
    writer = SummaryWriter(settings.run) if fabric.is_global_zero else None
    return Log(Path(settings.run), wanted, writer, report)
