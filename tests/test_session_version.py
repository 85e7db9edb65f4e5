"""Colours of an edited version on an open picture: what is used, what the network paints, what is refused."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.versions import SIZE, made_scene, warped
from vermilion import Controls, Hint
from vermilion.assets import Asset
from vermilion.color import rgb_to_cbcr
from vermilion.errors import SettingsError
from vermilion.guidance import controls_from_json, controls_to_json, parse_recipe
from vermilion.tone import luma_of_rgb, unit_range

SCENE = made_scene()
GREY = luma_of_rgb(SCENE)


def asset_of(rgb, name="edited.png", kind="png", **options):
    content = io.BytesIO()
    Image.fromarray(rgb).save(content, kind, **options)
    return Asset(content.getvalue(), name)


EDITED = asset_of(warped(SCENE))


def chroma_error(rgb, where=slice(None)):
    away = rgb_to_cbcr(unit_range(rgb)) - rgb_to_cbcr(unit_range(SCENE))
    return float(np.linalg.norm(away, axis=-1)[where].mean()) * 255


def test_the_scan_gets_the_versions_colors_and_keeps_its_greys(tiny_colorizer):
    session = tiny_colorizer.open(GREY)
    picture = session.paint(Controls(colors_from=EDITED))
    rgb = picture.to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(rgb), GREY)
    assert picture.trust is not None
    assert picture.trust.mean() > 0.7
    used = picture.trust > 0.5
    assert chroma_error(rgb, used) < 3
    assert chroma_error(session.paint().to_numpy(), used) > 15
    assert session.paint().trust is None


def test_where_the_version_shows_something_else_the_network_paints(tiny_colorizer):
    edited = SCENE.copy()
    cv2.circle(edited, (230, 120), 26, (255, 0, 0), -1)
    session = tiny_colorizer.open(GREY)
    rgb = session.paint(Controls(colors_from=asset_of(warped(edited)))).to_numpy()
    assert chroma_error(rgb, np.s_[100:140, 210:250]) < 45  # the network; the ball is twice as far away
    as_is = Controls(colors_from=asset_of(warped(edited)), trust=asset_of(np.full(SIZE, 255, np.uint8)))
    assert chroma_error(session.paint(as_is).to_numpy(), np.s_[105:135, 215:245]) > 60


def test_a_mask_of_trust_decides(tiny_colorizer):
    half = np.zeros((120, 160), np.uint8)
    half[:, :80] = 255
    session = tiny_colorizer.open(GREY)
    picture = session.paint(Controls(colors_from=EDITED, trust=asset_of(half)))
    assert picture.trust is not None
    assert picture.trust[:, 170:].max() == 0
    assert picture.trust[:, 40:150].mean() > 0.95


def test_a_hint_on_top_wins(tiny_colorizer):
    hint = Hint(80, 60, "#d08080", radius=14)
    session = tiny_colorizer.open(GREY)
    rgb = session.paint(Controls(colors_from=EDITED, hints=(hint,))).to_numpy()
    spot = rgb[52:68, 72:88].reshape(-1, 3).mean(axis=0)
    assert spot[0] > spot[2] + 20  # where the version is
    assert SCENE[52:68, 72:88, 0].mean() > SCENE[52:68, 72:88, 2].mean() + 20  # red as well, so:
    blue = replace(hint, color="#8080e0")
    spot = session.paint(Controls(colors_from=EDITED, hints=(blue,))).to_numpy()[52:68, 72:88]
    assert spot[..., 2].mean() > spot[..., 0].mean() + 20


@pytest.mark.parametrize("orientation", [3, 6])
def test_both_may_lie_otherwise_in_their_files(tiny_colorizer, orientation):
    scan, version = Image.fromarray(GREY), Image.fromarray(warped(SCENE))
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    files = []
    for image in (scan, version):
        turned, content = image.transpose(turn), io.BytesIO()
        turned.getexif()[274] = orientation
        turned.save(content, "png", exif=turned.getexif())
        files.append(content.getvalue())
    picture = tiny_colorizer.open(files[0]).paint(Controls(colors_from=Asset(files[1], "turned.png")))
    rgb = picture.to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(rgb), GREY)
    with Image.open(io.BytesIO(picture.trust_png())) as trust:
        used = np.asarray(trust) > 127
    assert used.mean() > 0.7
    assert chroma_error(rgb, used) < 3


def test_a_recipe_names_the_version_by_its_hash_and_so_does_the_mark(tiny_colorizer):
    controls = Controls(colors_from=EDITED, matches=((1, 2, 3, 4),) * 3, neutralize=True)
    said = controls_to_json(controls)
    assert said["colors_from"] == {"sha256": EDITED.sha256, "name": "edited.png"}
    assert controls_from_json(said, lambda _, sha256: {EDITED.sha256: EDITED}[sha256]) == controls
    picture = tiny_colorizer.open(GREY).paint(Controls(colors_from=EDITED))
    assert picture.mark.colors_from == EDITED.sha256
    again = parse_recipe(picture.recipe.to_json(), read_asset=lambda path, sha256: EDITED)
    assert again.controls == picture.recipe.controls
    assert tiny_colorizer.open(GREY).paint().mark.colors_from == ""


def animated():
    frames = [Image.fromarray(warped(SCENE)), Image.fromarray(SCENE)]
    content = io.BytesIO()
    frames[0].save(content, "gif", save_all=True, append_images=frames[1:])
    return Asset(content.getvalue(), "film.gif")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (asset_of(warped(made_scene(5)), "other.png"), "other.png does not show the same scene as"),
        (asset_of(np.dstack([GREY] * 3), "grey.png"), "grey.png has no colours to take"),
        (asset_of(SCENE[:40, :60], "stamp.png"), "stamp.png of 60 × 40 pixels is too small"),
        (asset_of(SCENE[:40], "strip.png"), "strip.png of 320 × 40 pixels is too small"),
        (animated(), "film.gif holds 2 pictures"),
    ],
)
def test_versions_that_cannot_be_used(tiny_colorizer, version, told):
    session = tiny_colorizer.open(GREY)
    with pytest.raises(SettingsError, match="^" + told):
        session.paint(Controls(colors_from=version))


def test_transparent_deep_and_cmyk_versions_are_read(tiny_colorizer):
    image = Image.fromarray(warped(SCENE))
    session = tiny_colorizer.open(GREY)
    for made, kind in ((image.convert("CMYK"), "jpeg"), (image.convert("RGBA"), "png")):
        content = io.BytesIO()
        made.save(content, kind)
        picture = session.paint(Controls(colors_from=Asset(content.getvalue(), "edited")))
        assert picture.trust is not None
        assert picture.trust.mean() > 0.7
    deep = cv2.imencode(".png", warped(SCENE)[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    assert chroma_error(session.paint(Controls(colors_from=Asset(deep, "deep"))).to_numpy()) < 8


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"neutralize": True}, "name it with --colors-from"),
        ({"matches": ((1, 2, 3, 4),) * 3}, "name it with --colors-from"),
        ({"colors_from": EDITED, "matches": ((1, 2, 3, 4),)}, "by 3 matches or more, not 1"),
    ],
)
def test_controls_about_a_version_need_one(said, told):
    with pytest.raises(SettingsError, match=told):
        Controls(**said)


def test_matches_in_a_version_that_is_read_smaller_are_pixels_of_the_file(tiny_colorizer):
    large = cv2.resize(SCENE, (2560, 1920), interpolation=cv2.INTER_CUBIC)
    corners = ((20.0, 20.0), (300.0, 30.0), (290.0, 220.0), (30.0, 210.0))
    matches = tuple((x, y, 8 * x, 8 * y) for x, y in corners)
    session = tiny_colorizer.open(GREY)
    picture = session.paint(Controls(colors_from=asset_of(large), matches=matches))
    assert chroma_error(picture.to_numpy()) < 5
    beyond = (*matches[:3], (30.0, 210.0, 2561.0, 1000.0))
    with pytest.raises(SettingsError, match="30,210=2561,1000 lies outside"):
        session.paint(Controls(colors_from=asset_of(large), matches=beyond))
    within = (*matches, (319.0, 239.0, 2559.0, 1919.0))
    assert chroma_error(session.paint(Controls(colors_from=asset_of(large), matches=within)).to_numpy()) < 5


def test_matches_outside_and_masks_of_another_shape_are_refused(tiny_colorizer):
    session = tiny_colorizer.open(GREY)
    outside = ((10.0, 10.0, 10.0, 10.0), (900.0, 10.0, 40.0, 10.0), (10.0, 90.0, 10.0, 90.0))
    with pytest.raises(SettingsError, match="900,10=40,10 lies outside"):
        session.paint(Controls(colors_from=EDITED, matches=outside))
    with pytest.raises(SettingsError, match="does not have the shape of the picture of 320 × 240"):
        session.paint(Controls(colors_from=EDITED, trust=asset_of(np.full((90, 90), 255, np.uint8))))


def test_a_picture_of_no_version_has_no_trust_map(tiny_colorizer):
    with pytest.raises(SettingsError, match="come from no version"):
        tiny_colorizer.open(GREY).paint().trust_png()
