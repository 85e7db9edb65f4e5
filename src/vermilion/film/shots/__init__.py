"""Controls of a film's shots: the list, and colours of a frame carried through its shot."""

from vermilion.film.shots.follow import Trail, follow
from vermilion.film.shots.shot_list import (
    SHOTS_SCHEMA,
    FrameColors,
    Shot,
    ShotList,
    check_shot_controls,
    load_shots,
)
from vermilion.film.shots.shown import Shown
from vermilion.film.shots.steer import Anchor, Spread, Steering

__all__ = [
    "SHOTS_SCHEMA",
    "Anchor",
    "FrameColors",
    "Shot",
    "ShotList",
    "Shown",
    "Spread",
    "Steering",
    "Trail",
    "check_shot_controls",
    "follow",
    "load_shots",
]
