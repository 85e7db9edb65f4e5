"""Heads made for an encoder: which way is up, and whether a picture is a negative.

pictures, turned and some aged ─▶ encoder ─▶ descriptions ─▶ a hidden layer ─▶ calibrated on pictures held out
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from vermilion.color import old_photograph, plain_luma
from vermilion.errors import TrainingError
from vermilion.tone import reduce_luma
from vermilion.training.data.store import decode_picture, encoded_pictures
from vermilion.training.export.graphs import open_graph
from vermilion.view import Head, Heads, describe, likely_turns, write_heads

HEADS_FILE = "heads.npz"
HIDDEN = 64  # units
DROPOUT = 0.4  # of inputs and of units
EPOCHS = 14
BATCH = 256
HELD_OUT = 8  # one picture of so many calibrates, and is not trained on
AGED = 0.4  # share of the pictures that are aged first
FALSE_TURNS = 0.001  # share of upright held-out pictures that may be turned
FALSE_NEGATIVES = 0.01  # share of positives that may be called negatives
LEAST = 64  # pictures

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Pictures as heads see them.

    Attributes:
        values: [N,F] to train on.
        labels: [N].
        held_out: [M,K,F], of each picture of class 0 all K classes in order: it calibrates.
    """

    values: Floats
    labels: Labels
    held_out: Floats


def make_heads(folder: Path, pictures: Path, working_size: int, most: int = 40_000) -> None:
    """Write `heads.npz` into a model folder that holds `encoder.onnx`.

    Args:
        folder: of the model.
        pictures: ordinary colour pictures that stand upright, a folder or a shard.
        working_size: pixels of the short side at which the network looks.
        most: how many pictures to look at; each is encoded twice, and held-out ones six times.

    Raises:
        TrainingError: there are too few pictures.
    """
    way_up, negative = describe_pictures(folder / "encoder.onnx", pictures, working_size, most)
    heads = Heads(fit_way_up(way_up), fit_negative(negative))
    (folder / HEADS_FILE).write_bytes(write_heads(heads))


def describe_pictures(
    encoder: Path, pictures: Path, working_size: int, most: int
) -> tuple[Described, Described]:
    """Describe pictures that were turned, and pictures half of which were made negatives.

    Raises:
        TrainingError: there are too few.
    """
    session = open_graph(encoder)

    def look(luma: Floats) -> Floats:
        return describe_luma(session, luma, working_size)

    rows: list[tuple[tuple[Floats, int], tuple[Floats, int]]] = []
    held: list[tuple[Floats, Floats]] = []
    for number, rgb in enumerate(islice(_pictures(pictures, working_size), most)):
        random = np.random.default_rng([27, number])
        luma = old_photograph(rgb, random) if random.random() < AGED else plain_luma(rgb)
        if number % HELD_OUT == 0:
            turned = [look(np.rot90(luma, -turns)) for turns in range(4)]
            held.append((np.stack(turned, axis=1), np.stack([turned[0], look(1 - luma)], axis=1)))
            continue
        turns, is_negative = int(random.integers(4)), int(random.integers(2))
        seen = look(np.rot90(luma, -turns)), look(1 - luma if is_negative else luma)
        rows.append(((seen[0], turns), (seen[1], is_negative)))
    if len(rows) < LEAST:
        raise TrainingError(
            f"{pictures}: has {len(rows) + len(held)} colour pictures, and heads need {LEAST} or more to "
            "train on; name others."
        )
    return _stacked(rows, held, 0), _stacked(rows, held, 1)


def _stacked(
    rows: list[tuple[tuple[Floats, int], tuple[Floats, int]]], held: list[tuple[Floats, Floats]], which: int
) -> Described:
    values = np.concatenate([row[which][0] for row in rows])
    labels = np.array([row[which][1] for row in rows], np.int64)
    return Described(values, labels, np.concatenate([one[which] for one in held]))


def describe_luma(session: object, luma: Floats, working_size: int) -> Floats:
    """Return what heads look at [1,F] of one picture's luma [H,W] in 0..1."""
    scale = working_size / min(luma.shape)
    height, width = (max(4, round(side * scale / 4) * 4) for side in luma.shape)
    small = reduce_luma(np.ascontiguousarray(luma, np.float32), (height, width))
    padded = np.pad(small, [(0, -height % 32), (0, -width % 32)], mode="reflect")
    maps = session.run(["features_16", "features_32"], {"luma": padded[None, None]})  # type: ignore[attr-defined]
    return describe(tuple(maps), ((height / 16, width / 16), (height / 32, width / 32)))


def _pictures(pictures: Path, working_size: int) -> Iterator[NDArray[np.uint8]]:
    for data, _, _ in encoded_pictures((str(pictures),)):
        rgb = decode_picture(data, working_size)
        if not isinstance(rgb, str):
            yield np.ascontiguousarray(rgb)


def fit_way_up(described: Described) -> Head:
    """Train the head that tells which way is up; few upright held-out pictures are turned by it."""
    head = _fitted(described, 4)
    likely = likely_turns(head, described.held_out)
    leads = (likely[:, 1:] - likely[:, :1]).max(axis=1)
    return replace(head, sure=max(0.0, float(np.quantile(leads, 1 - FALSE_TURNS)) + 1e-3))


def fit_negative(described: Described) -> Head:
    """Train the head that tells negatives; few held-out positives are called so by it."""
    head = _fitted(described, 2)
    likely = head.probabilities(described.held_out[:, 0])[:, 1]
    return replace(head, sure=float(np.clip(np.quantile(likely, 1 - FALSE_NEGATIVES) + 1e-4, 0.5, 0.9999)))


def _fitted(described: Described, outputs: int) -> Head:
    """Train a head, and find the slope of least loss on what was held out."""
    mean, spread = described.values.mean(axis=0), described.values.std(axis=0) + 0.01
    layers = _train((described.values - mean) / spread, described.labels, outputs)
    weights = (layers.hidden.weight.detach().numpy() / spread).T
    bias = layers.hidden.bias.detach().numpy() - mean @ weights
    out = layers.out.weight.detach().numpy().T, layers.out.bias.detach().numpy()
    values = described.held_out.reshape(-1, weights.shape[0])
    labels = np.tile(np.arange(outputs), len(described.held_out))
    heads = [Head(weights, bias, *out, float(slope), 0.0) for slope in np.geomspace(0.3, 2, 40)]
    return min(heads, key=lambda head: _loss(head, values, labels))


class _Layers(nn.Module):
    """One hidden layer, with much dropout: there are more features than pictures need."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, HIDDEN)
        self.out = nn.Linear(HIDDEN, outputs)

    def forward(self, values: Tensor) -> Tensor:
        """Values [N,F] to logits [N,K]."""
        inner = torch.relu(self.hidden(F.dropout(values, DROPOUT)))
        logits: Tensor = self.out(F.dropout(inner, DROPOUT))
        return logits


def _train(values: Floats, labels: Labels, outputs: int) -> _Layers:
    torch.manual_seed(0)
    layers = _Layers(values.shape[1], outputs)
    inputs, targets = torch.from_numpy(values.astype(np.float32)), torch.from_numpy(labels)
    optimizer = torch.optim.AdamW(layers.parameters(), lr=2e-3, weight_decay=0.3)
    batches = -(-len(values) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=EPOCHS * batches)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(values)).split(BATCH):  # type: ignore[no-untyped-call]
            loss = F.cross_entropy(layers(inputs[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return layers


def _loss(head: Head, values: Floats, labels: Labels) -> float:
    likelihoods = head.probabilities(values)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(likelihoods, 1e-9)).mean())
