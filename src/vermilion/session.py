"""One picture that is open: what the network saw of it is kept, and each change of the controls is quick.

controls ─▶ hints drawn ─▶ paint ◀─ features, kept              ┌─▶ Picture
                             │ hints settled                    │
                             └─▶ (a,b) ─▶ faded, look, vividness, warmth, tint
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vermilion.agreed import AgreedColors, AlbumHints, look_at
from vermilion.color import ab_to_cbcr, luma_of_rgb, reduce_luma, smooth_along_edges, turn_back
from vermilion.errors import SettingsError
from vermilion.guidance import (
    NOBODY,
    PALETTE_REGIONS,
    VARIANT_REGIONS,
    AnyHint,
    Controls,
    Drawing,
    Looks,
    Recipe,
    Reference,
    Spot,
    Suggestion,
    ask_here,
    cell_at,
    check_inside,
    choose_variants,
    colors_on_grid,
    corner_notes,
    draw_hints,
    find_doubtful,
    find_regions,
    finish_colors,
    goals_of,
    lay_over,
    looks_of,
    mood_canvas,
    notes_on,
    palette_canvas,
    palette_file,
    palette_of_picture,
    propose_variants,
    reach_of,
    reference_canvas,
    settle_hints,
    suggest_colors,
)
from vermilion.network import with_margin, working_size
from vermilion.picture import Picture
from vermilion.pictures import Scan, read_colors

Floats = NDArray[np.float32]
T = TypeVar("T")

AUTOMATIC = Controls()
"""The controls that leave everything to the network."""

_REFERENCE_SIDE = 1024  # pixels of the longest side that a reference or a palette is read at
_COLORLESS = 1.5  # mean ab units of chroma below which a reference is grey, or toned
_NO_ODDS = np.zeros((0, 0, 0), np.float32)


class Session:
    """A picture that is open, as ``Colorizer.open`` gives it. Several threads may use it at the same time.

    Args:
        agreed: the model that paints, and what it saw for albums.
        scan: the picture.
        short_side: pixels at which the network looks.
        draft: the recipe but for the controls.
        engine: what computes.

    Attributes:
        scan: the picture.
        size: height and width in pixels as it is shown, upright: what hints are placed in.
    """

    def __init__(self, agreed: AgreedColors, scan: Scan, short_side: int, draft: Recipe, engine: str) -> None:
        self.scan = scan
        self._agreed = agreed
        self._model = agreed.model
        self._draft = draft
        self._engine = engine
        self._short_side = short_side
        self._known: dict[tuple[object, ...], Any] = {}
        self._sight = look_at(self._model, scan, short_side)
        self.size = self._sight.size
        self._grid = self._sight.grid
        self._luma = self._sight.luma
        self._features = self._sight.features

    def paint(self, controls: Controls = AUTOMATIC) -> Picture:
        """Colour the picture as the controls say; only what depends on them is computed.

        Raises:
            HintError: a hint makes no sense for this picture.
            SettingsError: a look, a cube or another file that the controls name cannot be used.
        """
        drawing = self._draw(controls)
        painted, notes = self._paint_with_hints(drawing, controls)
        if controls.reference is not None and not self._matches(controls.reference).any():
            notes += (f"nothing in {controls.reference} looks like this picture; only its palette was taken",)
        notes += self._album(controls.album).notes
        notes += corner_notes(self._luma) if controls.corner_mark else ()
        sureness = np.maximum(painted.confidence, _told(drawing))
        ab = finish_colors(controls, self._luma, painted.ab, sureness)
        return self._picture(ab, painted.confidence, controls, notes)

    def variants(self, controls: Controls = AUTOMATIC) -> tuple[Picture, ...]:
        """Return other plausible colourings, the likeliest first; ``controls`` says how many, and their seed.

        There are fewer where the network knows no others that differ visibly. Each picture's recipe names its
        rank, and ``paint`` with that ``variant`` gives it again.
        """
        ranks = range(1, len(self._variant_canvases(controls.variants, controls.seed)) + 1)
        return tuple(self.paint(replace(controls, variant=rank)) for rank in ranks)

    def suggest(
        self, x: float, y: float, count: int = 5, controls: Controls = AUTOMATIC
    ) -> tuple[Suggestion, ...]:
        """Return the likeliest distinct colours at a place, in pixels of the upright picture.

        Args:
            x: pixels from the left edge.
            y: pixels from the upper edge.
            count: how many at most.
            controls: what is known already; its hints change what is likely.

        Raises:
            HintError: the place is not in the picture.
        """
        check_inside(x, y, self.size, f"the place at x = {x:g}, y = {y:g}")
        row, column = cell_at(x, y, self.size, self._grid)
        drawing = self._draw(controls)
        painted = self._steered(drawing, controls, self._reach(drawing), with_odds=True)
        return suggest_colors(
            painted.odds[:, row, column], self._model.card.bins, float(self._luma[row, column]), count
        )

    def ask_me_here(self, count: int = 3, controls: Controls = AUTOMATIC) -> tuple[Spot, ...]:
        """Return up to ``count`` spots where one hint would change most, the best first.

        Each counts as told after it. All lie where the model expects to be wrong more often than right, so
        that there are fewer where it is surer, and none where nothing is left to ask.
        """
        drawing = self._draw(controls)
        painted = self._steered(drawing, controls, self._reach(drawing))
        told = _told(drawing) > 0
        features = self._features_at(2)  # at a stride of 16, which know things best
        return ask_here(features, self._luma, painted.confidence, told, self.size, count)

    def _draw(self, controls: Controls) -> Drawing:
        hints, guides = self._hints(controls), self._guides(controls)
        read_mask = self._agreed.read_mask
        return draw_hints(hints, self.size, self._grid, guides, self._luma, read_mask)

    def _hints(self, controls: Controls) -> tuple[AnyHint, ...]:
        """Return what people said of places: the album's hints, and over them those of this picture."""
        return (*self._album(controls.album).hints, *controls.hints)

    def _album(self, path: str | None) -> AlbumHints:
        if path is None:
            return AlbumHints()
        return self._kept(("album", path), lambda: self._agreed.hints_for(path, self.scan, self._sight))

    def _guides(self, controls: Controls) -> Floats:
        """Return what reference, palette and variant come to as hints [3,h,w], the later over the earlier."""
        canvas = np.zeros((3, *self._grid), np.float32)
        if controls.reference is not None:
            canvas = self._reference_canvas(controls.reference)
        if controls.palette:
            canvas = lay_over(canvas, self._palette_canvas(controls))
        if controls.variant is not None:
            canvas = lay_over(canvas, self._variant_canvas(controls, controls.variant))
        return canvas

    def _kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what was made before for the same key: guides that stay cost nothing when a hint moves."""
        if key not in self._known:
            self._known[key] = make()
        kept: T = self._known[key]
        return kept

    def _reference_canvas(self, path: str) -> Floats:
        """Return the matches of a reference, and under them its palette."""

        def make() -> Floats:
            regions = self._regions(PALETTE_REGIONS)
            mood = mood_canvas(self._reference(path).palette, self._automatic.ab, regions)
            return lay_over(mood, self._matches(path))

        return self._kept(("reference", path), make)

    def _matches(self, path: str) -> Floats:
        return self._kept(
            ("matches", path),
            lambda: reference_canvas(self._features.maps, self._grid, self._reference(path)),
        )

    def _reference(self, path: str) -> Reference:
        return self._kept(("seen", path), lambda: self._look_at_reference(path))

    def _look_at_reference(self, path: str) -> Reference:
        """Return a picture in colour as the network sees it.

        Raises:
            SettingsError: it has no colours.
        """
        rgb = read_colors(path, _REFERENCE_SIDE, self._agreed.max_pixels)
        stride = self._model.card.stride
        height, width = working_size(rgb.shape[:2], self._short_side, stride)
        maps = self._model.see(with_margin(reduce_luma(luma_of_rgb(rgb), (height, width)))[None, None]).maps
        ab = colors_on_grid(rgb, (height // stride, width // stride))
        if _is_colorless(ab):
            raise SettingsError(f"The reference {path} has no colours to carry over; name one in colour.")
        return Reference(maps, ab, palette_of_picture(rgb))

    def _palette_canvas(self, controls: Controls) -> Floats:
        def make() -> Floats:
            file = palette_file(controls)
            colors = self._palette_of(file) if file else controls.palette
            regions = self._regions(PALETTE_REGIONS)
            return palette_canvas(colors, self._automatic.odds, self._model.card.bins, self._luma, regions)

        return self._kept(("palette", controls.palette), make)

    def _palette_of(self, file: str) -> tuple[str, ...]:
        """Return the main colours of a picture.

        Raises:
            SettingsError: it has none.
        """
        rgb = read_colors(file, _REFERENCE_SIDE, self._agreed.max_pixels)
        if _is_colorless(colors_on_grid(rgb, self._grid)):
            raise SettingsError(f"The picture {file} has no colours to paint with; name one in colour.")
        return palette_of_picture(rgb)

    def _variant_canvas(self, controls: Controls, rank: int) -> Floats:
        canvases = self._variant_canvases(controls.variants, controls.seed)
        if rank > len(canvases):
            raise SettingsError(
                f"There is no variant {rank}: of this picture the network knows {len(canvases)} that differ; "
                "choose one of them, or another seed."
            )
        canvas: Floats = canvases[rank - 1]
        return canvas

    def _variant_canvases(self, count: int, seed: int) -> Floats:
        """Return the hints [n,3,h,w] of all variants, n at most ``count``; they cost two dozen paintings."""

        def make() -> Floats:
            alone, bins = self._automatic, self._model.card.bins
            doubtful = find_doubtful(self._features.maps, self._luma, alone.ab, alone.confidence)
            regions = self._regions(VARIANT_REGIONS)
            proposals = propose_variants(alone.odds, bins, self._luma, regions, doubtful, seed)
            painted = [self._painted(proposal.canvas, None).ab for proposal in proposals]
            chosen = choose_variants(alone.ab, painted, proposals, count)
            canvases = [proposals[place].canvas for place in chosen]
            return np.reshape(canvases, (len(canvases), 3, *self._grid)).astype(np.float32, copy=False)

        return self._kept(("variants", count, seed), make)

    def _regions(self, count: int) -> NDArray[np.int32]:
        return find_regions(self._features.maps, self._luma, self._automatic.ab, count)

    @cached_property
    def _automatic(self) -> "_Painted":
        """What the network paints by itself, with its odds."""
        return self._painted(np.zeros((3, *self._grid), np.float32), None, with_odds=True)

    def _paint_with_hints(self, drawing: Drawing, controls: Controls) -> tuple["_Painted", tuple[str, ...]]:
        """Paint, and see to it that the colours of hints arrive; also tell which cannot."""
        hints = self._hints(controls)
        if not hints:
            return self._painted(drawing.canvas, controls.temperature), ()
        reach, without = self._reach(drawing), self._without_hints(controls).ab
        painted = self._steered(drawing, controls, reach)
        goals = goals_of(drawing, self._luma, without)
        ab = settle_hints(hints, goals, reach, self._luma, painted.ab, without)
        return replace(painted, ab=ab), notes_on(hints, goals, ab)

    def _steered(
        self, drawing: Drawing, controls: Controls, reach: Floats, *, with_odds: bool = False
    ) -> "_Painted":
        """Paint what is drawn; what people said of places is heard as far as it reaches [n,h,w]."""
        painted = self._painted(drawing.canvas, controls.temperature, with_odds=with_odds)
        if not len(reach):
            return painted
        return self._without_hints(controls, with_odds=with_odds).towards(painted, reach.max(axis=0))

    def _reach(self, drawing: Drawing) -> Floats:
        return reach_of(drawing.owner, self._luma, self._looks)

    @cached_property
    def _looks(self) -> Looks:
        return looks_of(self._features.maps)

    def _without_hints(self, controls: Controls, *, with_odds: bool = False) -> "_Painted":
        """Paint without what people said of places; it is kept, as it stays the same while hints move."""

        def make() -> "_Painted":
            canvas = self._guides(controls)
            return self._painted(canvas, controls.temperature, with_odds=with_odds)

        guides = controls.reference, controls.palette, controls.variant, controls.variants, controls.seed
        return self._kept(("without hints", *guides, controls.temperature, with_odds), make)

    def _painted(self, canvas: Floats, temperature: float | None, *, with_odds: bool = False) -> "_Painted":
        """Paint with hints [3,h,w]."""
        height, width = self._grid
        hints = self._with_margin(canvas)
        paint = self._model.paint(self._features, hints, temperature, with_odds=with_odds)
        return _Painted(
            ab=self._smoothed(np.moveaxis(paint.chroma[0, :, :height, :width], 0, -1), canvas[2]),
            confidence=paint.confidence[0, 0, :height, :width],
            odds=_NO_ODDS if paint.odds is None else paint.odds[0, :, :height, :width],
        )

    def _smoothed(self, ab: Floats, told: Floats) -> Floats:
        """Return painted (a,b) [h,w,2] without blotches; where colours were told [h,w], 0..1, as it was."""
        smooth = smooth_along_edges(ab, self._luma)
        smoothed: Floats = smooth + (ab - smooth) * told[..., None]
        return smoothed

    def _with_margin(self, canvas: Floats) -> Floats:
        """Return hints on the grid that the network paints, which may be larger than the picture."""
        full = np.zeros((1, 3, *self._features.maps[0].shape[2:]), np.float32)
        full[0, :, : self._grid[0], : self._grid[1]] = canvas
        return full

    def _features_at(self, level: int) -> Floats:
        """Return what the network saw [C,h,w], at a stride of 4, 8, 16 or 32, without the margin."""
        finest, features = self._features.maps[0].shape[2:], self._features.maps[level][0]
        height, width = (
            -(-side * there // whole)  # rounded up
            for side, there, whole in zip(self._grid, features.shape[1:], finest, strict=True)
        )
        without_margin: Floats = features[:, :height, :width]
        return without_margin

    def _picture(self, ab: Floats, confidence: Floats, controls: Controls, notes: tuple[str, ...]) -> Picture:
        cbcr = turn_back(ab_to_cbcr(self._luma, ab), self.scan.orientation)
        return Picture(
            scan=self.scan,
            cbcr=cbcr,
            confidence=turn_back(confidence, self.scan.orientation),
            draft=replace(self._draft, controls=controls),
            engine=self._engine,
            notes=(*self.scan.notes, *notes),
        )


def _is_colorless(ab: Floats) -> bool:
    return float(np.linalg.norm(ab, axis=-1).mean()) < _COLORLESS


def _told(drawing: Drawing) -> Floats:
    """Return how firmly a person said what is in each cell [h,w], 0..1: guides are guesses, too."""
    return np.where(drawing.owner == NOBODY, np.float32(0), drawing.canvas[2])


@dataclass(frozen=True, eq=False)
class _Painted:
    """What the network painted of the picture itself.

    Attributes:
        ab: [h,w,2].
        confidence: [h,w].
        odds: [K,h,w]; K is 0 where they were not asked for.
    """

    ab: Floats
    confidence: Floats
    odds: Floats

    def towards(self, other: "_Painted", share: Floats) -> "_Painted":
        """Return what lies between this (0) and another (1), by a share [h,w] in each place."""
        return _Painted(
            ab=self.ab + share[..., None] * (other.ab - self.ab),
            confidence=self.confidence + share * (other.confidence - self.confidence),
            odds=self.odds + share * (other.odds - self.odds) if self.odds.size else self.odds,
        )
