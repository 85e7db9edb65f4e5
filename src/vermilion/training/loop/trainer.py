"""The whole training, from settings to checkpoints, from top to bottom."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings, StageSettings, for_stage
from vermilion.training.data.feature_cache import CachedLoader, FeatureCache
from vermilion.training.data.loaders import Loader, Portion, make_loader, open_pictures
from vermilion.training.data.samples import Samples
from vermilion.training.data.store import PictureStore, listed
from vermilion.training.devices.cuda_graphs import WARM_UP, RecordedStep, on_card, own_stream, wants_graphs
from vermilion.training.devices.distributed import make_fabric, mean_of
from vermilion.training.devices.throughput import Throughput, peak_of
from vermilion.training.loop.average import refresh_statistics
from vermilion.training.loop.checkpoint import (
    TrainingState,
    keep_config,
    load_checkpoint,
    load_progress,
    read_centres,
    save_checkpoint,
    save_generator,
)
from vermilion.training.loop.clock import MINUTE, Every, StageClock, now
from vermilion.training.loop.colorization import ColorizationTask
from vermilion.training.loop.log import Log, Progress, Reporter, make_log
from vermilion.training.loop.spent import Spent
from vermilion.training.loop.state import begin_stage, make_state, set_rates
from vermilion.training.loop.step import phase_of, take_step
from vermilion.training.loop.task import Phase, Scalars, Step, Task
from vermilion.training.loop.validation import (
    HeldOut,
    discriminator_accuracy,
    held_out_pictures,
    merit,
    sheet,
    validate,
)
from vermilion.training.loop.watch import Watch
from vermilion.training.networks.generator import UNetGenerator

SHOWN = 12  # held-out pictures on the sheet
LAST_STATE, LAST, BEST = "last.ckpt", "last.safetensors", "best.safetensors"  # kept in the run's folder


def train_settings(
    settings: Settings,
    *,
    resume: bool = False,
    report: Reporter | None = None,
    minutes: float = 0.0,
    spent: Spent | None = None,
    task: Task | None = None,
) -> Path:
    """Train, or continue from the last checkpoint of the run.

    Args:
        settings: the whole training.
        resume: continue from the run's `last.ckpt`, or from its `last.safetensors` if that is all there is,
            instead of refusing to touch an existing run.
        report: called at every log step of the first process.
        minutes: stop after so many, counted from now, with a checkpoint to continue from; 0 = never.
        spent: notes what the seconds are spent on.
        task: networks and losses; None = vermilion's own.

    Returns:
        The path of the generator, which is trained as far as the training has come.

    Raises:
        SettingsError: the settings do not fit the task.
        TrainingError: unusable pictures, an existing run without `resume`, numbers that are not finite, a
            lost adversarial training.
    """
    task = task or ColorizationTask()
    task.check(settings)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    fabric, spent = make_fabric(settings), spent or Spent()
    fabric.launch()
    limit = Every(fabric, minutes)
    fabric.seed_everything(settings.seed, verbose=False)
    run = Path(settings.run)
    with fabric.rank_zero_first(), spent.on("decoding pictures"):
        _open_run(settings, run, resume=resume)
        store = open_pictures(settings)
    graphs = wants_graphs(settings, fabric.device, fabric.world_size)
    with own_stream(fabric.device, wanted=graphs):
        with spent.on("preparing"):
            log = make_log(settings, fabric, report)
            trainer = _ready(settings, fabric, store, log, task, resume=resume)
            trainer.spent, trainer.limit = spent, limit
        trainer.run_stages(settings, graphs=graphs)
        trainer.close()
    return run / "generator.safetensors"


def _ready(
    settings: Settings, fabric: Fabric, store: PictureStore, log: Log, task: Task, *, resume: bool
) -> "Trainer":
    """A trainer at the beginning, or where the last checkpoint of the run stands."""
    run = Path(settings.run)
    if (run / LAST_STATE).exists():
        centres = read_centres(run / LAST_STATE)
        trainer = _prepare(settings, fabric, store, log, task, centres)
        load_checkpoint(fabric, run / LAST_STATE, trainer.state)
        return trainer
    trainer = _prepare(_from_last(settings) if resume else settings, fabric, store, log, task)
    if resume:
        load_progress(run / LAST, trainer.state)
    return trainer


def _from_last(settings: Settings) -> Settings:
    """Start from the generator and the discriminator that a run kept, its last checkpoint being lost."""
    last = Path(settings.run) / LAST
    discriminator = last.with_name(last.stem + ".discriminator.safetensors")
    model = replace(settings.model, start_from=str(last), start_discriminator_from=str(discriminator))
    return replace(settings, model=model)


def _open_run(settings: Settings, run: Path, *, resume: bool) -> None:
    """Make the folder of the run ready."""
    checkpoint = run / LAST_STATE
    if checkpoint.exists() and not resume:
        raise TrainingError(
            f"{run}: already holds a training; add --resume to continue it or choose another `run`."
        )
    if resume and not (checkpoint.exists() or (run / LAST).exists()):
        raise TrainingError(f"{run}: holds no last.ckpt to continue from; leave out --resume.")
    run.mkdir(parents=True, exist_ok=True)
    keep_config(settings, run, resume=resume)


def _prepare(
    settings: Settings,
    fabric: Fabric,
    store: PictureStore,
    log: Log,
    task: Task,
    centres: Tensor | None = None,
) -> "Trainer":
    """Make samples, held-out pictures and training state, and report what pictures there are."""
    numbers, held = store.split(settings.data.hold_out)
    if not numbers:
        raise TrainingError(
            f"data.hold_out: {settings.data.hold_out} leaves no picture to train on; raise it, or give 0."
        )
    pictures = held_out_pictures(store, held[: settings.data.held_out_limit], task.side, task.multiple)
    samples = Samples(store, numbers, settings)
    state = make_state(settings, samples, fabric, task, centres)
    state.places = [] if settings.data.stream else None
    peak = peak_of(fabric.device, half=getattr(state.generator, "half_decoder", False))
    loader = make_loader(settings, fabric, samples, lambda: state.places)
    throughput = Throughput(peak.flops, fabric.world_size)
    trainer = Trainer(settings, fabric, task, state, pictures, log, throughput, samples, loader)
    log.begin("pictures", {"to train on": len(numbers), "held out": len(held), **store.skipped})
    log.begin("machine", {f"GFLOP/s at best ({peak.origin})": round(peak.flops / 1e9)})
    return trainer


@dataclass(slots=True)
class Trainer:
    """Everything a stage needs."""

    settings: Settings  # of the stage that runs
    fabric: Fabric
    task: Task
    state: TrainingState
    pictures: list[HeldOut]
    log: Log
    throughput: Throughput
    samples: Samples
    base: Loader  # of all stages but those that keep features
    loader: Loader = field(init=False)
    watch: Watch = field(default_factory=Watch)
    validated: int = -1  # images at which the figures were last taken
    recorded: RecordedStep = field(default_factory=RecordedStep)
    spent: Spent = field(default_factory=Spent)
    limit: Every | None = None  # when the training has to stop; None = when it is done
    stopped: bool = False  # because of the limit
    met: Counter[object] = field(default_factory=Counter)  # steps of each kind

    def run_stages(self, settings: Settings, *, graphs: bool) -> None:
        """Every stage that is not over yet, until the limit."""
        first, clocks = 0, self.state.clock
        for stage in settings.stages:
            self.begin(stage, for_stage(settings, stage), graphs=graphs)
            seconds, _ = clocks.get(stage.name, (0.0, 0))
            clock = StageClock(self.fabric, stage, first, seconds)
            over = seconds >= MINUTE * stage.minutes if stage.minutes else self.state.images >= clock.last
            if not over:
                self.compute_features(clock.last)
                with self.spent.on("training"):
                    self.run_stage(stage, replace(clock, began=now()))
            if self.stopped:
                return
            first = first + int(clocks[stage.name][1]) if stage.minutes else clock.last

    def begin(self, stage: StageSettings, settings: Settings, *, graphs: bool) -> None:
        """Apply the settings of a stage, and drop steps that were recorded for another one."""
        self.settings = settings
        self.base.begin(settings)
        self.loader = self.base
        if stage.cached_versions:
            cache = FeatureCache(
                self.samples.with_settings(settings), self.state.generator.encoder, Path(settings.data.cache)
            )
            self.loader = CachedLoader(cache, stage.cached_versions, self.fabric)
        begin_stage(self.state, settings)
        self.recorded = RecordedStep(on_card(self.loader.generators) if graphs else None)

    def compute_features(self, last: int) -> None:
        """Those that the stage keeps and that are not on disk yet."""
        if isinstance(self.loader, CachedLoader):
            wanted = self.loader.wanted(self.state.images, last)
            missing = self.loader.cache.missing(wanted)
            size = round(self.loader.cache.bytes_of_a_version / 1e6)
            self.log.begin("features", {"versions": len(wanted), "MB each": size, "to compute": len(missing)})
            with self.spent.on("computing features"):
                for version in missing:
                    self.loader.cache.build(version)

    def run_stage(self, stage: StageSettings, clock: StageClock) -> None:
        """One stage, from the sample at which the state stands to its end or the limit."""
        state, settings = self.state, self.settings
        saving, scoring = (Every(self.fabric, m) for m in (settings.save_minutes, settings.validate_minutes))
        self.throughput.begin()
        for portion in self.throughput.fetch(self.loader.portions(state.images, clock.last)):
            share, done = clock.share(state.images), state.images - clock.first
            if share >= 1 or self.is_late():
                break
            self.seed_step()
            set_rates(state, stage, done, share)
            phase = phase_of(state, stage, done)
            scalars = self.step(stage, portion, phase)
            state.images += settings.batch
            state.steps += 1
            state.balanced |= phase.measures
            if state.steps % settings.log_every == 0:
                self.report(clock, scalars)
            if scoring.due() or state.steps % settings.validate_every == 0:
                self.validate(stage)  # first, as the statistics that it measures belong to the state
            if saving.due() or state.steps % settings.save_every == 0:
                self.save(clock)
        self.validate(stage)
        self.save(clock)
        if self.loader.skipped:
            self.log.note(f"skipped in the stream so far, by this process: {listed(self.loader.skipped)}")

    def is_late(self) -> bool:
        """Whether the limit of this run is reached."""
        self.stopped = self.stopped or (self.limit is not None and self.limit.due())
        return self.stopped

    def step(self, stage: StageSettings, portion: Portion, phase: Phase) -> Scalars:
        """One step, its batch made in it: as it is written, or as it was recorded."""

        def whole(*tensors: Tensor) -> Scalars:
            step = Step(self.fabric, self.task, self.state, stage, self.settings, phase)
            return take_step(step, portion.make(*tensors))

        kind = (stage.name, phase, portion.kind)
        self.met[kind] += 1
        with self.spent.on("first steps of each kind") if self.met[kind] <= WARM_UP + 1 else nullcontext():
            return self.throughput.step(
                kind,
                self.settings.batch // self.fabric.world_size,
                lambda: self.recorded(kind, whole, portion.tensors),
            )

    def seed_step(self) -> None:
        """Seed dropout by the sample number, too, so that a resumed run equals an unbroken one."""
        key = [self.settings.seed, self.state.images, self.fabric.global_rank]
        torch.manual_seed(int(np.random.default_rng(key).integers(2**62)))

    def report(self, clock: StageClock, scalars: Scalars) -> None:
        """Give numbers to TensorBoard and to the reporter; stop if they show that the training went wrong."""
        values = [torch.as_tensor(value).float().to(self.fabric.device) for value in scalars.values()]
        means = mean_of(self.fabric, torch.stack(values).tolist())
        numbers = dict(zip(scalars, means, strict=True))
        self.watch.look(numbers, clock.stage.name, self.state.images)
        reading, wanted = self.throughput.read(), self.wanted(clock)  # which asks all processes for the time
        used = {"pictures/s": reading.rate, "machine/waiting": reading.waiting}
        used["machine/utilisation"] = reading.utilisation
        done = self.state.images
        self.log.scalars({**numbers, **used}, done)
        self.log.tell(Progress(clock.stage.name, done, wanted, numbers=numbers, **asdict(reading)))

    def wanted(self, clock: StageClock) -> int:
        """Images of the whole training; of stages that end by the clock, as far as known."""
        names = [stage.name for stage in self.settings.stages if stage.minutes and stage != clock.stage]
        ended = sum(self.state.clock.get(name, (0.0, 0))[1] for name in names)
        fixed = sum(stage.images for stage in self.settings.stages)
        seen, share = self.state.images, clock.share(self.state.images)
        own = (seen - clock.first) / max(share, 1e-3) if clock.stage.minutes else 0
        return max(seen, round(fixed + ended + own))

    def save(self, clock: StageClock) -> None:
        """Keep the state, unless adversarial training is being lost: then the older one is better.

        The averaged generator and the discriminator are kept in small files, too: a run can continue from
        elsewhere, should its machine be lost.
        """
        state, run = self.state, Path(self.settings.run)
        if clock.stage.minutes:
            state.clock[clock.stage.name] = [clock.seconds(), state.images - clock.first]
        if self.watch.worried:
            return
        with self.spent.on("saving"):
            state.places = self.loader.places()
            save_checkpoint(self.fabric, run / LAST_STATE, state)
            if self.log.speaks:
                save_generator(state, run / LAST)

    def validate(self, stage: StageSettings) -> None:
        """Held-out figures and a sheet of the averaged generator; a copy of it is kept for choosing later."""
        images = self.state.images
        if not self.log.speaks or not self.pictures or self.validated == images:
            return
        self.validated = images
        with self.spent.on("scoring"):
            self._score(stage)

    def _score(self, stage: StageSettings) -> None:
        average, temperature = self.state.average.module, self.settings.loss.temperature
        refresh_statistics(average, self.loader.first())
        clean, aged = validate(average, self.pictures, temperature)
        line = f"{self.state.images} clean {clean.line()} aged {aged.line()}"
        found = {f"clean/{key}": value for key, value in asdict(clean).items()}
        found |= {f"aged/{key}": value for key, value in asdict(aged).items()}
        if stage.adversarial > 0 and isinstance(average, UNetGenerator):
            accuracy = discriminator_accuracy(self.state.discriminator, average, self.pictures, temperature)
            found["held-out/discriminator"] = accuracy
            line += f" discriminator {accuracy:.3f} share {self.state.share:.3f}"
        self.log.scalars(found, self.state.images)
        self.log.show(sheet(average, self.pictures[:SHOWN], temperature), self.state.images)
        self._keep(merit(clean, aged))
        self.log.note(line)

    def _keep(self, merit_now: float) -> None:
        """A copy of the averaged generator for choosing later, and one of the best so far."""
        run = Path(self.settings.run)
        save_generator(self.state, run / "kept" / f"{self.state.images:09d}.safetensors")
        if merit_now > self.state.best:
            self.state.best = merit_now
            save_generator(self.state, run / BEST)

    def close(self) -> None:
        """The last generator, and the log's last lines."""
        if self.log.speaks:
            refresh_statistics(self.state.average.module, self.loader.first())
            save_generator(self.state, Path(self.settings.run) / "generator.safetensors")
            self.log.note(f"seconds: {listed(self.spent.seconds)}")
            self.log.close()
