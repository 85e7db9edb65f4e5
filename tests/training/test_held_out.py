"""The benchmark that chooses a checkpoint, on three made-up pictures."""

import numpy as np
import pytest
import timm
import torch

from benchmarks.held_out import calibration, look, sweep
from vermilion.training.generator import UNetGenerator
from vermilion.training.store import PictureStore
from vermilion.training.validation import held_out_pictures


@pytest.mark.slow
def test_a_line_for_each_pair_of_temperature_and_gain(generator: UNetGenerator, store: PictureStore) -> None:
    pictures = held_out_pictures(store, [0, 1, 2], 96)
    torch.manual_seed(2)
    eye = timm.create_model("test_efficientnet", num_classes=7).eval()
    sight = look(eye, [np.zeros((40, 60, 3), np.uint8), np.ones((80, 30, 3), np.uint8)])
    assert sight.features.shape == (2, eye.head_hidden_size)
    assert sight.classes is not None
    assert set(sight.classes) <= set(range(7))
    knobs = [(0.4, 1.0), (0.4, 0.0)]
    painted, grey = sweep(generator.eval(), pictures, eye, knobs, aged=False)
    assert painted.startswith("T 0.40 gain 1.00")
    assert " cf 0.000" in grey, "no gain, no colour"
    assert "kmd" in painted
    assert "same class" in painted
    assert len(sweep(generator, pictures, None, knobs[:1], aged=True)) == 1
    fitted = calibration(generator, pictures, 0.4)
    assert len(fitted) == 4
    assert np.isfinite(fitted).all()
