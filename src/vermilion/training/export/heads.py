"""Heads made for an encoder: which way is up, and whether a picture is a negative.

what the encoder makes of pictures ─▶ two convolutional layers ─▶ calibrated on pictures held out ─▶ heads.npz
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from vermilion.errors import TrainingError
from vermilion.training.export.head_features import Described, Halves, HeadPictures, described_pictures
from vermilion.view import PARTS, REGIONS, Head, Heads, likely_turns, write_heads

HEADS_FILE = "heads.npz"
HIDDEN = 128  # channels
BATCH = 128
RATE = 1.5e-3
DECAY = 0.05
FALSE_TURNS = 0.004  # share of upright held-out pictures that may be turned; some do lie on a side
FALSE_NEGATIVES = 0.0005  # share of held-out positives that may be called negatives

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeadTraining:
    """How a head is trained.

    Attributes:
        classes: how many it distinguishes.
        epochs: of all looks.
        dropout: of input channels, and of what layers give.
    """

    classes: int
    epochs: int
    dropout: tuple[float, float]


WAY_UP = HeadTraining(4, 10, (0.2, 0.45))
NEGATIVE = HeadTraining(2, 4, (0.2, 0.45))


def add_heads(folder: Path, working_size: int, of: HeadPictures, *, overwrite: bool = False) -> str:
    """Make heads for a model, and name them in its card.

    Args:
        folder: of the model.
        working_size: pixels of the short side at which its network looks.
        of: the pictures.
        overwrite: replace heads that it has.

    Returns:
        How good they are on pictures held out, in one line.

    Raises:
        TrainingError: the model has heads, or no encoder of its own, or there are too few pictures.
    """
    if not (folder / "encoder.onnx").exists():
        raise TrainingError(
            f"{folder}: has no encoder.onnx of its own, and heads lie beside the encoder; make them for the "
            "model that lends it."
        )
    if (folder / HEADS_FILE).exists() and not overwrite:
        raise TrainingError(f"{folder}: has heads; add --overwrite to replace them.")
    said = make_heads(folder, working_size, of)
    name_heads(folder)
    return said


def make_heads(folder: Path, working_size: int, of: HeadPictures) -> str:
    """Write `heads.npz` into a model folder that holds `encoder.onnx`; the same bytes for the same pictures.

    Args:
        folder: of the model.
        working_size: pixels of the short side at which the network looks.
        of: the pictures; each is encoded once or twice, and held-out ones ten times.

    Returns:
        How good they are on pictures held out, in one line.

    Raises:
        TrainingError: there are too few pictures.
    """
    with described_pictures(folder / "encoder.onnx", working_size, of) as described, _one_thread():
        heads = Heads(fit_way_up(described), fit_negative(described))
        said = how_good(heads, described.held_out)
    (folder / HEADS_FILE).write_bytes(write_heads(heads))
    return said


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch compute the same on any number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def how_good(heads: Heads, held_out: Halves) -> str:
    """Say in one line how good heads are on held-out pictures [M,5,C,6,6]."""
    looks = [np.asarray(group, np.float32)[:, None] for group in held_out]
    found = np.array(
        [[_turns(heads, np.roll(group[:4], -lies, axis=0)) for lies in range(4)] for group in looks]
    )
    right = found[:, 1:] == [3, 2, 1]
    told = np.array([[heads.is_negative(look)[0] for look in (group[0], group[4])] for group in looks])
    return (
        f"of {len(looks)} held-out pictures, {right.mean():.1%} of the turned are put right and "
        f"{(found[:, 0] != 0).mean():.2%} of the upright turned; {told[:, 1].mean():.1%} of negatives are "
        f"recognised, and {told[:, 0].mean():.2%} of positives taken for one"
    )


def _turns(heads: Heads, looks: Floats) -> int:
    """Return the turns found for a picture [4,1,C,6,6], as it lies and turned by one to three quarters."""
    return heads.turns(looks[0], lambda: list(looks[1:]))[0]


def name_heads(folder: Path) -> None:
    """Write the hash of a model's `heads.npz` into its card, and leave all else of the card as it is."""
    path = folder / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["files"][HEADS_FILE] = sha256((folder / HEADS_FILE).read_bytes()).hexdigest()
    part = path.with_name("model.json.part")
    part.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def fit_way_up(described: Described) -> Head:
    """Train the head for the way up, so that it turns few upright held-out pictures."""
    positive = np.flatnonzero(described.negative == 0)
    layers = _trained(described.values, positive, described.turns[positive], WAY_UP)
    four = described.held_out[:, :4]
    head = _calibrated(layers, _flat(four), np.tile(np.arange(4), len(four)))
    likely = likely_turns(head, np.asarray(four, np.float32))
    leads = (likely[:, 1:] - likely[:, :1]).max(axis=1)
    return replace(head, sure=max(0.0, float(np.quantile(leads, 1 - FALSE_TURNS)) + 1e-3))


def fit_negative(described: Described) -> Head:
    """Train the head for negatives, so that it takes few held-out positives for negatives."""
    layers = _trained(described.values, np.arange(len(described.values)), described.negative, NEGATIVE)
    held = described.held_out
    labels = np.tile([0, 0, 0, 0, 1], len(held))
    head = _calibrated(layers, _flat(held), labels)
    likely = head.probabilities(_flat(held)[labels == 0])[:, 1]
    return replace(head, sure=float(np.clip(np.quantile(likely, 1 - FALSE_NEGATIVES) + 1e-4, 0.5, 0.9999)))


def _flat(groups: Halves) -> Floats:
    """Groups of looks [M,G,C,6,6] as looks [M·G,C,6,6]."""
    return np.asarray(groups, np.float32).reshape(-1, *groups.shape[2:])


class HeadLayers(nn.Module):
    """The layers of a head, with dropout, because there are more features than needed.

    Attributes:
        mean: [C,1,1] of the channels, which are brought to a mean of 0.
        spread: [C,1,1], and to a spread of 1.
        dropout: of input channels, and of what layers give.
    """

    def __init__(self, mean: Tensor, spread: Tensor, training: HeadTraining) -> None:
        super().__init__()
        self.mean, self.spread, self.dropout = mean, spread, training.dropout
        self.parts = nn.Conv2d(len(mean), HIDDEN, 1, bias=False)
        self.parts_bias = nn.Parameter(torch.zeros(HIDDEN))
        self.near = nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1, bias=False)
        self.near_bias = nn.Parameter(torch.zeros(HIDDEN))
        self.out = nn.Linear(HIDDEN * REGIONS**2, training.classes)

    def forward(self, values: Tensor) -> Tensor:
        """Values [N,C,6,6] to logits [N,K]."""
        seen, given = self.dropout
        values = F.dropout2d((values - self.mean) / self.spread, seen, self.training)
        alone = F.dropout(
            torch.relu(self.parts(values) + self.parts_bias[:, None, None]), given, self.training
        )
        near = torch.relu(self.near(alone) + self.near_bias[:, None, None])
        regions = F.avg_pool2d(near, PARTS // REGIONS).flatten(1)
        logits: Tensor = self.out(F.dropout(regions, given, self.training))
        return logits

    @torch.no_grad()
    def as_head(self, slope: float) -> Head:
        """Return the same in arrays, the channels' mean and spread folded into the first layer."""
        weights = (self.parts.weight[:, :, 0, 0] / self.spread[:, 0, 0]).T
        return Head(
            parts=weights.numpy(),
            parts_bias=(self.parts_bias - self.mean[:, 0, 0] @ weights).numpy(),
            near=self.near.weight.permute(2, 3, 1, 0).reshape(9, HIDDEN, HIDDEN).numpy(),
            near_bias=self.near_bias.numpy(),
            out=self.out.weight.reshape(-1, HIDDEN, REGIONS**2).permute(2, 1, 0).numpy(),
            out_bias=self.out.bias.numpy(),
            slope=slope,
            sure=0.0,
        )


def _calibrated(layers: HeadLayers, values: Floats, labels: Labels) -> Head:
    """Return a head with the slope of least loss on what was held out."""
    head = _as_written(layers.as_head(1.0))
    logits = head.logits(values)
    slopes = np.geomspace(0.3, 3, 60)
    losses = [F.cross_entropy(torch.from_numpy(logits * slope), torch.from_numpy(labels)) for slope in slopes]
    return replace(head, slope=float(slopes[int(np.argmin(losses))]))


def _as_written(head: Head) -> Head:
    """Return a head with its weights rounded as in the file, so that it is calibrated as it will be read."""
    names = "parts", "near", "out"
    weights = {name: getattr(head, name).astype(np.float16).astype(np.float32) for name in names}
    return replace(head, **weights)


def _trained(values: Halves, numbers: Labels, labels: Labels, training: HeadTraining) -> HeadLayers:
    """Train on some of the looks; the same result for the same looks on the same machine."""
    torch.manual_seed(0)
    sample = np.asarray(values[numbers[:4096]], np.float32)
    mean, spread = sample.mean(axis=(0, 2, 3)), sample.std(axis=(0, 2, 3)) + 0.01
    layers = HeadLayers(
        torch.from_numpy(mean)[:, None, None], torch.from_numpy(spread)[:, None, None], training
    )
    optimizer = torch.optim.AdamW(layers.parameters(), lr=RATE, weight_decay=DECAY)
    steps = training.epochs * -(-len(numbers) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(training.epochs):
        for batch in torch.randperm(len(numbers)).split(BATCH):  # type: ignore[no-untyped-call]
            seen = torch.from_numpy(np.asarray(values[numbers[batch.numpy()]], np.float32))
            loss = F.cross_entropy(layers(seen), torch.from_numpy(labels[batch.numpy()]))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return layers.eval()
