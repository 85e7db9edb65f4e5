"""The card of a model folder: ``model.json`` as one value."""

import json
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from vermilion.errors import ModelError

CARD_FILE = "model.json"
SCHEMA = 2

CHROMA_UNIT = 20.0
"""CIELAB units of chroma to one of ``ModelCard.calibration``."""

Calibration = tuple[float, float, float, float]
UNCALIBRATED: Calibration = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Facts that travel with a model.

    Attributes:
        schema: version of the card's own form.
        name: of the model.
        version: of the model.
        working_size: pixels of the short side at which the network looks.
        stride: pixels of luma to one of chroma.
        bins: centres (a, b) of the chroma bins that ``odds`` counts.
        temperature: of the annealed mean, where the caller names none.
        files: SHA-256 of each file of the folder, in hexadecimal.
        licence: of the weights.
        training: summary of how the model was made.
        calibration: of the confidence, fitted on held-out pictures: slope and shift of its logit, then what
            the painted chroma and its square, in units of ``CHROMA_UNIT``, add to that. A card may leave out
            the last two, or all.
    """

    schema: int
    name: str
    version: str
    working_size: int
    stride: int
    bins: tuple[tuple[float, float], ...]
    temperature: float
    files: dict[str, str]
    licence: str
    training: dict[str, Any]
    calibration: Calibration = UNCALIBRATED


def read_card(folder: Path) -> ModelCard:
    """Read and check the card of a model folder.

    Raises:
        ModelError: there is no card, or it is not one that this version understands.
    """
    path = folder / CARD_FILE
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} is not a model folder: its {CARD_FILE} cannot be read; name a folder that "
            "`vermilion export` has written, or leave the model out to use the one in the package."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is damaged ({error}); copy or export the model again.") from error
    return _card_of(facts, path)


def _card_of(facts: object, path: Path) -> ModelCard:
    """Checked by hand, not by ``vermilion.plain``: every run reads a card, and would wait for pydantic."""
    if not isinstance(facts, dict):
        raise ModelError(f"{path} holds a {type(facts).__name__} instead of a card; export the model again.")
    if facts.get("schema") != SCHEMA:
        raise ModelError(
            f"{path} has schema {facts.get('schema')!r} and this vermilion reads {SCHEMA}; {_cure(facts)}."
        )
    needed = [field.name for field in fields(ModelCard) if field.default is MISSING]
    missing = [name for name in needed if name not in facts]
    if missing:
        raise ModelError(f"{path} lacks {', '.join(missing)}; export the model again.")
    try:
        return _typed(facts)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelError(f"{path} has a value of a wrong kind ({error}); export the model again.") from error


def _cure(facts: dict[str, Any]) -> str:
    older = facts.get("schema") in range(1, SCHEMA)
    return "convert it with `vermilion models convert`" if older else "update vermilion, or export it again"


def _typed(facts: dict[str, Any]) -> ModelCard:
    return ModelCard(
        schema=SCHEMA,
        name=str(facts["name"]),
        version=str(facts["version"]),
        working_size=int(facts["working_size"]),
        stride=int(facts["stride"]),
        bins=tuple((float(a), float(b)) for a, b in facts["bins"]),
        temperature=float(facts["temperature"]),
        files={str(name): str(digest) for name, digest in facts["files"].items()},
        licence=str(facts["licence"]),
        training=dict(facts["training"]),
        calibration=_calibration(facts.get("calibration", UNCALIBRATED)),
    )


def _calibration(values: Any) -> Calibration:  # noqa: ANN401 - it comes from a file
    slope, shift, *chroma = map(float, values)
    linear, squared = chroma or (0.0, 0.0)
    return slope, shift, linear, squared
