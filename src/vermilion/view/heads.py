"""Heads on the encoder's features: which way is up, and whether a picture is a negative.

A head looks at the encoder's two coarsest feature maps, averaged over six by six parts of the picture. It
mixes the channels of each part, then each part with its neighbours, and votes by what nine regions hold.
Heads are trained for one encoder and lie in its model folder.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import ModelError

Floats = NDArray[np.float32]

PARTS = 6
"""The picture is described by averages over this many parts down and across."""

REGIONS = 3
"""A head votes by the averages over this many regions down and across."""

PLAINLY_UPRIGHT = 0.4
"""Probability of standing upright, seen once, from which a picture is not looked at again: a tenth of the
upright ones are, and hardly a turned one that four looks would find gets away."""

FLOOR = 1e-4
"""Least likelihood that one look gives a turn: none of four can rule it out alone."""

_HEADS = {"way_up": 4, "negative": 2}
_ARRAYS = "parts", "parts_bias", "near", "near_bias", "out", "out_bias"


def describe(
    coarse: tuple[Floats, Floats], covered: tuple[tuple[float, float], tuple[float, float]]
) -> Floats:
    """Return what heads look at, float32 [N,C,6,6]: averages over parts of the picture, of both maps.

    Args:
        coarse: the two coarsest feature maps [N,C,h,w] (strides 16 and 32).
        covered: rows and columns of each map that the picture covers, as fractions: the rest is margin.
    """
    parts = [
        _averages(features.shape[2], rows) @ features @ _averages(features.shape[3], columns).T
        for features, (rows, columns) in zip(coarse, covered, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def _averages(cells: int, covered: float) -> Floats:
    """Return the weights [6,cells] of the cells in each part of what is covered."""
    edges = np.arange(PARTS + 1) * (covered / PARTS)
    begin = np.arange(cells)
    shared = np.minimum(edges[1:, None], begin + 1) - np.maximum(edges[:-1, None], begin)
    weights = np.clip(shared, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Two convolutional layers of H channels and a linear one.

    Attributes:
        parts: weights [C,H] of the layer that sees each part alone.
        parts_bias: [H].
        near: weights [9,H,H] of the layer that sees a part and its neighbours, row by row: in, out.
        near_bias: [H].
        out: weights [9,H,K] of the regions, row by row.
        out_bias: [K].
        slope: factor on the logits that makes probabilities of them; fitted on held-out pictures.
        sure: from where it is believed: of turns, by how much their logarithm of the likelihood must exceed
            that of standing upright; of negatives, a probability. Chosen on held-out pictures.
    """

    parts: Floats
    parts_bias: Floats
    near: Floats
    near_bias: Floats
    out: Floats
    out_bias: Floats
    slope: float
    sure: float

    def probabilities(self, described: Floats) -> Floats:
        """Return the probabilities [N,K] for what ``describe`` gave [N,C,6,6]."""
        logits = self.logits(described) * np.float32(self.slope)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)

    def logits(self, described: Floats) -> Floats:
        """Return the logits [N,K] for what ``describe`` gave [N,C,6,6]."""
        count = len(described)
        cells = np.moveaxis(described, 1, 3).reshape(count * PARTS**2, -1)
        alone = np.maximum(cells @ self.parts + self.parts_bias, 0).reshape(count, PARTS, PARTS, -1)
        padded = np.pad(alone, [(0, 0), (1, 1), (1, 1), (0, 0)])
        around = [padded[:, row : row + PARTS, column : column + PARTS] for row, column in np.ndindex(3, 3)]
        # One product of matrices: nine small ones take twice to four times as long.
        beside = np.concatenate(around, axis=3).reshape(count * PARTS**2, -1)
        near = np.maximum(beside @ self.near.reshape(beside.shape[1], -1) + self.near_bias, 0)
        across = PARTS // REGIONS
        tiles = near.reshape(count, REGIONS, across, REGIONS, across, -1)
        regions = tiles.mean(axis=(2, 4)).reshape(count, -1)
        return np.asarray(regions @ self.out.reshape(regions.shape[1], -1) + self.out_bias, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """The heads of one encoder.

    Attributes:
        way_up: four classes: by how many quarters a picture was turned clockwise.
        negative: two classes: a positive, a negative.
    """

    way_up: Head
    negative: Head

    def turns(self, first: Floats, others: Callable[[], Sequence[Floats]]) -> tuple[int, float]:
        """Return the quarter turns clockwise that bring a picture upright, and how much speaks for them.

        A picture that does not clearly stand upright is looked at in all four ways: what is seen of it turned
        must agree with what is seen of it as it is.

        Args:
            first: the picture [1,C,6,6] as it lies.
            others: gives the picture turned clockwise by one, two and three quarters.

        Returns:
            Turns, and the difference of the logarithms of likelihood to standing upright, 0 if it does.
        """
        if float(self.way_up.probabilities(first)[0, 0]) >= PLAINLY_UPRIGHT:
            return 0, 0.0
        turned = likely_turns(self.way_up, np.concatenate([first, *others()])[None])[0]
        most = int(turned.argmax())
        lead = float(turned[most] - turned[0])
        return (-most % 4, lead) if most and lead >= self.way_up.sure else (0, 0.0)

    def is_negative(self, described: Floats) -> tuple[bool, float]:
        """Return whether a picture [1,C,6,6] is a negative, and how likely that is."""
        likely = float(self.negative.probabilities(described)[0, 1])
        return likely >= self.negative.sure, likely


def likely_turns(way_up: Head, described: Floats) -> Floats:
    """Return the logarithms of likelihood [N,4] that pictures were turned clockwise by 0 to 3 quarters.

    Args:
        way_up: the head.
        described: pictures as they lie and turned clockwise by one, two and three more quarters, [N,4,C,6,6].
    """
    count = len(described)
    likelihoods = way_up.probabilities(described.reshape(4 * count, *described.shape[2:]))
    logs = np.log(np.maximum(likelihoods.reshape(count, 4, 4), FLOOR))
    return np.stack([sum(logs[:, more, (most + more) % 4] for more in range(4)) for most in range(4)], axis=1)


def write_heads(heads: Heads) -> bytes:
    """Return heads as the bytes of an .npz file, weights in half precision; always the same ones."""
    arrays = {}
    for name in _HEADS:
        head: Head = getattr(heads, name)
        for array in _ARRAYS:
            values = getattr(head, array)
            arrays[f"{name}.{array}"] = values.astype(np.float16 if values.ndim > 1 else np.float32)
        arrays[f"{name}.facts"] = np.array([head.slope, head.sure], np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def read_heads(content: bytes) -> Heads:
    """Return the heads of an .npz file.

    Raises:
        ModelError: it holds none that can be used.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            heads = Heads(*(_head(file, name) for name in _HEADS))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The model's heads cannot be used ({error}); make them again with `vermilion train-heads`."
        ) from error
    return heads


def _head(file: "np.lib.npyio.NpzFile", name: str) -> Head:
    arrays = [np.asarray(file[f"{name}.{array}"], np.float32) for array in _ARRAYS]
    facts = np.asarray(file[f"{name}.facts"], np.float32)
    parts, classes = arrays[0], _HEADS[name]
    if parts.ndim != 2 or facts.shape != (2,):
        raise ValueError(f"the arrays of {name} do not fit together")
    units = parts.shape[1]
    wanted = [parts.shape, (units,), (9, units, units), (units,), (REGIONS**2, units, classes), (classes,)]
    if [array.shape for array in arrays] != wanted:
        raise ValueError(f"the arrays of {name} do not fit together")
    if not all(np.isfinite(each).all() for each in (*arrays, facts)):
        raise ValueError(f"the arrays of {name} are not numbers")
    return Head(**dict(zip(_ARRAYS, arrays, strict=True)), slope=float(facts[0]), sure=float(facts[1]))
