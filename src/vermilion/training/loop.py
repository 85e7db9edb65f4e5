"""The whole training, from settings to checkpoints, read from top to bottom."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from vermilion.errors import TrainingError
from vermilion.training.average import refresh_statistics
from vermilion.training.checkpoint import (
    Players,
    keep_recipe,
    load_checkpoint,
    save_checkpoint,
    save_generator,
)
from vermilion.training.classic import SIDE_MULTIPLE
from vermilion.training.counts import listed
from vermilion.training.cuda_graphs import RecordedStep, on_card, own_stream, wants_graphs
from vermilion.training.feed import Feed, Portion, make_feed, open_pictures
from vermilion.training.gauge import Gauge, peak_of
from vermilion.training.generator import UNetGenerator
from vermilion.training.players import begin_stage, make_players, set_rates
from vermilion.training.ranks import make_fabric, mean_of
from vermilion.training.samples import Samples
from vermilion.training.settings import Settings, StageSettings, for_stage
from vermilion.training.step import Phase, Scalars, phase_of, take_step
from vermilion.training.store import PictureStore
from vermilion.training.validation import (
    MULTIPLE,
    SIDE,
    HeldOut,
    held_out_pictures,
    judge_accuracy,
    sheet,
    validate,
)
from vermilion.training.watch import Watch

SHOWN = 12  # held-out pictures on the sheet


@dataclass(frozen=True, slots=True)
class Progress:
    """What a bar can show: passes done and wanted, pictures a second, the stage and its numbers.

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
        """The numbers of one of the first reports, as a line tells them."""
        return listed(self.numbers)


Report = Callable[[Progress], None]


def train_settings(settings: Settings, *, resume: bool = False, report: Report | None = None) -> Path:
    """Train, or go on where the last checkpoint of the run stands.

    Args:
        settings: the whole training.
        resume: go on from the run's `last.ckpt` instead of refusing to touch an existing run.
        report: called at every log step of the first process.

    Returns:
        The path of the trained generator.

    Raises:
        TrainingError: unusable pictures, an existing run without `resume`, numbers that are not finite, a
            lost game.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    fabric = make_fabric(settings)
    fabric.launch()
    fabric.seed_everything(settings.seed, verbose=False)
    run = Path(settings.run)
    with fabric.rank_zero_first():
        checkpoint = _open_run(settings, run, resume=resume)
        store = open_pictures(settings)
    graphs = wants_graphs(settings, fabric.device, fabric.world_size)
    with own_stream(fabric.device, wanted=graphs):
        session = _prepare(settings, fabric, store, report)
        if checkpoint.exists():
            load_checkpoint(fabric, checkpoint, session.players)
        first = 0
        for stage in settings.stages:
            last = first + stage.passes
            session.begin(for_stage(settings, stage), graphs=graphs)
            if session.players.passes < last:
                session.play(stage, first, last)
            first = last
        session.close()
    return run / "generator.safetensors"


def _open_run(settings: Settings, run: Path, *, resume: bool) -> Path:
    """The folder of the run made ready; returns where its checkpoint is or will be."""
    checkpoint = run / "last.ckpt"
    if checkpoint.exists() and not resume:
        raise TrainingError(
            f"{run}: already holds a training; add --resume to go on with it or choose another `run`."
        )
    if resume and not checkpoint.exists():
        raise TrainingError(f"{run}: holds no last.ckpt to go on from; leave out --resume.")
    run.mkdir(parents=True, exist_ok=True)
    keep_recipe(settings, run, resume=resume)
    return checkpoint


def _prepare(settings: Settings, fabric: Fabric, store: PictureStore, report: Report | None) -> "Session":
    """Samples, held-out pictures and players; tells what pictures there are."""
    numbers, held = store.split(settings.data.hold_out)
    if not numbers:
        raise TrainingError(
            f"data.hold_out: {settings.data.hold_out} leaves no picture to train on; raise it, or give 0."
        )
    classic = settings.model.kind == "classic"
    side, multiple = (SIDE_MULTIPLE, SIDE_MULTIPLE) if classic else (SIDE, MULTIPLE)
    pictures = held_out_pictures(store, held[: settings.data.held_out_limit], side, multiple)
    samples = Samples(store, numbers, settings)
    players = make_players(settings, samples, fabric)
    players.places = [] if settings.data.stream else None
    writer = SummaryWriter(settings.run) if fabric.is_global_zero else None
    peak = peak_of(fabric.device, half=getattr(players.generator, "half_decoder", False))
    feed = make_feed(settings, fabric, samples, players)
    session = Session(settings, fabric, players, pictures, writer, report, Gauge(peak.flops), feed)
    session.tell("pictures", {"to train on": len(numbers), "held out": len(held), **store.skipped})
    session.tell("machine", {f"GFLOP/s at best ({peak.origin})": round(peak.flops / 1e9)})
    return session


@dataclass(slots=True)
class Session:
    """Everything a stage needs."""

    settings: Settings  # of the stage that is played
    fabric: Fabric
    players: Players
    pictures: list[HeldOut]
    writer: SummaryWriter | None  # None but in the first process
    report: Report | None
    gauge: Gauge
    feed: Feed
    watch: Watch = field(default_factory=Watch)
    validated: int = -1  # passes at which the figures were last taken
    recorded: RecordedStep = field(default_factory=RecordedStep)

    def begin(self, settings: Settings, *, graphs: bool) -> None:
        """Let everything follow the settings of a stage; what was recorded for another one is let go."""
        self.settings = settings
        self.feed.begin(settings)
        begin_stage(self.players, settings)
        self.recorded = RecordedStep(on_card(self.feed.generators) if graphs else None)

    def play(self, stage: StageSettings, first: int, last: int) -> None:
        """One stage, from the sample where the players stand to `last`."""
        players, settings = self.players, self.settings
        self.gauge.read()
        for portion in self.gauge.fetch(self.feed.portions(players.passes, last)):
            self.seed_step()
            set_rates(players, stage, players.passes - first)
            phase = phase_of(players, stage, players.passes - first)
            scalars = self.step(stage, portion, phase)
            players.passes += settings.batch
            players.steps += 1
            players.balanced |= phase.measures
            if players.steps % settings.log_every == 0:
                self.log(stage, scalars)
            if players.steps % settings.validate_every == 0:
                self.validate(stage)  # first, as the statistics that it measures belong to the state
            if players.steps % settings.save_every == 0:
                self.save()
        self.validate(stage)
        self.save()
        if self.writer is not None and self.feed.skipped:
            self.note(f"skipped in the stream so far, by this process: {listed(self.feed.skipped)}")

    def step(self, stage: StageSettings, portion: Portion, phase: Phase) -> Scalars:
        """One step, its batch made in it: as it is written, or as it was recorded."""

        def whole(*tensors: Tensor) -> Scalars:
            batch = portion.make(*tensors)
            return take_step(self.fabric, self.players, stage, self.settings, batch, phase=phase)

        kind = (stage.name, phase, portion.kind)
        return self.gauge.step(kind, self.settings.batch, lambda: self.recorded(kind, whole, portion.tensors))

    def seed_step(self) -> None:
        """Let dropout follow from the sample number, too: a resumed run drops what an unbroken one does."""
        key = [self.settings.seed, self.players.passes, self.fabric.global_rank]
        torch.manual_seed(int(np.random.default_rng(key).integers(2**62)))

    def log(self, stage: StageSettings, scalars: Scalars) -> None:
        """Numbers to TensorBoard and to the reporter; stop if they tell of a training gone wrong."""
        values = [torch.as_tensor(value).float().to(self.fabric.device) for value in scalars.values()]
        means = mean_of(self.fabric, torch.stack(values).tolist())
        numbers = dict(zip(scalars, means, strict=True))
        self.watch.look(numbers, stage.name, self.players.passes)
        reading = self.gauge.read()
        if self.writer is None:
            return
        used = {"pictures/s": reading.rate, "machine/waiting": reading.waiting}
        used["machine/utilisation"] = reading.utilisation
        for name, value in {**numbers, **used}.items():
            self.writer.add_scalar(name, value, self.players.passes)
        if self.report:
            wanted = sum(s.passes for s in self.settings.stages)
            done = self.players.passes
            self.report(Progress(stage.name, done, wanted, numbers=numbers, **asdict(reading)))

    def save(self) -> None:
        """Keep the state, unless the game is being lost: then the older one is the better to go on from."""
        if not self.watch.worried:
            self.players.places = self.feed.places()
            save_checkpoint(self.fabric, Path(self.settings.run) / "last.ckpt", self.players)

    def validate(self, stage: StageSettings) -> None:
        """Held-out figures and a sheet of the averaged generator; a copy of it is kept for choosing later."""
        passes = self.players.passes
        if self.writer is None or not self.pictures or self.validated == passes:
            return
        self.validated = passes
        average, temperature = self.players.average.module, self.settings.loss.temperature
        refresh_statistics(average, self.feed.first())
        clean, aged = validate(average, self.pictures, temperature)
        for name, figures in (("clean", clean), ("aged", aged)):
            for key, value in asdict(figures).items():
                self.writer.add_scalar(f"{name}/{key}", value, passes)
        shown = sheet(average, self.pictures[:SHOWN], temperature)
        self.writer.add_image("held-out", shown, passes, dataformats="HWC")
        save_generator(self.players, Path(self.settings.run) / "kept" / f"{passes:09d}.safetensors")
        line = f"{passes} clean {clean.line()} aged {aged.line()}"
        if stage.adversarial > 0 and isinstance(average, UNetGenerator):
            accuracy = judge_accuracy(self.players.judge, average, self.pictures, temperature)
            self.writer.add_scalar("held-out/judge", accuracy, passes)
            line += f" judge {accuracy:.3f} share {self.players.share:.3f}"
        self.note(line)

    def tell(self, what: str, counts: dict[str, int]) -> None:
        """What there is to begin with: pictures, how many were of no use and why, and the machine."""
        if self.writer is None:
            return
        self.note(f"{what}: {listed(counts)}")
        if self.report:
            wanted = sum(stage.passes for stage in self.settings.stages)
            numbers = {name: float(count) for name, count in counts.items()}
            self.report(Progress(what, 0, wanted, 0.0, numbers))

    def note(self, line: str) -> None:
        """A line for people who come later."""
        with (Path(self.settings.run) / "figures.txt").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def close(self) -> None:
        """The last generator, and the writer's last lines."""
        if self.writer is not None:
            refresh_statistics(self.players.average.module, self.feed.first())
            save_generator(self.players, Path(self.settings.run) / "generator.safetensors")
            self.writer.close()
