"""A colorizer in several processes and copies, and how much memory runs take."""

import copy
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vermilion import Colorizer
from vermilion.errors import ModelError
from vermilion.network import Model

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
GREY = (np.add.outer(np.arange(60), np.arange(80)) % 256).astype(np.uint8)


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
@pytest.mark.parametrize("loaded", [False, True])
def test_copies_and_pickles_are_made_of_model_and_device(tiny_model_folder: Path, twin, loaded: bool) -> None:
    model = Model.load(tiny_model_folder, "cpu") if loaded else tiny_model_folder
    colorizer = Colorizer(model, device="cpu", max_pixels=5_000)
    again = twin(colorizer)
    assert again is not colorizer
    assert again.max_pixels == 5_000
    assert again.model.hash == colorizer.model.hash
    np.testing.assert_array_equal(again.colorize(GREY).to_numpy(), colorizer.colorize(GREY).to_numpy())


def test_a_model_of_no_folder_cannot_be_copied(tiny_model: Model) -> None:
    model = Model(tiny_model.card, tiny_model.hash, tiny_model._encoder, tiny_model._decoder)
    with pytest.raises(ModelError, match="load it from its folder"):
        pickle.dumps(Colorizer(model))


POOL = """
import sys, io
from multiprocessing import get_context
import numpy as np
from PIL import Image
from vermilion import Colorizer
folder, before, after, method = sys.argv[1:]
grey = (np.add.outer(np.arange(300), np.arange(400)) % 256).astype(np.uint8)
content = io.BytesIO()
Image.fromarray(grey).save(content, "png")
colorizer = Colorizer(folder)

def one(colorizer):
    return len(colorizer.colorize(content.getvalue()).encode(after))

def of_the_parent(_):
    return one(colorizer)

if __name__ == "__main__":
    if before != "nothing":
        colorizer.colorize(content.getvalue()).encode(before)
    work, given = (of_the_parent, range(3)) if method == "fork" else (one, [colorizer] * 3)
    with get_context(method).Pool(2) as pool:
        assert min(pool.map_async(work, given).get(timeout=60)) > 100
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(
    ("before", "after", "method", "works"),
    [
        ("nothing", "png", "fork", True),
        ("jpg", "webp", "fork", True),
        ("png", "jpg", "fork", True),
        ("png", "png", "fork", False),
        ("tif", "webp", "fork", False),
        ("png", "png", "spawn", True),
    ],
)
def test_a_child_works_or_says_why_not(
    tiny_model_folder: Path, tmp_path: Path, before: str, after: str, method: str, works: bool
) -> None:
    (tmp_path / "pool.py").write_text(POOL)
    words = [sys.executable, str(tmp_path / "pool.py"), str(tiny_model_folder), before, after, method]
    ended = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode == 0) == works, ended.stderr
    if not works:
        told = ended.stderr.strip().splitlines()[-1]
        assert told.startswith("vermilion.errors.SettingsError: This process was forked after libvips had")


def peak(tiny_model_folder: Path, *arguments: object) -> int:
    """The most memory that a run of `vermilion colorize` takes, in bytes."""
    words = [sys.executable, "-m", "vermilion", "colorize", *map(str, arguments), "-q"]
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    words = [sys.executable, "-c", code, *words, "--model", str(tiny_model_folder)]
    ended = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=300)
    return int(ended.stdout) * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured otherwise there")
def test_many_refused_pictures_take_no_more_memory_than_few(tiny_model_folder: Path, tmp_path: Path) -> None:
    y, x = np.mgrid[:1500, :2000]
    colors = Image.fromarray(np.dstack([x % 256, y % 256, 255 - x % 256]).astype(np.uint8))
    colors.save(tmp_path / "colors.png", compress_level=1)
    for count in (10, 60):
        folder = tmp_path / f"{count}"
        folder.mkdir()
        for number in range(count):
            os.link(tmp_path / "colors.png", folder / f"{number}.png")
    few, many = (peak(tiny_model_folder, tmp_path / f"{count}") for count in (10, 60))
    assert many < few + 30e6, "a kept picture is 3 to 9 MB"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured otherwise there")
def test_many_variants_take_less_than_twice_the_memory_of_none(
    tiny_model_folder: Path, tmp_path: Path
) -> None:
    y, x = np.mgrid[:2000, :3000]
    grey = ((x * 200 // 3000 + y * 40 // 2000 + (x * y) % 7) % 256).astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "large.png", compress_level=1)
    none = peak(tiny_model_folder, tmp_path / "large.png", "-o", tmp_path / "none")
    many = peak(tiny_model_folder, tmp_path / "large.png", "-o", tmp_path / "many", "--variants", 12)
    assert len(list((tmp_path / "many").iterdir())) > 4
    assert many < 2 * none


def test_a_picture_is_saved_to_a_stream(tiny_colorizer: Colorizer, tmp_path: Path) -> None:
    picture = tiny_colorizer.colorize(GREY)
    with (tmp_path / "a.tif").open("wb") as file:
        picture.save(file)
    picture.save(tmp_path / "b.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    content = io.BytesIO()
    picture.save(content, format="png")
    assert content.getvalue() == picture.encode("png")
    with (tmp_path / "raw.png").open("wb", buffering=0) as raw:
        picture.save(raw)
    assert (tmp_path / "raw.png").read_bytes() == content.getvalue()
