"""The model that is shipped: small enough, and at work on the photographs of the examples."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vermilion import Colorizer
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
    assert set(sizes) == {"model.json", "see.onnx", "paint.onnx", "generator.safetensors"}
    assert sizes["see.onnx"] + sizes["paint.onnx"] <= 12 * MEGABYTE
    assert sizes["generator.safetensors"] <= 12 * MEGABYTE


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
