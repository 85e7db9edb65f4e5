"""Model folders: where they are, and their files, read only if they are what the card says."""

import hashlib
from pathlib import Path

from vermilion.errors import ModelError
from vermilion.network.card import CARD_FILE, ModelCard, read_card

SEE_FILE = "see.onnx"
PAINT_FILE = "paint.onnx"


def default_model_folder() -> Path:
    """Return the folder of the model that comes inside the package."""
    return Path(__file__).parent.parent / "models" / "vermilion"


def read_graphs(folder: Path, card: ModelCard) -> tuple[bytes, bytes]:
    """Return the bytes of ``see.onnx`` and ``paint.onnx``; every file that the card names is checked.

    A fine-tuned model may lack ``see.onnx``: then it is taken from the package's own model, if that one has
    the file with the hash that the card names.

    Raises:
        ModelError: a file is missing or is not the one that the card names.
    """
    for name in card.files:
        if name not in {SEE_FILE, PAINT_FILE} and (folder / name).exists():
            _read_checked(folder / name, card.files[name])
    see_folder = folder if (folder / SEE_FILE).exists() else _lender(folder, card)
    see = _read_checked(see_folder / SEE_FILE, _digest(folder, card, SEE_FILE))
    return see, _read_checked(folder / PAINT_FILE, _digest(folder, card, PAINT_FILE))


def folder_hash(folder: Path) -> str:
    """Return the SHA-256 of the card, which names the hashes of all files: one hash for the whole model."""
    return hashlib.sha256((folder / CARD_FILE).read_bytes()).hexdigest()


def _digest(folder: Path, card: ModelCard, name: str) -> str:
    if name not in card.files:
        raise ModelError(f"{folder / CARD_FILE} names no hash of {name}; export the model again.")
    return card.files[name]


def _lender(folder: Path, card: ModelCard) -> Path:
    """Return the folder to borrow ``see.onnx`` from."""
    lender = default_model_folder()
    wanted = _digest(folder, card, SEE_FILE)
    if lender != folder and lender.exists() and read_card(lender).files.get(SEE_FILE) == wanted:
        return lender
    raise ModelError(
        f"{folder} has no {SEE_FILE} and needs the one with the hash {wanted[:12]}, which is not that of the "
        f"package's model; copy that {SEE_FILE} into the folder."
    )


def _read_checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror or error}); copy the model again, or reinstall "
            "vermilion if the model is its own."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ModelError(
            f"{path} is damaged (its SHA-256 begins with {found[:12]} and not with {digest[:12]}); copy the "
            "model again, or reinstall vermilion if the model is its own."
        )
    return content
