"""The loop: removes each true picture's colours, paints it again, and compares.

folder ─▶ pairs ─▶ truth ─as it is given─▶ Colorizer ─▶ ours ─┬─▶ figures ─▶ means, distances of sets
                     │                                           │
                     └──────────────── theirs, masks ────────────┘
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import __version__
from vermilion.color import ab_error
from vermilion.colorizer import Colorizer
from vermilion.errors import PictureError, SettingsError
from vermilion.evaluation.figures import SetFigures
from vermilion.evaluation.folder import LeftOut, Pair, find_pairs
from vermilion.evaluation.gallery import PictureResult, Shown, choose
from vermilion.evaluation.given import MOUNTED, Given, given_of
from vermilion.evaluation.hints import COUNTS, true_hints
from vermilion.evaluation.networks import Networks, PictureFeatures, open_networks
from vermilion.evaluation.result import About, Evaluation
from vermilion.evaluation.side import Side
from vermilion.evaluation.skin import read_mask
from vermilion.evaluation.srgb import Bytes, SrgbPicture
from vermilion.guidance import Controls
from vermilion.network import engine_name
from vermilion.outputs import make_folder
from vermilion.pictures import publish
from vermilion.session import AUTOMATIC, Session
from vermilion.tone import shrunk
from vermilion.view import AUTO

Watch = Callable[[Sequence[Pair]], Iterable[Pair]]
"""Hands the pictures on one by one, and may show how far they are."""

AGED_NOTE = (
    "The pictures were made to look old: psnr, ssim, ciede2000, fd, kmd and fid also count what that did to "
    "the greys."
)
MOUNTED_NOTE = (
    "The pictures were given mounted, turned or faded, and taken out again: psnr, ssim, ciede2000, fd, kmd "
    "and fid also count what that did to the greys."
)
_SHOWN_SIDE = 360  # pixels of the longer side of a picture in the report
_COLORLESS = 1.5  # mean a, b distance from grey below which pictures have no colours to compare with


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What is measured.

    Attributes:
        against: a folder of another colouriser's results.
        masks: a folder of masks, white where there is skin.
        limit: how many pictures at most, evenly picked.
        aged: make the pictures look old before they are coloured.
        mounted: one of ``MOUNTED``: how the pictures are put on mounts, turned or faded before they are
            coloured; empty for bare ones.
        view: "auto" or "whole", as ``Colorizer.open`` takes it.
        hints: also measure the error after some true hints.
        size: pixels of the short side at which the network looks; None for the model's own.
        extractor: NAME:WEIGHTS of a timm network, for the distances fd and kmd.
        fid: a file of Inception's weights, or "download", for FID.
        inputs: a folder for what is given to the network, grey or old, to be given to another colouriser.
    """

    against: Path | None = None
    masks: Path | None = None
    limit: int | None = None
    aged: bool = False
    mounted: str = ""
    view: str = AUTO
    hints: bool = False
    size: int | None = None
    extractor: str | None = None
    fid: str | None = None
    inputs: Path | None = None


_DEFAULTS = EvaluationOptions()


def evaluate(
    folder: str | Path,
    options: EvaluationOptions = _DEFAULTS,
    *,
    colorizer: Colorizer | None = None,
    watch: Watch = iter,
) -> Evaluation:
    """Remove the colours of a folder of pictures, paint them again, and compare.

    Args:
        folder: of true colour pictures; folders in it are not searched.
        options: what is measured.
        colorizer: what paints; None for the shipped model.
        watch: wraps the pictures and may show progress (tqdm fits).

    Raises:
        SettingsError: a folder holds nothing that can be compared, or an option is impossible.
        PictureError: a result or a mask has another size than its picture.
        TrainingError: a network and its weights do not fit together.
        OutputError: in the folder for inputs lies something else of the same name.
    """
    _check(options)
    pairs, left_out = find_pairs(Path(folder), options.against, options.masks, options.limit)
    networks = open_networks(options.extractor, options.fid, sides=2 if options.against else 1)
    trial = _Trial(colorizer or Colorizer(), options, networks)
    for pair in watch(pairs):
        try:
            trial.add(pair)
        except PictureError as error:
            left_out.append(LeftOut(pair.path.name, str(error)))
    return trial.result(str(folder), pairs, left_out)


class _Trial:
    """The pictures so far."""

    def __init__(self, colorizer: Colorizer, options: EvaluationOptions, networks: Networks) -> None:
        self._colorizer, self._options, self._networks = colorizer, options, networks
        inception = [*networks.inception, None, None]
        self._ours = Side(PictureFeatures(networks.extractor, inception[0]))
        self._theirs = Side(PictureFeatures(networks.extractor, inception[1]))
        self._hint_errors: dict[int, list[float]] = {count: [] for count in COUNTS if options.hints}
        self._results: list[PictureResult] = []

    def add(self, pair: Pair) -> None:
        """Take one picture in.

        Raises:
            PictureError: a file cannot be read; nothing of the picture is counted.
        """
        true = SrgbPicture.read(pair.path)
        theirs = SrgbPicture.read(pair.theirs) if pair.theirs else None
        mask = read_mask(pair.mask) if pair.mask else None
        given = self._given(true, pair.stem)
        session = self._open(given)
        if self._options.inputs:
            save_input(given.luma, self._options.inputs / f"{pair.stem}.png")
        ours, skin = self._ours.add(true, SrgbPicture(given.back(_painted(session).rgb)), mask)
        for count, errors in self._hint_errors.items():
            hints = true_hints(true.rgb, pair.stem, count)
            errors.append(ab_error(true.ab, _painted(session, Controls(hints=hints)).ab))
        their_row, their_skin = self._theirs.add(true, theirs, mask) if theirs else (None, None)
        self._results.append(PictureResult(pair.stem, ours, their_row, skin, their_skin))

    def result(self, folder: str, pairs: Sequence[Pair], left_out: Sequence[LeftOut]) -> Evaluation:
        """Everything that was found."""
        if not self._results:
            raise SettingsError(f"No picture of {folder} could be read; the first: {left_out[0].reason}")
        ours = self._ours.figures()
        _refuse_grey(ours, folder)
        return Evaluation(
            about=self._about(folder),
            ours=ours,
            theirs=self._theirs.figures() if self._theirs.rows else None,
            hint_curve={count: float(np.mean(errors)) for count, errors in self._hint_errors.items()},
            pictures=tuple(self._results),
            shown=self._shown(pairs),
            left_out=tuple(left_out),
            notes=(*self._networks.notes, *_notes_on(self._options)),
        )

    def _given(self, true: SrgbPicture, stem: str) -> Given:
        return given_of(true.rgb, stem, aged=self._options.aged, mounted=self._options.mounted)

    def _open(self, given: Given) -> Session:
        return self._colorizer.open(given.luma, size=self._options.size, view=self._options.view)

    def _about(self, folder: str) -> About:
        model = self._colorizer.model
        return About(
            vermilion=__version__,
            model=f"{model.card.name} {model.card.version}",
            model_sha256=model.hash,
            engine=f"{engine_name()}, {model.provider}",
            folder=folder,
            against=str(self._options.against or ""),
            aged=self._options.aged,
            mounted=self._options.mounted,
            view=self._options.view,
            size=self._options.size or model.card.working_size,
            extractor=self._networks.extractor_name,
        )

    def _shown(self, pairs: Sequence[Pair]) -> tuple[Shown, ...]:
        by_stem = {pair.stem: pair for pair in pairs}
        return tuple(
            Shown(group, result, self._views(by_stem[result.stem])) for group, result in choose(self._results)
        )

    def _views(self, pair: Pair) -> tuple[tuple[str, Bytes], ...]:
        """Paint a picture once more, so that only those that are shown are kept."""
        true = SrgbPicture.read(pair.path)
        given = self._given(true, pair.stem)
        session = self._open(given)
        grey = np.repeat(given.luma[..., None], 3, axis=2)
        name = self._options.mounted or ("old" if self._options.aged else "grey")
        views = [(name, grey), ("vermilion", _painted(session).rgb)]
        if pair.theirs:
            views.append(("the other", SrgbPicture.read(pair.theirs).rgb))
        views.append(("truth", true.rgb))
        return tuple((name, shrunk(rgb, _SHOWN_SIDE / max(rgb.shape[:2]))) for name, rgb in views)


def _check(options: EvaluationOptions) -> None:
    if options.mounted and options.mounted not in MOUNTED:
        raise SettingsError(
            f"Pictures cannot be mounted as {options.mounted!r}; choose one of {', '.join(MOUNTED)}."
        )
    if options.mounted and (options.against or options.hints):
        raise SettingsError("Mounted pictures are measured for vermilion alone; leave out hints and against.")


def _notes_on(options: EvaluationOptions) -> list[str]:
    return [AGED_NOTE] * options.aged + [MOUNTED_NOTE] * bool(options.mounted)


def save_input(luma: NDArray[np.unsignedinteger], path: Path) -> None:
    """Write luma [H,W] as a PNG; what an earlier run wrote may be there already.

    Raises:
        OutputError: another file is there, or it cannot be written.
    """
    _, content = cv2.imencode(".png", luma)
    if path.is_file() and path.read_bytes() == content.tobytes():
        return
    make_folder(path.parent)
    publish([content.tobytes()], path, overwrite=False)


def _painted(session: Session, controls: Controls = AUTOMATIC) -> SrgbPicture:
    return SrgbPicture(np.asarray(session.paint(controls).to_numpy(), np.uint8))


def _refuse_grey(ours: SetFigures, folder: str) -> None:
    if ours.means.ab_err_grey < _COLORLESS:
        raise SettingsError(
            f"The pictures of {folder} are grey, so there is no truth to compare with; name a folder of "
            "colour pictures."
        )
