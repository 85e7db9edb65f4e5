"""The model that is shipped: small enough, and at work on the photographs of the examples."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vermilion import Colorizer, Controls
from vermilion.color import rgb_to_lab
from vermilion.network import default_model_folder

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.jpg"))
MEGABYTE = 1_000_000
FACES = {
    "daguerreotype_portrait_1856": [(400, 250, 850, 780)],
    "mother_in_tent_1936": [(310, 290, 385, 390), (410, 300, 460, 390)],
}
"""Left, top, right and bottom of faces, found by eye."""


@pytest.fixture(scope="module")
def shipped() -> Colorizer:
    return Colorizer()


def tensors(path: Path) -> dict[str, dict[str, Any]]:
    """Type and shape of each tensor in a safetensors file, from its header alone."""
    with path.open("rb") as file:
        header: dict[str, dict[str, Any]] = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: facts for name, facts in header.items() if name != "__metadata__"}


def test_the_files_are_as_small_as_promised() -> None:
    sizes = {path.name: path.stat().st_size for path in default_model_folder().iterdir()}
    assert set(sizes) == {"model.json", "encoder.onnx", "decoder.onnx", "generator.safetensors", "heads.npz"}
    assert sizes["encoder.onnx"] + sizes["decoder.onnx"] <= 12 * MEGABYTE
    assert sizes["generator.safetensors"] <= 12 * MEGABYTE
    assert sizes["heads.npz"] <= MEGABYTE


def test_exports_are_made_for_the_size_and_temperature_of_the_shipped_model(shipped: Colorizer) -> None:
    from vermilion.training import CardFacts

    card = shipped.model.card
    assert (CardFacts().working_size, CardFacts().temperature) == (card.working_size, card.temperature)


def test_the_weights_to_train_on_from_are_halves() -> None:
    """All but means and variances of activations, which are few and may exceed what a half can hold."""
    of_type: dict[str, int] = {}
    for facts in tensors(default_model_folder() / "generator.safetensors").values():
        of_type[facts["dtype"]] = of_type.get(facts["dtype"], 0) + math.prod(facts["shape"])
    assert of_type["F16"] > 0.99 * sum(of_type.values())


def test_there_are_photographs() -> None:
    assert len(EXAMPLES) >= 4
    assert FACES.keys() <= {path.stem for path in EXAMPLES}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_photograph_gets_colours_and_keeps_its_greys(
    shipped: Colorizer, path: Path, tmp_path: Path
) -> None:
    picture = shipped.colorize(path)
    rgb = picture.to_numpy()
    with Image.open(path) as scan:
        scan.draft("L", scan.size)  # the Y of the file, as it stands there
        greys = np.asarray(scan)
    np.testing.assert_array_equal(np.asarray(Image.fromarray(rgb).convert("L")), greys)
    picture.save(tmp_path / path.name)
    with Image.open(tmp_path / path.name) as result:
        assert result.mode == "RGB"
        result.draft("L", result.size)
        np.testing.assert_array_equal(np.asarray(result), greys)
    assert np.ptp(rgb.astype(int), axis=2).mean() > 8, "levels between the lowest and the highest channel"
    lab = rgb_to_lab(rgb.astype(np.float32) / 255)
    for left, top, right, bottom in FACES.get(path.stem, ()):
        skin = lab[top:bottom, left:right].reshape(-1, 3)
        assert skin[:, 1].mean() > 5, "towards red"
        assert skin[:, 2].mean() > 8, "towards yellow"
        assert np.mean((skin[:, 1] > 0) & (skin[:, 2] > 0)) > 0.9


def test_an_album_carries_the_colour_of_a_car_to_another_picture_of_it(
    shipped: Colorizer, tmp_path: Path
) -> None:
    """The other picture is a mirrored part; its bonnet turns blue, and its hill stays as green as it was."""
    car, other = tmp_path / "car.png", tmp_path / "other.png"
    with Image.open(ROOT / "examples" / "photographer_on_car_1936.jpg") as scan:
        grey = scan.convert("L")
    grey.save(car)
    width, left, top = grey.width, 60, 180
    grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((left, top, 880, 760)).save(other)
    entry = {"picture": car.name}
    entries = [
        entry | {"name": "car", "color": "#27508f", "hints": [_box(390, 440, 600, 560)]},
        entry | {"name": "hill", "color": [-8, 18], "hints": [_box(600, 340, 880, 420)]},
    ]
    (tmp_path / "album.json").write_text(json.dumps({"entries": entries}))
    session = shipped.open(other)
    automatic, told = (
        rgb_to_lab(session.paint(controls).to_numpy().astype(np.float32) / 255)[..., 1:]
        for controls in (Controls(), Controls(album=str(tmp_path / "album.json")))
    )
    bonnet = np.s_[430 - top : 540 - top, width - 590 - left : width - 470 - left]
    hill = np.s_[420 - top : 560 - top, width - 880 - left : width - 780 - left]
    assert automatic[bonnet][..., 1].mean() > 0
    assert told[bonnet][..., 1].mean() < -15
    moved = np.linalg.norm(told[hill].mean((0, 1)) - automatic[hill].mean((0, 1)))
    assert moved < 8


def _box(x0: int, y0: int, x1: int, y1: int) -> dict[str, int]:
    return {"x0": x0, "y0": y0, "x1": x1, "y1": y1}
