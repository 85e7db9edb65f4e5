"""An open picture, with models whose answers are known: the tiny one follows hints, the deaf one half-way."""

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vermilion import Box, Colorizer, Controls, Hint, Session, Stroke
from vermilion.color import ab_to_cbcr, cbcr_to_ab, smooth_along_edges
from vermilion.errors import HintError, OutputError, SettingsError
from vermilion.guidance import ab_of
from vermilion.guidance.confidence import fade_unsure
from vermilion.guidance.looks import adjust_colors, apply_look, load_look
from vermilion.guidance.looks.corner import mark_corner
from vermilion.network import Decoded, Features, Model, with_margin, working_size
from vermilion.pictures import ReadOptions, read_scan
from vermilion.tone import luma_of_rgb, reduce_luma
from vermilion.view import turn_back, turn_upright

GREY = np.full((96, 128), 128, np.uint8)
AUTOMATIC = (12.0, 9.0)


class HalfDeafModel(Model):
    """Paints AUTOMATIC everywhere, and goes only a share of the way to a hint's colour."""

    def __init__(self, hears: float = 0.5, confidence: float = 0.3) -> None:
        self.card: Any = SimpleNamespace(
            working_size=64, stride=4, bins=((12.0, 9.0), (-30.0, 0.0)), name="", version=""
        )
        self.hash, self.provider, self.heads = "0" * 64, "test", None
        self.hears, self.confidence = hears, confidence
        self.paintings = 0
        self.temperatures: list[float | None] = []

    def encode(self, luma):
        self.seen = luma.shape
        height, width = luma.shape[2:]
        return Features(tuple(np.ones((1, 2, height // s, width // s), np.float32) for s in (4, 8, 16, 32)))

    def decode(self, features, hints=None, temperature=None, *, with_odds=False):
        self.paintings += 1
        self.temperatures.append(temperature)
        weight = self.hears * hints[:, 2:]
        start = np.array(AUTOMATIC, np.float32).reshape(1, 2, 1, 1)
        chroma = start + weight * (hints[:, :2] * 110 - start)
        confidence = np.full_like(weight, self.confidence)
        odds = np.concatenate([1 - weight, weight], axis=1) if with_odds else None
        return Decoded(chroma.astype(np.float32), confidence, odds)


class UnsureModel(HalfDeafModel):
    """Finds a dozen colours equally likely everywhere: which are drawn depends on the seed alone."""

    def __init__(self) -> None:
        super().__init__(hears=1)
        turns = np.arange(12) * np.pi / 6
        self.card.bins = tuple((30 * float(np.cos(turn)), 30 * float(np.sin(turn))) for turn in turns)

    def decode(self, features, hints=None, temperature=None, *, with_odds=False):
        paint = super().decode(features, hints, temperature)
        odds = np.full((1, 12, *paint.chroma.shape[2:]), 1 / 12, np.float32) if with_odds else None
        return Decoded(paint.chroma, paint.confidence, odds)


def colorizer_of(model):
    return Colorizer(model)


def shown_ab(picture):
    """What is shown at network size, as (a,b)."""
    luma = reduce_luma(picture.scan.luma, picture.cbcr.shape[:2])
    return cbcr_to_ab(luma, picture.cbcr)


def scene(height=120, width=180):
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    noise = np.random.default_rng(0).normal(0, 3, (height, width))
    return np.clip(215 - 130 * y - 50 * (x > 0.8) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("orientation", [1, 6])
def test_without_controls_the_colors_are_the_networks_own_to_the_last_bit(tiny_colorizer, orientation):
    image = Image.fromarray(scene())
    image.getexif()[274] = orientation
    content = io.BytesIO()
    image.save(content, "jpeg", exif=image.getexif())
    model = tiny_colorizer.model

    scan = read_scan(content.getvalue(), ReadOptions())
    codes = scan.pixels.preview(working_size(scan.size, model.card.working_size, 4))
    luma = turn_upright(scan.colors.to_srgb_tone(codes), scan.orientation)
    paint = model.decode(model.encode(with_margin(luma)[None, None]))
    height, width = luma.shape[0] // 4, luma.shape[1] // 4
    small = reduce_luma(luma, (height, width))
    ab = smooth_along_edges(np.moveaxis(paint.chroma[0, :, :height, :width], 0, -1), small)
    cbcr = turn_back(ab_to_cbcr(small, ab), scan.orientation)
    wanted = scan.colors.convert(reduce_luma(codes, cbcr.shape[:2]), cbcr)

    session = tiny_colorizer.open(content.getvalue())
    for picture in (session.paint(), session.paint(Controls()), tiny_colorizer.colorize(content.getvalue())):
        np.testing.assert_array_equal(picture.cbcr, wanted)
        assert picture.notes == ()


def test_the_network_looks_once_and_paints_each_time():
    model = HalfDeafModel(hears=1)
    session = colorizer_of(model).open(GREY)
    del model.seen
    session.paint()
    session.paint(Controls(vividness=0.5))
    assert model.paintings == 2
    assert not hasattr(model, "seen")


def test_an_open_picture_gives_what_colorize_gives(tiny_colorizer):
    controls = Controls(hints=(Hint(30, 40, "navy"),), warmth=5, temperature=0.2)
    session = tiny_colorizer.open(scene(), size=128)
    assert isinstance(session, Session)
    assert session.size == (120, 180)
    session.paint(Controls(look="muted"))
    told = tiny_colorizer.colorize(scene(), size=128, controls=controls)
    np.testing.assert_array_equal(session.paint(controls).cbcr, told.cbcr)
    apart = tiny_colorizer.colorize(
        scene(), size=128, hints=controls.hints, controls=replace(controls, hints=())
    )
    np.testing.assert_array_equal(apart.cbcr, told.cbcr)
    assert apart.recipe == told.recipe


def test_every_kind_of_hint_colors_its_place(tiny_colorizer):
    for hint in (
        Hint(64, 48, (20, -15), 12),
        Stroke(((20, 48), (100, 48)), (20, -15), 20),
        Box(40, 30, 90, 70, (20, -15)),
    ):
        ab = shown_ab(tiny_colorizer.colorize(GREY, hints=[hint]))
        np.testing.assert_allclose(ab[ab.shape[0] // 2, ab.shape[1] // 2], (20, -15), atol=1)
        assert abs(ab[0, 0, 0] - 20) > 5


@pytest.mark.parametrize("hears", [0, 0.2, 0.5])
def test_a_hint_that_the_network_hardly_follows_arrives_all_the_same(hears):
    model = HalfDeafModel(hears=hears)
    hint = Hint(64, 48, (-20, -12), radius=20)
    picture = colorizer_of(model).colorize(GREY, hints=[hint])
    assert np.linalg.norm(shown_ab(picture)[8, 10] - (-20, -12)) < 1
    assert model.paintings == 2, "with the hint and without it"
    assert picture.notes == ()


def test_grey_keeps_a_place_grey():
    picture = colorizer_of(HalfDeafModel(hears=0.9)).colorize(GREY, hints=[Box(40, 30, 90, 70, "grey")])
    ab = shown_ab(picture)
    assert np.linalg.norm(ab[8, 10]) < 2
    assert np.linalg.norm(ab[0, 0] - AUTOMATIC) < 1


def test_half_the_strength_arrives_half_way():
    hint = Box(40, 30, 90, 70, (-20, -12), strength=0.5)
    ab = shown_ab(colorizer_of(HalfDeafModel(hears=0.9)).colorize(GREY, hints=[hint]))
    np.testing.assert_allclose(ab[8, 10], (-4, -1.5), atol=2)


def test_a_color_that_cannot_exist_is_told(tiny_colorizer):
    light = np.full((96, 128), 235, np.uint8)
    picture = tiny_colorizer.colorize(light, hints=[Hint(64, 48, "navy", radius=30)])
    (note,) = picture.notes
    assert note.startswith("the colour of the hint at x = 64, y = 48 cannot exist where the scan is so light")
    np.testing.assert_array_equal(luma_of_rgb(picture.to_numpy()), light)


def test_temperature_reaches_the_network():
    model = HalfDeafModel()
    colorizer_of(model).colorize(GREY, controls=Controls(temperature=0.2))
    assert model.temperatures == [0.2]


def test_unsure_colors_fade_but_not_those_that_were_told():
    colorizer = colorizer_of(HalfDeafModel(hears=1, confidence=0.1))
    controls = Controls(hints=(Box(40, 30, 90, 70, (-20, -12)),), fade_unsure=1)
    ab = shown_ab(colorizer.colorize(GREY, controls=controls))
    np.testing.assert_allclose(ab[0, 0], 0, atol=0.5)
    np.testing.assert_allclose(ab[8, 10], (-20, -12), atol=1)


def test_the_order_is_fade_then_look_then_adjustments_then_the_corner():
    colorizer = colorizer_of(HalfDeafModel(confidence=0.18))
    controls = Controls(fade_unsure=1, look="hand-tinted", vividness=1.4, warmth=8, tint=-4)
    controls = replace(controls, corner_mark=True)
    picture = colorizer.colorize(scene(96, 128), controls=controls)
    luma = reduce_luma(picture.scan.luma, picture.cbcr.shape[:2])
    ab = fade_unsure(
        np.full((*luma.shape, 2), AUTOMATIC, np.float32), np.full(luma.shape, 0.18, np.float32), 1
    )
    ab = apply_look(load_look("hand-tinted"), luma, ab)
    ab = mark_corner(luma, adjust_colors(luma, ab, vividness=1.4, warmth=8, tint=-4))
    np.testing.assert_allclose(picture.cbcr, ab_to_cbcr(luma, ab), atol=2e-3)


def test_the_persons_own_hints_lie_over_palette_and_variant(tiny_colorizer):
    session = tiny_colorizer.open(scene())
    box = Box(60, 40, 120, 80, (20.0, 10.0))
    for controls in (Controls(palette=("#008000",)), Controls(variant=1)):
        assert not np.array_equal(session.paint(controls).cbcr, session.paint().cbcr)
        ab = shown_ab(session.paint(replace(controls, hints=(box,))))
        np.testing.assert_allclose(ab[8, 12], (20, 10), atol=1)


def test_variants_have_ranks_and_can_be_painted_again(tiny_colorizer):
    session = tiny_colorizer.open(scene())
    found = session.variants(Controls(variants=3, seed=5))
    assert found
    for rank, picture in enumerate(found, 1):
        assert (picture.draft.controls.variant, picture.draft.controls.seed) == (rank, 5)
        again = tiny_colorizer.colorize(scene(), controls=picture.draft.controls)
        np.testing.assert_array_equal(again.cbcr, picture.cbcr)
    with pytest.raises(SettingsError, match="There is no variant 24"):
        tiny_colorizer.open(GREY).paint(Controls(variant=24, variants=24))


def test_guides_are_made_once(tmp_path):
    model = HalfDeafModel()
    Image.new("RGB", (64, 64), "#806020").save(tmp_path / "brown.png")
    controls = Controls(reference=str(tmp_path / "brown.png"), palette=("#008000",), variants=2)
    session = colorizer_of(model).open(GREY)
    session.variants(controls)
    session.paint(controls)
    before, model.paintings = model.paintings, 0
    session.paint(replace(controls, warmth=3))
    assert before > 1
    assert model.paintings == 1


HINT = Hint(20, 20, (5.0, -5.0), radius=8)  # with one, what is kept without hints takes part, too


@pytest.mark.parametrize("hints", [(), (HINT,)])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Controls(variant=1, seed=0), Controls(variant=1, seed=1)),
        (Controls(palette=("#008000",)), Controls(palette=("#800080",))),
        (Controls(palette=("#008000",)), Controls()),
    ],
)
def test_what_an_open_picture_keeps_is_what_its_controls_say(hints, first, second):
    """A seed or a palette that changes is seen, whatever was painted before with another."""
    first, second = replace(first, hints=hints), replace(second, hints=hints)
    colorizer = colorizer_of(UnsureModel())
    fresh = colorizer.open(scene()).paint(second).cbcr
    session = colorizer.open(scene())
    assert not np.array_equal(session.paint(first).cbcr, fresh)
    np.testing.assert_array_equal(session.paint(second).cbcr, fresh)


def test_another_reference_is_seen_with_hints(tmp_path):
    for name, color in (("pink", "#a07060"), ("brown", "#806020")):
        Image.new("RGB", (64, 64), color).save(tmp_path / f"{name}.png")
    first, second = (
        Controls(reference=str(tmp_path / f"{name}.png"), hints=(HINT,)) for name in ("pink", "brown")
    )
    colorizer = colorizer_of(UnsureModel())
    fresh = colorizer.open(scene()).paint(second).cbcr
    session = colorizer.open(scene())
    assert not np.array_equal(session.paint(first).cbcr, fresh)
    np.testing.assert_array_equal(session.paint(second).cbcr, fresh)


def test_a_reference_without_likeness_gives_its_palette_softly(tmp_path):
    """The picture gets at most a quarter of the way to the nearest main colour, here and there."""
    Image.new("RGB", (64, 64), "#a07060").save(tmp_path / "pink.png")
    session = colorizer_of(HalfDeafModel(hears=1)).open(GREY)
    picture = session.paint(Controls(reference=str(tmp_path / "pink.png")))
    (note,) = picture.notes
    assert "pink.png looks like this picture; only its palette was taken" in note
    automatic, pink = np.array(AUTOMATIC), np.array(ab_of("#a07060"))
    way = pink - automatic
    moved = (shown_ab(picture) - automatic) @ way / (way @ way)
    assert 0.03 < moved.max() <= 0.25
    assert moved.min() >= -0.01
    aside = shown_ab(picture) - automatic - moved[..., None] * way
    np.testing.assert_allclose(aside, 0, atol=0.5)


def test_what_guides_say_is_not_told():
    """A palette is a guess: its places fade like others, and may be asked about."""
    session = colorizer_of(HalfDeafModel(confidence=0.05)).open(GREY)
    palette = Controls(palette=("#008000",), fade_unsure=1)
    np.testing.assert_allclose(shown_ab(session.paint(palette)), 0, atol=0.5)
    assert session.ask_me_here(1, palette) == session.ask_me_here(1)


def test_luma_stays_exact_under_all_controls(tiny_colorizer):
    grey = scene()
    controls = Controls(
        hints=(Hint(30, 40, "crimson"), Box(60, 60, 90, 90, "grey", 0.5)),
        temperature=0.1,
        fade_unsure=0.5,
        vividness=2,
        warmth=20,
        tint=10,
        look="autochrome",
    )
    np.testing.assert_array_equal(
        luma_of_rgb(tiny_colorizer.colorize(grey, controls=controls).to_numpy()), grey
    )


def test_suggestions_are_the_models_odds():
    session = colorizer_of(HalfDeafModel(hears=0.75)).open(GREY)
    (only,) = session.suggest(64, 48)
    assert only.ab == pytest.approx(AUTOMATIC, abs=0.5)
    assert only.probability == pytest.approx(1)
    green, brown = session.suggest(64, 48, controls=Controls(hints=(Hint(64, 48, "green"),)))
    assert (green.probability, brown.probability) == (pytest.approx(0.75), pytest.approx(0.25))
    assert len(session.suggest(64, 48, 1, Controls(hints=(Hint(64, 48, "green"),)))) == 1


def test_suggestions_outside_the_picture_are_refused(tiny_colorizer):
    with pytest.raises(HintError, match=r"The place at x = 200, y = 5 lies outside .* 180 × 120"):
        tiny_colorizer.open(scene()).suggest(200, 5)


def test_ask_me_here_leaves_out_what_was_told(tiny_colorizer):
    session = tiny_colorizer.open(scene())
    first, *others = session.ask_me_here(3)
    assert len(others) == 2
    assert session.ask_me_here() == (first, *others), "three, unless told otherwise"
    assert 0 <= first.x <= 180
    assert 0 <= first.y <= 120
    told = Controls(hints=(Hint(first.x, first.y, "olive", radius=25),))
    again = session.ask_me_here(1, told)[0]
    assert (again.x, again.y) != (first.x, first.y)


def test_a_look_that_is_none_is_refused(tiny_colorizer):
    session = tiny_colorizer.open(scene())
    with pytest.raises(SettingsError, match="There is no look 'sepia'"):
        session.paint(Controls(look="sepia"))


def test_the_overlay_has_the_size_of_the_picture(tiny_colorizer, tmp_path):
    picture = tiny_colorizer.colorize(scene())
    picture.save_confidence(tmp_path / "doubt.png")
    with Image.open(tmp_path / "doubt.png") as image:
        assert (image.mode, image.size) == ("RGBA", (180, 120))
        opacity = np.asarray(image)[..., 3].mean() / 255
    assert opacity == pytest.approx(0.8 * (1 - picture.confidence.mean()), abs=0.02)


def test_an_overlay_that_is_there_stays_unless_it_may_be_replaced(tiny_colorizer, tmp_path):
    picture = tiny_colorizer.colorize(scene())
    (tmp_path / "doubt.png").write_bytes(b"mine")
    with pytest.raises(OutputError):
        picture.save_confidence(tmp_path / "doubt.png")
    assert (tmp_path / "doubt.png").read_bytes() == b"mine"
    picture.save_confidence(tmp_path / "doubt.png", overwrite=True)
    assert (tmp_path / "doubt.png").read_bytes() == picture.confidence_png()
