"""The page's arithmetic is that of Python: the same luma everywhere, and colours within two levels."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.page.files import EXACT, saved, soft, write
from tests.page.made_up import controls, photograph
from vermilion import Colorizer
from vermilion.guidance import load_recipe
from vermilion.network import working_size
from vermilion.pictures import read_scan
from vermilion.tone import luma_of_rgb
from vermilion.view import find_tone

PICTURES = 60
WORST = 2  # levels of a channel


@pytest.fixture(scope="session")
def colorizer():
    return Colorizer()


@pytest.mark.parametrize("seed", range(PICTURES))
def test_a_recipe_of_the_page_gives_the_same_colours_in_python(seed, page, colorizer, tmp_path):
    scan = tmp_path / f"scan-{seed}.png"
    image = photograph(seed)
    image.save(scan)
    opened = page.open(scan)
    assert opened["error"] is None
    way_up = (90, 180, 270)[seed // 6 % 3] if seed % 6 == 5 else None
    if way_up:
        turned = page.engine("setView", opened["id"], {"view": "auto", "frames": [], "way_up": way_up})
        assert (turned["view_options"]["way_up"], turned["view"][0]["way_up"]) == (way_up, way_up)
    notes = [note["text"] for note in page.paint(opened, controls(seed, image.size))["notes"]]
    files = page.save(opened)
    page.close(opened)
    ours, recipe = (tmp_path / name for name in (f"scan-{seed}.color.png", f"scan-{seed}.color.recipe.json"))
    for path in (ours, recipe):
        path.write_bytes(files[path.name])

    told = load_recipe(recipe)
    assert told.made is not None
    assert told.made.recipe == told.hash
    assert told.view.way_up == way_up
    assert told.seen[0].turns == (way_up or 0) // 90
    assert told.seen[0].tone.gain == pytest.approx(gain_of(scan), rel=1e-3)
    replayed = colorizer.replay(told, scan)
    assert list(map(without_figures, notes)) == list(map(without_figures, replayed.notes))
    theirs = replayed.to_numpy()
    rgb = pixels(ours)
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(image))
    worst = int(np.abs(rgb.astype(int) - theirs).max())
    assert worst <= WORST, json.dumps(controls(seed, image.size))[:2000]


def without_figures(note):
    """A note less its numbers and colours, whose last digits may differ."""
    return re.sub(r"#\w{6}|[\d.]+", "…", note)


def gain_of(path):
    """How much Python would restore the contrast of a scan: a fifth of the pictures are faded."""
    scan = read_scan(path)
    return find_tone(scan.preview(working_size(scan.size, 192, 4))).gain


@pytest.mark.parametrize("side", [300, 420, 500, 610, 700, 1000])
def test_a_jpeg_is_seen_as_python_sees_it(side, page, colorizer, tmp_path):
    """Python has libjpeg leave out what the network would not see; the page does the same arithmetic."""
    scan = write(tmp_path, "scan.jpg", saved(soft((side, side * 4 // 5), seed=side), "jpeg", quality=90))
    opened = page.open(scan)
    files = page.save(opened)
    page.close(opened)
    (tmp_path / "recipe.json").write_bytes(files["scan.color.recipe.json"])
    theirs = colorizer.replay(load_recipe(tmp_path / "recipe.json"), scan).to_numpy()
    ours = np.asarray(Image.open(io.BytesIO(files["scan.color.png"])))
    apart = np.abs(ours.astype(int) - theirs)
    assert apart.mean() <= 0.3
    assert np.percentile(apart, 99) <= WORST


PROFILED = ("gamma.png", *(name for name in EXACT if "profile" in name or "grey-in" in name))


@pytest.mark.parametrize("name", PROFILED)
def test_colours_are_converted_into_a_profile_as_in_python(name, page, colorizer, tmp_path):
    scan = write(tmp_path, name, EXACT[name]())
    opened = page.open(scan)
    page.paint(opened, {"hints": [{"x": 60, "y": 40, "color": "crimson"}], "vividness": 1.5})
    files = page.save(opened)
    page.close(opened)
    (ours, recipe) = files.values()
    (tmp_path / "recipe.json").write_bytes(recipe)
    theirs = colorizer.replay(load_recipe(tmp_path / "recipe.json"), scan)
    image = Image.open(io.BytesIO(ours))
    assert np.abs(np.asarray(image).astype(int) - theirs.to_numpy()).max() <= WORST
    told = Image.open(io.BytesIO(theirs.encode("png"))).info
    for what in ("icc_profile", "gamma"):
        assert image.info.get(what) == told.get(what)


def pixels(path):
    return np.asarray(Image.open(path))
