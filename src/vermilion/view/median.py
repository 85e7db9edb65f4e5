"""The median."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def median(values: ArrayLike) -> Any:  # noqa: ANN401 - an array, or a number, of the dtype that was given
    """Return ``np.median`` along the last axis, less its checks, which take ten times as long.

    It does not load numpy.ma either.
    """
    values = np.asarray(values)
    below, above = (values.shape[-1] - 1) // 2, values.shape[-1] // 2
    parted = np.partition(values, (below, above), axis=-1)
    return (parted[..., below] + parted[..., above]) / 2
