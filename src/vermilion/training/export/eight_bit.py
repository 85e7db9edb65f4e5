"""The decoder in eight-bit integers: twice as quick on many processors, a little less true.

Static quantisation by ONNX Runtime (QDQ), calibrated on pictures. The encoder stays as it is: in eight bits
it lost a quarter of all chroma for a third of its time.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from vermilion.color import plain_luma
from vermilion.errors import TrainingError
from vermilion.training.data.batch import STRIDE, true_ab
from vermilion.training.data.dice import SampleDice
from vermilion.training.data.hints import random_hints
from vermilion.training.data.store import decode_picture, encoded_pictures
from vermilion.training.export.graphs import open_graph

SIDE = 160  # pixels of the square part of each picture that is calibrated on
PICTURES = 64  # at most
HEADS = 3  # last convolutions, whose outputs are colours and odds: they stay exact
FARTHEST = 2.0  # ab units on average by which eight-bit colours may differ from exact ones
TEMPERATURE = 0.5

Feed = dict[str, NDArray[np.float32]]


def make_eight_bit(folder: Path, pictures: Path) -> float:
    """Replace the `decoder.onnx` of a model folder by one that works in eight-bit integers.

    All convolutions do but the heads and the first one, whose inputs (features and hints) are too unlike each
    other to share one scale.

    Args:
        folder: holds `encoder.onnx` and `decoder.onnx`.
        pictures: colour pictures to calibrate on, a folder or a Parquet shard; some dozens are enough.

    Returns:
        By how many ab units the colours differ on average, on the same pictures without hints.

    Raises:
        TrainingError: no usable pictures, or colours that differ too much.
    """
    feeds = list(_feeds(folder / "encoder.onnx", pictures))
    if not feeds:
        raise TrainingError(
            f"{pictures}: has no colour pictures of {SIDE} px to calibrate on; name others for --int8."
        )
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch) / "plain.onnx", Path(scratch) / "small.onnx"
        quant_pre_process(str(folder / "decoder.onnx"), str(plain), skip_symbolic_shape=True)
        convolutions = [node.name for node in onnx.load(plain).graph.node if node.op_type == "Conv"]
        quantize_static(
            str(plain),
            str(small),
            _Reader(feeds),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QUInt8,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=[convolutions[0], *convolutions[-HEADS:]],
        )
        differs = _difference(folder / "decoder.onnx", small, feeds)
        if not differs <= FARTHEST:
            raise TrainingError(
                f"{folder}: in eight bits its colours differ by {differs:.1f} ab units on average; "
                "export it without --int8."
            )
        (folder / "decoder.onnx").write_bytes(small.read_bytes())
    return differs


class _Reader(CalibrationDataReader):  # type: ignore[misc] # ONNX Runtime has no types
    """Feeds, one after the other."""

    def __init__(self, feeds: list[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        """The next, or None."""
        return next(self._feeds, None)


def _feeds(encoder: Path, pictures: Path) -> Iterator[Feed]:
    """What the decoder is given for each picture: every second one with hints as in training."""
    session = open_graph(encoder)
    names = [output.name for output in session.get_outputs()]
    for number, rgb in enumerate(islice(_squares(pictures), PICTURES)):
        ab = true_ab(torch.from_numpy(rgb).permute(2, 0, 1)[None].float(), STRIDE)
        hints = random_hints(ab, number % 2, SampleDice([np.random.default_rng(number)]))
        seen = session.run(names, {"luma": plain_luma(rgb)[None, None]})
        given: dict[str, Any] = dict(zip(names, seen, strict=True))
        yield given | {"hints": hints.numpy(), "temperature": np.array(TEMPERATURE, np.float32)}


def _squares(pictures: Path) -> Iterator[NDArray[np.uint8]]:
    """The upper left parts of pictures, uint8 [SIDE, SIDE, 3]; those that are no use are left out."""
    for data, _, _ in encoded_pictures((str(pictures),)):
        rgb = decode_picture(data, SIDE)
        if not isinstance(rgb, str) and min(rgb.shape[:2]) >= SIDE:
            yield np.ascontiguousarray(rgb[:SIDE, :SIDE])


def _difference(exact: Path, small: Path, feeds: list[Feed]) -> float:
    """Mean distance of the two decoders' chroma, in ab units."""
    sessions = [open_graph(path) for path in (exact, small)]
    distances = []
    for feed in feeds[::2]:  # those without hints
        ours, theirs = (session.run(["chroma"], feed)[0] for session in sessions)
        distances.append(float(np.linalg.norm(ours - theirs, axis=1).mean()))
    return float(np.mean(distances))
