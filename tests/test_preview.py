"""Previews and regions show what the full picture shows."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.pictures.made_profiles import PROPHOTO, gamma, grey_profile, rgb_profile
from vermilion.errors import SettingsError
from vermilion.picture.preview import Previews
from vermilion.pictures import Scan


def scene(height=600, width=900, dtype=np.uint8):
    """Greys with smooth parts, an edge and some grain."""
    rows, columns = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    grain = np.random.default_rng(0).normal(0, 0.01, (height, width))
    edge = cv2.GaussianBlur((columns > 0.6) * 0.3, (0, 0), 3)  # as sharp as a lens draws it
    tone = np.clip(0.2 + 0.5 * rows * columns + edge + grain, 0, 1)
    return (tone * np.iinfo(dtype).max).astype(dtype)


def by_area(full, size):
    eight = full if full.dtype == np.uint8 else np.rint(full / 257).astype(np.uint8)
    return cv2.resize(eight, size[::-1], interpolation=cv2.INTER_AREA).astype(int)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("long_side", [200, 256, 500])
def test_a_preview_is_the_full_picture_reduced(tiny_colorizer, dtype, long_side):
    picture = tiny_colorizer.colorize(scene(dtype=dtype))
    shown = picture.preview(long_side)
    assert (shown.dtype, max(shown.shape)) == (np.uint8, long_side)
    difference = np.abs(shown - by_area(picture.to_numpy(), shown.shape[:2]))
    assert difference.mean() <= 0.6
    assert (difference.max(axis=-1) <= 6).mean() >= 0.999


def test_a_preview_never_enlarges_and_decodes_no_more_than_it_shows(tiny_colorizer, tmp_path, monkeypatch):
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), scene())
    small = tiny_colorizer.colorize(scene(30, 40))
    np.testing.assert_array_equal(small.preview(1000), small.to_numpy())
    picture = tiny_colorizer.colorize(path)
    monkeypatch.setattr(Scan, "luma", property(lambda _: pytest.fail("the full luma was decoded")))
    assert picture.preview(56).shape == (37, 56, 3)


def test_a_part_that_lacks_a_pixel_of_one_side_is_interpolated(tiny_colorizer, monkeypatch):
    picture = tiny_colorizer.colorize(scene())
    part = np.random.default_rng(0).integers(0, 256, (31, 39, 3), np.uint8)
    monkeypatch.setattr(Previews, "_window", lambda *_: part)
    shown = picture.region(0, 0, 400, 300, scale=0.1)
    assert shown.shape == (30, 40, 3)
    np.testing.assert_array_equal(shown, cv2.resize(part, (40, 30), interpolation=cv2.INTER_LINEAR))


def test_the_edges_of_a_scaled_decode_do_not_stretch_a_preview(tiny_colorizer, tmp_path):
    """libjpeg fills the last blocks: 601 rows become 76 at an eighth, which show 608."""
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), cv2.GaussianBlur(scene(601, 801), (0, 0), 2))
    picture = tiny_colorizer.colorize(path)
    shown = picture.preview(64)
    difference = np.abs(shown - by_area(picture.to_numpy(), shown.shape[:2]))
    assert difference.mean() <= 0.6


def test_fine_textures_of_a_jpeg_are_those_of_the_full_picture(tiny_colorizer, tmp_path):
    """A decode at half the size folds them into stripes, by up to 40 levels."""
    rows, columns = np.mgrid[:600, :900]
    texture = 128 + 60 * np.sin(columns * 2.2) * np.sin(rows * 2.0)
    path = tmp_path / "cloth.jpg"
    cv2.imwrite(str(path), texture.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])
    picture = tiny_colorizer.colorize(path)
    shown = picture.preview(200)
    difference = np.abs(shown - by_area(picture.to_numpy(), shown.shape[:2]))
    assert difference.mean() <= 0.6
    assert (difference.max(axis=-1) <= 6).mean() >= 0.999


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_is_a_part_of_the_upright_picture(tiny_colorizer, tmp_path, orientation):
    from PIL import Image

    image = Image.fromarray(scene(120, 200))
    image.getexif()[274] = orientation
    image.save(tmp_path / "a.png", exif=image.getexif())
    picture = tiny_colorizer.colorize(tmp_path / "a.png")
    full = picture.to_numpy()
    assert np.abs(picture.region(10, 20, 50, 40) - full[20:60, 10:60].astype(int)).max() <= 1
    small = picture.region(8, 16, 96, 64, 0.25)
    np.testing.assert_allclose(small, by_area(full[16:80, 8:104], (16, 24)), atol=8)


def test_regions_side_by_side_meet(tiny_colorizer):
    picture = tiny_colorizer.colorize(scene())
    whole = picture.region(0, 0, 512, 512, 0.5)
    halves = [picture.region(x, 0, 256, 512, 0.5) for x in (0, 256)]
    assert np.abs(np.concatenate(halves, axis=1).astype(int) - whole).max() <= 1


def test_a_region_may_be_enlarged(tiny_colorizer):
    picture = tiny_colorizer.colorize(scene(64, 64))
    assert picture.region(3, 5, 10, 8, 4).shape == (32, 40, 3)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ((-1, 0, 5, 5), "is not in the picture of 900 × 600"),
        ((899, 0, 2, 5), "is not in the picture"),
        ((0, 0, 0, 5), "is not in the picture"),
        ((0, 0, 5, 5, 0), "is not in the picture"),
        ((0, 0, 5, 5, float("nan")), "is not in the picture"),
        ((0, 0, 900, 600, 20), "more than the allowed 64,000,000"),
    ],
)
def test_an_impossible_region_is_refused(tiny_colorizer, region, said):
    picture = tiny_colorizer.colorize(scene())
    with pytest.raises(SettingsError, match=said):
        picture.region(*region)


@pytest.mark.parametrize(
    ("scale", "level"),
    [
        (2, (600, 900)),
        (1, (600, 900)),
        (0.51, (600, 900)),
        (0.5, (300, 450)),
        (0.25, (150, 225)),
        (0.01, (10, 15)),
    ],
)
def test_a_region_is_joined_at_the_next_level_that_is_no_smaller(tiny_colorizer, monkeypatch, scale, level):
    """Levels are halvings: what a person zooms through is joined a few times only."""
    picture = tiny_colorizer.colorize(scene())
    joined: list[tuple[int, int]] = []
    monkeypatch.setattr(Previews, "_window", spied(Previews._window, joined))
    shown = picture.region(100, 200, 400, 300, scale)
    assert shown.shape[:2] == (round(300 * scale), round(400 * scale))
    assert joined == [level]


def spied(window, sizes):
    def spy(self, size, rows, columns):
        sizes.append(size)
        return window(self, size, rows, columns)

    return spy


def test_a_region_that_is_thinner_than_a_pixel_shows_what_is_there(tiny_colorizer):
    """One side is enlarged, the other is not; the mean of neither is that of the surroundings."""
    grey = np.full((64, 64), 200, np.uint8)
    grey[:, 32:] = 40
    picture = tiny_colorizer.colorize(grey, view="whole")
    shown = picture.region(0, 5, 64, 1, 0.4)
    assert shown.shape == (1, 26, 3)
    assert np.abs(shown[0, :11].astype(int).mean(axis=-1) - 200).max() < 40
    assert np.abs(shown[0, 15:].astype(int).mean(axis=-1) - 40).max() < 40


@pytest.mark.parametrize(("size", "shown"), [((400, 3), (64, 1)), ((3, 400), (1, 64))])
def test_a_preview_of_a_sliver_is_a_pixel_wide(tiny_colorizer, size, shown):
    assert tiny_colorizer.colorize(scene(*size)).preview(64).shape == (*shown, 3)


def test_the_last_eight_sizes_are_kept(tiny_colorizer):
    previews = tiny_colorizer.colorize(scene(60, 90))._previews
    for long_side in range(20, 30):
        previews.preview(long_side)
    assert [max(size) for size in previews._joiners] == list(range(22, 30))


def test_an_impossible_preview_is_refused(tiny_colorizer):
    with pytest.raises(SettingsError, match="shows nothing"):
        tiny_colorizer.colorize(scene(8, 8)).preview(0)


@pytest.mark.parametrize("profile", ["grey", "wide"])
def test_a_screen_shows_what_the_profile_means(tiny_colorizer, tmp_path, profile):
    icc = grey_profile(gamma(1.6)) if profile == "grey" else rgb_profile(PROPHOTO, gamma(1.8))
    grey = Image.fromarray(scene())
    path = tmp_path / "scan.png"
    (grey if profile == "grey" else grey.convert("RGB")).save(path, icc_profile=icc)
    picture = tiny_colorizer.colorize(path)
    result = Image.open(BytesIO(picture.encode("png")))
    held = ImageCms.ImageCmsProfile(BytesIO(result.info["icc_profile"]))
    meant = ImageCms.profileToProfile(result, held, ImageCms.createProfile("sRGB"))
    difference = np.abs(picture.preview(900).astype(int) - np.asarray(meant))
    assert difference.mean() <= 1.5
    assert np.abs(picture.preview(900).astype(int) - np.asarray(result)).mean() > 5
