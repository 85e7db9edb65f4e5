"""A model: luma in, chroma out. Arrays only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import ModelError
from vermilion.network.card import CHROMA_UNIT, UNCALIBRATED, Calibration, ModelCard, read_card
from vermilion.network.engine import choose_provider, open_session
from vermilion.network.find import find_model
from vermilion.network.folder import (
    DECODER_FILE,
    ENCODER_FILE,
    check_files,
    default_model_folder,
    folder_hash,
    read_graphs,
    read_heads_file,
)

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]

SIDE_MULTIPLE = 32
"""Both sides of what the network sees are multiples of this."""

_FEATURES = tuple(f"features_{stride}" for stride in (4, 8, 16, 32))


@dataclass(frozen=True, slots=True)
class Features:
    """What the network saw: one array for each stride of 4, 8, 16 and 32.

    Only ``decode`` knows what they mean; others may compare places with each other.
    """

    maps: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the network painted.

    Attributes:
        chroma: [N,2,h,w], CIELAB a and b.
        confidence: [N,1,h,w], the probability that the true (a,b) lies within 10 of the painted one.
        odds: [N,K,h,w] over the bins of the card, or None where they were not asked for.
    """

    chroma: Floats
    confidence: Floats
    odds: Floats | None = None


class Model:
    """A network that is loaded. Safe to use from several threads.

    Attributes:
        card: the facts of the model folder.
        hash: SHA-256 of the whole model, in hexadecimal.
        provider: ONNX Runtime's execution provider that really runs.
        heads: content of ``heads.npz``, for ``vermilion.view``; None where the model has none.
    """

    def __init__(
        self,
        card: ModelCard,
        digest: str,
        encoder: "InferenceSession",
        decoder: "InferenceSession",
        heads: bytes | None = None,
    ) -> None:
        self.card = card
        self.hash = digest
        self.provider: str = encoder.get_providers()[0]
        self._load_again: Callable[[], Model] | None = None
        self.heads = heads
        self._encoder = encoder
        self._decoder = decoder

    @classmethod
    def load(cls, model: str | Path | None = None, device: str = "auto", *, frugal: bool = False) -> "Model":
        """Load a model onto a device.

        Args:
            model: a model folder, the name of an installed model, or ``hf://owner/name``; None for the one
                inside the package.
            device: "auto", "cpu", "cuda", "coreml", ...
            frugal: whether the memory that a picture needs is given back after it, for processes that do one
                at a time; several at once take a tenth longer then.

        Raises:
            ModelError: the model is missing, damaged or of another kind.
            DeviceError: the device is not there.
        """
        place = default_model_folder() if model is None else find_model(model)
        card = read_card(place)
        provider = choose_provider(device)
        graphs = read_graphs(place, card)
        encoder, decoder = (
            open_session(graph, str(place / name), provider, strict=device != "auto", frugal=frugal)
            for graph, name in zip(graphs, (ENCODER_FILE, DECODER_FILE), strict=True)
        )
        _check_names(encoder, decoder, place)
        loaded = cls(card, folder_hash(place), encoder, decoder, read_heads_file(place, card))
        loaded._load_again = partial(cls.load, model, device, frugal=frugal)
        return loaded

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles hold the model's place, and load it again."""
        if self._load_again is None:
            raise ModelError("A model that was made of sessions cannot be copied; load it from its folder.")
        return self._load_again, ()

    def encode(self, luma: Floats) -> Features:
        """Look at luma [N,1,H,W], float32 in 0..1, H and W multiples of 32."""
        return Features(tuple(self._encoder.run(list(_FEATURES), {"luma": luma})))

    def decode(
        self,
        features: Features,
        hints: Floats | None = None,
        temperature: float | None = None,
        *,
        with_odds: bool = False,
    ) -> Decoded:
        """Paint what was seen.

        Args:
            features: from ``encode``.
            hints: [N,3,H/4,W/4], float32: a/110, b/110 and weight 0..1; None for no hints.
            temperature: of the annealed mean: lower is bolder; None for the card's.
            with_odds: also return the odds of all bins, which cost time.
        """
        finest = features.maps[0]
        if hints is None:
            hints = np.zeros((finest.shape[0], 3, *finest.shape[2:]), np.float32)
        inputs: dict[str, Any] = dict(zip(_FEATURES, features.maps, strict=True))
        inputs["hints"] = hints
        inputs["temperature"] = np.array(
            self.card.temperature if temperature is None else temperature, np.float32
        )
        names = ["chroma", "confidence", "odds"] if with_odds else ["chroma", "confidence"]
        chroma, confidence, *odds = self._decoder.run(names, inputs)
        return Decoded(chroma, calibrated(confidence, chroma, self.card.calibration), *odds)


def check_model(folder: Path) -> None:
    """Check every file of a model folder against its SHA-256, and that the graphs run.

    Raises:
        ModelError: something is wrong with it.
    """
    check_files(folder, read_card(folder))
    Model.load(folder, "cpu")


def calibrated(confidence: Floats, chroma: Floats, calibration: Calibration) -> Floats:
    """Return probabilities [N,1,h,w] calibrated by a line through their logits (Platt 1999), and by chroma.

    A network is too sure of vivid colours. ``calibration`` is that of ``ModelCard``.
    """
    if calibration == UNCALIBRATED:
        return confidence
    slope, shift, linear, squared = calibration
    inside = np.clip(confidence, 1e-6, 1 - 1e-6)
    vivid = np.linalg.norm(chroma, axis=1, keepdims=True) / np.float32(CHROMA_UNIT)
    logit = slope * np.log(inside / (1 - inside)) + shift + (linear + squared * vivid) * vivid
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)


def _check_names(encoder: "InferenceSession", decoder: "InferenceSession", folder: Path) -> None:
    """Refuse graphs whose inputs or outputs are not the expected ones, before they run."""
    expected = {
        ENCODER_FILE: (encoder, {"luma"}, set(_FEATURES)),
        DECODER_FILE: (decoder, {*_FEATURES, "hints", "temperature"}, {"chroma", "confidence", "odds"}),
    }
    for name, (session, inputs, outputs) in expected.items():
        has_inputs = {node.name for node in session.get_inputs()}
        has_outputs = {node.name for node in session.get_outputs()}
        if has_inputs != inputs or not outputs <= has_outputs:
            raise ModelError(
                f"{folder / name} takes {_listed(has_inputs)} and gives {_listed(has_outputs)}, where "
                f"{_listed(inputs)} and {_listed(outputs)} are needed; export it again."
            )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
