"""Copies of models: in folders, in archives and from the hub."""

import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from vermilion.errors import ExistsError, ModelError, OutputError
from vermilion.leftovers import scratch_prefix, sweep
from vermilion.network.card import CARD_FILE, ModelCard, read_card
from vermilion.network.find import find_model
from vermilion.network.folder import ENCODER_FILE, encoder_folder
from vermilion.network.hub import PREFIX, fetch_model
from vermilion.network.library.installed import check_free, new_model
from vermilion.network.model import check_model
from vermilion.network.places import models_folder

LARGEST_MODEL = 1 << 30
"""Bytes that all files of a model in an archive may come to."""

LARGEST_CARD = 1 << 20
"""Bytes of a card in an archive; a real one has some twenty thousand."""

_ARCHIVE = ".zip"
# What names another place on one of the systems, such as a drive or a stream on Windows.
_NO_PLAIN_NAME = re.compile(r"[/\\:\0]")


def import_model(source: str, name: str = "", *, overwrite: bool = False) -> Path:
    """Install a copy of a model.

    Args:
        source: a model folder, an archive that ``export_model`` wrote, or ``hf://owner/name``.
        name: to install it under; the source's own if empty.
        overwrite: replace a model of this name.

    Returns:
        The folder of the installed model.

    Raises:
        ModelError: the source is no model, is damaged, or needs a ``encoder.onnx`` that is not here.
        ExistsError: a model of this name is installed already, and may not be overwritten.
    """
    name = name or _name_in(source)
    check_free(name, overwrite=overwrite)  # before anything is fetched
    with new_model(name, overwrite=overwrite) as folder:
        if source.startswith(PREFIX):
            _copy_files(fetch_model(source), folder)
        elif Path(source).suffix.lower() == _ARCHIVE and Path(source).is_file():
            _copy_archive(Path(source), folder)
        else:
            _copy_files(Path(source), folder)
    return models_folder() / name


def _name_in(source: str) -> str:
    """Return what a source is called: the last part of its path or id, without @revision and .zip."""
    if source.startswith(PREFIX):
        return source.partition("@")[0].rpartition("/")[2].lower()
    path = Path(source).absolute()
    return (path.stem if path.suffix.lower() == _ARCHIVE else path.name).lower()


def export_model(name: str, target: Path, *, whole: bool = False) -> Path:
    """Copy a model to a folder or into an archive, so that others can import it.

    Args:
        name: of an installed model.
        target: a folder that does not exist yet, or a ``.zip``.
        whole: also take the ``encoder.onnx`` that it borrows, so that it runs where the lender is not.

    Returns:
        ``target``.

    Raises:
        ModelError: there is no such model, or it is damaged.
        ExistsError: ``target`` exists.
        OutputError: it cannot be written.
    """
    folder = find_model(name)
    files = _files_of(folder, read_card(folder), whole=whole)
    check_model(folder)
    if target.exists():
        raise ExistsError(f"{target} exists already; choose another name for the model's copy.")
    try:
        _write(files, target)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({error.strerror or error}); choose another place."
        ) from error
    return target


def _write(files: dict[str, Path], target: Path) -> None:
    """Write a folder or an archive, under its name only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    with tempfile.TemporaryDirectory(prefix=f".{scratch_prefix()}", dir=target.parent) as workshop:
        unfinished = Path(workshop) / target.name
        if target.suffix.lower() == _ARCHIVE:
            _pack(files, unfinished, target.stem)
        else:
            _copy(files, unfinished)
        unfinished.rename(target)


def _files_of(folder: Path, card: ModelCard, *, whole: bool) -> dict[str, Path]:
    """Return the files of a model that are there, by name; with ``whole`` the borrowed one, too."""
    files = {name: folder / name for name in _named_files(folder, card) if (folder / name).is_file()}
    if whole and ENCODER_FILE not in files:
        files[ENCODER_FILE] = encoder_folder(folder, card) / ENCODER_FILE
    return files


def _named_files(folder: Path, card: ModelCard) -> tuple[str, ...]:
    """Names of the card and of the files that it names, which must all be plain names."""
    for name in card.files:
        if _NO_PLAIN_NAME.search(name) or name in ("", ".", ".."):
            raise ModelError(f"{folder / CARD_FILE} names a file outside its folder ({name}); do not use it.")
    return (CARD_FILE, *card.files)


def _copy_files(source: Path, target: Path) -> None:
    _copy(_files_of(source, read_card(source), whole=False), target)


def _copy(files: dict[str, Path], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        shutil.copyfile(path, target / name)


def _pack(files: dict[str, Path], target: Path, top: str) -> None:
    """Write an archive with one folder in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            archive.write(path, f"{top}/{name}")


def _copy_archive(source: Path, target: Path) -> None:
    """Copy a model out of an archive: the only card in it, and the files that it names."""
    with tempfile.TemporaryDirectory(dir=target) as workshop:
        try:
            _unpack(source, Path(workshop))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise ModelError(
                f"{source} is damaged or not an archive of a model ({error}); copy it again."
            ) from error
        _copy_files(Path(workshop), target)


def _unpack(source: Path, target: Path) -> None:
    """Unpack the only card in an archive and, of what lies beside it, the files that it names."""
    with zipfile.ZipFile(source) as archive:
        beside = _beside_the_card(archive, source)
        _check_room([beside[CARD_FILE]], source, LARGEST_CARD)
        _extract(archive, beside[CARD_FILE], target / CARD_FILE)
        named = _named_files(target, read_card(target))
        infos = {name: beside[name] for name in named if name in beside and name != CARD_FILE}
        _check_room(infos.values(), source, LARGEST_MODEL)
        for name, info in infos.items():
            _extract(archive, info, target / name)


def _beside_the_card(archive: zipfile.ZipFile, source: Path) -> dict[str, zipfile.ZipInfo]:
    """The files of the folder that holds the only card, by name."""
    infos = [info for info in archive.infolist() if not info.is_dir() and "\\" not in info.filename]
    places = [PurePosixPath(info.filename) for info in infos]
    tops = {place.parent for place in places if place.name == CARD_FILE}
    if len(tops) != 1:
        raise ModelError(
            f"{source} holds {len(tops)} models, where one is needed; unpack it and name a folder."
        )
    return {place.name: info for info, place in zip(infos, places, strict=True) if place.parent in tops}


def _check_room(infos: Iterable[zipfile.ZipInfo], source: Path, limit: int) -> None:
    """Refuse what unpacks to more bytes than a model has; zipfile unpacks no more than is claimed."""
    sizes = {info.filename: info.file_size for info in infos}
    if sum(sizes.values()) > limit:
        largest = max(sizes, key=lambda name: sizes[name])
        raise ModelError(
            f"{source} unpacks to {sum(sizes.values()):,} bytes, most of them {largest}, and a model has at"
            f" most {limit:,}; do not use it."
        )


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    with archive.open(info) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
