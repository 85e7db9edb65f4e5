"""The benchmark that chooses a checkpoint, on three made-up pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from benchmarks.held_out import EYE_SIDE, calibration, load_extractor, look, sweep
from vermilion.training.data.store import PictureStore
from vermilion.training.loop.validation import held_out_pictures
from vermilion.training.networks.generator import UNetGenerator


@pytest.mark.slow
def test_a_line_for_each_pair_of_temperature_and_gain(
    generator: UNetGenerator, store: PictureStore, tmp_path: Path
) -> None:
    pictures = held_out_pictures(store, [0, 1, 2], 96)
    torch.manual_seed(2)
    network = timm.create_model("test_efficientnet", num_classes=7).eval()
    save_file(network.state_dict(), tmp_path / "eye.safetensors")
    extractor = load_extractor(f"test_efficientnet:{tmp_path / 'eye.safetensors'}")
    squares = np.random.default_rng(0).integers(0, 256, (3, EYE_SIDE, EYE_SIDE, 3), np.uint8)
    sight = look(extractor, list(squares))
    given: Any = network.default_cfg
    mean, deviation = (torch.tensor(given[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    with torch.no_grad():
        odds = network((torch.from_numpy(squares).permute(0, 3, 1, 2) / 255 - mean) / deviation)
    assert sight.features.shape == (3, network.head_hidden_size)
    assert sight.classes is not None
    assert sight.classes.tolist() == odds.argmax(dim=1).tolist()
    knobs = [(0.4, 1.0), (0.4, 0.0)]
    painted, grey = sweep(generator.eval(), pictures, extractor, knobs, aged=False)
    assert painted.startswith("T 0.40 gain 1.00")
    assert " cf 0.000" in grey, "no gain, no colour"
    assert "kmd" in painted
    assert "same class" in painted
    assert len(sweep(generator, pictures, None, knobs[:1], aged=True)) == 1
    fitted = calibration(generator, pictures, 0.4)
    assert len(fitted) == 4
    assert np.isfinite(fitted).all()
