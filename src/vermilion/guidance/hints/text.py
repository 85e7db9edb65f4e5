"""Hints as people write them: short on a command line, or many in a JSON file."""

from dataclasses import dataclass
from pathlib import Path

from vermilion.assets import files_from
from vermilion.errors import HintError
from vermilion.guidance.hints.kinds import AnyHint, Hint
from vermilion.plain import from_plain, read_json


@dataclass(frozen=True, slots=True)
class _HintsFile:
    """What a file of hints holds."""

    hints: tuple[AnyHint, ...]


def parse_hint(text: str) -> Hint:
    """Read "x,y=colour" or "x,y,radius=colour"; all lengths are pixels of the upright picture.

    Raises:
        HintError: it is neither, or the colour is none.
    """
    place, _, color = text.partition("=")
    try:
        numbers = [float(part) for part in place.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not color:
        raise HintError(
            f'{text!r} is not a hint; write x,y=colour or x,y,radius=colour, for example "120,80=#283ca0" or '
            '"120,80,15=navy".'
        )
    x, y, *radius = numbers
    return Hint(x, y, color, *radius)


def load_hints(path: str | Path) -> tuple[AnyHint, ...]:
    """Read a JSON file that holds a list of hints, each a table with the names of its attributes.

    Which kind is meant follows from the names: "x" and "y" are a point's, "points" a stroke's, "x0" to "y1" a
    box's, and "mask" is the path of a mask, counted from the folder of the file.

    Raises:
        SettingsError: it cannot be read, is no JSON, or holds something that is not a hint.
    """
    path = Path(path)
    table = read_json(path, "The hints", "are")
    return from_plain(_HintsFile, {"hints": table}, str(path), files_from(path.parent)).hints
