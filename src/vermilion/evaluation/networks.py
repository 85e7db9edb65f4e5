"""Networks that extract features of the pictures, where available; the only import of `training` here."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vermilion.color import frechet_distance, kernel_distance
from vermilion.errors import SettingsError
from vermilion.evaluation.srgb import Bytes

if TYPE_CHECKING:
    from vermilion.training import FeatureExtractor, InceptionDistance

Doubles = NDArray[np.float64]

FID_DOWNLOAD = "download"
"""The word that lets torch-fidelity fetch Inception's weights: all that is ever downloaded here."""

_FEWEST = 2  # pictures that a distance of sets needs


@dataclass(frozen=True)
class Networks:
    """The networks that an evaluation uses.

    Attributes:
        extractor: gives features of pictures; None where there is none.
        extractor_name: what the network is called; empty where there is none.
        inception: one for each side that is compared with the truth; empty where there is none.
        notes: what was asked for and is left out, and why.
    """

    extractor: "FeatureExtractor | None" = None
    extractor_name: str = ""
    inception: tuple["InceptionDistance", ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class PictureFeatures:
    """A network's features of one colouriser's pictures and of the true ones, picture by picture."""

    extractor: "FeatureExtractor | None" = None
    inception: "InceptionDistance | None" = None
    features: list[tuple[Doubles, Doubles]] = field(default_factory=list)
    seen: int = 0

    def add(self, true: Bytes, made: Bytes) -> None:
        """Look at a pair of pictures [H,W,3]."""
        self.seen += 1
        if self.extractor is not None:
            self.features.append((self.extractor.features(true), self.extractor.features(made)))
        if self.inception is not None:
            self.inception.add(true, real=True)
            self.inception.add(made, real=False)

    def distances(self) -> dict[str, float]:
        """The distances fd, kmd and fid, where there are enough features."""
        found = {}
        if self.seen < _FEWEST:
            return {}
        if self.features:
            true, made = (np.stack(side) for side in zip(*self.features, strict=True))
            found["fd"] = frechet_distance(true, made)
            found["kmd"] = kernel_distance(true, made, true.shape[1], 1.0)
        if self.inception is not None:
            found["fid"] = self.inception.distance()
        return found


def open_networks(extractor: str | None, fid: str | None, sides: int) -> Networks:
    """Load the networks that are asked for; a missing one is left out with a note.

    Args:
        extractor: NAME:WEIGHTS, a timm network and a safetensors file.
        fid: a file of Inception's weights as torch-fidelity has them, or "download".
        sides: how many colourisers are compared with the truth.

    Raises:
        SettingsError: ``extractor`` has no colon.
        TrainingError: timm knows no such network, or weights are another's.
    """
    opened, name, extractor_note = _open_extractor(extractor)
    distances, fid_note = _open_inception(fid, sides)
    return Networks(opened, name, distances, tuple(note for note in (extractor_note, fid_note) if note))


def _open_extractor(text: str | None) -> tuple["FeatureExtractor | None", str, str]:
    """The network, its name, and why there is none."""
    if text is None:
        return None, "", ""
    name, colon, file = text.partition(":")
    if not (name and colon and file):
        raise SettingsError(
            f"--extractor takes NAME:WEIGHTS, a network of timm and a safetensors file, not {text!r}."
        )
    left_out = f"The distances fd and kmd of {name} are left out"
    if not Path(file).is_file():
        return None, "", f"{left_out}: {file} is no file."
    try:
        from vermilion.training import load_feature_extractor  # noqa: PLC0415 - torch is loaded only where asked for
    except ModuleNotFoundError as error:
        return None, "", f"{left_out}: {_lack(error, 'train')}"
    return load_feature_extractor(name, Path(file)), name, ""


def _open_inception(weights: str | None, sides: int) -> tuple[tuple["InceptionDistance", ...], str]:
    if weights is None:
        return (), ""
    if weights != FID_DOWNLOAD and not Path(weights).is_file():
        return (), f"FID is left out: {weights} is no file."
    try:
        from vermilion.training import InceptionDistance  # noqa: PLC0415

        path = None if weights == FID_DOWNLOAD else weights
        return tuple(InceptionDistance(path) for _ in range(sides)), ""
    except ModuleNotFoundError as error:
        return (), f"FID is left out: {_lack(error, 'train,evaluate')}"
    except OSError as error:
        reason = getattr(error, "reason", error)  # what urllib wraps
        return (), (
            f"FID is left out: Inception's weights could not be downloaded ({reason}); "
            "give a file of them to --fid."
        )


def _lack(error: ModuleNotFoundError, extra: str) -> str:
    """Which package is missing; a fault of ours is raised again."""
    missing = (error.name or "torch-fidelity").partition(".")[0]  # torchmetrics does not name that one
    if missing == "vermilion":
        raise error
    return f'it needs {missing}; run in the checkout: pip install ".[{extra}]".'
