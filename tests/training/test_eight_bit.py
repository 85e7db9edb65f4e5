"""Decoders in eight-bit integers."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from tests.training.conftest import photograph
from vermilion.errors import TrainingError
from vermilion.network import Model
from vermilion.training import CardFacts, export
from vermilion.training.export import eight_bit


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(6):
        photograph(number, (200, 176)).save(folder / f"{number}.png")
    Image.new("L", (200, 200), 90).save(folder / "grey.png")
    return folder


@pytest.fixture
def checkpoint(run: Path) -> Path:
    return run / "generator.safetensors"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the quantiser's own
def test_an_eight_bit_decoder_is_smaller_and_paints_nearly_the_same(
    checkpoint: Path, pictures: Path, tmp_path: Path
) -> None:
    exact = export(checkpoint, tmp_path / "exact", CardFacts(working_size=64))
    small = export(checkpoint, tmp_path / "small", CardFacts(working_size=64), pictures)
    kinds = {node.op_type for node in onnx.load(small / "decoder.onnx").graph.node}
    assert "QuantizeLinear" in kinds
    assert (small / "encoder.onnx").read_bytes() == (exact / "encoder.onnx").read_bytes()
    ours, theirs = (Model.load(folder, device="cpu") for folder in (small, exact))
    told = ours.card.training["eight_bit"]["differs_by"]
    assert 0 < told <= eight_bit.FARTHEST
    grey = np.asarray(photograph(9, (160, 96)).convert("L"), np.float32)
    luma = grey[None, None] / np.float32(255)
    hints = np.zeros((1, 3, 24, 40), np.float32)
    chroma = [model.decode(model.encode(luma), hints, 0.5).chroma for model in (ours, theirs)]
    assert 0 < float(np.linalg.norm(chroma[0] - chroma[1], axis=1).mean()) < 5 * told


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_calibrated_or_differs_too_much_is_refused(
    checkpoint: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    photograph(0, (100, 90)).save(tiny / "0.png")
    with pytest.raises(TrainingError, match="to calibrate on; name others for --int8"):
        export(checkpoint, tmp_path / "a", calibrate_on=tiny)
    monkeypatch.setattr(eight_bit, "FARTHEST", 0.0)
    with pytest.raises(TrainingError, match="export it without --int8"):
        export(checkpoint, tmp_path / "b", calibrate_on=pictures)
