"""The whole flow, with the tiny model: what comes out is the scan's luma in colour, whatever came in."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vermilion import Colorizer, Hint, Picture
from vermilion.color import rgb_to_lab
from vermilion.errors import AlreadyColoredError, HintError, ModelError, OutputError, SettingsError
from vermilion.tone import luma_of_rgb
from vermilion.view import turn_back


def scene(height=120, width=180):
    """A made-up grey photograph: bright sky, dark ground, a round thing and a little noise."""
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    grey = 215 - 130 * y + 40 * np.exp(-((x - 0.3) ** 2 + (y - 0.6) ** 2) * 40) - 50 * (x > 0.8)
    noise = np.random.default_rng(0).normal(0, 3, (height, width))
    return np.clip(grey + noise, 0, 255).astype(np.uint8)


def jpeg_of(grey, orientation=1, quality=90):
    content = io.BytesIO()
    image = Image.fromarray(grey)
    exif = image.getexif()
    exif[274] = orientation
    image.save(content, "jpeg", quality=quality, exif=exif)
    return content.getvalue()


def mean_ab(rgb):
    return rgb_to_lab(rgb.astype(np.float32) / np.iinfo(rgb.dtype).max)[..., 1:].mean(axis=(0, 1))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_luma_of_the_result_is_the_scans(tiny_colorizer, dtype):
    grey = scene().astype(dtype)
    if dtype is np.uint16:
        grey = grey * 257 + np.random.default_rng(1).integers(0, 200, grey.shape, np.uint16)
    rgb = tiny_colorizer.colorize(grey).to_numpy()
    assert rgb.dtype == dtype
    np.testing.assert_array_equal(luma_of_rgb(rgb), grey)
    assert np.ptp(rgb.astype(int), axis=2).max() > 8 * np.iinfo(dtype).max // 255


def test_color_follows_the_model(tiny_colorizer):
    bright = tiny_colorizer.colorize(np.full((50, 70), 200, np.uint8)).to_numpy()
    dark = tiny_colorizer.colorize(np.full((50, 70), 60, np.uint8)).to_numpy()
    assert mean_ab(bright)[1] > 5  # warm
    assert mean_ab(dark)[1] < -5  # cool


def test_painted_ab_arrives_in_the_picture(tiny_colorizer):
    hint = Hint(10, 10, (25.0, -15.0), radius=1000)
    rgb = tiny_colorizer.colorize(np.full((90, 70), 120, np.uint8), hints=[hint]).to_numpy()
    np.testing.assert_allclose(mean_ab(rgb), (25, -15), atol=0.6)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 2), (2, 1), (3, 200), (200, 3), (31, 33), (300, 64), (65, 1000)]
)
def test_every_size_and_aspect(tiny_colorizer, size):
    grey = np.random.default_rng(2).integers(0, 256, size, np.uint8)
    rgb = tiny_colorizer.colorize(grey).to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(rgb), grey)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_give_the_same_colors(tiny_colorizer, orientation):
    upright = scene(120, 177)
    wanted = tiny_colorizer.colorize(upright, hints=[Hint(20, 30, "#ff0000")]).to_numpy()
    content = io.BytesIO()
    stored = Image.fromarray(np.ascontiguousarray(turn_back(upright, orientation)))
    exif = stored.getexif()
    exif[274] = orientation
    stored.save(content, "png", exif=exif)
    picture = tiny_colorizer.colorize(content.getvalue(), hints=[Hint(20, 30, "#ff0000")])
    assert picture.scan.orientation == orientation
    assert picture.confidence.shape == picture.cbcr.shape[:2]
    shown = picture.to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(shown), upright)
    difference = np.abs(shown.astype(int) - wanted)
    assert difference.max() <= 3  # rounding of the reduced luma, which the turn may sway
    assert difference.mean() < 0.05


def test_a_hint_colors_its_place(tiny_colorizer):
    grey = scene(120, 180)
    plain = tiny_colorizer.colorize(grey)
    told = tiny_colorizer.colorize(grey, hints=[Hint(150, 90, "#00a000", radius=15)])
    plain_rgb, told_rgb = plain.to_numpy(), told.to_numpy()
    assert mean_ab(told_rgb[85:95, 145:155])[0] < -25
    np.testing.assert_allclose(told_rgb[:60, :90], plain_rgb[:60, :90], atol=3)
    assert told.confidence.max() == 1


def test_a_hint_outside_is_refused(tiny_colorizer):
    with pytest.raises(HintError, match="180 × 120"):
        tiny_colorizer.colorize(scene(120, 180), hints=[Hint(181, 5, "#ff0000")])


def test_working_size_can_be_chosen(tiny_colorizer):
    grey = scene()
    assert tiny_colorizer.colorize(grey).cbcr.shape == (16, 24, 2)
    assert tiny_colorizer.colorize(grey, size=128).cbcr.shape == (32, 48, 2)
    for size in (0, -5, 31, 5000):
        with pytest.raises(SettingsError, match="from 32 to 2048"):
            tiny_colorizer.colorize(grey, size=size)


def test_strips_are_rows_of_the_whole(tiny_colorizer):
    picture = tiny_colorizer.colorize(scene(150, 100))
    whole = picture.rgb()
    np.testing.assert_array_equal(np.concatenate([picture.rgb_rows(0, 64), picture.rgb_rows(64, 150)]), whole)


def test_threads_get_what_one_gets(tiny_colorizer):
    scans = [jpeg_of(scene(100 + 10 * n, 150)) for n in range(8)]

    def run(content):
        return tiny_colorizer.colorize(content).to_numpy()

    with ThreadPoolExecutor(4) as pool:
        for alone, together in zip(map(run, scans), pool.map(run, scans), strict=True):
            np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_saved_files_keep_every_grey_level(tiny_colorizer, tmp_path, suffix):
    grey = scene()
    tiny_colorizer.colorize(grey).save(tmp_path / f"color.{suffix}")
    with Image.open(tmp_path / f"color.{suffix}") as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB").convert("L")), grey)


def test_jpeg_becomes_jpeg(tiny_colorizer, tmp_path):
    content = jpeg_of(scene(96, 160))
    tiny_colorizer.colorize(content).save(tmp_path / "color.jpg")
    with Image.open(io.BytesIO(content)) as before, Image.open(tmp_path / "color.jpg") as after:
        assert after.mode == "RGB"
        after.draft("YCbCr", after.size)
        luma = np.asarray(after)[..., 0].astype(int)
        np.testing.assert_array_equal(luma, np.asarray(before))


def test_a_file_is_not_overwritten_unasked(tiny_colorizer, tmp_path):
    picture = tiny_colorizer.colorize(scene())
    picture.save(tmp_path / "color.png")
    with pytest.raises(OutputError):
        picture.save(tmp_path / "color.png")
    picture.save(tmp_path / "color.png", overwrite=True)


def test_encode_gives_the_content_of_a_file(tiny_colorizer):
    content = tiny_colorizer.colorize(scene()).encode("png")
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        assert image.size == (180, 120)


def test_pil_image_has_8_bits_and_exact_luma(tiny_colorizer):
    grey = scene()
    for scan in (grey, grey.astype(np.uint16) * 257):
        image = tiny_colorizer.colorize(scan).to_pil()
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image.convert("L")), grey)


def test_transparency_stays(tiny_colorizer):
    grey = scene()
    alpha = np.random.default_rng(3).integers(0, 256, grey.shape, np.uint8)
    picture = tiny_colorizer.colorize(Image.fromarray(np.dstack([grey, alpha]), "LA"))
    assert picture.to_pil().mode == "RGBA"
    np.testing.assert_array_equal(picture.to_numpy()[..., 3], alpha)


def test_a_notebook_is_shown_a_small_png(tiny_colorizer):
    content = tiny_colorizer.colorize(scene(36, 1800))._repr_png_()
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (1024, 20)


def test_colored_pictures_are_refused_unless_wanted(tiny_colorizer):
    rgb = np.random.default_rng(4).integers(0, 256, (64, 64, 3), np.uint8)
    with pytest.raises(AlreadyColoredError):
        tiny_colorizer.colorize(rgb)
    result = tiny_colorizer.colorize(rgb, recolor=True).to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(result), luma_of_rgb(rgb))


def test_a_colorizer_is_made_of_a_folder(tiny_model_folder):
    picture = Colorizer(tiny_model_folder, device="cpu").colorize(scene())
    assert isinstance(picture, Picture)


def test_a_missing_model_is_said_at_once(tmp_path):
    with pytest.raises(ModelError):
        Colorizer(tmp_path)


@pytest.mark.parametrize(("kind", "flag"), [("alpha", "drop_alpha"), ("deep", "drop_depth")])
def test_saving_loses_nothing_unless_it_is_allowed(
    tiny_colorizer: Colorizer, kind: str, flag: str, tmp_path: Path
) -> None:
    grey = np.linspace(0, 255, 64 * 64).reshape(64, 64)
    clear = np.dstack([grey, 255 - grey]).astype(np.uint8)
    picture = tiny_colorizer.colorize(clear if kind == "alpha" else (grey * 257).astype(np.uint16))
    with pytest.raises(OutputError, match=flag):
        picture.save(tmp_path / "a.jpg")
    assert not (tmp_path / "a.jpg").exists()
    picture.save(tmp_path / "a.jpg", drop_alpha=flag == "drop_alpha", drop_depth=flag == "drop_depth")
    assert (tmp_path / "a.jpg").exists()
