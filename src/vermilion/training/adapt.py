"""Adapts a trained generator to a collection: the settings of the training, and figures before and after."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vermilion.color import ab_error
from vermilion.errors import TrainingError
from vermilion.training.config.settings import (
    DataSettings,
    LossSettings,
    ModelSettings,
    Settings,
    StageSettings,
    check_settings,
)
from vermilion.training.data.store import PictureStore, open_store
from vermilion.training.loop.log import Reporter
from vermilion.training.loop.trainer import train_settings
from vermilion.training.loop.validation import (
    Figures,
    HeldOut,
    figures,
    held_out_pictures,
    paint_alone,
    tiles,
    to_rgb,
)
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import read_generator

BATCH = 16
EPOCHS = 8  # how often each picture is seen where the user names no images
FEWEST_PASSES, MOST_PASSES = 1600, 8000  # of what EPOCHS comes to
SHORT_SIDE = 192  # pixels kept of each picture
SIZES = ((128, 128), (160, 160), (128, 160), (160, 128))
FEWEST_HELD_OUT = 8  # pictures to score by
FEWEST_TO_LEARN_FROM = 16
HOLD_OUT = (8, 7, 6, 5, 4, 3)  # one picture in as many, the first that holds out enough
SHOWN = 8  # held-out pictures on the sheet


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What to adapt, to which pictures, and how.

    Attributes:
        pictures: folders, shards, or globs of either.
        run: folder of the training.
        start_from: file of the generator to adapt.
        encoder: file of the generator that holds its encoder; may be the same.
        temperature: of the annealed mean.
        images: pictures to learn from, one after the other; 0 = by the number of pictures.
        thaw: last blocks of the encoder that learn, too; 0 leaves the encoder unchanged.
        adversarial: images of adversarial training at the end; 0 = none.
    """

    pictures: tuple[str, ...]
    run: str
    start_from: Path
    encoder: Path
    temperature: float
    images: int = 0
    thaw: int = 0
    adversarial: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Held-out pictures of the collection before and after, clean and made to look old.

    Attributes:
        pictures: how many.
        nearer: on how many of the clean ones the colours came nearer to the truth.
    """

    pictures: int
    nearer: int
    before: Figures
    after: Figures
    aged_before: Figures
    aged_after: Figures

    @property
    def better(self) -> bool:
        """Whether colours are truer in direction and nearer in place, on clean and old pictures together."""
        corr = self.after.corr + self.aged_after.corr - self.before.corr - self.aged_before.corr
        error = self.after.ab_error + self.aged_after.ab_error
        return corr > 0 and error < self.before.ab_error + self.aged_before.ab_error


@dataclass(frozen=True, slots=True)
class Adapted:
    """The result: the generator's file, its figures, and facts for the card."""

    generator: Path
    comparison: Comparison
    learned_from: int
    settings: Settings


def adapt(wanted: Adaptation, *, resume: bool = False, report: Reporter | None = None) -> Adapted:
    """Continue the training of a generator on a collection, and compare both on held-out pictures of it.

    Args:
        wanted: what is to be done.
        resume: continue from the run's last checkpoint.
        report: called with a `Progress` at every log step.

    Raises:
        TrainingError: too few usable pictures, or the training cannot start or continue.
    """
    settings, store = plan(wanted)
    check_settings(settings)
    _check_same_pictures(settings, resume=resume)
    trained = train_settings(settings, resume=resume, report=report)
    numbers, held = store.split(settings.data.hold_out)
    pictures = held_out_pictures(store, held[: settings.data.held_out_limit])
    before, after = read_generator(wanted.start_from, wanted.encoder), read_generator(trained)
    comparison = compare(before, after, pictures, wanted.temperature, Path(wanted.run) / "before-after.png")
    return Adapted(trained, comparison, len(numbers), settings)


def plan(wanted: Adaptation) -> tuple[Settings, PictureStore]:
    """The settings of such a training, which follow from the number of pictures; and the pictures."""
    data = DataSettings(
        pictures=wanted.pictures,
        cache=str(Path(wanted.run) / "cache"),
        short_side=SHORT_SIDE,
        sizes=SIZES,
        degraded=0.4,
        held_out_limit=200,
        workers=0,  # few pictures; and a calling script need not guard against new processes
    )
    store = open_store(data.pictures, Path(data.cache), data.short_side)
    hold_out = choose_hold_out(store)
    count = len(store.split(hold_out)[0])
    images = wanted.images or int(np.clip(EPOCHS * count, FEWEST_PASSES, MOST_PASSES))
    settings = Settings(
        name=Path(wanted.run).name,
        run=wanted.run,
        batch=BATCH,
        ema=0.99,
        keep_statistics=True,  # measured on few pictures of one kind, they cost more than they gain
        log_every=5,
        save_every=25,
        data=replace(data, hold_out=hold_out),
        model=ModelSettings(start_from=str(wanted.start_from), encoder_weights=str(wanted.encoder)),
        loss=LossSettings(temperature=wanted.temperature),
        stages=_stages(wanted, images),
    )
    return settings, store


def _stages(wanted: Adaptation, images: int) -> tuple[StageSettings, ...]:
    """Low rates, so that the generator does not forget what it knows."""
    blocks = len(read_generator(wanted.start_from, wanted.encoder).encoder.blocks())
    if wanted.thaw > blocks:
        raise TrainingError(
            f"The encoder has {blocks} blocks, so {wanted.thaw} cannot be thawed; name fewer."
        )
    supervised = StageSettings(
        "supervised",
        images,
        decoder_rate=3e-4,
        encoder_rate=2e-5 if wanted.thaw else 0.0,
        frozen_blocks=blocks - wanted.thaw,
        warmup=320,
        decay=0.6,
    )
    adversarial = StageSettings(
        "adversarial",
        wanted.adversarial,
        decoder_rate=1e-4,
        adversarial=0.12,
        discriminator_alone=wanted.adversarial // 3,  # its discriminator knows nothing yet
        warmup=320,
        decay=0.6,
    )
    return (supervised, adversarial) if wanted.adversarial else (supervised,)


def choose_hold_out(store: PictureStore) -> int:
    """How many pictures there are for each one that is held out: few, but enough to score by.

    Raises:
        TrainingError: there are too few pictures to learn from some and to score others.
    """
    for modulo in HOLD_OUT:
        learned, held = store.split(modulo)
        if len(held) >= FEWEST_HELD_OUT and len(learned) >= FEWEST_TO_LEARN_FROM:
            return modulo
    raise TrainingError(
        f"{len(store)} usable colour pictures are too few to learn from some and to score others (left out: "
        f"{dict(store.skipped)}); give at least 50, better some hundreds."
    )


def _check_same_pictures(settings: Settings, *, resume: bool) -> None:
    """Refuse to continue if pictures that were trained on would now be held out."""
    path = Path(settings.run) / "config.json"
    if not (resume and path.exists()):
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    for key, part in (("data", settings.data), ("model", settings.model)):
        now, defaults = (json.loads(json.dumps(asdict(each))) for each in (part, type(part)()))
        if defaults | before[key] != now:  # an older version kept fewer settings
            raise TrainingError(
                f"{settings.run}: was begun with other pictures or from another model; restore them, choose "
                "another `run`, or convert an older one with `vermilion models convert`."
            )


def compare(
    before: UNetGenerator,
    after: UNetGenerator,
    pictures: list[HeldOut],
    temperature: float,
    sheet: Path,
) -> Comparison:
    """Score two generators on the same pictures, and write a sheet of them to look at."""
    truth = [picture.ab for picture in pictures]
    old = _paint(before, pictures, temperature)
    new = _paint(after, pictures, temperature)
    errors = [[ab_error(t, p) for t, p in zip(truth, ours, strict=True)] for ours in (old.clean, new.clean)]
    write_sheet(sheet, pictures[:SHOWN], old, new)
    return Comparison(
        pictures=len(pictures),
        nearer=int(np.sum(np.array(errors[1]) < np.array(errors[0]))),
        before=figures(truth, old.clean),
        after=figures(truth, new.clean),
        aged_before=figures(truth, old.aged),
        aged_after=figures(truth, new.aged),
    )


@dataclass(frozen=True, slots=True)
class _Paintings:
    clean: list[NDArray[np.float32]]
    aged: list[NDArray[np.float32]]


def _paint(generator: UNetGenerator, pictures: list[HeldOut], temperature: float) -> _Paintings:
    generator.eval()
    clean = [paint_alone(generator, picture.luma, temperature) for picture in pictures]
    return _Paintings(clean, [paint_alone(generator, picture.aged, temperature) for picture in pictures])


def write_sheet(path: Path, pictures: list[HeldOut], old: _Paintings, new: _Paintings) -> None:
    """Write a row for each picture: grey, painted before, painted now, the truth."""
    rows = [
        tiles([to_rgb(picture.luma, ab) for ab in (np.zeros_like(picture.ab), before, after, picture.ab)])
        for picture, before, after in zip(pictures, old.clean, new.clean, strict=False)
    ]
    Image.fromarray(np.concatenate(rows, axis=0)).save(path)
