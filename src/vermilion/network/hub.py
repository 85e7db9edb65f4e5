"""Models at the Hugging Face hub, if one is named; nothing else here uses the network."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vermilion.errors import ModelError

PREFIX = "hf://"
"""What the id of a model at the hub begins with."""

_ID = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)
_FILES = ["model.json", "*.onnx", "*.safetensors"]


def fetch_model(address: str) -> Path:
    """Return the folder of a model at the hub, as huggingface_hub keeps it on this machine.

    Only what is new is downloaded; without a connection the copy of last time is taken.

    Args:
        address: ``hf://owner/name``, or ``hf://owner/name@revision``.

    Raises:
        ModelError: it is no such id, huggingface_hub is not installed, the hub has no such model or does not
            show it, or it is not a model of ours.
    """
    match = _ID.fullmatch(address)
    if match is None:
        raise ModelError(
            f"{address} is not a model at the hub; write hf://owner/name or hf://owner/name@revision."
        )
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - an extra, and only asked for by name
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{address} needs huggingface_hub, which is not installed; run in the checkout: "
            'pip install ".[hub]", or download the model\'s folder and name that.'
        ) from error
    try:
        with _bars_on_terminals_alone():
            folder = snapshot_download(match["repository"], revision=match["revision"], allow_patterns=_FILES)
    except Exception as error:  # it raises dozens of errors, its own and those of its libraries
        raise ModelError(f"{address} {_reason(error)}.") from error
    if not (Path(folder) / "model.json").is_file():
        raise ModelError(f"{address} is not a model of vermilion: it has no model.json; check the id.")
    return Path(folder)


def _reason(error: Exception) -> str:
    """Why there is no model, and what to do."""
    from huggingface_hub import errors  # noqa: PLC0415

    if isinstance(error, errors.GatedRepoError):
        return "asks you to accept its terms; do so on its page at the hub, then log in: hf auth login"
    if isinstance(error, errors.RepositoryNotFoundError):
        return "is not at the hub, or it is private; check the id, or log in: hf auth login"
    if isinstance(error, errors.RevisionNotFoundError):
        return "is not a revision at the hub; check what follows @, or leave it out"
    if isinstance(error, errors.LocalEntryNotFoundError):
        return "is not on this machine yet, and the hub does not answer; check the connection"
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return f"could not be downloaded from the hub ({reason}); check the id and the connection"


@contextmanager
def _bars_on_terminals_alone() -> Iterator[None]:
    """Without a terminal, huggingface_hub's bars would mix with lines that a program reads."""
    from huggingface_hub.utils import (  # type: ignore[attr-defined] # noqa: PLC0415 - its types hide them
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if sys.stderr.isatty() or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
