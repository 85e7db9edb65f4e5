import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.tiny_model import BINS, WORKING_SIZE, make_tiny_model, write_card
from vermilion.errors import ModelError
from vermilion.network import Model, default_model_folder, folder
from vermilion.network.model import check_model


@pytest.fixture
def own_folder(tmp_path):
    """A model folder that a test may damage."""
    return make_tiny_model(tmp_path / "own")


def ramp(height=64, width=96, pictures=1):
    row = np.linspace(0, 1, width, dtype=np.float32)
    return np.broadcast_to(row, (pictures, 1, height, width)).copy()


def test_the_card_is_read(tiny_model):
    card = tiny_model.card
    assert (card.name, card.version, card.stride, card.working_size) == ("tiny", "0.0.1", 4, WORKING_SIZE)
    assert card.bins == tuple(tuple(pair) for pair in BINS)
    assert len(tiny_model.hash) == 64
    assert tiny_model.provider == "CPUExecutionProvider"


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (160, 32)])
@pytest.mark.parametrize("pictures", [1, 3])
def test_shapes_follow_the_luma(tiny_model, size, pictures):
    features = tiny_model.encode(ramp(size[0], size[1], pictures))
    assert [m.shape[2:] for m in features.maps] == [(size[0] // s, size[1] // s) for s in (4, 8, 16, 32)]
    paint = tiny_model.decode(features, with_odds=True)
    grid = (size[0] // 4, size[1] // 4)
    assert paint.chroma.shape == (pictures, 2, *grid)
    assert paint.confidence.shape == (pictures, 1, *grid)
    assert paint.odds.shape == (pictures, len(BINS), *grid)


def test_odds_are_left_out_unless_wanted(tiny_model):
    assert tiny_model.decode(tiny_model.encode(ramp())).odds is None


def test_hints_change_the_paint_where_they_lie(tiny_model):
    features = tiny_model.encode(ramp())
    hints = np.zeros((1, 3, 16, 24), np.float32)
    hints[0, :, 3, 5] = (0.5, -0.25, 1)
    plain, told = tiny_model.decode(features), tiny_model.decode(features, hints)
    np.testing.assert_allclose(told.chroma[0, :, 3, 5], (55, -27.5), rtol=1e-5)
    changed = np.abs(told.chroma - plain.chroma).max(axis=1)[0] > 1e-4
    assert changed.sum() == 1


def test_no_temperature_means_the_cards(tiny_model):
    features = tiny_model.encode(ramp())
    automatic = tiny_model.decode(features).chroma
    np.testing.assert_array_equal(tiny_model.decode(features, temperature=0.5).chroma, automatic)
    assert np.abs(tiny_model.decode(features, temperature=0.1).chroma - automatic).max() > 1


def test_the_card_may_calibrate_the_confidence(own_folder):
    luma = np.random.default_rng(0).random((1, 1, 64, 64), np.float32)
    plain = Model.load(own_folder, "cpu")
    card = json.loads((own_folder / "model.json").read_text())
    write_card(own_folder, files=card["files"], calibration=[0.5, -1.0])
    moved = Model.load(own_folder, "cpu")
    before, after = (model.decode(model.encode(luma)) for model in (plain, moved))
    logit = np.log(before.confidence / (1 - before.confidence))
    np.testing.assert_allclose(after.confidence, 1 / (1 + np.exp(1 - 0.5 * logit)), atol=1e-5)
    np.testing.assert_array_equal(after.chroma, before.chroma)
    assert after.confidence.dtype == np.float32
    assert abs(after.confidence - before.confidence).max() > 0.05


def test_the_card_may_calibrate_by_chroma_as_well(own_folder):
    """Vivid colours are less sure than the network thinks; those without colour stay as they are."""
    luma = np.random.default_rng(0).random((1, 1, 64, 64), np.float32)
    plain = Model.load(own_folder, "cpu")
    card = json.loads((own_folder / "model.json").read_text())
    write_card(own_folder, files=card["files"], calibration=[1.0, 0.0, -0.8, 0.1])
    moved = Model.load(own_folder, "cpu")
    before, after = (model.decode(model.encode(luma)) for model in (plain, moved))
    vivid = np.linalg.norm(before.chroma, axis=1, keepdims=True) / 20
    logit = np.log(before.confidence / (1 - before.confidence)) - 0.8 * vivid + 0.1 * vivid**2
    np.testing.assert_allclose(after.confidence, 1 / (1 + np.exp(-logit)), atol=1e-5)
    assert vivid.max() > 1


def test_threads_get_what_one_gets(tiny_model):
    lumas = [ramp() * share for share in np.linspace(0.1, 1, 12, dtype=np.float32)]

    def run(luma):
        return tiny_model.decode(tiny_model.encode(luma)).chroma

    with ThreadPoolExecutor(4) as pool:
        for alone, together in zip(map(run, lumas), pool.map(run, lumas), strict=True):
            np.testing.assert_array_equal(alone, together)


def test_no_folder(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere is not a model folder.*vermilion export"):
        Model.load(tmp_path / "nowhere", "cpu")


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder.onnx"])
def test_a_damaged_file_is_named(own_folder, name):
    content = bytearray((own_folder / name).read_bytes())
    content[40] ^= 1
    (own_folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name} is damaged .*SHA-256.*copy the model again"):
        Model.load(own_folder, "cpu")


def test_other_files_are_checked_with_the_whole_model_and_not_before_each_picture(own_folder):
    card = json.loads((own_folder / "model.json").read_text())
    (own_folder / "generator.safetensors").write_bytes(b"weights")
    write_card(own_folder, files=card["files"] | {"generator.safetensors": "0" * 64})
    Model.load(own_folder, "cpu")
    with pytest.raises(ModelError, match=r"generator\.safetensors is damaged"):
        check_model(own_folder)


def test_files_that_only_training_needs_may_be_away(own_folder):
    card = json.loads((own_folder / "model.json").read_text())
    write_card(own_folder, files=card["files"] | {"generator.safetensors": "0" * 64})
    Model.load(own_folder, "cpu")


def test_a_missing_file(own_folder):
    (own_folder / "decoder.onnx").unlink()
    with pytest.raises(ModelError, match=r"decoder\.onnx cannot be read"):
        Model.load(own_folder, "cpu")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 3}, "schema 3 and this vermilion reads 2; update vermilion"),
        ({"schema": 1}, "schema 1 and this vermilion reads 2; convert it with"),
        ({"stride": "four"}, "a value of a wrong kind"),
        ({"bins": [1, 2]}, "a value of a wrong kind"),
        ({"calibration": [1]}, "a value of a wrong kind"),
        ({"calibration": [1, 0, 2]}, "a value of a wrong kind"),
        ({"files": {}}, r"names no hash of encoder\.onnx"),
    ],
)
def test_a_card_of_another_kind(own_folder, changes, message):
    write_card(own_folder, **changes)
    with pytest.raises(ModelError, match=message):
        Model.load(own_folder, "cpu")


@pytest.mark.parametrize(
    ("text", "message"), [("{", "is damaged"), ("[]", "instead of a card"), ('{"schema": 2}', "lacks")]
)
def test_a_card_that_is_none(own_folder, text, message):
    (own_folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=message):
        Model.load(own_folder, "cpu")


def with_content(own_folder, name, content):
    import hashlib

    card = json.loads((own_folder / "model.json").read_text())
    (own_folder / name).write_bytes(content)
    write_card(own_folder, files=card["files"] | {name: hashlib.sha256(content).hexdigest()})


def test_a_graph_that_is_none(own_folder):
    with_content(own_folder, "encoder.onnx", b"no graph at all")
    with pytest.raises(ModelError, match=r"encoder\.onnx is not a graph that ONNX Runtime can run"):
        Model.load(own_folder, "cpu")


def test_a_graph_with_other_names(own_folder):
    with_content(own_folder, "decoder.onnx", (own_folder / "encoder.onnx").read_bytes())
    with pytest.raises(ModelError, match=r"decoder\.onnx takes luma and gives .* export it again"):
        Model.load(own_folder, "cpu")


def test_see_may_be_borrowed_from_the_packages_model(own_folder, tiny_model_folder, monkeypatch):
    monkeypatch.setattr(folder, "default_model_folder", lambda: tiny_model_folder)
    (own_folder / "encoder.onnx").unlink()
    assert Model.load(own_folder, "cpu").encode(ramp()).maps[0].shape == (1, 1, 16, 24)


def test_another_see_is_not_borrowed(own_folder, tiny_model_folder, monkeypatch):
    monkeypatch.setattr(folder, "default_model_folder", lambda: tiny_model_folder)
    card = json.loads((own_folder / "model.json").read_text())
    write_card(own_folder, files=card["files"] | {"encoder.onnx": "f" * 64})
    (own_folder / "encoder.onnx").unlink()
    with pytest.raises(
        ModelError, match=r"has no encoder\.onnx and needs the one with the hash ffffffffffff"
    ):
        Model.load(own_folder, "cpu")


def test_the_default_model_lies_in_the_package():
    import vermilion

    assert default_model_folder().parent.parent.samefile(vermilion.__path__[0])
