"""A person with the page: it opens from a disk, says what is wrong, and asks nothing of the network."""

import io

import numpy as np
import pytest
from PIL import Image

from vermilion.tone import luma_of_rgb

FORMATS: dict[str, dict[str, int]] = {
    "scan.png": {},
    "scan.jpg": {"quality": 92},
    "scan.webp": {"lossless": True},
}


def made_up(width, height, seed=0):
    small = np.random.default_rng(seed).integers(20, 236, (7, 9), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("name", FORMATS)
def test_a_picture_is_coloured_and_its_greys_stay(name, page, tmp_path):
    scan = tmp_path / name
    made_up(320, 240).save(scan, **FORMATS[name])
    opened = page.open(scan)
    assert (opened["error"], opened["width"], opened["height"]) == (None, 320, 240)
    rgb = page.colors(opened)
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(Image.open(scan).convert("L")))
    assert np.ptp(rgb.astype(int), axis=-1).max() > 5
    page.close(opened)


def test_a_file_that_is_no_picture_is_refused_in_one_sentence(page, tmp_path):
    (tmp_path / "letter.png").write_bytes(b"Dear aunt")
    error = page.open(tmp_path / "letter.png")["error"]
    assert error["code"] == "picture"
    assert error["detail"].startswith("letter.png is damaged, or of a kind that this browser does not read")
    assert error["detail"].count(". ") == 0


def test_the_saved_picture_tells_of_its_colours(page, tmp_path):
    made_up(200, 150).save(tmp_path / "aunt.png")
    opened = page.open(tmp_path / "aunt.png")
    files = page.save(opened, confidence=True)
    assert list(files) == ["aunt.color.png", "aunt.color.recipe.json", "aunt.color.confidence.png"]
    saved = Image.open(io.BytesIO(files["aunt.color.png"]))
    assert "compositeWithTrainedAlgorithmicMedia" in saved.info["XML:com.adobe.xmp"]
    assert Image.open(io.BytesIO(files["aunt.color.confidence.png"])).size == (200, 150)
    unmarked = page.save(opened, mark=False, recipe=False)
    assert "XML:com.adobe.xmp" not in Image.open(io.BytesIO(unmarked["aunt.color.png"])).info
    page.close(opened)


def test_the_same_sources_give_the_same_bytes(built, again):
    assert built.read_bytes() == again.read_bytes()


def test_the_file_names_its_licences_and_is_no_larger_than_it_was(built):
    text = built.read_text("utf-8")
    assert "Copyright (c) Microsoft Corporation" in text[:3000]
    assert "Apache License 2.0" in text[:3000]
    assert len(text) < 20_500_000
