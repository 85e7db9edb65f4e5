"""The public entry: opens, colours and replays photographs.

scan ─read─▶ luma, small, upright ─encode─▶ features ─decode─▶ (a,b) ─▶ chroma, small ─▶ Picture ─save─▶ file
        Colorizer.open                            Session.paint                      enlarged and joined with
                                                    ▲ hints                          the scan's own luma
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vermilion import __version__
from vermilion.cache import DEFAULT_LIMIT, Cache
from vermilion.errors import ModelError, PictureError, SettingsError
from vermilion.guidance import AnyHint, Controls, Recipe, UsedFile, UsedModel
from vermilion.network import Model, engine_name, name_of_model
from vermilion.painter import Painter
from vermilion.picture import Picture
from vermilion.pictures import DEFAULT_MAX_PIXELS, ReadOptions, Scan, read_scan
from vermilion.session import AUTOMATIC, Session, Workshop
from vermilion.view import AUTO, ViewOptions
from vermilion.work import limit_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from vermilion.pictures import NamedBytes, NamedFile

    Source = str | Path | bytes | NamedBytes | NamedFile | NDArray[Any] | Image | Scan

__all__ = ["Colorizer", "Picture", "Session"]

_WORKING_SIZES = range(32, 2049)


class Colorizer:
    """Colourises photographs. Once made it may be used by several threads at the same time.

    Args:
        model: a model folder, the name of an installed model, ``hf://owner/name``, or a loaded model; None
            for the one inside the package.
        device: "auto", "cpu", "cuda", "coreml", ...: what runs the network.
        max_pixels: the most pixels that any picture may claim, scans as well as references, palettes, masks
            and those of albums; more is refused before it is decoded.
        threads: how many threads work on one picture, in this process; None for one a core, at most four.
        cache_bytes: how much of what was computed may be kept for open pictures, references and albums.

    Raises:
        ModelError: the model is missing or damaged.
        DeviceError: the device is not there.
        SettingsError: ``max_pixels`` or ``threads`` is less than 1.
    """

    def __init__(
        self,
        model: str | Path | Model | None = None,
        *,
        device: str = "auto",
        max_pixels: int = DEFAULT_MAX_PIXELS,
        threads: int | None = None,
        cache_bytes: int = DEFAULT_LIMIT,
    ) -> None:
        if max_pixels < 1:
            raise SettingsError(f"A limit of {max_pixels} pixels allows no picture; give 1 or more.")
        self._made_of = {
            "device": device,
            "max_pixels": max_pixels,
            "threads": threads,
            "cache_bytes": cache_bytes,
        }
        self._model_named = model
        if threads is not None:
            limit_threads(threads)
        self.model = model if isinstance(model, Model) else Model.load(model, device)
        self.max_pixels = max_pixels
        painter, cache = Painter(self.model), Cache(cache_bytes)
        self._workshop = Workshop(painter, cache, max_pixels, self._engine)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles name the model and the device, and load the model again."""
        return _make, (type(self), self._model_named, self._made_of)

    def colorize(  # noqa: PLR0913 - each a keyword of its own, as a person says it
        self,
        source: "Source",
        *,
        page: int = 1,
        recolor: bool = False,
        crop_print: bool = False,
        hints: Sequence[AnyHint] = (),
        size: int | None = None,
        view: str | ViewOptions = AUTO,
        controls: Controls = AUTOMATIC,
    ) -> Picture:
        """Colourise one picture: ``open`` and ``paint`` in one.

        Args:
            source: a path, the bytes of a file, an array (uint8, uint16 or float 0..1; HW or HWC) or a PIL
                image, or a scan that was read already. ``NamedBytes`` of ``vermilion.pictures`` give bytes
                a name in messages and recipes.
            page: of a file with several, counted from 1.
            recolor: accept a picture that is in real colour already; only its luma is used.
            crop_print: take a grey print that lies on a coloured background out of its photo: the upright
                rectangle around it, with every grey as it is; only the print is painted.
            hints: colours that are known, placed in the picture as it is shown (upright).
            size: pixels of the short side at which the network looks; None for the model's own.
            view: "auto" finds the pictures on the scan, their way up and their contrast, so that the network
                sees them as a person does; "whole" lets it see the scan as it is; ``ViewOptions`` say where
                the pictures lie, and which way is up.
            controls: all else that may be said about the colours; its own hints come before ``hints``.

        Raises:
            PictureError: the picture cannot be read, or is in colour already.
            HintError: a hint makes no sense for this picture.
            SettingsError: ``size`` is not from 32 to 2048, or ``view`` or a control cannot be used.
        """
        session = self.open(source, page=page, recolor=recolor, crop_print=crop_print, size=size, view=view)
        return session.paint(replace(controls, hints=(*controls.hints, *hints)))

    def open(
        self,
        source: "Source",
        *,
        page: int = 1,
        recolor: bool = False,
        crop_print: bool = False,
        size: int | None = None,
        view: str | ViewOptions = AUTO,
    ) -> Session:
        """Open one picture, to colour it again and again: what the network saw is kept.

        The arguments and errors are those of ``colorize``.
        """
        short_side = self._short_side(size)
        options = ReadOptions(page, recolor, self.max_pixels, crop_print)
        asked = view if isinstance(view, ViewOptions) else ViewOptions(view)
        scan = source if isinstance(source, Scan) else read_scan(source, options)
        draft = replace(self._draft(scan, recolor=recolor, size=size), view=asked)
        return Session(self._workshop, scan, short_side, draft)

    def replay(self, recipe: Recipe, source: "Source | None" = None) -> Picture:
        """Colourise a picture as a recipe says; ``recipe.difference(picture.recipe)`` says what differs.

        Args:
            recipe: what to do.
            source: the picture; None for where the recipe found it.

        Raises:
            ModelError: the recipe wants another model.
            PictureError: the recipe was made for another picture, or it cannot be read.
            SettingsError: a file that the recipe names has changed or is gone.
        """
        return self.reopen(recipe, source).paint(recipe.controls)

    def reopen(self, recipe: Recipe, source: "Source | None" = None) -> Session:
        """Open a picture as a recipe says, seen as it was then; its controls are still to be painted.

        The arguments and errors are those of ``replay``.
        """
        self._check_model(recipe.model)
        short_side = self._short_side(recipe.size)
        place = recipe.input.path if source is None else source
        options = ReadOptions(recipe.page, recipe.recolor, self.max_pixels, recipe.crop_print)
        scan = place if isinstance(place, Scan) else read_scan(place, options)
        _check_scan(scan, recipe.input.sha256)
        draft = self._draft(scan, recolor=recipe.recolor, size=recipe.size)
        # The views of one picture mean nothing for another, and explicit options come first.
        keeps = bool(recipe.input.sha256) and recipe.view.agrees_with(recipe.seen)
        seen = recipe.seen if keeps else ()
        return Session(self._workshop, scan, short_side, replace(draft, view=recipe.view, seen=seen))

    def check(self, recipe: Recipe, scan: Scan) -> None:
        """Refuse a recipe that was made for another picture or model.

        Raises:
            ModelError: it wants another model.
            PictureError: it was made for another picture.
        """
        self._check_model(recipe.model)
        _check_scan(scan, recipe.input.sha256)

    def _check_model(self, wanted: UsedModel) -> None:
        card = self.model.card
        if wanted.sha256 not in ("", self.model.hash):
            option = f"--model {name_of_model(wanted.sha256)}".strip()
            raise ModelError(
                f"The recipe was made with the model {wanted.name} {wanted.version} ({wanted.sha256[:12]}), "
                f"and this is {card.name} {card.version} ({self.model.hash[:12]}); name that model "
                f"({option}), or empty sha256 under model to take any."
            )

    @property
    def _engine(self) -> str:
        """The engine, as recipes name it: another one may round the last bit differently."""
        return f"{platform.machine()}, {engine_name()}, {self.model.provider}"

    def _draft(self, scan: Scan, *, recolor: bool, size: int | None) -> Recipe:
        """The recipe of a picture, less its controls and the hashes that take time and may not be wanted."""
        card = self.model.card
        return Recipe(
            vermilion=__version__,
            input=UsedFile(scan.source_name),
            model=UsedModel(card.name, card.version, self.model.hash),
            page=scan.page,
            recolor=recolor,
            crop_print=scan.crop is not None,
            size=size,
        )

    def _short_side(self, size: int | None) -> int:
        if size is None:
            return self.model.card.working_size
        if size not in _WORKING_SIZES:
            raise SettingsError(
                f"A working size of {size} pixels is impossible; choose one from 32 to 2048, or leave it out "
                f"for the model's own {self.model.card.working_size}."
            )
        return size


def _make(kind: type[Colorizer], model: str | Path | Model | None, options: Mapping[str, Any]) -> Colorizer:
    return kind(model, **options)


def _check_scan(scan: Scan, wanted: str) -> None:
    if wanted not in ("", scan.sha256):
        raise PictureError(
            f"{scan.source_name} is not the picture that the recipe was made for (its SHA-256 begins with "
            f"{scan.sha256[:12]} and not with {wanted[:12]}); give that one, or empty sha256 under input to "
            "take any."
        )
