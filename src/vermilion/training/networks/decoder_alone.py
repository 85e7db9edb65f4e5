"""A decoder without its encoder, as a file, for a generator whose encoder did not change.

The file names the encoder that it paints on by the hash of its weights, and is read together with a
generator's file that holds those.
"""

import hashlib
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from vermilion.errors import TrainingError

ENCODER = "encoder."  # what the names of the encoder's weights begin with
NEEDED = "encoder"  # key of the file's facts: hash of the encoder that it needs

State = dict[str, Tensor]


def encoder_hash(path: Path, *, older: bool = False) -> str:
    """SHA-256 of the encoder's weights in a generator's file, in hexadecimal; empty if it holds none.

    A zero's sign does not count: an average of weights that never changed turns -0 into 0.

    Args:
        path: of the file.
        older: by the names that vermilion 5 gave the weights, which count, too.
    """
    saved = _encoder(_load(path))
    digest = hashlib.sha256()
    for name in sorted(saved):
        tensor = saved[name].contiguous() + 0  # -0 becomes 0
        called = f"see.{name.removeprefix(ENCODER)}" if older else name
        digest.update(f"{called} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest() if saved else ""


def save_decoder_alone(generator: Path, target: Path) -> Path:
    """Write a generator's file again, with the hash of its encoder in place of the encoder."""
    saved = _load(generator)
    kept = {name: tensor for name, tensor in saved.items() if not name.startswith(ENCODER)}
    facts = _facts(generator) | {NEEDED: encoder_hash(generator)}
    target.write_bytes(save(kept, metadata=facts))
    return target


def whole_state(path: Path, lender: Path) -> State:
    """All weights of a generator; an encoder that its file only names comes out of the lender's.

    Raises:
        TrainingError: neither holds the encoder, or the lender's is another one.
    """
    saved, needed = _load(path), _facts(path).get(NEEDED)
    if needed is None:
        return saved
    if encoder_hash(lender) != needed:
        raise TrainingError(
            f"{path}: holds a decoder alone, and {lender} does not hold the encoder that it paints on "
            f"({needed[:12]}); name a generator that does as model.encoder_weights."
        )
    return saved | _encoder(_load(lender))


def _encoder(saved: State) -> State:
    return {name: tensor for name, tensor in saved.items() if name.startswith(ENCODER)}


def _load(path: Path) -> State:
    try:
        return current_names(load_file(path))
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{path}: is not a generator that vermilion saved ({error}).") from error


def current_names(saved: State) -> State:
    """Weights by their names today; vermilion 5 and earlier called the networks `see` and `paint`."""
    older = {"see.": "encoder.", "paint.": "decoder."}
    return {
        next((new + name[len(old) :] for old, new in older.items() if name.startswith(old)), name): tensor
        for name, tensor in saved.items()
    }


def _facts(path: Path) -> dict[str, str]:
    with safe_open(path, "pt") as file:
        return dict(file.metadata() or {})
