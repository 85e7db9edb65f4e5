"""A finished picture: the scan and its colours, joined and written when asked for."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vermilion.color import Convert, ExactJoiner, chroma_planes
from vermilion.errors import SettingsError
from vermilion.guidance import Recipe, confidence_overlay
from vermilion.picture.polygon import outside_polygon
from vermilion.picture.preview import Previews, Region
from vermilion.picture.sources import statements_of
from vermilion.pictures import (
    SUFFIXES,
    Buffer,
    Mark,
    SaveOptions,
    Scan,
    Signature,
    Stream,
    encode_parts,
    metadata_left_out,
    publish,
    write_picture,
)
from vermilion.tone import to_eight_bits
from vermilion.view import turn_upright, upright_size

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8 | np.uint16]

_NOTEBOOK_SIDE = 1024  # pixels of the longer side that a notebook is shown


@dataclass(frozen=True, eq=False)
class Picture:
    """A scan and the colours that were painted for it; they are joined when asked for.

    Attributes:
        scan: what came in. Its luma is the result's, at every pixel.
        cbcr: float32 [h,w,2], -0.5..0.5: sRGB chroma of network size, in the file's orientation.
        confidence: float32 [h,w], 0..1: the probability that the true (a,b) is within 10 of the painted one.
        draft: the recipe as far as it is known without reading anything again; see ``recipe``.
        engine: what computed.
        trust: float32 [H,W], 0..1, in the file's orientation: where the colours are those of the version that
            ``colors_from`` names; None without one.
        notes: what a person should know: what of the scan is left out, and hints whose colours cannot exist
            where they were wanted.
    """

    scan: Scan
    cbcr: Floats
    confidence: Floats
    draft: Recipe
    engine: str
    notes: tuple[str, ...] = ()
    trust: Floats | None = None

    @cached_property
    def recipe(self) -> Recipe:
        """Everything that made these colours, to be written down and replayed.

        Raises:
            SettingsError: a file that the controls name is no longer there.
        """
        return self.draft.completed(self.scan.sha256, self.cbcr.tobytes(), self.engine)

    @cached_property
    def mark(self) -> Mark:
        """What files of this picture state about its colours, unless ``mark=False`` leaves it out."""
        model, versions = self.draft.model, statements_of(self.draft.controls)
        return Mark(
            version=self.draft.vermilion,
            model=f"{model.name} {model.version}",
            model_hash=model.sha256,
            recipe_hash=self.recipe.hash,
            options_hash=self.recipe.options_hash,
            colors_from=versions.sha256,
            colors_from_type=versions.source_type,
            colors_from_credentials=versions.credentials,
        )

    def left_out_of(self, format: str) -> tuple[str, ...]:  # noqa: A002 - Pillow's word for it
        """Return what of the scan's metadata "jpg", "png", "tif" or "webp" has no place for, as notes."""
        kind = SUFFIXES.get(f".{format.lower().removeprefix('.')}")
        return metadata_left_out(self.scan.metadata, kind) if kind else ()

    def save(  # noqa: PLR0913 - as in Pillow, a flag each
        self,
        path: str | Path | Stream,
        *,
        format: str | None = None,  # noqa: A002 - Pillow's word for it
        overwrite: bool = False,
        allow_inexact: bool = False,
        drop_depth: bool = False,
        drop_alpha: bool = False,
        mark: bool | Signature = True,
    ) -> None:
        """Write the picture to a file, which appears only once it is complete and on disk, or to a stream.

        Args:
            path: of the file to write, or an open binary stream.
            format: "jpg", "png", "tif" or "webp", for a stream whose ``name`` has no suffix that says it.
                A file's own suffix does.
            overwrite: replace a file that exists.
            allow_inexact: where jpeglib cannot be installed, write a JPEG whose greys are within a level or
                two of a scan that is a JPEG stored in colour; elsewhere nothing changes.
            drop_depth: allow 16 bits to become 8 where the format holds no more.
            drop_alpha: allow transparency to be left out where the format has none.
            mark: tell in the file's XMP that a network made the colours, and by which recipe; with a
                ``Signature`` also in a signed C2PA manifest.

        Raises:
            OutputError: it cannot be written, or something would be lost that no flag allows.
        """
        options = SaveOptions(overwrite, allow_inexact, drop_depth, drop_alpha, mark)
        write_picture(self.scan, self, path, options, format)

    def save_recipe(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the recipe of this picture to a file.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        publish([self.recipe.to_json().encode()], Path(path), overwrite=overwrite)

    def confidence_overlay(self) -> "Image":
        """Return a picture to lay over this one, upright, RGBA: the less sure the model, the redder."""
        from PIL import Image  # noqa: PLC0415 - only who asks for one pays for it

        confidence = np.ascontiguousarray(turn_upright(self.confidence, self.scan.orientation))
        size = upright_size(self.scan.size, self.scan.orientation)
        return Image.fromarray(confidence_overlay(confidence, size))

    def save_confidence(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write ``confidence_overlay`` as a PNG.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        publish([self.confidence_png()], Path(path), overwrite=overwrite)

    def confidence_png(self) -> bytes:
        """Return the content of the file that ``save_confidence`` writes."""
        content = BytesIO()
        self.confidence_overlay().save(content, "png")
        return content.getvalue()

    def trust_png(self) -> bytes:
        """Return a grey PNG, upright: white where the colours are the version's, black where the network's.

        Edited, it can be given back as ``Controls(trust=...)``.

        Raises:
            SettingsError: the colours come from no version.
        """
        from PIL import Image  # noqa: PLC0415 - only who asks for one pays for it

        if self.trust is None:
            raise SettingsError(
                "The colours come from no version; name one with colors_from (--colors-from)."
            )
        levels = np.rint(turn_upright(self.trust, self.scan.orientation) * 255).astype(np.uint8)
        content = BytesIO()
        Image.fromarray(levels).save(content, "png")
        return content.getvalue()

    def encode(
        self,
        format: str = "png",  # noqa: A002 - Pillow's word for it
        *,
        allow_inexact: bool = False,
        drop_depth: bool = False,
        drop_alpha: bool = False,
        mark: bool | Signature = True,
    ) -> bytes:
        """Return the content of a file: "jpg", "png", "tif" or "webp"; the flags are those of ``save``."""
        options = SaveOptions(
            allow_inexact=allow_inexact, drop_depth=drop_depth, drop_alpha=drop_alpha, mark=mark
        )
        return b"".join(self.parts(format, options))

    def parts(self, format: str, options: SaveOptions) -> Sequence[Buffer]:  # noqa: A002
        """Return what ``encode`` does in pieces, to be written one after the other: it takes less memory."""
        return encode_parts(self.scan, self, format, options)

    def to_numpy(self) -> Codes:
        """Return the picture upright, [H,W,3], or [H,W,4] if the scan has alpha, in the scan's dtype."""
        return self._upright(self.rgb(), self.scan.alpha)

    def to_pil(self) -> "Image":
        """Return the picture upright as a PIL image, RGB or RGBA, always of 8 bits."""
        from PIL import Image  # noqa: PLC0415 - only who asks for one pays for it

        luma, alpha = to_eight_bits(self.scan.luma), self.scan.alpha
        rgb = ExactJoiner(luma, self.cbcr, self._convert).rows(0, luma.shape[0])
        self._leave_grey(rgb, luma, 0)
        return Image.fromarray(self._upright(rgb, None if alpha is None else to_eight_bits(alpha)))

    def rgb(self) -> Codes:
        """Return the joined picture [H,W,3] as the file stores it (not turned), in the scan's dtype."""
        return self.rgb_rows(0, self.scan.size[0])

    def rgb_rows(self, start: int, stop: int) -> Codes:
        """Return rows ``start`` to ``stop`` of ``rgb()`` without making the others."""
        rgb = self._joiner.rows(start, stop)
        self._leave_grey(rgb, self.scan.luma[start:stop], start)
        return rgb

    def rgb_strips(self) -> Generator[Codes, None, None]:
        """Yield ``rgb()`` in strips from the top; what they are made of is freed with the last."""
        top = 0
        for rgb in self._new_joiner().strips():
            self._leave_grey(rgb, self.scan.luma[top : top + len(rgb)], top)
            top += len(rgb)
            yield rgb

    def chroma_planes(self, subsampled: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:  # noqa: FBT001
        """Return Cb and Cr as a JPEG stores them: uint8, as large as the scan, or half if ``subsampled``."""
        planes = chroma_planes(self.scan.luma, self.cbcr, subsampled=subsampled, convert=self._convert)
        if self.scan.crop is not None:
            scale = 0.5 if subsampled else 1.0
            corners = self.scan.crop.scaled(scale, scale)
            outside = outside_polygon(corners, slice(0, planes[0].shape[0]), planes[0].shape[1])
            for plane in planes:
                plane[outside] = 128
        return planes

    def _repr_png_(self) -> bytes:
        image = self.to_pil()
        image.thumbnail((_NOTEBOOK_SIDE, _NOTEBOOK_SIDE))
        content = BytesIO()
        image.save(content, "png")
        return content.getvalue()

    def preview(self, long_side: int) -> NDArray[np.uint8]:
        """Return the whole picture upright for a screen, uint8 [H,W,3], without joining its full size.

        The scan's luma is decoded for it, unless that was done already; a small preview of a JPEG needs less.

        Args:
            long_side: pixels of the longer side, if the picture has as many.

        Raises:
            SettingsError: ``long_side`` is less than 1.
        """
        return self._previews.preview(long_side)

    def region(self, x: int, y: int, width: int, height: int, scale: float = 1.0) -> NDArray[np.uint8]:
        """Return a part of the picture upright for a screen, uint8 [H,W,3].

        Args:
            x: pixels from the left edge of the upright picture.
            y: pixels from its upper edge.
            width: pixels of the picture.
            height: pixels of the picture.
            scale: pixels of the result to one of the picture.

        Raises:
            SettingsError: the region is not in the picture, or more than 64 million pixels.
        """
        return self._previews.region(Region(x, y, width, height, scale))

    @cached_property
    def _previews(self) -> Previews:
        return Previews(self.scan, self.cbcr, self._convert)

    @cached_property
    def _joiner(self) -> ExactJoiner:
        return self._new_joiner()

    def _new_joiner(self) -> ExactJoiner:
        return ExactJoiner(self.scan.luma, self.cbcr, self._convert)

    @cached_property
    def _convert(self) -> Convert | None:
        """Convert chroma into the scan's profile, at full size: the slope of its tone curve varies."""
        return self.scan.colors.converter()

    def _leave_grey(self, rgb: Codes, luma: Codes, start: int) -> None:
        """Take the colours out of rows [h,W,3], of which ``start`` is the first, where no print is."""
        if self.scan.crop is not None:
            rows = slice(start, start + len(rgb))
            outside = outside_polygon(self.scan.crop.corners, rows, rgb.shape[1])
            rgb[outside] = luma[outside][:, None]

    def _upright(self, rgb: Codes, alpha: Codes | None) -> Codes:
        samples = rgb if alpha is None else np.dstack([rgb, alpha])
        return np.ascontiguousarray(turn_upright(samples, self.scan.orientation))
