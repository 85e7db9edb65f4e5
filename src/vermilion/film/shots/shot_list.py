"""The list of a film's shots with controls for each: shots.json, to be edited by hand."""

import json
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, cast

from vermilion.assets import Asset, AssetReader, files_from, no_files
from vermilion.errors import SettingsError
from vermilion.guidance import AnyHint, Controls, Recipe, controls_to_json, parse_recipe
from vermilion.plain import NamedFile, from_plain, parse_json

SHOTS_SCHEMA = 1
"""Version of the form of a list; it grows whenever an older vermilion could misread a newer one."""

_BLANK = Controls()


def _read_recipe(asset: Asset, read: AssetReader) -> Recipe:
    """Read a recipe; the files that it names lie where recipes have them, from the folder of the command."""
    inner = read if read is no_files else files_from(Path())
    return parse_recipe(asset.content.decode("utf-8", "replace"), asset.name, inner)


@dataclass(frozen=True, slots=True)
class FrameColors:
    """Controls of one frame; they are carried through the shot along the motion.

    Attributes:
        at: when the frame is shown, in seconds from the beginning of the film.
        hints: colours that are known, placed in pixels of the frame as it is shown.
        colors_from: a picture of the frame in its right colours; its path starts from the folder of the list.
        recipe: of a picture of the frame: its hints count for the frame, and all else for the shot.
    """

    at: float
    hints: tuple[AnyHint, ...] = ()
    colors_from: Annotated[Asset | str | None, NamedFile()] = None
    recipe: Annotated[Recipe | str | None, NamedFile(content=_read_recipe)] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", tuple(self.hints))
        if isinstance(self.colors_from, str | Path):
            object.__setattr__(self, "colors_from", Asset.read(self.colors_from, "The corrected picture"))

    @property
    def all_hints(self) -> tuple[AnyHint, ...]:
        """The recipe's hints, and over them the frame's own."""
        return (*self._controls.hints, *self.hints)

    @property
    def version(self) -> Asset | None:
        """The picture with the right colours, or the one that the recipe names."""
        return cast("Asset | None", self.colors_from or self._controls.colors_from)

    @property
    def _controls(self) -> Controls:
        return self.recipe.controls if isinstance(self.recipe, Recipe) else _BLANK

    def over(self, controls: Controls) -> Controls:
        """Return controls of a shot with the recipe's own over them."""
        return _laid_over(controls, self._controls, without=("hints", *Controls.OF_A_VERSION))


def _laid_over(controls: Controls, said: Controls, without: tuple[str, ...] = ()) -> Controls:
    """Return controls with others over them."""
    names = [name for name in controls_to_json(said) if name not in without]
    return replace(controls, **{name: getattr(said, name) for name in names})


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot: from where it begins to where the next one does.

    Attributes:
        begins: when its first frame is shown, in seconds from the beginning of the film.
        controls: of all its colours: a look, a palette, a reference, vividness, ...
        frames: controls of single frames.
    """

    begins: float
    controls: Controls = field(default_factory=Controls)
    frames: tuple[FrameColors, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", tuple(self.frames))
        check_shot_controls(self.controls, "a shot")
        for frame in self.frames:
            if frame.at < self.begins:
                raise SettingsError(
                    f"The frame at {frame.at:g} s does not lie in the shot that begins at {self.begins:g} s; "
                    "say its colours in the shot that shows it."
                )

    def over(self, controls: Controls) -> Controls:
        """Return controls of a film with the shot's over them."""
        controls = _laid_over(controls, self.controls)
        for frame in self.frames:
            controls = frame.over(controls)
        check_shot_controls(controls, "a recipe of a frame")
        return controls

    def to_plain(self) -> dict[str, Any]:
        """Return it as ``json.dumps`` takes it; files are their hashes."""
        frames = [
            {
                "at": frame.at,
                "hints": controls_to_json(Controls(frame.all_hints)),
                "version": frame.version.sha256 if frame.version else None,
            }
            for frame in self.frames
        ]
        return {"controls": controls_to_json(self.over(_BLANK)), "frames": frames}


@dataclass(frozen=True, slots=True)
class ShotList:
    """The shots of a film, in order.

    Attributes:
        shots: all of them; one that is left out belongs to the one before it.
        schema: version of this form.
        film: the name of its file, as a reminder.
    """

    shots: tuple[Shot, ...]
    schema: int = SHOTS_SCHEMA
    film: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shots", tuple(self.shots))
        if not self.shots:
            raise SettingsError("A list without shots says nothing; make one with --preview.")
        for one, other in pairwise(self.shots):
            if one.begins >= other.begins:
                raise SettingsError(
                    f"A shot that begins at {other.begins:g} s follows one that begins at {one.begins:g} s; "
                    "put them in order."
                )
            for frame in one.frames:
                if frame.at >= other.begins:
                    raise SettingsError(
                        f"The frame at {frame.at:g} s lies in the shot that begins at {other.begins:g} s; "
                        "say its colours there."
                    )

    def to_json(self) -> str:
        """Return the list as a text, with controls and frames only where there are some."""
        shots = [json.dumps({"begins": round(shot.begins, 4)} | _said(shot)) for shot in self.shots]
        lines = ",\n    ".join(shots)
        head = f'{{\n  "schema": {self.schema},\n  "film": {json.dumps(self.film)},\n  "shots": [\n    '
        return f"{head}{lines}\n  ]\n}}\n"


def _said(shot: Shot) -> dict[str, Any]:
    return {"controls": controls_to_json(shot.controls)} if shot.controls != _BLANK else {}


def load_shots(path: str | Path) -> ShotList:
    """Read and check a list of shots, and the files that it names.

    Raises:
        SettingsError: a file is missing, or the list is no JSON, or holds a key or value that no list has.
    """
    asset = Asset.read(path, "The list of shots")
    table = parse_json(asset.content, f"The list of shots {path}")
    if isinstance(table, dict) and table.get("schema", SHOTS_SCHEMA) != SHOTS_SCHEMA:
        raise SettingsError(
            f"{path}: has schema {table['schema']!r}, and this vermilion reads {SHOTS_SCHEMA}; "
            "update vermilion."
        )
    return from_plain(ShotList, table, str(path), files_from(Path(path).parent))


def check_shot_controls(controls: Controls, whose: str) -> None:
    """Refuse controls that need one frame, or that films do not know.

    Raises:
        SettingsError: there are some.
    """
    if controls.hints or controls.colors_from is not None:
        what = "hints" if controls.hints else "colours of a version"
        raise SettingsError(
            f"The controls of {whose} hold no {what}, which belong to a frame; write them into shots.json, "
            "under the frames of a shot (--preview makes one)."
        )
    if controls.variant is not None:
        raise SettingsError(
            f"The controls of {whose} hold no variant: it would change from frame to frame; save the variant "
            "of one frame as a picture, and name it as colors_from of that frame."
        )
