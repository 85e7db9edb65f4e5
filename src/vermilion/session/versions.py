"""Lays edited versions of one open picture on its scan; loaded only when one is given."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.color import ab_to_cbcr
from vermilion.errors import PictureError, SettingsError
from vermilion.guidance import Controls
from vermilion.pictures import NamedBytes, Scan, read_colors, read_head
from vermilion.session.opened import Opened
from vermilion.session.workshop import Workshop
from vermilion.view import turn_upright

if TYPE_CHECKING:
    from vermilion.guidance.version import Laid

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_SIDE = 768  # pixels of the longer side of the grid that a version is laid on
_VERSION_SIDE = 1536  # pixels of the longer side that a version is read at
_LEAST_SIDE = 64  # pixels of the shorter side of a version
_COLORLESS = 0.004  # mean size of (Cb,Cr) below which a version is grey, or nearly
_SHAPE = 0.03  # by which a mask may be longer or shorter than the scan


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """Lays versions on one open picture, and keeps them.

    Attributes:
        workshop: the cache and the limits.
        owner: of this picture's entries in the cache.
        opened: the picture, as the network sees it.
        scan: the picture.
    """

    workshop: Workshop
    owner: Hashable
    opened: Opened
    scan: Scan

    def key(self, controls: Controls) -> tuple[Hashable, ...]:
        """Return what ``laid`` follows from, for keys of a cache; empty without a version."""
        if controls.colors_from is None:
            return ()
        return controls.versions, controls.matches, controls.neutralize

    def laid(self, controls: Controls) -> "Laid":
        """Return the version that controls name, or all of them as one, laid on the scan upright.

        Raises:
            SettingsError: one shows another scene, or it or the mask of trust cannot be used.
        """
        key = (self.owner, "version", *self.key(controls))
        return self.workshop.cache.get(key, lambda: self._lay(controls))

    def canvas(self, controls: Controls) -> Floats | None:
        """Return the version's colours at some hundred trusted places as hints [3,h,w], or None."""
        if controls.colors_from is None:
            return None
        from vermilion.guidance.version import trusted_canvas  # noqa: PLC0415 - only who gives one pays for it

        return trusted_canvas(self.laid(controls), self.opened.encoded.luma[0])

    def luma(self) -> Floats:
        """Return the scan's luma, upright, on the grid that versions are laid on."""
        return self.workshop.cache.get((self.owner, "luma for versions"), self._reduced_luma)

    def _reduced_luma(self) -> Floats:
        scale = min(1.0, _SIDE / max(self.scan.size))
        size = max(1, round(self.scan.size[0] * scale)), max(1, round(self.scan.size[1] * scale))
        return np.ascontiguousarray(turn_upright(self.scan.preview(size), self.scan.orientation))

    def mixed(
        self, controls: Controls, ab: Floats, certainty: Floats, reach: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Lay the version over what the network painted, on the version's grid.

        Args:
            controls: they name a version.
            ab: (a,b) [h,w,2] as painted, of network size.
            certainty: [h,w] in 0..1, of the same.
            reach: [h,w] in 0..1: how far a person's hints reach, which win over the version.

        Returns:
            On the grid of the version: luma [H,W], chroma [H,W,2], certainty [H,W] and trust [H,W].
        """
        from vermilion.guidance.version import mix_chroma  # noqa: PLC0415 - as above

        laid, luma = self.laid(controls), self.luma()
        painted = ab_to_cbcr(self.opened.encoded.luma[0], ab)
        cbcr = mix_chroma(laid, luma, painted, reach)
        sure = cv2.resize(certainty, luma.shape[::-1], interpolation=cv2.INTER_LINEAR)
        return luma, cbcr, np.maximum(sure, laid.trust), laid.trust

    def _lay(self, controls: Controls) -> "Laid":
        from vermilion.guidance.version import laid_over  # noqa: PLC0415 - as above

        layers = (self._as_said(each.file, each.trust, controls) for each in controls.versions)
        return reduce(lambda lower, upper: laid_over(upper, lower), layers)

    def _as_said(self, version: Asset, trust: Asset | float | None, controls: Controls) -> "Laid":
        """Return one version, trusted as a person says, and without its cast if that is wanted."""
        from vermilion.guidance.version import neutral_chroma, with_chroma, with_trust  # noqa: PLC0415

        key = (self.owner, "laid", version, controls.matches)
        laid = self.workshop.cache.get(key, lambda: self._placed(version, controls))
        if isinstance(trust, float):
            laid = with_trust(laid, trust)
        elif trust is not None:
            laid = with_trust(laid, self._mask(trust, laid.trust.shape))
        return with_chroma(laid, neutral_chroma(laid, self.luma())) if controls.neutralize else laid

    def _placed(self, version: Asset, controls: Controls) -> "Laid":
        """Return one version laid on the scan, trusted where both show the same."""
        from vermilion.guidance.version import lay_version  # noqa: PLC0415 - as above

        rgb, size = self._read(version)
        laid = lay_version(self.luma(), rgb, _shares(controls.matches, self.opened.size, size))
        if laid is None:
            raise SettingsError(
                f"{_name(version)} does not show the same scene as {self.scan.source_name or 'the scan'}; "
                "name another version, or three points or more that match, with --match X,Y=U,V."
            )
        return laid

    def _read(self, version: Asset) -> tuple[Bytes, tuple[int, int]]:
        """Return a version as sRGB with alpha if it has some, made smaller if it is large.

        Beside it stand its own height and width, upright.
        """
        name = _name(version)
        head = read_head(_bytes_of(version), max_pixels=self.workshop.max_pixels)
        if head.pages > 1:
            raise SettingsError(
                f"{name} holds {head.pages} pictures, and colours come from one; save that one as a file."
            )
        rgb = read_colors(_bytes_of(version), _VERSION_SIDE, self.workshop.max_pixels, keep_alpha=True)
        if min(rgb.shape[:2]) < _LEAST_SIDE:
            raise SettingsError(
                f"{name} of {rgb.shape[1]} × {rgb.shape[0]} pixels is too small to take colours from; name "
                f"one of at least {_LEAST_SIDE} pixels each way."
            )
        if _is_colorless(rgb[..., :3]):
            raise SettingsError(f"{name} has no colours to take; name a version in colour.")
        longer = max(head.size) / max(rgb.shape[:2])
        return rgb, (round(rgb.shape[0] * longer), round(rgb.shape[1] * longer))

    def _mask(self, mask: Asset, size: tuple[int, ...]) -> Floats:
        try:
            grey = self.workshop.read_mask(mask)
        except PictureError as error:
            raise SettingsError(f"The mask of trust cannot be used: {error}") from error
        ratio = grey.shape[0] * size[1] / (grey.shape[1] * size[0])
        if abs(ratio - 1) > _SHAPE + 1 / min(grey.shape):
            raise SettingsError(
                f"The mask of trust, of {grey.shape[1]} × {grey.shape[0]} pixels, does not have the shape of "
                f"the picture of {self.opened.size[1]} × {self.opened.size[0]}; draw it over the picture as "
                "it is shown."
            )
        levels = cv2.resize(grey, (size[1], size[0]), interpolation=cv2.INTER_AREA)
        return np.asarray(levels, np.float32) / np.float32(np.iinfo(grey.dtype).max)


def _shares(
    matches: tuple[tuple[float, float, float, float], ...], size: tuple[int, int], other: tuple[int, int]
) -> tuple[tuple[float, float, float, float], ...]:
    """Return matched points as shares of the sides of both pictures."""
    for x, y, u, v in matches:
        if not (0 <= x <= size[1] and 0 <= y <= size[0] and 0 <= u <= other[1] and 0 <= v <= other[0]):
            raise SettingsError(
                f"The match {x:g},{y:g}={u:g},{v:g} lies outside a picture; the scan has {size[1]} × "
                f"{size[0]} pixels and the version {other[1]} × {other[0]}, from the upper left corner."
            )
    return tuple((x / size[1], y / size[0], u / other[1], v / other[0]) for x, y, u, v in matches)


def _is_colorless(rgb: Bytes) -> bool:
    small = cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return float((small.max(axis=-1) - small.min(axis=-1)).mean()) < 2 * _COLORLESS


def _name(version: Asset) -> str:
    return version.name or "The version"


def _bytes_of(picture: Asset) -> NamedBytes:
    return NamedBytes(picture.content, _name(picture))
