"""Commands that need the packages of the train extra say so where these are missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from vermilion.errors import TrainingError


@contextmanager
def training_packages_needed() -> Iterator[None]:
    """Turn a missing package of the train extra into a sentence that says how to get it.

    Raises:
        TrainingError: torch, or another package of the train extra, is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in {"", "vermilion"}:
            raise
        raise TrainingError(
            f'Training needs {missing}, which is not installed; run in the checkout: pip install ".[train]".'
        ) from error
