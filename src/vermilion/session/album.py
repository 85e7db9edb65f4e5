"""Applies an album: colours agreed on in other pictures, brought to this one.

agreed picture ─encode, once─▶ places ─┐
                                       ├─ alike? ─▶ hints, which are drawn before the person's own
picture ───────────encode────▶ places ─┘
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.errors import HintError, SettingsError
from vermilion.guidance import Album, AlbumEntry, AnyHint
from vermilion.guidance.album import cells_of_places, find_places, found_thing, places_on
from vermilion.guidance.canvas import NOBODY, draw_hints
from vermilion.guidance.references import places_of
from vermilion.pictures import NamedBytes, ReadOptions, Scan, read_scan
from vermilion.session.opened import Opened, open_scan
from vermilion.session.workshop import Workshop

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AlbumHints:
    """The hints of an album for one picture.

    Attributes:
        hints: the later over the earlier.
        notes: which things were not found.
    """

    hints: tuple[AnyHint, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Agreed:
    """What is kept of a picture in which colours were agreed on."""

    size: tuple[int, int]
    grid: tuple[int, int]
    places: Sequence[Floats]


class AlbumFinder:
    """Finds the things of albums in pictures. Each agreed picture is encoded once.

    Args:
        workshop: the painter, the cache that keeps what is known of agreed pictures, the limit on their size.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def hints_for(self, album: Album, scan: Scan, opened: Opened) -> AlbumHints:
        """Return what an album says about a picture.

        Args:
            album: what was agreed on.
            scan: the picture.
            opened: the same picture, as the network sees it.

        Raises:
            SettingsError: the album cannot be used.
            PictureError: an agreed picture cannot be read.
        """
        grid = opened.encoded.grid
        hints: dict[int, tuple[AnyHint, ...]] = {
            number: entry.hints
            for number, entry in enumerate(album.entries)
            if entry.is_for(scan.source_name)
        }
        for picture in dict.fromkeys(entry.agreed for entry in album.entries if entry.agreed is not None):
            numbers = [number for number, entry in enumerate(album.entries) if entry.agreed == picture]
            agreed = self._agreed(picture, opened.short_side)
            if picture.sha256 == scan.sha256 and scan.page == 1 and scan.crop is None:
                hints |= {number: album.entries[number].hints for number in numbers}
            else:
                hints |= self._find(album, numbers, agreed, opened)
        for number, placed in hints.items():
            self._draw(placed, opened.size, grid, f"{album.name}: {album.entries[number].name}")
        all_hints = tuple(hint for number in sorted(hints) for hint in hints[number])
        return AlbumHints(all_hints, _notes(album, hints))

    def _agreed(self, picture: Asset, short_side: int) -> _Agreed:
        """Return what is kept of an agreed picture."""

        def make() -> _Agreed:
            content = NamedBytes(picture.content, picture.name or "the agreed picture")
            scan = read_scan(content, ReadOptions(recolor=True, max_pixels=self._workshop.max_pixels))
            opened = open_scan(self._workshop.painter, scan, short_side)
            grid = opened.encoded.grid
            places = places_of(opened.encoded.features.maps, grid)
            return _Agreed(opened.size, grid, places)

        return self._workshop.cache.get(("agreed", picture.sha256, short_side), make)

    def _find(
        self, album: Album, numbers: Sequence[int], agreed: _Agreed, opened: Opened
    ) -> dict[int, tuple[AnyHint, ...]]:
        """Return hints, by number of the entry, where things of an agreed picture are seen in another."""
        entries = [(number, album.entries[number]) for number in numbers]
        hints = [(number, hint) for number, entry in entries for hint in entry.hints]
        for _, entry in entries:
            self._draw(entry.hints, agreed.size, agreed.grid, f"{album.name}: {entry.name}")
        placed = [hint for _, hint in hints]
        owner = places_on(
            draw_hints(placed, agreed.size, agreed.grid, read_mask=self._workshop.read_mask).owner
        )
        entry_of = np.array([*(number for number, _ in hints), NOBODY])
        encoded = opened.encoded
        there = find_places(places_of(encoded.features.maps, encoded.grid), agreed.places, entry_of[owner])
        seen = np.where(there == NOBODY, NOBODY, owner[there])
        found: dict[int, tuple[AnyHint, ...]] = {}
        for which in np.unique(seen[seen != NOBODY]):
            number, hint = hints[which]
            cells = cells_of_places(seen == which, encoded.grid)
            thing = found_thing(cells, hint, _called(album.entries[number], album))
            found[number] = (*found.get(number, ()), thing)
        return found

    def _draw(
        self, hints: Sequence[AnyHint], size: tuple[int, int], grid: tuple[int, int], where: str
    ) -> None:
        """Refuse hints that cannot be drawn.

        Raises:
            SettingsError: one lies outside the picture, or a mask cannot be used.
        """
        try:
            draw_hints(hints, size, grid, read_mask=self._workshop.read_mask)
        except HintError as error:
            raise SettingsError(f"{where}: {error}") from error


def _notes(album: Album, hints: dict[int, tuple[AnyHint, ...]]) -> tuple[str, ...]:
    """Say what was not found. What was agreed on in two pictures needs to be found by one of them."""
    found = {album.entries[number].name for number in hints}
    lost = [entry for entry in album.entries if entry.picture is not None and entry.name not in found]
    notes = dict.fromkeys(
        f"nothing here looks like {_called(entry, album)}, so nothing was changed" for entry in lost
    )
    return tuple(notes)


def _called(entry: AlbumEntry, album: Album) -> str:
    return f"the {entry.name!r} of {album.name}"
