"""Heads are made of ordinary pictures, and calibrated on those held out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import make_tiny_model
from vermilion.errors import TrainingError
from vermilion.training.export.heads import Described, describe_pictures, fit_negative, fit_way_up, make_heads
from vermilion.view import Heads, read_heads


def described(classes: int, clear: float, count: int = 400) -> Described:
    """Features of which the first few tell the class, more or less clearly."""
    random = np.random.default_rng(0)
    labels = random.integers(0, classes, count)

    def of(labels: np.ndarray) -> np.ndarray:
        noise = random.normal(0, 1, (len(labels), 12)).astype(np.float32)
        return noise + np.float32(clear) * np.eye(12, dtype=np.float32)[labels]

    held = np.stack([of(np.full(200, which)) for which in range(classes)], axis=1)
    return Described(of(labels), labels.astype(np.int64), held)


@pytest.mark.parametrize(("clear", "least", "most"), [(5.0, 0.95, 1.0), (0.0, 0.0, 0.1)])
def test_clear_turns_are_put_right_and_unclear_ones_stay(clear: float, least: float, most: float) -> None:
    data = described(4, clear)
    head = fit_way_up(data)
    heads = Heads(head, fit_negative(described(2, clear)))

    def turns(four: np.ndarray, lies: int) -> int:
        """What is found of a picture that was turned clockwise by so many quarters."""
        looks = np.roll(four, -lies, axis=0)
        return heads.turns(looks[:1], lambda: list(looks[1:, None]))[0]

    assert least <= np.mean([turns(four, 1) == 3 for four in data.held_out]) <= most
    assert np.mean([turns(four, 0) != 0 for four in data.held_out]) <= 0.01


def test_few_positives_are_called_negatives() -> None:
    data = described(2, 3.0)
    head = fit_negative(data)
    called = head.probabilities(data.held_out[:, 0])[:, 1] >= head.sure
    told = head.probabilities(data.held_out[:, 1])[:, 1] >= head.sure
    assert called.mean() <= 0.02
    assert told.mean() > 0.5


def pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(count):
        rgb = random.integers(0, 60, (70, 90, 3), np.uint8)
        rgb[:30, :, 2] += 150  # a blue sky above
        Image.fromarray(rgb).save(folder / f"{number}.png")
    return folder


@pytest.mark.slow
def test_heads_of_pictures_go_into_the_model_folder(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    make_heads(model, pictures(tmp_path / "pictures", 90), 64)
    heads = read_heads((model / "heads.npz").read_bytes())
    way_up, negative = describe_pictures(model / "encoder.onnx", tmp_path / "pictures", 64, 90)
    assert way_up.held_out.shape == (12, 4, 18)
    assert negative.held_out.shape == (12, 2, 18)
    right = heads.way_up.probabilities(way_up.values).argmax(axis=1) == way_up.labels
    assert right.mean() > 0.4, "where chance finds a quarter"


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    with pytest.raises(TrainingError, match="has 3 colour pictures, and heads need 64"):
        make_heads(model, pictures(tmp_path / "few", 3), 64)
