"""An album at work with the shipped model: the same checked coat in two generated photographs.

The coat of the second one is at another place, larger and in a dimmer light, before another sky and hill.
"""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from vermilion import Colorizer, Controls
from vermilion.color import rgb_to_lab

SIZE = (300, 400)
NAVY, OLIVE = (0.0, -30.0), (-8.0, 28.0)


def clouds(random, coarse):
    """Smooth noise [H,W] in 0..1."""
    small = random.random((SIZE[0] // coarse + 2, SIZE[1] // coarse + 2), np.float32)
    return cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)


def photograph(seed, place, side, light):
    """Luma, and where coat and hill are: sky over a hill, and a checked coat in front if it has a side."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    hill = y > random.uniform(0.45, 0.6) * SIZE[0] + 10 * np.sin(x / 60 + seed)
    ground = 70 + 40 * clouds(random, 24) + 25 * random.standard_normal(SIZE)
    grey = np.where(hill, ground, 170 + 50 * clouds(random, 60) - 40 * y / SIZE[0])
    u, v = (x - place[0]) / side, (y - place[1]) / side
    coat = (abs(v) < 1) & (abs(u) < 0.45 + 0.25 * v)
    checked = 120 + 35 * np.sign(np.sin(9 * np.pi * u)) + 35 * np.sign(np.sin(9 * np.pi * v))
    grey = cv2.GaussianBlur(np.where(coat, checked, grey).astype(np.float32), (0, 0), 0.8)
    luma = np.clip(grey * light + 3 * random.standard_normal(SIZE), 0, 255).astype(np.uint8)
    return luma, coat, hill & ~coat


def agreed(folder, coat, hill):
    """An album in which coat, hill and sky of one picture have colours."""
    things = {"coat": (coat, NAVY), "hill": (hill, OLIVE), "sky": (~coat & ~hill, "grey")}
    entries = []
    for name, (cells, color) in things.items():
        Image.fromarray(cells).convert("L").save(folder / f"{name}.png")
        entry = {"name": name, "color": color, "picture": "agreed.png", "hints": [{"mask": f"{name}.png"}]}
        entries.append(entry)
    (folder / "album.json").write_text(json.dumps({"entries": entries}))
    return Controls(album=str(folder / "album.json"))


@pytest.mark.slow
def test_the_same_coat_is_found_elsewhere_larger_and_in_another_light(tmp_path):
    first, coat, hill = photograph(1, (120, 180), 80, 1.0)
    second, other_coat, other_hill = photograph(2, (270, 170), 105, 0.8)
    stranger, _, _ = photograph(3, (-999, 0), 50, 0.9)
    for name, luma in (("agreed", first), ("second", second), ("stranger", stranger)):
        Image.fromarray(luma).save(tmp_path / f"{name}.png")
    told, colorizer = agreed(tmp_path, coat, hill), Colorizer()

    picture = colorizer.colorize(tmp_path / "second.png", controls=told)
    lab = rgb_to_lab(picture.to_numpy().astype(np.float32) / 255)
    alone = colorizer.colorize(tmp_path / "second.png").to_numpy().astype(np.float32) / 255
    b, b_alone = lab[..., 2], rgb_to_lab(alone)[..., 2]
    assert b[other_coat].mean() < -15
    assert b_alone[other_coat].mean() > -5
    assert (b[other_coat] < -8).mean() > 0.85, "all but its outline"
    assert (b[~other_coat] < -15).mean() < 0.1
    assert b[other_hill].mean() > 5
    assert picture.notes == ()

    notes = colorizer.colorize(tmp_path / "stranger.png", controls=told).notes
    assert any("looks like the 'coat' of" in note for note in notes)
