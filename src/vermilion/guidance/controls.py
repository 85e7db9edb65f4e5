"""Everything that a user can say about the colours of one picture, as one value."""

import math
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, ClassVar, cast

from vermilion.assets import Asset
from vermilion.errors import SettingsError
from vermilion.guidance.album import Album, load_album
from vermilion.guidance.hints import AnyHint
from vermilion.guidance.looks import LOOK_SUFFIX
from vermilion.plain import NamedFile

MOST_TEMPERATURE = 10.0
MOST_VIVIDNESS = 4.0
MOST_VARIANTS = 24
LEAST_MATCHES = 3  # of a scan and a version
MOST_CAST = 60.0  # CIELAB units of warmth and tint


OneFile = Annotated[Asset | str, NamedFile()]
OneTrust = Annotated[Asset | str | float | None, NamedFile()]


def _is_look_file(text: str) -> bool:
    return text.endswith(LOOK_SUFFIX)


@dataclass(frozen=True, slots=True)
class Version:
    """An edited version of a picture.

    Attributes:
        file: its bytes.
        trust: a grey picture over the scan, or one share for all of it, 0..1; None where what both pictures
            show decides.
    """

    file: Asset
    trust: Asset | float | None = None


@dataclass(frozen=True, slots=True)
class Controls:
    """How to colour one picture; the defaults change nothing.

    Plain data and assets only, so that a recipe can hold all of it; paths are read when controls are made.
    Everything about colours at places becomes hints, drawn in this order, the later over the earlier:
    version, reference, palette, variant, album, ``hints``. Then the network paints with ``temperature``, and
    the version's colours go over it, though not over hints. Then follow ``fade_unsure``, the look or the
    cube, and last vividness, warmth and tint, and the corner mark over all. Luma stays exactly the scan's.

    Attributes:
        hints: colours that are known; a later one lies over an earlier one.
        temperature: of the network's choice: lower is bolder; None for the model's own.
        fade_unsure: 0..1: how far colour fades where the model expects to be wrong in more than seven of ten
            cases; with 1 nothing is left at nine of ten.
        vividness: factor on the colourfulness; 1 leaves it.
        warmth: CIELAB units towards yellow (or blue, if negative); whites and blacks stay.
        tint: CIELAB units towards magenta (or green, if negative); whites and blacks stay.
        look: name of a look, such as "muted", or a .toml file.
        cube: a .cube file (a 3D lookup table).
        palette: colours to paint with, "#rrggbb" or names; or a picture that has them.
        reference: a picture in colour, from which colours are carried over.
        colors_from: an edited version of the same picture, in colour: laid on the scan to the pixel. Where it
            shows something else, the network paints. Several may be given, the later over the earlier.
        matches: points in pixels, x, y of the scan and u, v of the version, three or more, where the version
            is not found by itself.
        trust: a grey picture over the scan: white where the version's colours are used, black where not; or a
            share for the whole version, 0..1. For several versions a tuple in their order, in which None
            leaves it to what both pictures show.
        neutralize: whether the version's cast is taken away.
        album: colours that were agreed on in other pictures.
        variant: rank of another plausible colouring, from 1; None for the automatic one.
        variants: how many of those there are: they are chosen to differ, so that ranks depend on it.
        seed: of the variants.
        corner_mark: whether a corner shows that the picture was coloured: grey, behind a vermilion line.
    """

    OF_A_VERSION: ClassVar = ("colors_from", "matches", "trust", "neutralize")
    """The controls that are about an edited version, and so about one picture."""

    hints: tuple[AnyHint, ...] = ()
    temperature: float | None = None
    fade_unsure: float = 0.0
    vividness: float = 1.0
    warmth: float = 0.0
    tint: float = 0.0
    look: Annotated[Asset | str | None, NamedFile(_is_look_file)] = None
    cube: Annotated[Asset | str | None, NamedFile()] = None
    palette: Annotated[tuple[str, ...] | Asset | str, NamedFile()] = ()
    reference: Annotated[Asset | str | None, NamedFile()] = None
    colors_from: Annotated[Asset | str | tuple[OneFile, ...] | None, NamedFile()] = None
    matches: tuple[tuple[float, float, float, float], ...] = ()
    trust: Annotated[Asset | str | float | tuple[OneTrust, ...] | None, NamedFile()] = None
    neutralize: bool = False
    album: Annotated[Album | Asset | str | None, NamedFile(content=load_album)] = None
    variant: int | None = None
    variants: int = 6
    seed: int = 0
    corner_mark: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", tuple(self.hints))
        object.__setattr__(self, "matches", tuple(map(tuple, self.matches)))
        self._read_files()
        if self.temperature is not None:
            _check_range("temperature", self.temperature, 0.01, MOST_TEMPERATURE)
        _check_range("fade_unsure", self.fade_unsure, 0, 1)
        _check_range("vividness", self.vividness, 0, MOST_VIVIDNESS)
        _check_range("warmth", self.warmth, -MOST_CAST, MOST_CAST)
        _check_range("tint", self.tint, -MOST_CAST, MOST_CAST)
        if self.variant is not None:
            _check_range("variant", self.variant, 1, self.variants)
        _check_range("number of variants", self.variants, 1, MOST_VARIANTS)
        _check_range("seed", self.seed, 0, math.inf)
        self._check_version()
        if self.look is not None and self.cube is not None:
            raise SettingsError("A look and a cube cannot be used together; leave one of them out.")

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions that colours come from, the later over the earlier."""
        files = self.colors_from if isinstance(self.colors_from, tuple) else (self.colors_from,)
        trusts = self.trust if isinstance(self.trust, tuple) else (self.trust,)
        pairs = zip_longest((file for file in files if isinstance(file, Asset)), trusts)
        return tuple(Version(file, cast("Asset | float | None", trust)) for file, trust in pairs if file)

    @property
    def change_painted(self) -> bool:
        """Whether colours are changed once they are painted, as ``finish_colors`` does."""
        adjusted = (self.vividness, self.warmth, self.tint) != (1, 0, 0)
        graded = self.look is not None or self.cube is not None
        return adjusted or graded or bool(self.fade_unsure) or self.corner_mark

    def _check_version(self) -> None:
        if self.colors_from is None and (self.matches or self.trust is not None or self.neutralize):
            raise SettingsError(
                "Matches, a mask of trust and --neutralize need a version; name it with --colors-from."
            )
        if 0 < len(self.matches) < LEAST_MATCHES:
            raise SettingsError(
                f"A version needs {LEAST_MATCHES} matches or more, not {len(self.matches)}; add some."
            )
        if self.matches and len(self.versions) > 1:
            raise SettingsError("Matches place one version and not several; give that one alone.")
        if isinstance(self.colors_from, float) or (
            isinstance(self.colors_from, tuple) and len(self.colors_from) > len(self.versions)
        ):
            raise SettingsError("A version is a file in colour; name each with its path.")
        trusts = self.trust if isinstance(self.trust, tuple) else ()
        if len(trusts) > len(self.versions):
            raise SettingsError(
                f"There are {len(trusts)} trusts and {len(self.versions)} versions; give one trust for each."
            )
        for version in self.versions:
            if isinstance(version.trust, float):
                _check_range("trust", version.trust, 0, 1)

    def _read_files(self) -> None:
        """Put assets where paths were given."""
        put = object.__setattr__
        put(self, "cube", _opened(self.cube, "The LUT"))
        put(self, "reference", _opened(self.reference, "The reference"))
        put(self, "colors_from", _alone(_opened_all(self.colors_from, "The version")))
        put(self, "trust", _alone(_opened_all(self.trust, "The mask of trust")))
        if isinstance(self.look, Path) or (isinstance(self.look, str) and _is_look_file(self.look)):
            put(self, "look", Asset.read(self.look, "The look"))
        colors = tuple(self.palette) if isinstance(self.palette, list | tuple) else None
        put(self, "palette", _opened(self.palette, "The palette") if colors is None else colors)
        if self.album is not None and not isinstance(self.album, Album):
            put(self, "album", load_album(self.album))


def _opened(file: Any, what: str) -> Asset | None:  # noqa: ANN401 - whatever a caller gave
    return file if file is None or isinstance(file, Asset) else Asset.read(file, what)


def _opened_all(given: Any, what: str) -> tuple[Asset | float | None, ...]:  # noqa: ANN401 - as above
    entries = given if isinstance(given, list | tuple) else (given,)
    return tuple(float(each) if isinstance(each, int | float) else _opened(each, what) for each in entries)


def _alone(entries: tuple[Asset | float | None, ...]) -> object:
    """Return the only one of several without its tuple, and None where there is nothing."""
    if not any(entry is not None for entry in entries):
        return None
    return entries[0] if len(entries) == 1 else entries


def _check_range(name: str, value: float, lowest: float, highest: float) -> None:
    if lowest <= value <= highest and not math.isnan(value):
        return
    span = f"{lowest:g} or more" if math.isinf(highest) else f"from {lowest:g} to {highest:g}"
    raise SettingsError(f"A {name.replace('_', '-')} of {value:g} is impossible; give one {span}.")
