"""Encodes the pictures that heads learn from, once, and keeps the features in a file if asked.

pictures ─look─▶ encoder, one thread ─▶ averages over parts, one record a look ─▶ memory-mapped
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from vermilion.errors import TrainingError
from vermilion.training.data.store import decode_picture, encoded_pictures, local_or_remote
from vermilion.training.export.graphs import open_graph
from vermilion.training.export.head_pictures import Look, held_out_looks, training_looks
from vermilion.view import PARTS, describe

MOST = 20_000  # pictures
HOLD_OUT = 64  # pictures whose key is 0 modulo this calibrate, and are not trained on
FEATURES_FILE, LOOKS_FILE = "features.f2", "looks.json"
LEAST = 64  # pictures to train on
LEAST_HELD_OUT = 4  # pictures
VERSION = 1  # of how looks are made and described; kept features of another one are not used
HELD_OUT_GROUP = 5  # looks at a picture that is held out: four ways up, and a negative

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Pictures as heads see them.

    Attributes:
        values: [N,C,6,6] to train on.
        turns: [N], quarters clockwise by which each was turned.
        negative: [N], 1 for negatives.
        held_out: [M,5,C,6,6], of each picture all four ways up, and a negative: it calibrates.
    """

    values: Halves
    turns: Labels
    negative: Labels
    held_out: Halves


@dataclass(frozen=True, slots=True)
class HeadPictures:
    """What heads are made of.

    Attributes:
        pictures: ordinary colour pictures that stand upright: folders, shards or patterns of names.
        most: how many to look at, from the first.
        hold_out: those whose key is 0 modulo this calibrate.
        cache: where features are kept for another time; None keeps none.
    """

    pictures: tuple[str, ...]
    most: int = MOST
    hold_out: int = HOLD_OUT
    cache: Path | None = None


@contextmanager
def described_pictures(encoder: Path, working_size: int, of: HeadPictures) -> Iterator[Described]:
    """Encode pictures, unless that was done before; features are removed at the end unless a cache is given.

    Args:
        encoder: its ONNX graph.
        working_size: pixels of the short side at which it looks.
        of: the pictures.

    Raises:
        TrainingError: there are too few pictures.
    """
    with TemporaryDirectory() as passing:
        folder = (of.cache or Path(passing)) / _digest(encoder, working_size, of)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not (folder / LOOKS_FILE).exists():
                _describe(encoder, working_size, of, folder)
        yield _read(folder, of)


def _digest(encoder: Path, working_size: int, of: HeadPictures) -> str:
    digest = hashlib.sha256(encoder.read_bytes())
    digest.update(f"{VERSION}|{working_size}|{of.most}|{of.hold_out}".encode())
    for name in local_or_remote(of.pictures):
        stat = Path(name).stat()
        digest.update(f"|{name}|{stat.st_size}|{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _describe(encoder: Path, working_size: int, of: HeadPictures, folder: Path) -> None:
    """Write a folder of features; `looks.json` comes last, so that half a folder is none."""
    folder.mkdir(exist_ok=True)
    session = open_graph(encoder, threads=1)
    rows: list[tuple[int, int, int]] = []
    with (folder / FEATURES_FILE).open("wb") as file:
        for key, rgb in islice(_pictures(of.pictures, working_size), of.most):
            held = int(key, 16) % of.hold_out == 0
            for look in (held_out_looks if held else training_looks)(rgb, key, working_size):
                file.write(describe_look(session, look).tobytes())
                rows.append((int(held), look.turns, int(look.negative)))
    (folder / LOOKS_FILE).write_text(json.dumps(rows), encoding="utf-8")


def describe_look(session: Any, look: Look) -> Halves:  # noqa: ANN401 - ONNX Runtime has no types
    """Return what heads look at, float16 [C,6,6]."""
    height, width = look.luma.shape
    padded = np.pad(look.luma, [(0, -height % 32), (0, -width % 32)], mode="reflect")
    sixteen, thirty_two = session.run(["features_16", "features_32"], {"luma": padded[None, None]})
    covered = (height / 16, width / 16), (height / 32, width / 32)
    return np.asarray(describe((sixteen, thirty_two), covered)[0], np.float16)


def _pictures(pictures: tuple[str, ...], working_size: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    for data, key, _ in encoded_pictures(pictures):
        rgb = decode_picture(data, working_size)
        if not isinstance(rgb, str):
            yield key, np.ascontiguousarray(rgb)


def _read(folder: Path, of: HeadPictures) -> Described:
    rows = np.array(json.loads((folder / LOOKS_FILE).read_text(encoding="utf-8")), np.int64).reshape(-1, 3)
    held = rows[:, 0] == 1
    kept = held.sum() // HELD_OUT_GROUP
    if (~held).sum() < LEAST or kept < LEAST_HELD_OUT:
        raise TrainingError(
            f"{', '.join(of.pictures)}: has too few colour pictures ({(~held).sum()} samples to train on and "
            f"{kept} to calibrate on); heads need {LEAST} and {LEAST_HELD_OUT}; name others."
        )
    values = np.memmap(folder / FEATURES_FILE, np.float16, "r").reshape(len(rows), -1, PARTS, PARTS)
    groups = values[held].reshape(-1, HELD_OUT_GROUP, *values.shape[1:])
    return Described(values[~held], rows[~held, 1], rows[~held, 2], groups)
