"""What is said of the picture of a shot, as ``vermilion video`` takes it."""

from dataclasses import fields
from typing import TYPE_CHECKING

from vermilion.assets import Asset
from vermilion.guidance import Controls
from vermilion.outputs import Companions
from vermilion.pictures import SaveOptions
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.saving import Saving, encoded
from vermilion.studio.film_table import ShotTable

if TYPE_CHECKING:
    from vermilion.film import FrameColors, Shot

_AS_PNG = Saving("png", SaveOptions(), Companions())
_OF_ONE_FRAME = ("hints", "variant", "variants", *Controls.OF_A_VERSION)


def said_of(desk: Desk, shot: ShotTable) -> "Shot":
    """Return a shot with what is said of its picture: places hold for the frame, all else for the shot."""
    from vermilion.film import Shot  # noqa: PLC0415 - an extra

    facts = next((facts for facts in desk.all() if facts.id == shot.picture), None)
    if facts is None:
        return Shot(shot.begins)
    frame = _frame(desk, facts, shot.at)
    return Shot(shot.begins, _of_all(facts.controls), () if frame is None else (frame,))


def _frame(desk: Desk, facts: Facts, at: float) -> "FrameColors | None":
    """Return what is said of one frame; None if nothing is.

    A variant and an edited version belong to one picture: its colours as they are stand for them.
    """
    from vermilion.film import FrameColors  # noqa: PLC0415 - an extra

    controls = facts.controls
    if controls.variant is not None or controls.colors_from is not None:
        content, _ = encoded(desk.paint(facts), _AS_PNG)
        return FrameColors(at, colors_from=Asset(content, facts.name))
    return FrameColors(at, controls.hints) if controls.hints else None


def _of_all(controls: Controls) -> Controls:
    """Return the controls that a whole shot can have."""
    names = [each.name for each in fields(controls) if each.name not in _OF_ONE_FRAME]
    return Controls(**{name: getattr(controls, name) for name in names})
