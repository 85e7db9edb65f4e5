"""`vermilion.finetune` with tiny networks, all the way from a base model to installed ones."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.training.conftest import photograph
from vermilion.errors import TrainingError
from vermilion.finetune import FinetuneOptions, finetune
from vermilion.network import Model
from vermilion.training import Adaptation, CardFacts, adapt, encoder_hash, export
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import read_facts, save_module


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches of small pictures, and few of them to survey."""
    monkeypatch.setattr(sys.modules["vermilion.training.loop.state"], "SURVEYED", 32)
    monkeypatch.setattr(sys.modules["vermilion.training.data.samples"], "SURVEYED_BATCHES", 2)
    monkeypatch.setattr(sys.modules["vermilion.training.adapt"], "SIZES", ((64, 64), (32, 64)))


@pytest.fixture
def base(generator: UNetGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder to start from; nothing is installed yet."""
    monkeypatch.setenv("VERMILION_MODELS", str(tmp_path / "models"))
    for _ in range(3):
        generator(torch.rand(4, 1, 64, 64), torch.rand(4, 3, 16, 16), 0.4)
    path = tmp_path / "generator.safetensors"
    save_module(generator, path, {"generator": json.dumps(generator.config), "images": "640"})
    return export(
        path, tmp_path / "models" / "base", CardFacts(name="base", calibration=(0.9, 0.1, -0.2, 0.05))
    )


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for number in range(60):
        photograph(number).save(tmp_path / "photos" / f"{number:02}.png")
    return tmp_path / "photos"


def options(name: str, tmp_path: Path, **changes: object) -> FinetuneOptions:
    told: dict[str, object] = {
        "run": str(tmp_path / name),
        "images": 32,
        "keep_anyway": True,
        "start": "base",
    }
    return FinetuneOptions(name, **(told | changes))  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_model_is_made_from_another_and_may_be_trained_on(
    base: Path, collection: Path, tmp_path: Path
) -> None:
    reports: list[object] = []
    done = finetune([str(collection)], options("first", tmp_path), reports.append)
    assert reports
    assert done.folder == tmp_path / "models" / "first"
    assert {path.name for path in done.folder.iterdir()} == {
        "model.json",
        "decoder.onnx",
        "generator.safetensors",
    }
    assert (tmp_path / "first" / "before-after.png").exists()
    assert read_facts(done.folder / "generator.safetensors")["encoder"] == encoder_hash(
        base / "generator.safetensors"
    )
    statistics = [
        {name: value for name, value in load_file(path).items() if "running_" in name}
        for path in (base / "generator.safetensors", done.folder / "generator.safetensors")
    ]
    assert statistics[0]
    assert all(torch.equal(value, statistics[1][name]) for name, value in statistics[0].items())
    first, before = Model.load("first", "cpu"), Model.load("base", "cpu")
    assert first.card.calibration == (0.9, 0.1, -0.2, 0.05)
    assert first.card.files["encoder.onnx"] == before.card.files["encoder.onnx"]
    luma = np.random.default_rng(0).random((1, 1, 64, 64), np.float32)
    seen = before.encode(luma)
    np.testing.assert_array_equal(first.encode(luma).maps[3], seen.maps[3])
    change = np.abs(first.decode(seen).chroma - before.decode(seen).chroma).max()
    assert 0 < change < 0.1, "two steps with hardly any rate change little, as the statistics are kept"
    with pytest.raises(TrainingError, match="already holds a training"):
        finetune([str(collection)], options("first", tmp_path, overwrite=True))
    weights = base / "generator.safetensors"
    wanted = Adaptation(
        (str(collection),), str(tmp_path / "first"), weights, weights, before.card.temperature, images=32
    )
    assert adapt(wanted, resume=True).comparison == done.comparison
    decoder = done.folder / "generator.safetensors"
    on_from_it = replace(wanted, run=str(tmp_path / "second"), start_from=decoder, thaw=1)
    thawed = adapt(on_from_it).generator
    assert encoder_hash(decoder) == ""
    assert encoder_hash(thawed) not in ("", encoder_hash(weights))
