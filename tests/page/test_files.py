"""Files of all kinds: their greys come through exactly, or one sentence says why not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.page.files import CURVELESS, DAMAGED, EXACT, TABLES, saved, soft, toned, upright_luma, write
from vermilion.tone import luma_of_rgb


@pytest.mark.parametrize("name", EXACT)
def test_the_saved_pictures_luma_is_the_scans(name, page, tmp_path):
    content = EXACT[name]()
    opened = page.open(write(tmp_path, name, content))
    assert opened["error"] is None
    page.paint(opened, {"vividness": 3, "warmth": 30})
    rgb = page.colors(opened)
    page.close(opened)
    luma = upright_luma(content)
    assert (opened["height"], opened["width"]) == luma.shape
    assert np.array_equal(luma_of_rgb(rgb), luma)
    if set(np.unique(luma)) != {0, 255} and luma.size > 1:
        assert np.ptp(rgb.astype(int), axis=-1).max() > 9


@pytest.mark.parametrize("name", ["tiny.png", "tall.png"])
def test_a_hint_fits_into_the_smallest_picture(name, page, tmp_path):
    content = EXACT[name]()
    opened = page.open(write(tmp_path, name, content))
    without = page.colors(opened).astype(int)
    page.paint(opened, {"hints": [{"x": 0, "y": 0, "color": "#b03020"}]})
    rgb = page.colors(opened)
    page.close(opened)
    assert np.array_equal(luma_of_rgb(rgb), upright_luma(content))
    assert (rgb - without)[0, 0, 0] > 5


def test_24_million_pixels_keep_their_luma(page, tmp_path):
    large = soft((600, 400)).resize((6000, 4000), Image.Resampling.BICUBIC)
    scan = write(tmp_path, "large.jpg", saved(large, "jpeg", quality=85))
    opened = page.open(scan)
    rgb = page.colors(opened)
    page.close(opened)
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(Image.open(scan)))


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_gets_one_sentence(name, page, tmp_path):
    opened = page.open(write(tmp_path, name, DAMAGED[name]()))
    assert opened["error"]["code"] == "picture"
    sentence = opened["error"]["detail"]
    assert sentence.startswith(f"{name} ")
    assert sentence.endswith(".")
    assert ". " not in sentence
    page.close(opened)


def test_colours_are_refused_and_may_be_coloured_all_the_same(page, tmp_path):
    postcard = Image.merge("RGB", [soft((320, 240), seed) for seed in (7, 8, 9)])
    scan = write(tmp_path, "postcard.png", saved(postcard, "png"))
    opened = page.open(scan)
    assert opened["error"]["code"] == "already-colored"
    again = page.engine("setReading", opened["id"], {"recolor": True})
    assert again["error"] is None
    assert np.array_equal(luma_of_rgb(page.colors(again)), np.asarray(postcard.convert("L")))
    page.close(again)


def test_a_toned_print_is_none_in_colour(page, tmp_path):
    opened = page.open(write(tmp_path, "sepia.png", saved(toned((300, 200)), "png")))
    assert opened["error"] is None
    page.close(opened)


def test_what_the_page_leaves_out_is_told_with_the_command_that_keeps_it(page, tmp_path):
    deep = Image.fromarray(np.asarray(soft((64, 48)), np.uint16) * 257)
    cases = {
        "deep.png": (saved(deep, "png"), "16 bits"),
        "aunt anna.jpg": (saved(soft((64, 48)), "jpeg"), "JPEG coefficients"),
        "tables.png": (saved(toned((64, 48)), "png", icc_profile=TABLES), "tables"),
        "curveless.png": (saved(soft((64, 48)), "png", icc_profile=CURVELESS), "colour profile"),
        "small.avif": (saved(soft((64, 48)).convert("RGB"), "avif"), "colour profile and its metadata"),
    }
    for name, (content, words) in cases.items():
        opened = page.open(write(tmp_path, name, content))
        (note,) = [entry["text"] for entry in opened["notes"]]
        assert words in note
        assert "`vermilion colorize " in note
        command = page.page.wait_for_selector(".notes code").text_content()
        assert command.startswith("vermilion colorize "), "it looks like a command, and shows no marks"
        page.close(opened)
    clear = page.open(write(tmp_path, "clear.png", saved(soft((64, 48)).convert("LA"), "png")))
    assert clear["error"] is None
    page.close(clear)


def test_transparency_stays_and_so_do_the_greys_under_it(page, tmp_path):
    grey, alpha = soft((64, 48)), soft((64, 48), 1).point(lambda level: level if level > 90 else 0)
    opened = page.open(write(tmp_path, "glass.png", saved(Image.merge("LA", (grey, alpha)), "png")))
    assert opened["error"] is None
    rgba = page.colors(opened)
    page.close(opened)
    assert np.array_equal(rgba[..., 3], np.asarray(alpha))
    assert np.array_equal(luma_of_rgb(rgba), np.asarray(grey))


def test_chunks_that_say_how_levels_are_shown_go_into_the_result(page, tmp_path):
    opened = page.open(write(tmp_path, "gamma.png", EXACT["gamma.png"]()))
    content = next(iter(page.save(opened, recipe=False).values()))
    page.close(opened)
    assert Image.open(io.BytesIO(content)).info["gamma"] == 1


@pytest.mark.parametrize("name", ["grey-profile.png", "grey-profile.jpg"])
def test_greys_are_shown_by_the_curve_of_a_grey_profile(name, page, tmp_path):
    opened = page.open(write(tmp_path, name, EXACT[name]()))
    content = next(iter(page.save(opened, recipe=False).values()))
    page.close(opened)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(Image.open(io.BytesIO(content)).info["icc_profile"]))
    ramp = Image.merge("RGB", [Image.linear_gradient("L")] * 3)
    shown = ImageCms.profileToProfile(ramp, profile, ImageCms.createProfile("sRGB"))
    levels = np.arange(256) / 255
    light = levels**1.8
    wanted = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, light * 12.92) * 255
    assert np.abs(np.asarray(shown)[:, 0].mean(axis=-1) - wanted).max() < 3


def test_the_saved_picture_tells_of_its_colours(page, tmp_path):
    opened = page.open(write(tmp_path, "aunt.png", saved(soft((200, 150)), "png")))
    files = page.save(opened, confidence=True)
    assert list(files) == ["aunt.color.png", "aunt.color.recipe.json", "aunt.color.confidence.png"]
    marked = Image.open(io.BytesIO(files["aunt.color.png"]))
    assert "compositeWithTrainedAlgorithmicMedia" in marked.info["XML:com.adobe.xmp"]
    assert Image.open(io.BytesIO(files["aunt.color.confidence.png"])).size == (200, 150)
    unmarked = page.save(opened, mark=False, recipe=False)
    assert "XML:com.adobe.xmp" not in Image.open(io.BytesIO(unmarked["aunt.color.png"])).info
    page.close(opened)
