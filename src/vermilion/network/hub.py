"""Models at the Hugging Face hub, for those who name one; nothing else here ever asks a network."""

import re
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
        ModelError: it is no such id, huggingface_hub is not installed, or the hub has no such model.
    """
    told = _ID.fullmatch(address)
    if told is None:
        raise ModelError(
            f"{address} is no model at the hub; write hf://owner/name or hf://owner/name@revision."
        )
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - an extra, and only asked for by name
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{address} needs huggingface_hub, which is not installed; run in the checkout: "
            'pip install ".[hub]", or download the model\'s folder and name that.'
        ) from error
    try:
        folder = snapshot_download(told["repository"], revision=told["revision"], allow_patterns=_FILES)
    except Exception as error:  # it has dozens of errors, of its own and of the libraries below
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{address} could not be had from the hub ({reason}); check the id and the connection."
        ) from error
    return Path(folder)
