"""Made-up colour pictures, and the tiny model to paint them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

NAMES = ("beach", "car & <dog>", "door", "egg")


def picture(seed: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """A coloured ramp with a patch of another colour, [H,W,3]; the size is width and height."""
    random = np.random.default_rng(seed)
    width, height = size
    y, x = (plane[..., None] / height for plane in np.mgrid[:height, :width])
    rgb = np.clip(255 * (random.random(3) * x + random.random(3) * y), 0, 255).astype(np.uint8)
    rgb[10:30, 12:40] = random.integers(30, 226, 3)
    return rgb


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes an array as a picture."""

    def save(name: str, rgb: np.ndarray) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(path)
        return path

    return save


def write_photos(folder: Path) -> Path:
    """Write four colour pictures; the same each time."""
    folder.mkdir(parents=True)
    for seed, name in enumerate(NAMES):
        Image.fromarray(picture(seed)).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of four colour pictures."""
    return write_photos(tmp_path / "photos")
