"""Pairs true pictures with other programs' results and masks of skin, by stem."""

from dataclasses import dataclass
from pathlib import Path

from vermilion.archive import PICTURE_SUFFIXES
from vermilion.errors import PictureError, SettingsError
from vermilion.pictures import ReadOptions, read_scan
from vermilion.view import upright_size

LEAST_SIDE = 32  # pixels: of less no figure can be made
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A true colour picture, with another program's result and a mask.

    Attributes:
        stem: its name without folder and suffix.
        path: of the true picture.
        theirs: another colouriser's result.
        mask: white where there is skin.
    """

    stem: str
    path: Path
    theirs: Path | None = None
    mask: Path | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture that no figure counts, and why."""

    name: str
    reason: str


def find_pairs(
    folder: Path, against: Path | None = None, masks: Path | None = None, limit: int | None = None
) -> tuple[list[Pair], list[LeftOut]]:
    """Pair the pictures of a folder with results and masks of the same stem, and check that they fit.

    Args:
        folder: the true pictures; folders in it are not searched.
        against: the results of another colouriser, one for each picture.
        masks: of skin, for as many pictures as there are.
        limit: how many pictures at most, evenly picked.

    Raises:
        SettingsError: a folder is missing or empty, has two files of one stem, or lacks what it should have.
        PictureError: a result or a mask cannot be read, or has another size than its picture.
    """
    pictures = _evenly(by_stem(folder), limit)
    theirs = by_stem(against) if against else {}
    skin = by_stem(masks) if masks else {}
    _refuse_lack(pictures, theirs, against)
    if masks and not pictures.keys() & skin.keys():
        raise SettingsError(
            f"{masks} has no mask with the name of a picture in {folder}; give them the same names."
        )
    pairs, left_out = [], []
    for stem, path in pictures.items():
        pair = Pair(stem, path, theirs.get(stem), skin.get(stem))
        reason = _unfit(pair)
        if reason:
            left_out.append(LeftOut(path.name, reason))
        else:
            pairs.append(pair)
    if not pairs:
        raise SettingsError(f"No picture of {folder} can be used; the first: {left_out[0].reason}")
    return pairs, left_out


def by_stem(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by stem, in the order of their names.

    Raises:
        SettingsError: there are none, or two of one stem.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder} is not a folder; name one with pictures in it.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PICTURE_SUFFIXES or not path.is_file():
            continue
        if path.stem in found:
            raise SettingsError(f"{folder} has {found[path.stem].name} and {path.name}; rename one of them.")
        found[path.stem] = path
    if not found:
        raise SettingsError(f"{folder} holds no pictures; name a folder with colour pictures in it.")
    return found


def _evenly(pictures: dict[str, Path], limit: int | None) -> dict[str, Path]:
    """Some of the pictures, from the first to the last of them."""
    stems = list(pictures)
    if limit is None or limit >= len(stems):
        return pictures
    return {stem: pictures[stem] for stem in (stems[place * len(stems) // limit] for place in range(limit))}


def _refuse_lack(pictures: dict[str, Path], theirs: dict[str, Path], against: Path | None) -> None:
    missing = [stem for stem in pictures if stem not in theirs]
    if against and missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise SettingsError(
            f"{against} has no result for {', '.join(missing[:_SHOWN])}{more}; every picture needs one."
        )


def _unfit(pair: Pair) -> str:
    """Why a true picture cannot be used; empty if it can. Its result and mask have to fit."""
    try:
        size = _size_of(pair.path)
    except PictureError as error:
        return str(error)
    if min(size) < LEAST_SIDE:
        return f"{pair.path.name} is smaller than {LEAST_SIDE} pixels."
    for other in (pair.theirs, pair.mask):
        if other and _size_of(other) != size:
            raise PictureError(
                f"{other} is {_pixels(_size_of(other))} pixels and {pair.path.name} is {_pixels(size)}; "
                "make them the same size."
            )
    return ""


def _size_of(path: Path) -> tuple[int, int]:
    """Height and width as the picture is shown; nothing is decoded."""
    scan = read_scan(path, ReadOptions(recolor=True))
    return upright_size(scan.size, scan.orientation)


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"
