"""What small heads tell of a picture, from what the encoder made of it: which way is up, and negatives.

A head looks at averages of the encoder's two coarsest feature maps over three by three parts of the picture,
through one hidden layer. Heads are trained for one encoder and lie in its model folder.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import ModelError

Floats = NDArray[np.float32]

PARTS = 3
"""The picture is described by averages over this many parts down and across."""

PLAINLY_UPRIGHT = 0.7
"""Probability of standing upright, seen once, from which a picture is not looked at again."""

_HEADS = "way_up", "negative"
_ARRAYS = "hidden", "hidden_bias", "out", "out_bias", "facts"


def describe(
    coarse: tuple[Floats, Floats], covered: tuple[tuple[float, float], tuple[float, float]]
) -> Floats:
    """Return what heads look at, float32 [N,F]: averages over 3 × 3 parts of each map.

    Args:
        coarse: the two coarsest feature maps [N,C,h,w] (strides 16 and 32).
        covered: rows and columns of each map that the picture covers, as fractions: the rest is margin.
    """
    parts = []
    for features, (rows, columns) in zip(coarse, covered, strict=True):
        down, across = _averages(features.shape[2], rows), _averages(features.shape[3], columns)
        parts.append((down @ features @ across.T).reshape(len(features), -1))
    return np.concatenate(parts, axis=1)


def _averages(cells: int, covered: float) -> Floats:
    """Return the weights [3,cells] of the cells in each third of what is covered."""
    edges = np.arange(PARTS + 1) * (covered / PARTS)
    begin = np.arange(cells)
    shared = np.minimum(edges[1:, None], begin + 1) - np.maximum(edges[:-1, None], begin)
    weights = np.clip(shared, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One hidden layer.

    Attributes:
        hidden: weights [F,H].
        hidden_bias: [H].
        out: weights [H,K].
        out_bias: [K].
        slope: factor on the logits that makes probabilities of them; fitted on held-out pictures.
        sure: from where it is believed: of turns, by how much their logarithm of the likelihood must exceed
            that of standing upright; of negatives, a probability. Chosen on held-out pictures.
    """

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    slope: float
    sure: float

    def probabilities(self, described: Floats) -> Floats:
        """Return the probabilities [N,K] for what ``describe`` gave [N,F]."""
        inner = np.maximum(described @ self.hidden + self.hidden_bias, 0)
        logits = (inner @ self.out + self.out_bias) * np.float32(self.slope)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """What is known of one encoder's pictures.

    Attributes:
        way_up: four classes: by how many quarters a picture was turned clockwise.
        negative: two classes: a positive, a negative.
    """

    way_up: Head
    negative: Head

    def turns(self, first: Floats, others: Callable[[], Sequence[Floats]]) -> tuple[int, float]:
        """Return the quarter turns clockwise that bring a picture upright, and how much speaks for them.

        A picture that does not plainly stand upright is looked at in all four ways: what is seen of it turned
        must agree with what is seen of it as it is.

        Args:
            first: the picture [1,F] as it lies.
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
        """Return whether a picture [1,F] is a negative, and how likely that is."""
        likely = float(self.negative.probabilities(described)[0, 1])
        return likely >= self.negative.sure, likely


def likely_turns(way_up: Head, described: Floats) -> Floats:
    """Return the logarithms of likelihood [N,4] that pictures were turned clockwise by 0 to 3 quarters.

    Args:
        way_up: the head.
        described: pictures as they lie and turned clockwise by one, two and three more quarters, [N,4,F].
    """
    count = len(described)
    likelihoods = way_up.probabilities(described.reshape(4 * count, -1)).reshape(count, 4, 4)
    logs = np.log(np.maximum(likelihoods, 1e-6))
    return np.stack([sum(logs[:, more, (most + more) % 4] for more in range(4)) for most in range(4)], axis=1)


def write_heads(heads: Heads) -> bytes:
    """Return heads as the bytes of an .npz file, weights in half precision."""
    arrays = {}
    for name in _HEADS:
        head: Head = getattr(heads, name)
        for array in _ARRAYS[:-1]:
            values = getattr(head, array)
            arrays[f"{name}.{array}"] = values.astype(np.float16 if array == "hidden" else np.float32)
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
        raise ModelError(f"The model's heads cannot be used ({error}); export the model again.") from error
    return heads


def _head(file: "np.lib.npyio.NpzFile", name: str) -> Head:
    hidden, hidden_bias, out, out_bias, facts = (
        np.asarray(file[f"{name}.{array}"], np.float32) for array in _ARRAYS
    )
    fits = (
        hidden.ndim == out.ndim == 2
        and hidden.shape[1:] == hidden_bias.shape == out.shape[:1]
        and out.shape[1:] == out_bias.shape == ((4,) if name == "way_up" else (2,))
        and facts.shape == (2,)
    )
    if not fits or not all(np.isfinite(each).all() for each in (hidden, hidden_bias, out, out_bias, facts)):
        raise ValueError(f"the arrays of {name} do not fit together")
    return Head(hidden, hidden_bias, out, out_bias, float(facts[0]), float(facts[1]))
