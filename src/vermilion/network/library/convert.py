"""Converts model folders of schema 1: the same files, two of them under other names."""

import json
from pathlib import Path
from typing import Any

from vermilion.errors import ModelError
from vermilion.network.card import CARD_FILE, SCHEMA, read_card
from vermilion.network.folder import DECODER_FILE, ENCODER_FILE, check_files

_FILES = {"see.onnx": ENCODER_FILE, "paint.onnx": DECODER_FILE}


def convert_model(folder: Path) -> None:
    """Convert the model in a folder of its own; only the card's bytes change.

    Raises:
        ModelError: it is no model of schema 1, or a file is not the one that the card names.
    """
    card = _old_card(folder / CARD_FILE)
    card["schema"] = SCHEMA
    card["files"] = {_FILES.get(name, name): digest for name, digest in card["files"].items()}
    card["training"] = _with_images(card.get("training", {}))
    for old, new in _FILES.items():
        if (folder / old).exists():
            (folder / old).rename(folder / new)
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    check_files(folder, read_card(folder))


def _old_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}); copy the model again.") from error
    if not isinstance(card, dict) or not isinstance(card.get("files"), dict):
        raise ModelError(f"{path} names no hashes of the model's files; export the model again.")
    if card.get("schema") != 1:
        form = "is up to date already" if card.get("schema") == SCHEMA else "is not of schema 1"
        raise ModelError(f"{path.parent} {form}; there is nothing to convert.")
    return card


def _with_images(value: Any) -> Any:  # noqa: ANN401 - whatever a training noted
    """Lengths of trainings, which were called passes."""
    if isinstance(value, dict):
        return {"images" if key == "passes" else key: _with_images(part) for key, part in value.items()}
    return [_with_images(part) for part in value] if isinstance(value, list) else value
