"""The options that name edited versions of pictures, for the commands that take colours from them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli.loading import loading
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.archive import VersionFolder
    from vermilion.guidance import Controls

ColorsFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--colors-from",
        metavar="PICTURE",
        help="An edited colour version of the same picture: your scan takes its colours. Where it shows "
        "something else, the network paints. Repeatable: the later lies over the earlier.",
    ),
]
ColorsFromFolder = Annotated[
    Path | None,
    typer.Option(
        "--colors-from-folder",
        metavar="FOLDER",
        help="A folder of such versions, for many scans: 1931/anna.tif takes 1931/anna.png from it, or else "
        "anna.png. A scan without a version is painted as usual.",
    ),
]
MatchTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--match",
        metavar="X,Y=U,V",
        help="A point on the scan and the same point on the version, in pixels of each. Give three or more "
        "if the version is not recognised by itself.",
    ),
]
Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust",
        metavar="MASK|0..1|auto",
        help="A grey picture over the scan: white where the version's colours are used, black where not. Or "
        "a strength for all of it: 1 uses its colours everywhere. Once for each version, in their order.",
    ),
]
Neutralize = Annotated[bool, typer.Option("--neutralize", help="Remove a colour cast of the version.")]

_AUTO = "auto"


@dataclass(frozen=True, slots=True)
class VersionsGiven:
    """What was said of versions: of one picture, or of the pictures of a folder.

    Attributes:
        controls: what is known of one picture's versions, to be put on its other controls.
        folder: versions by the names of scans; None without.
    """

    controls: "Controls"
    folder: "VersionFolder | None" = None

    def on(self, controls: "Controls") -> "Controls":
        """Return controls with the versions of one picture."""
        return replace(controls, **{name: getattr(self.controls, name) for name in controls.OF_A_VERSION})

    @property
    def are_there(self) -> bool:
        """Whether any version was named."""
        return self.controls.colors_from is not None or self.folder is not None


def read_versions(
    *,
    colors_from: ColorsFrom = None,
    colors_from_folder: ColorsFromFolder = None,
    match: MatchTexts = None,
    trust: Trust = None,
    neutralize: Neutralize = False,
) -> VersionsGiven:
    """Put together what is said of versions.

    Raises:
        SettingsError: an option makes no sense, or a file cannot be read.
    """
    with loading():
        from vermilion.archive import read_version_folder
        from vermilion.guidance import Controls

    trusts = tuple(map(_trust, trust or ()))
    if colors_from_folder is not None:
        if colors_from or match or len(trusts) > 1 or any(isinstance(trust, str) for trust in trusts):
            raise SettingsError(
                "--colors-from, --match and masks of --trust belong to one picture, and --colors-from-folder "
                "to many; leave out one or the other."
            )
        strength = trusts[0] if trusts and isinstance(trusts[0], float) else None
        folder = read_version_folder(colors_from_folder, strength, neutralize=neutralize)
        return VersionsGiven(Controls(), folder)
    controls = Controls(
        colors_from=tuple(colors_from or ()),
        matches=tuple(map(_match, match or ())),
        trust=trusts,
        neutralize=neutralize,
    )
    return VersionsGiven(controls)


def _trust(text: str) -> str | float | None:
    """Read MASK, a share, or auto; a file that is called like a number is a file."""
    if text == _AUTO:
        return None
    if Path(text).is_file():
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _match(text: str) -> tuple[float, float, float, float]:
    """Read X,Y=U,V."""
    try:
        x, y, u, v = (float(number) for side in text.split("=") for number in side.split(","))
    except ValueError:
        raise SettingsError(
            f"--match takes X,Y=U,V, a point on the scan and on the version, not {text!r}; write it as "
            "120,80=96,64."
        ) from None
    return x, y, u, v
