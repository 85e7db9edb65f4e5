"""One open picture: its features are kept, so that each change of the controls is quick.

controls ─▶ hints drawn ─▶ decode ◀─ features, kept             ┌─▶ Picture
                             │ hints enforced                   │
                             └─▶ (a,b) ─▶ faded, look, vividness, warmth, tint
"""

import itertools
import weakref
from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vermilion.assets import given
from vermilion.color import ab_to_cbcr, cbcr_to_ab
from vermilion.guidance import Album, AnyHint, Controls, Recipe, Spot, ask_here, finish_colors, read_grading
from vermilion.guidance.canvas import NOBODY, Drawing, cell_at, check_inside, draw_hints, reach_of
from vermilion.guidance.looks import corner_notes
from vermilion.guidance.variants import Suggestion, suggest_colors
from vermilion.painter import Enforced, Painted, enforce_hints
from vermilion.picture import Picture
from vermilion.pictures import Scan
from vermilion.session.album import AlbumFinder, AlbumHints
from vermilion.session.guides import Guides
from vermilion.session.opened import open_scan
from vermilion.session.versions import Versions
from vermilion.session.workshop import Workshop
from vermilion.view import View, turn_back
from vermilion.work import UNWATCHED, Work

Floats = NDArray[np.float32]

AUTOMATIC = Controls()
"""The controls that leave everything to the network."""

_numbers = itertools.count()  # of sessions: owners of their entries in a cache


class Session:
    """A picture that is open, as ``Colorizer.open`` gives it. Several threads may use it at the same time.

    Args:
        workshop: the painter and what else is shared.
        scan: the picture.
        short_side: pixels of the short side at which the network sees the picture.
        draft: the recipe but for the controls; what it says was seen is seen again.

    Attributes:
        scan: the picture.
        size: height and width in pixels as it is shown, upright: what hints are placed in.
    """

    def __init__(self, workshop: Workshop, scan: Scan, short_side: int, draft: Recipe) -> None:
        self.scan = scan
        self._workshop = workshop
        self._opened = open_scan(workshop.painter, scan, short_side, draft.view, draft.seen)
        self._draft = replace(draft, seen=self._opened.views)
        self.size = self._opened.size
        self._owner = ("session", next(_numbers))
        self._versions = Versions(workshop, self._owner, self._opened, scan)
        self._guides = Guides(workshop, self._owner, self._opened, self._versions)
        # The cache outlives the picture; its entries for it need not.
        self._forget = weakref.finalize(self, workshop.cache.drop, self._owner)

    @property
    def view(self) -> tuple[View, ...]:
        """The pictures that were seen on the scan, each with its frame, its way up and its contrast."""
        return self._opened.views

    @property
    def negative(self) -> float | None:
        """How likely a scan of one picture is a negative; None where it is not believed to be one."""
        return self._opened.negative

    def close(self) -> None:
        """Free what was computed for this picture; it can still be painted, as slowly as the first time."""
        self._workshop.cache.drop(self._owner)

    def paint(self, controls: Controls = AUTOMATIC, work: Work = UNWATCHED) -> Picture:
        """Colour the picture as the controls say; only what depends on them is computed.

        Args:
            controls: what is known or wanted of the colours.
            work: learns of progress, and may be cancelled between the steps.

        Raises:
            HintError: a hint makes no sense for this picture.
            SettingsError: a look, a cube or another file that the controls name cannot be used.
            CancelledError: the work was cancelled.
        """
        if controls.variant is not None:
            self._guides.variant_canvases(controls.variants, controls.seed, work)
        work.check()
        drawing = self._draw(controls)
        work.check()
        enforced = self._paint_with_hints(drawing, controls)
        work.check()
        painted, notes = enforced.painted, enforced.notes
        reference = given(controls.reference)
        if reference is not None and not self._guides.matches(reference):
            notes += (f"nothing in {reference.name} looks like this picture; only its palette was taken",)
        notes += self._album(controls).notes
        notes += corner_notes(self._luma) if controls.corner_mark else ()
        certainty = np.maximum(painted.confidence, _hinted(drawing))
        grading = self._workshop.cache.get(
            ("grading", controls.look, controls.cube), lambda: read_grading(controls)
        )
        if controls.colors_from is None:
            ab = finish_colors(controls, grading, self._luma, painted.ab, certainty)
            cbcr, trust = ab_to_cbcr(self._luma, ab), None
        else:
            reach = self._reach_of_all(drawing)
            luma, cbcr, certainty, trust = self._versions.mixed(controls, painted.ab, certainty, reach)
            if controls.change_painted:  # through (a,b), which takes time
                ab = finish_colors(controls, grading, luma, cbcr_to_ab(luma, cbcr), certainty)
                cbcr = ab_to_cbcr(luma, ab)
        return self._picture(cbcr, painted.confidence, trust, controls, notes)

    def variants(self, controls: Controls = AUTOMATIC, work: Work = UNWATCHED) -> tuple[Picture, ...]:
        """Return other plausible colourings, the likeliest first; ``controls`` says how many, and their seed.

        There are fewer where the network knows no others that differ visibly. Each picture's recipe names its
        rank, and ``paint`` with that ``variant`` gives it again. ``work`` is as for ``paint``.
        """
        count = len(self._guides.variant_canvases(controls.variants, controls.seed, work))
        ranks = work.steps("paint variants", range(1, count + 1))
        return tuple(self.paint(replace(controls, variant=rank), work) for rank in ranks)

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
        row, column = cell_at(x, y, self.size, self._opened.encoded.grid)
        drawing = self._draw(controls)
        painted = self._steered(drawing, controls, self._reach(drawing), with_odds=True)
        bins = self._workshop.painter.card.bins
        return suggest_colors(painted.odds[:, row, column], bins, float(self._luma[row, column]), count)

    def ask_me_here(self, count: int = 3, controls: Controls = AUTOMATIC) -> tuple[Spot, ...]:
        """Return up to ``count`` spots where one hint would change most, the best first.

        Each counts as hinted after it. All lie where the model expects to be wrong more often than right, so
        that there are fewer where it is surer, and none where nothing is left to ask.
        """
        drawing = self._draw(controls)
        painted = self._steered(drawing, controls, self._reach(drawing))
        features = self._opened.encoded.level(2)[0]  # at a stride of 16, which know things best
        return ask_here(features, self._luma, painted.confidence, _hinted(drawing) > 0, self.size, count)

    def reach(self, hint: AnyHint, controls: Controls = AUTOMATIC) -> Floats:
        """Return how far a hint would reach if it were laid: float32 [h,w] on the network's grid, upright.

        It is 1 where the hint lies, and less where it counts less; nothing is painted.

        Args:
            hint: the one that may be laid.
            controls: what is known already; other hints keep their places.

        Raises:
            HintError: it does not lie in the picture.
        """
        drawing = self._draw(replace(controls, hints=(*controls.hints, hint)))
        last: Floats = self._reach(drawing)[-1]
        return last

    @property
    def _luma(self) -> Floats:
        luma: Floats = self._opened.encoded.luma[0]
        return luma

    def _draw(self, controls: Controls) -> Drawing:
        hints, grid, guides = self._hints(controls), self._opened.encoded.grid, self._guides.canvas(controls)
        return draw_hints(hints, self.size, grid, guides, self._luma, self._workshop.read_mask)

    def _hints(self, controls: Controls) -> tuple[AnyHint, ...]:
        """Return the hints of users: the album's, and over them those of this picture."""
        return (*self._album(controls).hints, *controls.hints)

    def _album(self, controls: Controls) -> AlbumHints:
        album = controls.album
        if not isinstance(album, Album):
            return AlbumHints()

        def make() -> AlbumHints:
            return AlbumFinder(self._workshop).hints_for(album, self.scan, self._opened)

        return self._workshop.cache.get((self._owner, "album", album), make)

    def _paint_with_hints(self, drawing: Drawing, controls: Controls) -> Enforced:
        """Paint, and make the colours of hints arrive; also say which cannot."""
        hints, encoded = self._hints(controls), self._opened.encoded
        if not hints:
            return Enforced(
                self._workshop.painter.decode(encoded, drawing.canvas[None], controls.temperature)[0]
            )
        reach, without = self._reach(drawing), self._without_hints(controls)
        steered = self._steered(drawing, controls, reach)
        return enforce_hints(hints, drawing, reach, self._luma, steered, without)

    def _steered(
        self, drawing: Drawing, controls: Controls, reach: Floats, *, with_odds: bool = False
    ) -> Painted:
        """Paint with all hints; those of users count as far as they reach [n,h,w]."""
        painter, canvases = self._workshop.painter, drawing.canvas[None]
        painted = painter.decode(self._opened.encoded, canvases, controls.temperature, with_odds=with_odds)
        if not len(reach):
            return painted[0]
        return self._without_hints(controls, with_odds=with_odds).towards(painted[0], reach.max(axis=0))

    def _reach(self, drawing: Drawing) -> Floats:
        return reach_of(drawing.owner, self._luma, self._opened.encoded.looks)

    def _reach_of_all(self, drawing: Drawing) -> Floats:
        reach = self._reach(drawing)
        return reach.max(axis=0) if len(reach) else np.zeros_like(self._luma)

    def _without_hints(self, controls: Controls, *, with_odds: bool = False) -> Painted:
        """Paint without users' hints. The result is kept, because it stays the same while hints move."""

        def make() -> Painted:
            canvases, temperature = self._guides.canvas(controls)[None], controls.temperature
            painter = self._workshop.painter
            return painter.decode(self._opened.encoded, canvases, temperature, with_odds=with_odds)[0]

        key: tuple[Hashable, ...] = (self._owner, "without hints", self._guides.key(controls))
        return self._workshop.cache.get((*key, controls.temperature, with_odds), make)

    def _picture(
        self,
        cbcr: Floats,
        confidence: Floats,
        trust: Floats | None,
        controls: Controls,
        notes: tuple[str, ...],
    ) -> Picture:
        return Picture(
            scan=self.scan,
            cbcr=turn_back(cbcr, self.scan.orientation),
            confidence=turn_back(confidence, self.scan.orientation),
            trust=None if trust is None else turn_back(trust, self.scan.orientation),
            draft=replace(self._draft, controls=controls),
            engine=self._workshop.engine,
            notes=(*self.scan.notes, *self._opened.notes, *notes),
        )


def _hinted(drawing: Drawing) -> Floats:
    """Return the weight of users' hints in each cell [h,w], 0..1; guides do not count."""
    return np.where(drawing.owner == NOBODY, np.float32(0), drawing.canvas[2])
