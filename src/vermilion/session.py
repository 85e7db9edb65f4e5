"""One picture that is open: what the network saw of it is kept, and each change of the controls is quick.

controls ─▶ hints drawn ─▶ paint ◀─ features, kept        ┌─▶ Picture
                             │ do the hints arrive?       │
                             └─▶ (a,b) ─▶ faded, look, vividness, warmth, tint
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_to_cbcr, reduce_luma, turn_back, turn_upright, upright_size
from vermilion.guidance import (
    Controls,
    Drawing,
    Recipe,
    Spot,
    Suggestion,
    ask_here,
    cell_at,
    check_inside,
    draw_hints,
    finish_colors,
    goals_of,
    notes_on,
    suggest_colors,
)
from vermilion.network import Model, with_margin, working_size
from vermilion.picture import Picture
from vermilion.pictures import Scan

Floats = NDArray[np.float32]

AUTOMATIC = Controls()
"""The controls that leave everything to the network."""

_MOST_ROUNDS = 2  # of painting again for hints that did not arrive; each costs a painting
_ARRIVED = 3.0  # ab units on average over a hint at which another round is not worth its time


class Session:
    """A picture that is open, as ``Colorizer.open`` gives it. Several threads may use it at the same time.

    Args:
        model: what paints.
        scan: the picture.
        short_side: pixels at which the network looks.
        draft: the recipe but for the controls.
        engine: what computes.

    Attributes:
        scan: the picture.
        size: height and width in pixels as it is shown, upright: what hints are placed in.
    """

    def __init__(self, model: Model, scan: Scan, short_side: int, draft: Recipe, engine: str) -> None:
        self.scan = scan
        self.size = upright_size(scan.size, scan.orientation)
        self._model = model
        self._draft = draft
        self._engine = engine
        stride = model.card.stride
        codes = scan.pixels.preview(working_size(scan.size, short_side, stride))
        luma = turn_upright(scan.colors.to_srgb_tone(codes), scan.orientation)
        self._grid = luma.shape[0] // stride, luma.shape[1] // stride
        self._luma = reduce_luma(luma, self._grid)
        self._features = model.see(with_margin(luma)[None, None])

    def paint(self, controls: Controls = AUTOMATIC) -> Picture:
        """Colour the picture as the controls say; only what depends on them is computed.

        Raises:
            HintError: a hint makes no sense for this picture.
            SettingsError: a look, a cube or another file that the controls name cannot be used.
        """
        drawing = self._draw(controls)
        painted, notes = self._paint_until_hints_arrive(drawing, controls)
        sureness = np.maximum(painted.confidence, drawing.canvas[2])
        ab = finish_colors(controls, self._luma, painted.ab, sureness)
        return self._picture(ab, painted.confidence, controls, notes)

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
        odds = self._odds(self._draw(controls).canvas)
        return suggest_colors(
            odds[:, row, column], self._model.card.bins, float(self._luma[row, column]), count
        )

    def ask_me_here(self, count: int = 3, controls: Controls = AUTOMATIC) -> tuple[Spot, ...]:
        """Return the spots where one hint would change most, the best first; each counts as told after it."""
        drawing = self._draw(controls)
        painted = self._painted(drawing.canvas, controls.temperature)
        told = drawing.canvas[2] > 0
        return ask_here(self._features_at(1), painted.confidence, told, self.size, count)

    def _draw(self, controls: Controls) -> Drawing:
        return draw_hints(controls.hints, self.size, self._grid)

    def _paint_until_hints_arrive(
        self, drawing: Drawing, controls: Controls
    ) -> tuple["_Painted", tuple[str, ...]]:
        """Paint; where a hint's colour did not arrive, ask for more of it and paint again.

        The network weighs hints against what it sees, as evidence. A person's word is more than evidence.
        """
        painted = self._painted(drawing.canvas, controls.temperature)
        if not controls.hints:
            return painted, ()
        goals = goals_of(drawing, self._luma, self._without_hints(controls))
        canvas, best = drawing.canvas, painted
        for _ in range(_MOST_ROUNDS):
            if goals.worst_miss(best.ab) <= _ARRIVED:
                break
            canvas = goals.ask_again(canvas, goals.miss(painted.ab))
            painted = self._painted(canvas, controls.temperature)
            best = min(best, painted, key=lambda each: goals.mean_miss(each.ab))
        return best, notes_on(controls.hints, goals, best.ab)

    def _without_hints(self, controls: Controls) -> Floats:
        """Return the (a,b) without the person's own hints, where hints of less than full strength need it."""
        if all(hint.strength == 1 for hint in controls.hints):
            return np.zeros((*self._grid, 2), np.float32)
        canvas = self._draw(replace(controls, hints=())).canvas
        return self._painted(canvas, controls.temperature).ab

    def _painted(self, canvas: Floats, temperature: float | None) -> "_Painted":
        """Paint with hints [3,h,w]."""
        height, width = self._grid
        paint = self._model.paint(self._features, self._with_margin(canvas), temperature)
        ab = np.moveaxis(paint.chroma[0, :, :height, :width], 0, -1)
        return _Painted(ab, paint.confidence[0, 0, :height, :width])

    def _odds(self, canvas: Floats) -> Floats:
        """Return the odds [K,h,w] of all bins."""
        height, width = self._grid
        paint = self._model.paint(self._features, self._with_margin(canvas), with_odds=True)
        assert paint.odds is not None  # noqa: S101 - they were asked for
        odds: Floats = paint.odds[0, :, :height, :width]
        return odds

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
            notes=notes,
        )


@dataclass(frozen=True, eq=False)
class _Painted:
    """What the network painted of the picture itself: (a,b) [h,w,2] and confidence [h,w]."""

    ab: Floats
    confidence: Floats
