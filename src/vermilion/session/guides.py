"""References, palettes and variants of one open picture, as hints for the decoder.

Slow results are kept in the cache, by the picture and everything that they depend on.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset, given
from vermilion.errors import SettingsError
from vermilion.guidance import Controls
from vermilion.guidance.canvas import lay_over
from vermilion.guidance.references import (
    PALETTE_REGIONS,
    Reference,
    colors_on_grid,
    find_regions,
    palette_canvas,
    palette_of_picture,
    reference_canvas,
    soft_palette_canvas,
)
from vermilion.guidance.variants import VARIANT_REGIONS, choose_variants, find_doubtful, propose_variants
from vermilion.network import working_size
from vermilion.painter import Painted
from vermilion.pictures import NamedBytes, read_colors
from vermilion.session.opened import Opened
from vermilion.session.versions import Versions
from vermilion.session.workshop import Workshop
from vermilion.tone import luma_of_rgb, reduce_luma
from vermilion.work import UNWATCHED, Work

Floats = NDArray[np.float32]
T = TypeVar("T")

_COLOR_SIDE = 1024  # pixels of the longest side that a reference or a palette is read at
_COLORLESS = 1.5  # mean ab units of chroma below which a reference is grey, or toned


@dataclass(frozen=True, slots=True, eq=False)
class Guides:
    """Everything besides hints that steers the colours of one open picture.

    Attributes:
        workshop: the painter and what else is shared.
        owner: of this picture's entries in the cache.
        opened: the picture, as the network sees it.
        versions: what is laid on it.
    """

    workshop: Workshop
    owner: Hashable
    opened: Opened
    versions: Versions

    def canvas(self, controls: Controls) -> Floats:
        """Return version, reference, palette and variant as hints [3,h,w], the later over the earlier.

        Raises:
            SettingsError: a file cannot be used, or there is no such variant.
        """
        version = self.versions.canvas(controls)
        canvas = np.zeros((3, *self.opened.encoded.grid), np.float32) if version is None else version
        reference = given(controls.reference)
        if reference is not None:
            canvas = lay_over(canvas, self._reference_canvas(reference))
        if controls.palette:
            canvas = lay_over(canvas, self._palette_canvas(cast("tuple[str, ...] | Asset", controls.palette)))
        if controls.variant is not None:
            canvas = lay_over(canvas, self._variant_canvas(controls, controls.variant))
        return canvas

    def key(self, controls: Controls) -> tuple[Hashable, ...]:
        """Return what ``canvas`` follows from, for keys of a cache."""
        variant = (controls.variant, controls.variants, controls.seed) if controls.variant else ()
        return self.versions.key(controls), given(controls.reference), controls.palette, variant

    def matches(self, reference: Asset) -> bool:
        """Return whether anything in a reference looks like the picture."""
        return bool(self._matches(reference).any())

    def automatic(self) -> Painted:
        """Return what the network paints by itself, with its odds."""

        def make() -> Painted:
            return self.workshop.painter.decode(self.opened.encoded, with_odds=True)[0]

        return self._kept(("automatic",), make)

    def variant_canvases(self, count: int, seed: int, work: Work = UNWATCHED) -> Floats:
        """Return the hints [n,3,h,w] of all variants, n at most ``count``; they cost two dozen paintings.

        Raises:
            CancelledError: the work was cancelled in between.
        """

        def make() -> Floats:
            encoded, alone = self.opened.encoded, self.automatic()
            maps, luma, bins = encoded.features.maps, encoded.luma[0], self.workshop.painter.card.bins
            doubtful = find_doubtful(maps, luma, alone.ab, alone.confidence)
            regions = self._regions(VARIANT_REGIONS)
            proposals = propose_variants(alone.odds, bins, luma, regions, doubtful, seed)
            steps = work.steps("look for variants", proposals)
            painted = [
                self.workshop.painter.decode(encoded, proposal.canvas[None]).ab[0] for proposal in steps
            ]
            chosen = choose_variants(alone.ab, painted, proposals, count)
            canvases = [proposals[place].canvas for place in chosen]
            return np.reshape(canvases, (len(canvases), 3, *encoded.grid)).astype(np.float32, copy=False)

        return self._kept(("variants", count, seed), make)

    def _kept(self, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        return self.workshop.cache.get((self.owner, *key), make)

    def _reference_canvas(self, reference: Asset) -> Floats:
        """Return the matches of a reference, and under them its palette."""

        def make() -> Floats:
            regions = self._regions(PALETTE_REGIONS)
            soft = soft_palette_canvas(self._reference(reference).palette, self.automatic().ab, regions)
            return lay_over(soft, self._matches(reference))

        return self._kept(("reference", reference), make)

    def _matches(self, reference: Asset) -> Floats:
        def make() -> Floats:
            encoded = self.opened.encoded
            return reference_canvas(encoded.features.maps, encoded.grid, self._reference(reference))

        return self._kept(("matches", reference), make)

    def _reference(self, reference: Asset) -> Reference:
        """Return a picture in colour as the network sees it; all pictures share it."""
        key = ("reference", reference, self.opened.short_side)
        return self.workshop.cache.get(key, lambda: self._read_reference(reference))

    def _palette_canvas(self, palette: tuple[str, ...] | Asset) -> Floats:
        def make() -> Floats:
            colors = palette if isinstance(palette, tuple) else self._palette_of(palette)
            luma, regions = self.opened.encoded.luma[0], self._regions(PALETTE_REGIONS)
            return palette_canvas(
                colors, self.automatic().odds, self.workshop.painter.card.bins, luma, regions
            )

        return self._kept(("palette", palette), make)

    def _palette_of(self, picture: Asset) -> tuple[str, ...]:
        """Return the main colours of a picture.

        Raises:
            SettingsError: it has none.
        """
        rgb = read_colors(_bytes_of(picture), _COLOR_SIDE, self.workshop.max_pixels)
        if _is_colorless(colors_on_grid(rgb, self.opened.encoded.grid)):
            raise SettingsError(
                f"The picture {picture.name} has no colours to paint with; name one in colour."
            )
        return palette_of_picture(rgb)

    def _variant_canvas(self, controls: Controls, rank: int) -> Floats:
        canvases = self.variant_canvases(controls.variants, controls.seed)
        if rank > len(canvases):
            raise SettingsError(
                f"There is no variant {rank}: the network knows {len(canvases)} of this picture; "
                "choose one of them, or another seed."
            )
        canvas: Floats = canvases[rank - 1]
        return canvas

    def _regions(self, count: int) -> NDArray[np.int32]:
        encoded = self.opened.encoded
        return find_regions(encoded.features.maps, encoded.luma[0], self.automatic().ab, count)

    def _read_reference(self, reference: Asset) -> Reference:
        """Return a picture in colour as the network sees it.

        Raises:
            SettingsError: it has no colours.
        """
        rgb = read_colors(_bytes_of(reference), _COLOR_SIDE, self.workshop.max_pixels)
        stride = self.workshop.painter.card.stride
        height, width = working_size(rgb.shape[:2], self.opened.short_side, stride)
        encoded = self.workshop.painter.encode(reduce_luma(luma_of_rgb(rgb), (height, width))[None])
        ab = colors_on_grid(rgb, (height // stride, width // stride))
        if _is_colorless(ab):
            raise SettingsError(
                f"The reference {reference.name} has no colours to carry over; name one in colour."
            )
        return Reference(encoded.features.maps, ab, palette_of_picture(rgb))


def _bytes_of(picture: Asset) -> NamedBytes:
    return NamedBytes(picture.content, picture.name or "the picture")


def _is_colorless(ab: Floats) -> bool:
    return float(np.linalg.norm(ab, axis=-1).mean()) < _COLORLESS
