"""Figures of figures: is a confidence calibrated, does it tell right from wrong, do pictures differ?"""

import itertools
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_error
from vermilion.network import CHROMA_UNIT

RELIABILITY_BINS = 10
NEWTON_STEPS = 20
PLOT_SIDE = 320  # pixels
RIDGE = 1e-3  # keeps the equations solvable where no colour was painted


def reliability(
    sure: NDArray[np.floating], right: NDArray[np.bool_]
) -> Iterator[tuple[float, float, float, float]]:
    """For each tenth of confidence: where it begins, its share of cells, mean confidence, share right."""
    number = np.clip((sure * RELIABILITY_BINS).astype(int), 0, RELIABILITY_BINS - 1)
    for part in range(RELIABILITY_BINS):
        own = number == part
        if own.any():
            yield part / RELIABILITY_BINS, own.mean(), float(sure[own].mean()), float(right[own].mean())


def plot(sure: NDArray[np.floating], right: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A reliability plot, BGR: across what is said, upwards what is true; the grey line is perfect.

    The area of a dot is the share of cells.
    """
    side, margin = PLOT_SIDE, 40
    picture = np.full((side + 2 * margin, side + 2 * margin, 3), 255, np.uint8)

    def at(said: float, true: float) -> tuple[int, int]:
        return margin + round(said * side), margin + round((1 - true) * side)

    cv2.line(picture, at(0, 0), at(1, 1), (190, 190, 190), 2, cv2.LINE_AA)
    cv2.rectangle(picture, at(0, 0), at(1, 1), (90, 90, 90), 1)
    for tenth in range(0, 11, 2):
        for place in (at(tenth / 10, -0.06), at(-0.085, tenth / 10)):
            cv2.putText(picture, f"{tenth / 10:.1f}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (90, 90, 90), 1)
    for _, share, said, true in reliability(sure, right):
        cv2.circle(
            picture, at(said, true), max(2, round(side * 0.09 * share**0.5)), (52, 66, 227), -1, cv2.LINE_AA
        )
    return picture


def calibration_error(sure: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between confidence and share right, weighed by cells."""
    return float(sum(share * abs(said - true) for _, share, said, true in reliability(sure, right)))


def auc(score: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """Probability that a right cell scores higher than a wrong one, ties counting half; nan without both."""
    wrong_scores = np.sort(score[~right])
    below, upto = (np.searchsorted(wrong_scores, score[right], side) for side in ("left", "right"))
    if not len(wrong_scores) or not len(below):
        return float("nan")
    return float((below + upto).mean() / (2 * len(wrong_scores)))


def fit_calibration(
    sure: NDArray[np.floating], chroma: NDArray[np.floating], right: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    """What a model's card says of its confidence: logistic regression of what is right, by Newton's steps.

    Args:
        sure: [n], 0..1, as the network says it.
        chroma: [n], painted, in CIELAB units.
        right: [n].
    """
    inside = np.clip(np.asarray(sure, np.float64), 1e-6, 1 - 1e-6)
    vivid = np.asarray(chroma, np.float64) / CHROMA_UNIT
    knowns = np.stack([np.log(inside / (1 - inside)), np.ones_like(vivid), vivid, vivid**2], axis=1)
    found = np.array([1.0, 0.0, 0.0, 0.0])
    for _ in range(NEWTON_STEPS):
        said = 1 / (1 + np.exp(-knowns @ found))
        curvature = (knowns * (said * (1 - said))[:, None]).T @ knowns + RIDGE * np.eye(4)
        found += np.linalg.solve(curvature, knowns.T @ (right - said))
    slope, shift, linear, squared = map(float, found)
    return slope, shift, linear, squared


def spread(pictures: Sequence[NDArray[np.floating]]) -> float:
    """Mean ab distance between two of some pictures once each one's mean is removed; 0 of fewer than two."""
    plain = [ab - ab.mean(axis=(0, 1)) for ab in pictures]
    distances = [ab_error(one, other) for one, other in itertools.combinations(plain, 2)]
    return float(np.mean(distances)) if distances else 0.0
