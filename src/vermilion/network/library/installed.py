"""Installed models: lists, checks, installs (completely or not at all) and removes them."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vermilion.errors import ExistsError, ModelError, OutputError
from vermilion.network.card import ModelCard, read_card
from vermilion.network.find import find_model
from vermilion.network.folder import ENCODER_FILE, default_model_folder, encoder_folder, lenders
from vermilion.network.model import check_model
from vermilion.network.places import (
    SHIPPED_NAME,
    VARIABLE,
    installed_folder,
    installed_folders,
    is_name,
    models_folder,
)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be named here.

    Attributes:
        name: by which ``--model`` takes it.
        folder: where it lies.
        card: the model's card; None if it cannot be read.
        trouble: why it cannot be used, in a sentence; empty as far as the cards tell.
        lender: the folder that its ``encoder.onnx`` is taken from; None if it has its own.
    """

    name: str
    folder: Path
    card: ModelCard | None = None
    trouble: str = ""
    lender: Path | None = None


def known_models() -> tuple[KnownModel, ...]:
    """Return the model of the package and all installed ones; only their cards are read."""
    installed = ((path.name, path) for path in installed_folders())
    return tuple(_known(name, path) for name, path in ((SHIPPED_NAME, default_model_folder()), *installed))


def _known(name: str, folder: Path) -> KnownModel:
    try:
        card = read_card(folder)
    except ModelError as error:
        return KnownModel(name, folder, trouble=str(error))
    try:
        see = encoder_folder(folder, card)
    except ModelError as error:
        return KnownModel(name, folder, card, trouble=str(error))
    return KnownModel(name, folder, card, lender=None if see == folder else see)


def verify_model(name: str) -> Path:
    """Check every file of a model against its SHA-256, and that its graphs run.

    Returns:
        The folder of the model.

    Raises:
        ModelError: there is no such model, or something is wrong with it.
    """
    folder = find_model(name)
    check_model(folder)
    return folder


def check_free(name: str, *, overwrite: bool) -> Path:
    """Return the folder that a model of this name would be installed in.

    Raises:
        ModelError: the name is impossible, or the model there lends its ``encoder.onnx`` to others.
        ExistsError: a model of this name is installed already and may not be overwritten, or something else
            is in its place.
    """
    if not is_name(name):
        raise ModelError(
            f"A model cannot be installed as {name!r}; choose a name of small letters, digits, dots, hyphens "
            f"and underscores, and not {SHIPPED_NAME}, which is the package's own."
        )
    found = installed_folder(name)
    if found is not None and not overwrite:
        raise ExistsError(f"A model {name} is installed already; choose another name, or allow --overwrite.")
    if found is not None:
        _check_lends_nothing(found)
    target = models_folder() / name
    if found is None and target.exists():
        raise ExistsError(f"{target} exists and is not a model; choose another name, or move it away.")
    return target


@contextmanager
def new_model(name: str, *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to write a model into; when it is left, the model is checked and installed.

    If anything fails, nothing is installed and an older model of this name stays.

    Raises:
        ModelError: the name is impossible, or what was written is no model that can be loaded.
        ExistsError: a model of this name is installed already, and may not be overwritten.
        OutputError: the folder of installed models cannot be written.
    """
    target = check_free(name, overwrite=overwrite)
    unfinished = target.with_name(f".{name}-{uuid.uuid4().hex}")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        check_model(unfinished)
        _put(unfinished, check_free(name, overwrite=overwrite))
    except OSError as error:
        raise OutputError(
            f"The model {name} cannot be written to {target.parent} ({error.strerror or error}); make room "
            f"there, or name another folder for models in {VARIABLE}."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put(unfinished: Path, target: Path) -> None:
    """Move a finished folder into place; the one that was there goes only afterwards."""
    older = unfinished.with_name(f"{unfinished.name}-older")
    if target.exists():
        target.rename(older)
    try:
        unfinished.rename(target)
    except OSError:
        if older.exists():
            older.rename(target)
        raise
    if older.exists():
        _delete(older)


def _delete(folder: Path) -> None:
    if folder.is_symlink():  # somebody keeps the model elsewhere
        folder.unlink()
    else:
        shutil.rmtree(folder)


def remove_model(name: str) -> Path:
    """Delete an installed model.

    Returns:
        The folder that is gone.

    Raises:
        ModelError: it is not installed, or lends its ``encoder.onnx`` to others.
        OutputError: its files cannot be deleted.
    """
    folder = installed_folder(name)
    if folder is None:
        names = ", ".join(path.name for path in installed_folders()) or "none"
        raise ModelError(
            f"There is no installed model {name!r} to remove; the installed models are: {names}."
        )
    _check_lends_nothing(folder)
    try:
        _delete(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be deleted ({error.strerror}); delete it by hand.") from error
    return folder


def _check_lends_nothing(folder: Path) -> None:
    """Refuse to touch a model without which another could not be loaded."""
    borrowers = [other.name for other in installed_folders() if other != folder and _needs(other, folder)]
    if borrowers:
        raise ModelError(
            f"The model {folder.name} lends its {ENCODER_FILE} to {', '.join(borrowers)}; remove that first."
        )


def _needs(borrower: Path, lender: Path) -> bool:
    """Whether a model takes its ``encoder.onnx`` from this lender and could take it from no other."""
    if (borrower / ENCODER_FILE).exists():
        return False
    try:
        wanted = read_card(borrower).files.get(ENCODER_FILE, "")
    except ModelError:
        return False
    return list(lenders(wanted)) == [lender]
