"""Profiles take two paths: greys keep their codes and look, colours are converted."""

import io

import cv2
import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from tests.pictures import made_profiles as made
from tests.pictures.made import grey_picture
from vermilion.color import cbcr_to_rgb, fit_gamut
from vermilion.pictures import read_scan
from vermilion.pictures.profiles.icc_read import output_profile
from vermilion.pictures.profiles.output_colors import OutputColors

DOT_GAIN = (np.linspace(0, 1, 256) ** 1.75 * 65535).astype(int)
PROFILES = {
    "untagged": None,
    "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "Gray Gamma 1.8": made.grey_profile(made.gamma(1.8)),
    "dot gain": made.grey_profile(made.table(DOT_GAIN)),
    "grey, sRGB curve": made.grey_profile(made.parametric_srgb()),
    "linear": made.rgb_profile(made.SRGB, made.gamma(1.0)),
    "ProPhoto": made.rgb_profile(made.PROPHOTO, made.gamma(1.8)),
}


def tone_of(name):
    """Linear light of code values 0..1, by the definition of each profile."""
    if name in ("untagged", "sRGB", "grey, sRGB curve"):
        return lambda v: np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    if name == "dot gain":
        return lambda v: np.interp(v, np.linspace(0, 1, 256), DOT_GAIN / 65535)
    power = {"Gray Gamma 1.8": 461 / 256, "linear": 1.0, "ProPhoto": 461 / 256}[name]
    return lambda v: v**power


def codes_of_light(name, light):
    """What a scanner of that profile writes for these amounts of light, 16 bits."""
    grid = np.linspace(0, 1, 65536)
    return np.rint(np.interp(light, tone_of(name)(grid), grid) * 65535).astype(np.uint16)


def tagged_png(codes, icc):
    """Grey, or R=G=B where the profile is an RGB one."""
    bands = 3 if icc is not None and icc[16:20] == b"RGB " else 1
    height, width = codes.shape
    samples = np.repeat(codes[..., None], bands, -1)
    image = pyvips.Image.new_from_memory(samples.tobytes(), width, height, bands, "ushort")
    image = image.copy(interpretation="rgb16" if bands == 3 else "grey16")
    if icc is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    return image.pngsave_buffer()


def shown_lab(rgb, icc):
    """CIELAB (D50) of 16-bit RGB by LittleCMS."""
    height, width, _ = rgb.shape
    image = pyvips.Image.new_from_memory(rgb.tobytes(), width, height, 3, "ushort").copy(
        interpretation="rgb16"
    )
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc or PROFILES["sRGB"])
    return image.icc_import(embedded=True, pcs="lab", intent="relative").numpy()


@pytest.fixture(scope="module")
def light():
    """A soft picture: linear light, 0.01 to 0.85."""
    return 0.01 + 0.84 * cv2.GaussianBlur(grey_picture(96, 128) / 255.0, (0, 0), 3) ** 2


@pytest.fixture(scope="module")
def chroma(light):
    """Chroma of sRGB as a network paints it: skin, foliage, sky."""
    height, width = light.shape
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    return np.stack([0.09 * np.sin(5 * x + 1), 0.08 * np.cos(4 * y)], -1).astype(np.float32)


def colored(name, light, chroma):
    scan = read_scan(tagged_png(codes_of_light(name, light), PROFILES[name]))
    luma = scan.luma.astype(np.float32) / np.float32(65535)
    converted = fit_gamut(luma, scan.colors.convert(luma, chroma))
    rgb = np.rint(cbcr_to_rgb(luma, converted) * 65535).clip(0, 65535).astype(np.uint16)
    return shown_lab(rgb, scan.metadata.icc)


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "untagged"])
def test_one_picture_shows_the_same_colors_whatever_its_profile(name, light, chroma):
    wanted = colored("untagged", light, chroma)
    found = colored(name, light, chroma)
    distance = np.linalg.norm(found - wanted, axis=-1)
    assert distance.mean() <= 1.5
    assert np.percentile(distance, 95) <= 3


def colored_file(colorizer, name, light):
    """CIELAB of the file that a colourised scan of a sharp picture becomes."""
    content = colorizer.colorize(tagged_png(codes_of_light(name, light), PROFILES[name])).encode("png")
    image = pyvips.Image.new_from_buffer(content, "")
    return shown_lab(image.numpy(), image.get("icc-profile-data") if PROFILES[name] else None)


@pytest.mark.parametrize("name", ["Gray Gamma 1.8", "dot gain", "linear", "ProPhoto"])
def test_edges_do_not_change_the_colors_of_a_profile(name, tiny_colorizer):
    """Linear chroma grows with the light: it must fit each pixel's luma, not that of its surroundings."""
    sharp = np.kron(np.random.default_rng(3).uniform(0.03, 0.8, (12, 16)), np.ones((8, 8)))
    wanted = colored_file(tiny_colorizer, "untagged", sharp)
    difference = (colored_file(tiny_colorizer, name, sharp) - wanted)[..., 1:]  # lightness gives way to luma
    distance = np.linalg.norm(difference, axis=-1)
    assert np.abs(wanted[..., 1:]).mean() > 5
    assert distance.mean() <= 1
    assert np.percentile(distance, 99) <= 6  # colours follow the edges of the codes as they are stored


@pytest.mark.parametrize("name", ["Gray Gamma 1.8", "linear", "ProPhoto"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_table_of_chroma_is_as_good_as_the_formula(name, dtype):
    colors = read_scan(tagged_png(np.zeros((8, 8), np.uint16), PROFILES[name])).colors
    random, maximum = np.random.default_rng(0), np.iinfo(dtype).max
    codes = random.integers(maximum // 10, maximum - maximum // 10, (50, 60)).astype(dtype)
    luma = codes.astype(np.float32) / np.float32(maximum)
    cbcr = fit_gamut(colors.to_srgb_tone(luma), random.normal(0, 0.06, (50, 60, 2)).astype(np.float32))
    convert = colors.converter()
    assert convert is not None
    found = np.moveaxis(convert(codes, np.moveaxis(cbcr, -1, 0)), 0, -1)
    distance = np.abs(found - colors.convert(luma, cbcr))
    assert distance.mean() < 0.5 / 255
    assert np.percentile(distance, 99) < 2 / 255


def test_scans_of_one_profile_share_its_table():
    first, second = (
        read_scan(tagged_png(np.full((8, 8), code, np.uint16), PROFILES["linear"])) for code in (9, 99)
    )
    assert first.colors.converter() is second.colors.converter()


def test_nothing_is_converted_for_srgb():
    assert OutputColors().converter() is None


@pytest.mark.parametrize("name", PROFILES)
def test_the_network_sees_srgb_tone(name, light):
    scan = read_scan(tagged_png(codes_of_light(name, light), PROFILES[name]))
    seen = scan.preview(light.shape)
    wanted = codes_of_light("sRGB", light) / 65535
    assert seen.dtype == np.float32
    assert abs(seen - wanted).max() <= 0.004


@pytest.mark.parametrize("name", ["Gray Gamma 1.8", "dot gain", "grey, sRGB curve"])
def test_the_result_shows_greys_as_the_grey_profile_did(name):
    icc, _ = output_profile(PROFILES[name])
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    wanted = through_cms(ramp, PROFILES[name], "L")
    found = through_cms(ramp.convert("RGB"), icc, "RGB")
    assert (
        abs(found.astype(int) - wanted).max() <= 2
    )  # LittleCMS counts 8-bit greys and RGB in different precision


def through_cms(image, icc, mode):
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"), mode, "RGB"
    )
    return np.asarray(ImageCms.applyTransform(image, transform))


def test_an_rgb_profile_stays_byte_for_byte():
    assert output_profile(PROFILES["ProPhoto"])[0] == PROFILES["ProPhoto"]


@pytest.mark.parametrize("name", ["sRGB", "grey, sRGB curve"])
def test_srgb_needs_no_conversion(name):
    assert output_profile(PROFILES[name])[1] == OutputColors()


@pytest.mark.parametrize(
    "icc",
    [
        b"",
        b"rubbish",
        bytes(200),
        PROFILES["ProPhoto"][:150],
        made.profile(b"CMYK", {}),
        made.grey_profile(b"xxxx"),
        made.grey_profile(made.table([0, 9, 65535]))[:-3],
    ],
)
def test_a_profile_that_nobody_can_use_is_left_out(icc):
    assert output_profile(icc) == (None, OutputColors())


def test_chroma_of_nothing_stays_nothing():
    _, colors = output_profile(PROFILES["ProPhoto"])
    luma = np.linspace(0, 1, 64, dtype=np.float32)[None]
    assert abs(colors.convert(luma, np.zeros((1, 64, 2), np.float32))).max() < 0.002
