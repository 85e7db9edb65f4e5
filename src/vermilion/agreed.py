"""Colours agreed on in other pictures, brought to this one: an album at work.

agreed picture ─see, once─▶ places ─┐
                                    ├─ alike? ─▶ hints, which are drawn before the person's own
picture ───────────see────▶ places ─┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vermilion.color import reduce_luma, turn_upright, upright_size
from vermilion.errors import HintError, SettingsError
from vermilion.guidance import (
    NOBODY,
    Album,
    AlbumEntry,
    AnyHint,
    cells_of_places,
    draw_hints,
    find_places,
    found_thing,
    load_album,
    places_of,
    places_on,
)
from vermilion.masks import mask_reader
from vermilion.network import Features, Model, with_margin, working_size
from vermilion.pictures import DEFAULT_MAX_PIXELS, ReadOptions, Scan, read_scan

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the network saw of a scan, upright.

    Attributes:
        short_side: pixels at which it looked.
        size: height and width of the picture in pixels.
        grid: height h and width w in cells of the model's stride.
        luma: float32 [h,w] in 0..1.
        features: with a margin.
    """

    short_side: int
    size: tuple[int, int]
    grid: tuple[int, int]
    luma: Floats
    features: Features


def look_at(model: Model, scan: Scan, short_side: int) -> Sight:
    """Let the network look at a scan."""
    stride = model.card.stride
    codes = scan.pixels.preview(working_size(scan.size, short_side, stride))
    luma = turn_upright(scan.colors.to_srgb_tone(codes), scan.orientation)
    grid = luma.shape[0] // stride, luma.shape[1] // stride
    features = model.see(with_margin(luma)[None, None])
    return Sight(
        short_side, upright_size(scan.size, scan.orientation), grid, reduce_luma(luma, grid), features
    )


@dataclass(frozen=True, slots=True)
class AlbumHints:
    """What an album says about one picture.

    Attributes:
        hints: the later over the earlier.
        notes: which things were not found.
    """

    hints: tuple[AnyHint, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Agreed:
    """All that is kept of a picture in which colours were agreed on."""

    sha256: str
    size: tuple[int, int]
    grid: tuple[int, int]
    places: Sequence[Floats]


class AgreedColors:
    """Finds the things of albums. Looks at each agreed picture once, for any number of pictures and threads.

    Attributes:
        model: what looks.
        max_pixels: the most that an agreed picture, or any other beside the scan, may claim.
        read_mask: reads the pictures of masks under the same limit.
    """

    def __init__(self, model: Model, max_pixels: int = DEFAULT_MAX_PIXELS) -> None:
        self.model = model
        self.max_pixels = max_pixels
        self.read_mask = mask_reader(max_pixels)
        self._known: dict[tuple[str, int, int, int], _Agreed] = {}
        self._lock = Lock()

    def hints_for(self, path: str, scan: Scan, sight: Sight) -> AlbumHints:
        """Return what an album says about a picture.

        Args:
            path: of the album.
            scan: the picture.
            sight: what the network saw of it.

        Raises:
            SettingsError: the album cannot be used.
            PictureError: an agreed picture cannot be read.
        """
        album = load_album(path)
        hints: dict[int, tuple[AnyHint, ...]] = {
            number: entry.hints
            for number, entry in enumerate(album.entries)
            if entry.is_for(scan.source_name)
        }
        for picture in dict.fromkeys(entry.picture for entry in album.entries if entry.picture is not None):
            numbers = [number for number, entry in enumerate(album.entries) if entry.picture == picture]
            agreed = self._look(picture, sight.short_side)
            if agreed.sha256 == scan.sha256 and scan.page == 1:
                hints |= {number: album.entries[number].hints for number in numbers}
            else:
                hints |= self._find(album, numbers, agreed, sight, path)
        for number, placed in hints.items():
            self._draw(placed, sight.size, sight.grid, f"{path}: {album.entries[number].name}")
        told = tuple(hint for number in sorted(hints) for hint in hints[number])
        return AlbumHints(told, _notes(album, hints, path))

    def _look(self, picture: str, short_side: int) -> _Agreed:
        """Return what is kept of an agreed picture; the lock makes others wait for the first."""
        with self._lock:
            key = (picture, *_state_of(picture), short_side)
            if key not in self._known:
                scan = read_scan(picture, ReadOptions(recolor=True, max_pixels=self.max_pixels))
                sight = look_at(self.model, scan, short_side)
                places = places_of(sight.features.maps, sight.grid)
                self._known[key] = _Agreed(scan.sha256, sight.size, sight.grid, places)
            return self._known[key]

    def _find(
        self, album: Album, numbers: Sequence[int], agreed: _Agreed, sight: Sight, path: str
    ) -> dict[int, tuple[AnyHint, ...]]:
        """Return hints, by number of the entry, where things of an agreed picture are seen in another."""
        entries = [(number, album.entries[number]) for number in numbers]
        hints = [(number, hint) for number, entry in entries for hint in entry.hints]
        for _, entry in entries:
            self._draw(entry.hints, agreed.size, agreed.grid, f"{path}: {entry.name}")
        placed = [hint for _, hint in hints]
        owner = places_on(draw_hints(placed, agreed.size, agreed.grid, read_mask=self.read_mask).owner)
        entry_of = np.array([*(number for number, _ in hints), NOBODY])
        there = find_places(places_of(sight.features.maps, sight.grid), agreed.places, entry_of[owner])
        seen = np.where(there == NOBODY, NOBODY, owner[there])
        found: dict[int, tuple[AnyHint, ...]] = {}
        for which in np.unique(seen[seen != NOBODY]):
            number, hint = hints[which]
            cells = cells_of_places(seen == which, sight.grid)
            thing = found_thing(cells, hint, _called(album.entries[number], path))
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
            draw_hints(hints, size, grid, read_mask=self.read_mask)
        except HintError as error:
            raise SettingsError(f"{where}: {error}") from error


def _notes(album: Album, hints: dict[int, tuple[AnyHint, ...]], path: str) -> tuple[str, ...]:
    """Tell what was looked for in vain; one that was agreed on in two pictures need be found by one."""
    found = {album.entries[number].name for number in hints}
    lost = [entry for entry in album.entries if entry.picture is not None and entry.name not in found]
    told = dict.fromkeys(
        f"nothing here looks like {_called(entry, path)}, so that it changed nothing" for entry in lost
    )
    return tuple(told)


def _called(entry: AlbumEntry, path: str) -> str:
    return f"the {entry.name!r} of {path}"


def _state_of(picture: str) -> tuple[int, int]:
    """Return what changes when a file does: when it was written, and its size in bytes.

    Raises:
        SettingsError: it is not there.
    """
    try:
        state = Path(picture).stat()
    except OSError as error:
        raise SettingsError(
            f"{picture}, an agreed picture, cannot be read ({error.strerror}); check its path."
        ) from error
    return state.st_mtime_ns, state.st_size
