"""How a film is to be coloured."""

from dataclasses import dataclass, field
from fractions import Fraction

from vermilion.errors import SettingsError
from vermilion.film.media import EncodeOptions
from vermilion.film.shots import ShotList, check_shot_controls
from vermilion.guidance import Controls

_SIZES = range(32, 2049)
_MOST_FPS = 1000


@dataclass(frozen=True, slots=True)
class FilmOptions:
    """How a film is to be coloured.

    Attributes:
        encode: how frames are written.
        start: seconds from the film's beginning; what lies before is left out.
        end: seconds at which to stop; None for its end.
        size: pixels of the short side at which the network looks; None for the model's own.
        recolor: whether a film that is in colour already is coloured all the same.
        fps: frames a second of a sequence of frames; None for a film, which knows it.
        deinterlace: whether each frame is made of its fields first.
        overwrite: whether a result that is there may be replaced.
        controls: of all colours.
        shots: where shots begin, and what is said of them; None to find them.

    Raises:
        SettingsError: they are impossible.
    """

    encode: EncodeOptions = field(default_factory=EncodeOptions)
    start: float = 0.0
    end: float | None = None
    size: int | None = None
    recolor: bool = False
    fps: Fraction | None = None
    deinterlace: bool = False
    overwrite: bool = False
    controls: Controls = field(default_factory=Controls)
    shots: ShotList | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise SettingsError(
                f"From {self.start:g} to {self.end or 0:g} seconds there is no film; end after the start."
            )
        if self.size is not None and self.size not in _SIZES:
            raise SettingsError(
                f"A working size of {self.size} pixels is impossible; choose one from 32 to 2048."
            )
        if self.fps is not None and not 0 < self.fps <= _MOST_FPS:
            raise SettingsError(f"A speed of {self.fps} frames a second is impossible; give one up to 1000.")
        check_shot_controls(self.controls, "a film")
