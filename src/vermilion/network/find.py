"""Finds the folder of a model by its name, path or id."""

from pathlib import Path

from vermilion.errors import ModelError
from vermilion.network.card import CARD_FILE
from vermilion.network.folder import default_model_folder, folder_hash
from vermilion.network.hub import PREFIX, fetch_model
from vermilion.network.places import SHIPPED_NAME, installed_folder, installed_folders


def find_model(model: str | Path | None = None) -> Path:
    """Return the folder of a model.

    Args:
        model: a model folder, the name of an installed model, or ``hf://owner/name``; a folder comes before
            an installed model of the same name. None, or "vermilion", is the one inside the package.

    Raises:
        ModelError: there is no such model.
    """
    if model is None:
        return default_model_folder()
    if isinstance(model, Path) or _is_path(model):
        return Path(model)
    if model.startswith(PREFIX):
        return fetch_model(model)
    if model == SHIPPED_NAME:
        return default_model_folder()
    found = installed_folder(model)
    if found is None:
        names = ", ".join([SHIPPED_NAME, *(path.name for path in installed_folders())])
        raise ModelError(
            f"There is no model {model!r}: no folder of that name holds a {CARD_FILE}, and the installed "
            f"models are {names}; name one of these or a model folder."
        )
    return found


def name_of_model(digest: str) -> str:
    """Return the name by which ``find_model`` finds the model with this hash; empty if it is not here."""
    places = ((SHIPPED_NAME, default_model_folder()), *((path.name, path) for path in installed_folders()))
    hashes = {
        folder_hash(folder): name for name, folder in reversed(places) if (folder / CARD_FILE).is_file()
    }
    return hashes.get(digest, "")


def _is_path(model: str) -> bool:
    """Return whether a text names a folder: one that is there, or that is spelt like one."""
    spelt = any(sign in model for sign in ("/", "\\")) and not model.startswith(PREFIX)
    return spelt or model in {"", ".", ".."} or (Path(model) / CARD_FILE).is_file()
