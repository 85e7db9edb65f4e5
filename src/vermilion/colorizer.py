"""The whole journey of a photograph, and the only place where the rooms meet.

scan ─read─▶ luma, small, upright ─see─▶ features ─paint─▶ (a,b) ─▶ chroma, small ─▶ Picture ─save─▶ file
                                                    ▲ hints                          enlarged and joined with
                                                                                     the scan's own luma
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion import __version__
from vermilion.color import (
    ExactJoiner,
    ab_to_cbcr,
    chroma_planes,
    reduce_luma,
    to_eight_bits,
    turn_back,
    turn_upright,
    upright_size,
)
from vermilion.errors import ModelError, PictureError, SettingsError
from vermilion.guidance import AnyHint, Controls, Recipe, UsedFile, UsedModel, rasterize_hints
from vermilion.network import Model, engine_name, with_margin, working_size
from vermilion.pictures import (
    Mark,
    ReadOptions,
    SaveOptions,
    Scan,
    encode_picture,
    publish,
    read_scan,
    write_picture,
)

if TYPE_CHECKING:
    from PIL.Image import Image

    Source = str | Path | bytes | NDArray[Any] | Image

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8 | np.uint16]

_WORKING_SIZES = range(32, 2049)
_NOTEBOOK_SIDE = 1024  # pixels of the longer side that a notebook is shown


class Colorizer:
    """Colourises photographs. Once made it may be used by several threads at the same time.

    Args:
        model: a model folder, or a loaded model; None for the one inside the package.
        device: "auto", "cpu", "cuda", "coreml", ...: what runs the network.

    Raises:
        ModelError: the model is missing or damaged.
        DeviceError: the device is not there.
    """

    def __init__(self, model: str | Path | Model | None = None, *, device: str = "auto") -> None:
        self.model = model if isinstance(model, Model) else Model.load(model, device)

    def colorize(
        self,
        source: "Source",
        *,
        page: int = 1,
        recolor: bool = False,
        hints: Sequence[AnyHint] = (),
        size: int | None = None,
    ) -> "Picture":
        """Colourise one picture.

        Args:
            source: a path, the bytes of a file, an array (uint8, uint16 or float 0..1; HW or HWC) or a PIL
                image.
            page: of a file with several, counted from 1.
            recolor: accept a picture that is in real colour already; only its luma is used.
            hints: colours that are known, placed in the picture as it is shown (upright).
            size: pixels of the short side at which the network looks; None for the model's own.

        Raises:
            PictureError: the picture cannot be read, or is in colour already.
            HintError: a hint makes no sense for this picture.
            SettingsError: ``size`` is not from 32 to 2048.
        """
        scan = read_scan(source, ReadOptions(page=page, recolor=recolor))
        look = working_size(scan.size, self._short_side(size), self.model.card.stride)
        codes = scan.pixels.preview(look)
        luma = turn_upright(scan.colors.to_srgb_tone(codes), scan.orientation)
        ab, confidence = self._paint(luma, hints, upright_size(scan.size, scan.orientation))
        cbcr = turn_back(ab_to_cbcr(reduce_luma(luma, confidence.shape), ab), scan.orientation)
        code_cbcr = scan.colors.convert(reduce_luma(codes, cbcr.shape[:2]), cbcr)
        draft = self._draft(scan, Controls(hints=tuple(hints)), recolor=recolor, size=size)
        return Picture(scan, code_cbcr, turn_back(confidence, scan.orientation), draft, self._engine)

    def replay(self, recipe: Recipe, source: "Source | None" = None) -> "Picture":
        """Colourise a picture as a recipe says; ``recipe.difference(picture.recipe)`` tells how well it went.

        Args:
            recipe: what to do.
            source: the picture; None for where the recipe found it.

        Raises:
            ModelError: the recipe wants another model.
            PictureError: the recipe was made for another picture, or it cannot be read.
            SettingsError: a file that the recipe names has changed or is gone.
        """
        self._check_model(recipe.model)
        recipe.check_files("the recipe")
        picture = self.colorize(
            recipe.input.path if source is None else source,
            page=recipe.page,
            recolor=recipe.recolor,
            hints=recipe.controls.hints,
            size=recipe.size,
        )
        wanted, found = recipe.input.sha256, picture.scan.sha256
        if wanted not in ("", found):
            raise PictureError(
                f"{picture.scan.source_name} is not the picture that the recipe was made for (its SHA-256 "
                f"begins with {found[:12]} and not with {wanted[:12]}); give that one, or empty sha256 under "
                "input to take any."
            )
        return picture

    def _check_model(self, wanted: UsedModel) -> None:
        card = self.model.card
        if wanted.sha256 not in ("", self.model.hash):
            raise ModelError(
                f"The recipe was made with the model {wanted.name} {wanted.version} ({wanted.sha256[:12]}), "
                f"and this is {card.name} {card.version} ({self.model.hash[:12]}); name the folder of that "
                "model (--model), or empty sha256 under model to take any."
            )

    @property
    def _engine(self) -> str:
        """What computes, as a recipe tells it: another one may round the last bit otherwise."""
        return f"{platform.machine()}, {engine_name()}, {self.model.provider}"

    def _draft(self, scan: Scan, controls: Controls, *, recolor: bool, size: int | None) -> Recipe:
        """The recipe of a picture, less the hashes that take time and may not be wanted."""
        card = self.model.card
        return Recipe(
            vermilion=__version__,
            input=UsedFile(scan.source_name),
            model=UsedModel(card.name, card.version, self.model.hash),
            page=scan.page,
            recolor=recolor,
            size=size,
            controls=controls,
        )

    def _paint(
        self, luma: Floats, hints: Sequence[AnyHint], picture_size: tuple[int, int]
    ) -> tuple[Floats, Floats]:
        """Return (a,b) [h,w,2] and confidence [h,w] for upright luma [H,W], at the model's stride."""
        stride = self.model.card.stride
        height, width = luma.shape[0] // stride, luma.shape[1] // stride
        features = self.model.see(with_margin(luma)[None, None])
        grid = features.maps[0].shape[2:]
        canvas = np.zeros((1, 3, *grid), np.float32)
        canvas[0, :, :height, :width] = rasterize_hints(hints, picture_size, (height, width))
        paint = self.model.paint(features, canvas)
        ab = np.moveaxis(paint.chroma[0, :, :height, :width], 0, -1)
        return ab, paint.confidence[0, 0, :height, :width]

    def _short_side(self, size: int | None) -> int:
        if size is None:
            return self.model.card.working_size
        if size not in _WORKING_SIZES:
            raise SettingsError(
                f"A working size of {size} pixels is impossible; choose one from 32 to 2048, or leave it out "
                f"for the model's own {self.model.card.working_size}."
            )
        return size


@dataclass(frozen=True, eq=False)
class Picture:
    """A scan and the colours that were painted for it; they are joined when asked for.

    Attributes:
        scan: what came in. Its luma is the result's, at every pixel.
        cbcr: float32 [h,w,2], -0.5..0.5: chroma of network size, in the file's orientation and profile.
        confidence: float32 [h,w], 0..1: the probability that the true (a,b) is within 10 of the painted one.
        draft: the recipe as far as it is known without reading anything again; see ``recipe``.
        engine: what computed.
    """

    scan: Scan
    cbcr: Floats
    confidence: Floats
    draft: Recipe
    engine: str

    @cached_property
    def recipe(self) -> Recipe:
        """Everything that made these colours, to be written down and replayed.

        Raises:
            SettingsError: a file that the controls name is no longer there.
        """
        return self.draft.completed(self.scan.sha256, self.cbcr.tobytes(), self.engine)

    def save(
        self,
        path: str | Path,
        *,
        overwrite: bool = False,
        fast_jpeg: bool = False,
        drop_depth: bool = False,
        drop_alpha: bool = False,
        mark: bool = True,
    ) -> None:
        """Write the picture; the name's suffix chooses JPEG, PNG, TIFF or lossless WebP.

        Args:
            path: of the file to write; it appears only once it is complete.
            overwrite: replace a file that exists.
            fast_jpeg: encode a JPEG's luma again instead of carrying it over bit for bit: faster
                for large scans that are stored as YCbCr, and no different for grey ones.
            drop_depth: allow 16 bits to become 8 where the format holds no more.
            drop_alpha: allow transparency to be left out where the format has none.
            mark: tell in the file's XMP that a network made the colours, and by which recipe.

        Raises:
            OutputError: it cannot be written, or something would be lost that no flag allows.
        """
        options = SaveOptions(
            overwrite=overwrite,
            fast_jpeg=fast_jpeg,
            drop_depth=drop_depth,
            drop_alpha=drop_alpha,
            mark=self._mark if mark else None,
        )
        write_picture(self.scan, self, path, options)

    def save_recipe(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the recipe of this picture to a file.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        publish([self.recipe.to_json().encode()], Path(path), overwrite=overwrite)

    def encode(
        self,
        format: str = "png",  # noqa: A002 - Pillow's word for it
        *,
        fast_jpeg: bool = False,
        drop_depth: bool = False,
        drop_alpha: bool = False,
        mark: bool = True,
    ) -> bytes:
        """Return the content of a file: "jpg", "png", "tif" or "webp"; the flags are those of ``save``."""
        options = SaveOptions(
            fast_jpeg=fast_jpeg,
            drop_depth=drop_depth,
            drop_alpha=drop_alpha,
            mark=self._mark if mark else None,
        )
        return encode_picture(self.scan, self, format, options)

    def to_numpy(self) -> Codes:
        """Return the picture upright, [H,W,3], or [H,W,4] if the scan has alpha, in the scan's dtype."""
        return self._upright(self.rgb(), self.scan.alpha)

    def to_pil(self) -> "Image":
        """Return the picture upright as a PIL image, RGB or RGBA, always of 8 bits."""
        from PIL import Image  # noqa: PLC0415 - only who asks for one pays for it

        luma, alpha = to_eight_bits(self.scan.luma), self.scan.alpha
        rgb = ExactJoiner(luma, self.cbcr).rows(0, luma.shape[0])
        return Image.fromarray(self._upright(rgb, None if alpha is None else to_eight_bits(alpha)))

    def rgb(self) -> Codes:
        """Return the joined picture [H,W,3] as the file stores it (not turned), in the scan's dtype."""
        return self.rgb_rows(0, self.scan.size[0])

    def rgb_rows(self, start: int, stop: int) -> Codes:
        """Return rows ``start`` to ``stop`` of ``rgb()`` without making the others."""
        return self._joiner.rows(start, stop)

    def chroma_planes(self, subsampled: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:  # noqa: FBT001
        """Return Cb and Cr as a JPEG stores them: uint8, as large as the scan, or half if ``subsampled``."""
        return chroma_planes(self.scan.luma, self.cbcr, subsampled=subsampled)

    def _repr_png_(self) -> bytes:
        image = self.to_pil()
        image.thumbnail((_NOTEBOOK_SIDE, _NOTEBOOK_SIDE))
        content = BytesIO()
        image.save(content, "png")
        return content.getvalue()

    @property
    def _mark(self) -> Mark:
        model = self.draft.model
        return Mark(__version__, f"{model.name} {model.version}", model.sha256, self.recipe.hash)

    @cached_property
    def _joiner(self) -> ExactJoiner:
        return ExactJoiner(self.scan.luma, self.cbcr)

    def _upright(self, rgb: Codes, alpha: Codes | None) -> Codes:
        samples = rgb if alpha is None else np.dstack([rgb, alpha])
        return np.ascontiguousarray(turn_upright(samples, self.scan.orientation))
