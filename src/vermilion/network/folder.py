"""Model folders and their files, which are read only if their hashes match the card."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vermilion.errors import ModelError
from vermilion.network.card import CARD_FILE, ModelCard, read_card
from vermilion.network.places import installed_folders

ENCODER_FILE = "encoder.onnx"
DECODER_FILE = "decoder.onnx"
WEIGHTS_FILE = "generator.safetensors"
HEADS_FILE = "heads.npz"


def default_model_folder() -> Path:
    """Return the folder of the model that comes inside the package."""
    return Path(__file__).parent.parent / "models" / "vermilion"


def read_graphs(folder: Path, card: ModelCard) -> tuple[bytes, bytes]:
    """Return the bytes of ``encoder.onnx`` and ``decoder.onnx``, which are checked; other files are not read.

    A fine-tuned model may lack ``encoder.onnx``: then it is taken from the package's own model or from an
    installed one, whichever has the file with the hash that the card names.

    Raises:
        ModelError: a file is missing or is not the one that the card names.
    """
    see = _read_checked(encoder_folder(folder, card) / ENCODER_FILE, _digest(folder, card, ENCODER_FILE))
    return see, _read_checked(folder / DECODER_FILE, _digest(folder, card, DECODER_FILE))


def read_heads_file(folder: Path, card: ModelCard) -> bytes | None:
    """Return the bytes of ``heads.npz``, which lies beside the encoder that it was made for; None without.

    Raises:
        ModelError: it is missing or is not the one that the card names.
    """
    place = encoder_folder(folder, card)
    files = (card if place == folder else read_card(place)).files
    return _read_checked(place / HEADS_FILE, files[HEADS_FILE]) if HEADS_FILE in files else None


def check_files(folder: Path, card: ModelCard) -> None:
    """Check all files that are there and that the card names, those among them that only training needs.

    Raises:
        ModelError: a file is not the one that the card names.
    """
    for name, digest in card.files.items():
        if (folder / name).exists():
            _read_checked(folder / name, digest)


def folder_hash(folder: Path) -> str:
    """Return the SHA-256 of the card, which names the hashes of all files: one hash for the whole model."""
    return hashlib.sha256((folder / CARD_FILE).read_bytes()).hexdigest()


def _digest(folder: Path, card: ModelCard, name: str) -> str:
    if name not in card.files:
        raise ModelError(f"{folder / CARD_FILE} names no hash of {name}; export the model again.")
    return card.files[name]


def encoder_folder(folder: Path, card: ModelCard) -> Path:
    """Return the folder of a model's ``encoder.onnx``: its own, or that of the model which lends it.

    Raises:
        ModelError: the model has none, and no model here has the one that it needs.
    """
    if (folder / ENCODER_FILE).exists():
        return folder
    wanted = _digest(folder, card, ENCODER_FILE)
    lender = next(lenders(wanted), None)
    if lender is None:
        raise ModelError(
            f"{folder} has no {ENCODER_FILE} and needs the one with the hash {wanted[:12]}, which neither "
            "the package's model nor an installed one has; install the model that it was made from, or copy "
            f"that {ENCODER_FILE} into the folder."
        )
    return lender


def lenders(digest: str) -> Iterator[Path]:
    """Yield the folders, the package's first, that hold the ``encoder.onnx`` with this hash."""
    for folder in (default_model_folder(), *installed_folders()):
        if (folder / ENCODER_FILE).exists() and _names(folder, digest):
            yield folder


def _names(folder: Path, digest: str) -> bool:
    try:
        return read_card(folder).files.get(ENCODER_FILE) == digest
    except ModelError:  # a damaged model lends nothing; loading it itself raises the error
        return False


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
