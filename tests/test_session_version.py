"""Colours of an edited version on an open picture: what is used, what the network paints, what is refused."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.versions import SIZE, made_scene, warped
from vermilion import Controls, Hint
from vermilion.assets import Asset
from vermilion.color import rgb_to_cbcr
from vermilion.errors import SettingsError
from vermilion.guidance import controls_from_json, controls_to_json, parse_recipe
from vermilion.pictures import read_mark
from vermilion.pictures.jpeg.segments import APP1, APP11, Segment, join_jpeg, parse_jpeg
from vermilion.pictures.jpeg.xmp import XMP
from vermilion.pictures.xmp.packet import XmpPacket
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


def with_statement(kind, source_type="", manifest=b""):
    """A version that says how it was made, in XMP, and that carries a manifest, or what looks like one."""
    packet = XmpPacket.parse(None).with_properties({"Iptc4xmpExt:DigitalSourceType": source_type})
    xmp = packet if source_type else None
    content = io.BytesIO()
    if kind == "png":
        info = PngInfo()
        if xmp:
            info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        if manifest:
            info.add(b"caBX", manifest)
        Image.fromarray(warped(SCENE)).save(content, "png", pnginfo=info)
        return Asset(content.getvalue(), "made.png")
    Image.fromarray(warped(SCENE)).save(content, "jpeg", quality=95)
    plain = parse_jpeg(content.getvalue())
    added = [Segment(APP1, XMP + xmp)] if xmp else []
    added += [Segment(APP11, b"JP\0\1\0\0\0\1" + manifest)] if manifest else []
    return Asset(join_jpeg([plain.segments[0], *added, *plain.segments[1:]]), "made.jpg")


TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
MANIFEST = b"\0\0\0\x1ejumb\0\0\0\x16jumdc2pa\0\x11\0\x10"


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize(
    ("source_type", "manifest", "said"),
    [
        (TRAINED, MANIFEST, (TRAINED, "C2PA manifest, not verified")),
        (TRAINED, b"", (TRAINED, "")),
        ("", MANIFEST, ("", "C2PA manifest, not verified")),
        ("two words", b"a box of another kind", ("", "")),
    ],
)
def test_the_mark_passes_on_what_the_version_says_of_itself(
    tiny_colorizer, kind, source_type, manifest, said
):
    version = with_statement(kind, source_type, manifest)
    picture = tiny_colorizer.open(GREY).paint(Controls(colors_from=version))
    found = read_mark(picture.encode("png"))
    assert found is not None
    assert found.colors_from == version.sha256
    assert (found.colors_from_type, found.colors_from_credentials) == said


def test_the_mark_names_several_versions_in_their_order(tiny_colorizer):
    plain, told = EDITED, with_statement("png", TRAINED)
    mark = tiny_colorizer.open(GREY).paint(Controls(colors_from=(plain, told))).mark
    assert mark.colors_from == f"{plain.sha256}; {told.sha256}"
    assert mark.colors_from_type == f"none; {TRAINED}"
    assert mark.colors_from_credentials == ""


def recolored(shift):
    return asset_of(np.clip(warped(SCENE).astype(int) + shift, 0, 255).astype(np.uint8))


def half(left):
    mask = np.zeros((120, 160), np.uint8)
    mask[:, slice(80) if left else slice(80, None)] = 255
    return asset_of(mask)


def test_of_several_versions_each_counts_under_its_own_mask(tiny_colorizer):
    red, blue = recolored((25, -10, -15)), recolored((-20, -5, 25))
    session = tiny_colorizer.open(GREY)
    both = session.paint(Controls(colors_from=(red, blue), trust=(half(True), half(False)))).to_numpy()
    for version, where in ((red, np.s_[40:, 30:150]), (blue, np.s_[40:, 170:290])):
        alone = session.paint(Controls(colors_from=version, trust=1)).to_numpy()
        away = np.abs(both[where].astype(int) - alone[where])
        assert np.median(away) <= 1
        assert np.quantile(away, 0.95) <= 3


def test_the_later_of_several_versions_lies_over_the_earlier(tiny_colorizer):
    red, blue = recolored((25, -10, -15)), recolored((-20, -5, 25))
    session = tiny_colorizer.open(GREY)
    over = session.paint(Controls(colors_from=(red, blue))).to_numpy()
    alone = session.paint(Controls(colors_from=blue)).to_numpy()
    trusted = session.paint(Controls(colors_from=blue)).trust > 0.99
    assert np.abs(over[trusted].astype(int) - alone[trusted]).mean() < 1
    below = session.paint(Controls(colors_from=(red, blue), trust=(None, 0))).to_numpy()
    first = session.paint(Controls(colors_from=red)).to_numpy()
    assert np.abs(below.astype(int) - first).mean() < 1


def test_a_strength_overrules_what_both_pictures_show(tiny_colorizer):
    ball = SCENE.copy()
    cv2.circle(ball, (230, 120), 26, (255, 0, 0), -1)
    session = tiny_colorizer.open(GREY)
    spot = np.s_[105:135, 215:245]
    version = asset_of(warped(ball))
    full, some, none = (
        session.paint(Controls(colors_from=version, trust=share)).to_numpy()[spot].astype(float)
        for share in (1, 0.5, 0)
    )
    assert np.abs(full - none).mean() > 30
    assert np.abs(some - (full + none) / 2).mean() < 12
    shares = session.paint(Controls(colors_from=version, trust=0.25)).trust
    assert set(np.unique(shares)) == {0, 0.25}


def test_what_is_transparent_in_a_version_shows_nothing(tiny_colorizer):
    cut = np.dstack([warped(SCENE), np.full((312, 416), 255, np.uint8)])
    cut[:, 208:, 3] = 0
    picture = tiny_colorizer.open(GREY).paint(Controls(colors_from=asset_of(cut)))
    assert picture.trust[60:200, 190:].max() == 0
    assert picture.trust[60:200, 40:130].mean() > 0.7


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"trust": 1.5}, "A trust of 1.5 is impossible"),
        ({"trust": (0.5, 0.5)}, "There are 2 trusts and 1 versions; give one trust for each"),
        ({"colors_from": (EDITED, EDITED), "matches": ((1, 2, 3, 4),) * 3}, "place one version"),
        ({"colors_from": (EDITED, EDITED), "trust": (0.5, -1)}, "A trust of -1 is impossible"),
    ],
)
def test_trusts_and_versions_that_cannot_be(said, told):
    with pytest.raises(SettingsError, match=told):
        Controls(**({"colors_from": EDITED} | said))


def test_recipes_keep_several_versions_and_read_one_as_before(tiny_colorizer):
    other, mask = recolored(9), half(True)
    controls = Controls(colors_from=(EDITED, other), trust=(0.5, mask))
    kept = {asset.sha256: asset for asset in (EDITED, other, mask)}
    read = lambda _, sha256: kept[sha256]  # noqa: E731
    said = controls_to_json(controls)
    assert controls_from_json(said, read) == controls
    assert said["trust"][0] == 0.5
    recipe = tiny_colorizer.open(GREY).paint(controls).recipe
    assert parse_recipe(recipe.to_json(), read_asset=read).controls == recipe.controls
    assert Controls(colors_from=(EDITED,), trust=(mask,)) == Controls(colors_from=EDITED, trust=mask)
    assert controls_from_json({"colors_from": EDITED.to_named(), "trust": 1}, read).trust == 1.0
    with pytest.raises(SettingsError, match="trust"):
        controls_from_json({"colors_from": EDITED.to_named(), "trust": True}, read)


def animated(kind):
    first = Image.fromarray(warped(SCENE))
    content = io.BytesIO()
    first.save(content, kind, save_all=True, append_images=[Image.fromarray(SCENE).resize(first.size)])
    return Asset(content.getvalue(), f"film.{kind}")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (asset_of(warped(made_scene(5)), "other.png"), "other.png does not show the same scene as"),
        (asset_of(np.dstack([GREY] * 3), "grey.png"), "grey.png has no colours to take"),
        (asset_of(SCENE[:40, :60], "stamp.png"), "stamp.png of 60 × 40 pixels is too small"),
        (asset_of(SCENE[:40], "strip.png"), "strip.png of 320 × 40 pixels is too small"),
        (animated("gif"), "film.gif holds 2 pictures"),
        (animated("webp"), "film.webp holds 2 pictures"),
        (animated("png"), "film.png holds 2 pictures"),
        (asset_of(GREY, "scan.png"), "scan.png has no colours to take"),
    ],
)
def test_versions_that_cannot_be_used(tiny_colorizer, version, told):
    session = tiny_colorizer.open(GREY)
    with pytest.raises(SettingsError, match="^" + told):
        session.paint(Controls(colors_from=version))


def test_a_version_that_its_flag_turns_is_laid_as_any_other(tiny_colorizer):
    exif, content = Image.Exif(), io.BytesIO()
    exif[0x112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(warped(SCENE)))).save(
        content, "jpeg", quality=95, exif=exif
    )
    picture = tiny_colorizer.open(GREY).paint(Controls(colors_from=Asset(content.getvalue(), "turned.jpg")))
    assert picture.trust.mean() > 0.7
    assert chroma_error(picture.to_numpy()) < 8


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
        ({"colors_from": EDITED, "matches": ((1, 2, 3, 4),)}, "needs 3 matches or more, not 1"),
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
