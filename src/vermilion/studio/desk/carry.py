"""Carries controls, agreed colours and recipes from one picture to others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vermilion.errors import HintError, PictureError
from vermilion.guidance import Album, AlbumEntry, Controls, parse_recipe
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.facts import Facts, Reading
from vermilion.studio.faults import UnknownError
from vermilion.work import UNWATCHED, Work

_GRADING = ("fade_unsure", "vividness", "warmth", "tint", "look", "cube")
_PLACED = ("hints", "variant", "variants", *Controls.OF_A_VERSION)
"""Controls that belong to one picture: places in it, its edited versions, what the network knows of it."""


def apply(desk: Desk, source: str, targets: Sequence[str], *, grading_only: bool) -> list[Facts]:
    """Give pictures the controls of another; hints, variants and edited versions stay behind.

    Args:
        desk: the open pictures.
        source: id of the picture that has the controls.
        targets: ids of the others.
        grading_only: only what is done to all colours in the end.

    Raises:
        UnknownError: one is not open; nothing is changed.
    """
    given = desk.get(source).controls
    pictures = [desk.get(picture) for picture in targets]
    return [
        desk.put(replace(each, controls=_merged(given, each.controls, grading_only))) for each in pictures
    ]


def _merged(given: Controls, own: Controls, grading_only: bool) -> Controls:  # noqa: FBT001
    if not grading_only:
        return replace(given, **{name: getattr(own, name) for name in _PLACED})
    return replace(own, **{name: getattr(given, name) for name in _GRADING})


def agree(desk: Desk, source: str, hint: int, name: str) -> Album:
    """Agree on the colour of a hint: all other pictures look for the same thing from now on.

    Args:
        desk: the open pictures.
        source: id of the picture with the hint.
        hint: its number, from 0.
        name: of the thing; another agreement of the same name is replaced.

    Raises:
        UnknownError: the picture is not open.
        HintError: it has no such hint.
    """
    facts = desk.get(source)
    if not 0 <= hint < len(facts.controls.hints):
        raise HintError(
            f"There is no hint {hint}; the picture has {len(facts.controls.hints)}, counted from 0."
        )
    said = facts.controls.hints[hint]
    with Path(facts.original.place).open("rb") as file:
        picture = desk.shelf.keep_asset(file, facts.name)
    entry = AlbumEntry(name, said.color, (said,), picture, strength=said.strength)
    desk.agreed = _with(desk.agreed, entry)
    for other in desk.all():
        if other.id != source:
            desk.put(replace(other, controls=_agreeing(other.controls, _with(_album(other.controls), entry))))
    return desk.agreed


def disagree(desk: Desk, name: str) -> None:
    """Withdraw an agreement by its name, in all pictures.

    Raises:
        UnknownError: nothing was.
    """
    found = False
    if any(entry.name == name for entry in _entries(desk.agreed)):
        desk.agreed, found = _without(desk.agreed, name), True
    for facts in desk.all():
        album = _album(facts.controls)
        if any(entry.name == name for entry in _entries(album)):
            desk.put(replace(facts, controls=_agreeing(facts.controls, _without(album, name))))
            found = True
    if not found:
        raise UnknownError(f"Nothing called {name[:40]!r} was agreed on; GET /v1/album names what was.")


def take_recipe(desk: Desk, picture: str, content: bytes, name: str, work: Work = UNWATCHED) -> Facts:
    """Colour a picture as a recipe says.

    Args:
        desk: the open pictures.
        picture: id of the one that the recipe was made for.
        content: of the recipe's file.
        name: of it, for messages.
        work: may cancel it.

    Raises:
        SettingsError: it is not a recipe, or a file that it names was not sent.
        PictureError: it was made for another picture.
        ModelError: it wants another model.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PictureError(f"{name} is not text in UTF-8; send a NAME.recipe.json.") from error
    recipe = parse_recipe(text, name, desk.shelf.asset)
    scan = desk.ready(desk.get(picture)).session.scan
    desk.colorizer.check(recipe, scan)
    seen = recipe.seen if recipe.input.sha256 and recipe.view.agrees_with(recipe.seen) else ()
    reading = Reading(recipe.page, recipe.recolor, recipe.crop_print, recipe.size)

    def taken(facts: Facts) -> Facts:
        return replace(facts, reading=reading, view=recipe.view, seen=seen, controls=recipe.controls)

    return desk.change(picture, taken, None, work)


def _album(controls: Controls) -> Album | None:
    return controls.album if isinstance(controls.album, Album) else None


def _entries(album: Album | None) -> tuple[AlbumEntry, ...]:
    return album.entries if album else ()


def _with(album: Album | None, entry: AlbumEntry) -> Album:
    return Album((*_entries(_without(album, entry.name)), entry))


def _without(album: Album | None, name: str) -> Album | None:
    left = tuple(entry for entry in _entries(album) if entry.name != name)
    return Album(left) if left else None


def _agreeing(controls: Controls, album: Album | None) -> Controls:
    return replace(controls, album=album)
