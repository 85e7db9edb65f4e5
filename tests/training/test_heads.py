"""Heads are made of ordinary pictures, and calibrated on those held out."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from tests.tiny_model import make_tiny_model
from vermilion.cli.app import app
from vermilion.errors import TrainingError
from vermilion.network import check_files, read_card
from vermilion.training import HeadPictures
from vermilion.training.export.head_features import Described, described_pictures
from vermilion.training.export.head_pictures import held_out_looks, inverted_luma, training_looks
from vermilion.training.export.heads import (
    WAY_UP,
    HeadLayers,
    add_heads,
    fit_negative,
    fit_way_up,
    how_good,
    make_heads,
)
from vermilion.view import Heads, read_heads


def described(clear: float, count: int = 400) -> Described:
    """Features of which the first few tell turns and negatives, more or less clearly."""
    random = np.random.default_rng(0)
    turns, negative = random.integers(0, 4, count), random.integers(0, 2, count)

    def of(turns: np.ndarray, negative: np.ndarray) -> np.ndarray:
        noise = random.normal(0, 1, (*turns.shape, 12, 6, 6))
        told = clear * (np.eye(12)[turns] + np.eye(12)[4 + negative])
        return np.asarray(noise + told[..., None, None], np.float16)

    ways, kinds = np.tile([0, 1, 2, 3, 0], (60, 1)), np.tile([0, 0, 0, 0, 1], (60, 1))
    return Described(of(turns, negative), turns, negative, of(ways, kinds))


@pytest.mark.parametrize(("clear", "least", "most"), [(3.0, 0.95, 1.0), (0.0, 0.0, 0.1)])
def test_clear_turns_are_put_right_and_unclear_ones_stay(clear: float, least: float, most: float) -> None:
    data = described(clear)
    head = fit_way_up(data)
    heads = Heads(head, fit_negative(data))

    def turns(five: np.ndarray, lies: int) -> int:
        """What is found of a picture that was turned clockwise by so many quarters."""
        looks = np.roll(np.asarray(five[:4], np.float32), -lies, axis=0)
        return heads.turns(looks[:1], lambda: list(looks[1:, None]))[0]

    assert least <= np.mean([turns(five, 1) == 3 for five in data.held_out]) <= most
    assert np.mean([turns(five, 0) != 0 for five in data.held_out]) <= 0.02
    found = "of 60 held-out pictures, 100.0% of the turned are put right and 0.00% of the upright turned"
    assert (found in how_good(heads, data.held_out)) == bool(clear)


def test_few_positives_are_called_negatives() -> None:
    data = described(2.0)
    head = fit_negative(data)
    likely = head.probabilities(np.asarray(data.held_out, np.float32).reshape(-1, 12, 6, 6))[:, 1].reshape(
        -1, 5
    )
    assert (likely[:, :4] >= head.sure).mean() <= 0.01
    assert (likely[:, 4] >= head.sure).mean() > 0.5


def test_a_head_computes_what_its_layers_do() -> None:
    torch.manual_seed(1)
    layers = HeadLayers(torch.rand(7, 1, 1), 0.5 + torch.rand(7, 1, 1), WAY_UP).eval()
    values = torch.rand(3, 7, 6, 6)
    with torch.no_grad():
        expected = layers(values).numpy()
    np.testing.assert_allclose(layers.as_head(1.0).logits(values.numpy()), expected, atol=1e-5)


def sky_above(random: np.random.Generator) -> np.ndarray:
    rgb = random.integers(0, 60, (70, 90, 3), np.uint8)
    rgb[:30, :, 2] += 150
    return rgb


def test_looks_follow_from_the_key_alone() -> None:
    rgb = sky_above(np.random.default_rng(1))
    first, again = (training_looks(rgb, "0f27", 64) for _ in range(2))
    assert [look.turns for look in first] == [look.turns for look in again]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.luma, other.luma)
        assert min(one.luma.shape) == 64
        assert not any(side % 32 for side in one.luma.shape)
    others = [training_looks(rgb, f"{key:x}", 64) for key in range(40)]
    assert {looks[0].turns for looks in others} == {0, 1, 2, 3}
    assert 0 < sum(looks[-1].negative for looks in others) < 40


def test_pictures_held_out_are_seen_whole_in_four_ways_and_as_negatives() -> None:
    rgb = sky_above(np.random.default_rng(1))
    looks = held_out_looks(rgb, "1", 64)
    assert [(look.turns, look.negative) for look in looks] == 2 * [
        (0, False), (1, False), (2, False), (3, False), (0, True),
    ]  # fmt: skip
    assert looks[0].luma.shape == (64, 84)
    np.testing.assert_array_equal(looks[1].luma, np.rot90(looks[0].luma, -1))
    assert looks[0].luma[0].mean() > looks[0].luma[-1].mean()
    assert looks[4].luma[0].mean() < looks[4].luma[-1].mean()


def test_negatives_are_dark_where_it_was_light() -> None:
    ramp = np.linspace(0, 1, 32, dtype=np.float32)[None]
    plain = 0
    for seed in range(20):
        shown = inverted_luma(ramp, np.random.default_rng(seed))
        assert (np.diff(shown[0]) < 0).all()
        assert shown[0, [0, -1]] == pytest.approx([1, 0], abs=1e-5)
        plain += bool(np.allclose(shown, 1 - ramp))
    assert 3 < plain < 17, "half of them as film is exposed"


def pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(count):
        Image.fromarray(sky_above(random)).save(folder / f"{number}.png")
    return folder


def of(folder: Path, **changes: object) -> HeadPictures:
    return HeadPictures((str(folder),), 90, 8, **changes)  # type: ignore[arg-type]


@pytest.mark.slow
def test_heads_of_pictures_go_into_the_model_folder(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    chosen = of(pictures(tmp_path / "pictures", 90), cache=tmp_path / "cache")
    card = json.loads((model / "model.json").read_text())
    said = add_heads(model, 64, chosen)
    assert "held-out pictures" in said
    content = (model / "heads.npz").read_bytes()
    read_heads(content)
    changed = json.loads((model / "model.json").read_text())
    assert changed["files"].pop("heads.npz") == sha256(content).hexdigest()
    assert changed == card, "the card is as it was but for the heads"
    check_files(model, read_card(model))
    with described_pictures(model / "encoder.onnx", 64, chosen) as kept:
        assert kept.held_out.shape[1:] == (5, 2, 6, 6)
        assert len(kept.values) + len(kept.held_out) / 2 >= 90
    assert len(list((tmp_path / "cache").glob("*/features.f2"))) == 1, "it was described once"

    make_heads(model, 64, chosen)
    assert (model / "heads.npz").read_bytes() == content
    with pytest.raises(TrainingError, match="has heads; add --overwrite"):
        add_heads(model, 64, chosen)


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    with pytest.raises(TrainingError, match=r"has too few colour pictures .\d samples to train on"):
        make_heads(model, 64, of(pictures(tmp_path / "few", 3)))


def test_a_model_that_borrows_its_encoder_gets_none(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    (model / "encoder.onnx").unlink()
    with pytest.raises(TrainingError, match=r"has no encoder\.onnx of its own"):
        add_heads(model, 64, of(pictures(tmp_path / "few", 3)))


def test_the_command_says_in_one_sentence_what_it_lacks(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["train-heads", str(tmp_path), str(tmp_path)])
    assert result.exit_code == 1
    assert "is not a model folder" in result.output


def test_the_command_hands_on_what_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def add_heads(*args: object, **options: object) -> str:
        asked.extend((*args, options))
        return "all is well"

    monkeypatch.setattr("vermilion.training.add_heads", add_heads)
    model = make_tiny_model(tmp_path / "model")
    words = [
        "train-heads",
        str(model),
        "a",
        "b",
        "--most",
        "70",
        "--hold-out",
        "9",
        "--cache",
        "c",
        "--overwrite",
    ]
    result = CliRunner().invoke(app, words)
    assert asked == [model, 64, HeadPictures(("a", "b"), 70, 9, Path("c")), {"overwrite": True}]
    assert result.output == f"{model} has heads: all is well\n"
