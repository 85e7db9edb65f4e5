"""What exists already: a complete result, an empty file, a result among scans; and its options."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from vermilion.guidance import Controls, Recipe, UsedFile, UsedModel
from vermilion.pictures import DEFAULT_MAX_PIXELS, read_mark, unwritable
from vermilion.view import ViewOptions


def is_done(target: Path) -> bool:
    """Whether a complete result exists: it gets its name last.

    Raises:
        OutputError: it cannot be looked at.
    """
    try:
        return target.exists() and not is_empty(target)
    except OSError as error:  # such as a name that is too long
        raise unwritable(target, error) from error


def is_empty(path: Path) -> bool:
    """Whether a file holds nothing: no picture, but what a killed run leaves on a disk without hard links.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        return path.is_file() and path.stat().st_size == 0
    except FileNotFoundError:
        return False


def is_own_result(source: Path, max_pixels: int = DEFAULT_MAX_PIXELS) -> bool:
    """Whether a picture is the result of an earlier run, as its mark says."""
    try:
        return read_mark(source, max_pixels) is not None
    except Exception:  # noqa: BLE001 - what is wrong with a scan is reported when its turn comes
        return False


class Expected:
    """The mark that this run would give a result; existing results are compared with it.

    Args:
        controls: of the run.
        size: of the run.
        view: of the run.
        model_hash: finds the hash of the model; None if that does not matter.
    """

    def __init__(
        self,
        controls: Controls,
        size: int | None,
        view: ViewOptions,
        model_hash: Callable[[], str | None] | None,
    ) -> None:
        self._controls = controls
        self._size = size
        self._view = view
        self._find_model = model_hash
        self._hashes: dict[int, str] = {}

    def is_other(self, result: Path, page: int) -> bool | None:
        """Return whether a result was made with other options or by another model; None if no mark tells."""
        try:
            mark = read_mark(result)
        except Exception:  # noqa: BLE001 - whatever it is, it is no result of ours
            return None
        if mark is None or not mark.options_hash:
            return None
        by_other = self._model_hash is not None and mark.model_hash != self._model_hash
        return by_other or mark.options_hash != self._options_hash(page)

    @cached_property
    def _model_hash(self) -> str | None:
        return self._find_model() if self._find_model else None

    @cached_property
    def _recipe(self) -> Recipe:
        """The options as a recipe."""
        return Recipe(
            "", UsedFile(""), UsedModel("", ""), size=self._size, view=self._view, controls=self._controls
        )

    def _options_hash(self, page: int) -> str:
        if page not in self._hashes:
            self._hashes[page] = replace(self._recipe, page=page).options_hash
        return self._hashes[page]
