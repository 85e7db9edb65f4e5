"""Makes a model from a few hundred pictures: from the base model to the installed name.

model ─its generator─▶ training ─▶ another generator ─better on held-out ones?─▶ decoder.onnx, card ─▶ name
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vermilion.errors import ModelError
from vermilion.network import (
    ENCODER_FILE,
    WEIGHTS_FILE,
    ModelCard,
    check_files,
    encoder_folder,
    find_model,
    folder_hash,
    lenders,
    models_folder,
    read_card,
    read_graphs,
)
from vermilion.network.library import check_free, new_model

if TYPE_CHECKING:
    from vermilion.training import Adapted, CardFacts, Comparison, Reporter


@dataclass(frozen=True, slots=True)
class FinetuneOptions:
    """How a model is made from another.

    Attributes:
        name: to install it under.
        start: the model to start from, as ``find_model`` takes it; None for the one inside the package.
        run: folder of the training; empty for ``runs/NAME``.
        images: pictures to learn from, one after the other; 0 = by the number of pictures.
        thaw: last blocks of the encoder that learn, too; 0 keeps it, and the model stays small.
        adversarial: images of adversarial training at the end; 0 = none.
        licence: of the weights, for the card.
        resume: continue a training that was stopped.
        overwrite: replace an installed model of this name.
        keep_anyway: install the model, too, where it is no better than what it started from.
    """

    name: str
    start: str | Path | None = None
    run: str = ""
    images: int = 0
    thaw: int = 0
    adversarial: int = 0
    licence: str = "not stated"
    resume: bool = False
    overwrite: bool = False
    keep_anyway: bool = False


@dataclass(frozen=True, slots=True)
class Finetuned:
    """The result of fine-tuning.

    Attributes:
        comparison: figures on held-out pictures before and after.
        folder: of the installed model; None if it was no better and so is not installed.
        run: folder of the training, with a sheet of held-out pictures in ``before-after.png``.
    """

    comparison: "Comparison"
    folder: Path | None
    run: Path


@dataclass(frozen=True, slots=True)
class _Base:
    """The model to start from, all its files checked.

    Attributes:
        folder: of the model.
        card: of the model.
        encoder_folder: of its ``encoder.onnx``.
        encoder: the generator's file that holds its encoder.
    """

    folder: Path
    card: ModelCard
    encoder_folder: Path
    encoder: Path

    @property
    def generator(self) -> Path:
        return self.folder / WEIGHTS_FILE


def finetune(
    pictures: Sequence[str], options: FinetuneOptions, report: "Reporter | None" = None
) -> Finetuned:
    """Adapt a model to a collection of colour pictures, and install it if it is better on held-out ones.

    Args:
        pictures: folders of colour pictures, or shards.
        options: how.
        report: called with a ``Progress`` at every log step.

    Raises:
        ModelError: the model to start from cannot be used, or the name is impossible.
        ExistsError: a model of this name is installed already, and may not be overwritten.
        TrainingError: too few usable pictures, or the training cannot start or continue.
    """
    check_free(options.name, overwrite=options.overwrite)
    from vermilion.training import Adaptation, adapt  # noqa: PLC0415 - torch, for those who train

    base = _find_base(options.start)
    run = options.run or f"runs/{options.name}"
    wanted = Adaptation(
        pictures=tuple(pictures),
        run=run,
        start_from=base.generator,
        encoder=base.encoder,
        temperature=base.card.temperature,
        images=options.images,
        thaw=options.thaw,
        adversarial=options.adversarial,
    )
    adapted = adapt(wanted, resume=options.resume, report=report)
    if not (adapted.comparison.better or options.keep_anyway):
        return Finetuned(adapted.comparison, None, Path(run))
    return Finetuned(adapted.comparison, _install(adapted, base, options), Path(run))


def _find_base(start: str | Path | None) -> _Base:
    """Return the model to start from.

    Raises:
        ModelError: it is damaged, or the weights that a training needs are not there.
    """
    from vermilion.training import encoder_hash  # noqa: PLC0415

    folder = find_model(start)
    card = read_card(folder)
    check_files(folder, card)
    read_graphs(folder, card)  # those it borrows, too
    if not (folder / WEIGHTS_FILE).is_file():
        raise ModelError(
            f"{folder} has no {WEIGHTS_FILE}, without which it cannot learn; start from another model."
        )
    places = (folder, *lenders(card.files[ENCODER_FILE]))
    files = (place / WEIGHTS_FILE for place in places)
    encoder = next((file for file in files if file.is_file() and encoder_hash(file)), None)
    if encoder is None:
        raise ModelError(
            f"{folder} holds a decoder alone, and no model here has the weights of its encoder; install the "
            "model that it was made from."
        )
    return _Base(folder, card, encoder_folder(folder, card), encoder)


def _install(adapted: "Adapted", base: _Base, options: FinetuneOptions) -> Path:
    """Write the model: the whole one if its encoder learned, else its decoder alone."""
    from vermilion.training import Lender, export, export_decoder  # noqa: PLC0415

    facts = _facts(adapted, base, options)
    with new_model(options.name, overwrite=options.overwrite) as folder:
        if options.thaw:
            export(adapted.generator, folder, facts)
        else:
            lender = Lender(encoder_folder=base.encoder_folder, generator=base.encoder)
            export_decoder(adapted.generator, folder, lender, facts)
    return models_folder() / options.name


def _facts(adapted: "Adapted", base: _Base, options: FinetuneOptions) -> "CardFacts":
    """Return the card's facts: the base model's where nothing changed, and how this one was made."""
    from vermilion.training import CardFacts  # noqa: PLC0415

    return CardFacts(
        name=options.name,
        version="1",
        working_size=base.card.working_size,
        temperature=base.card.temperature,
        licence=options.licence,
        calibration=base.card.calibration,
        training=_history(adapted, base, options),
    )


def _history(adapted: "Adapted", base: _Base, options: FinetuneOptions) -> dict[str, Any]:
    stages = adapted.settings.stages
    return {
        "made_from": {
            "name": base.card.name,
            "version": base.card.version,
            "hash": folder_hash(base.folder),
        },
        "pictures": adapted.learned_from,
        "thawed_blocks": options.thaw,
        "stages": [{"name": stage.name, "images": stage.images} for stage in stages],
        "held_out": asdict(adapted.comparison),
        "date": datetime.now(UTC).date().isoformat(),
    }
