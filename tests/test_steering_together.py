"""All of steering at once, and what goes over what: the order that docs/steering.md tells."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.test_album import SeeingModel, noise
from tests.test_session import scene
from vermilion import Box, Colorizer, Controls, Hint, Stroke
from vermilion.guidance import Mask, ab_of
from vermilion.network import Decoded
from vermilion.tone import luma_of_rgb

PALETTE, ALBUM, OWN = "#a07060", (-5.0, -20.0), (25.0, 10.0)
EVERYTHING = Controls(
    hints=(
        Hint(30, 40, "crimson"),
        Box(60, 60, 90, 90, "grey", 0.5),
        Stroke(((5, 5), (60, 20), (100, 8)), "#283ca0", 6),
        Mask.of(np.arange(120)[:, None] + np.zeros((1, 180)) > 100, "olive"),
    ),
    temperature=0.1,
    fade_unsure=0.5,
    vividness=2,
    warmth=20,
    tint=10,
    look="autochrome",
    palette=("#a04030", "tan"),
    variant=1,
    variants=2,
    seed=3,
    corner_mark=True,
)


@pytest.fixture
def files(tmp_path):
    """A cube, a reference and an album."""
    (tmp_path / "film.cube").write_text(
        "LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g * 0.8} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1))
    )
    Image.fromarray(np.dstack([scene(), scene() // 2, scene() // 3])).save(tmp_path / "postcard.png")
    Image.fromarray(scene()).save(tmp_path / "agreed.png")
    entry = {"name": "sky", "color": "navy", "picture": "agreed.png", "hints": [{"x": 20, "y": 10}]}
    (tmp_path / "album.json").write_text(json.dumps({"entries": [entry]}))
    return {
        "cube": str(tmp_path / "film.cube"),
        "reference": str(tmp_path / "postcard.png"),
        "album": str(tmp_path / "album.json"),
    }


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("ending", ["look", "cube"])
def test_everything_at_once_keeps_every_grey_level_and_replays(
    tiny_colorizer, tmp_path, files, depth, ending
):
    grey = scene() if depth == 8 else scene().astype(np.uint16) * 256 + 77
    Image.fromarray(grey).save(tmp_path / "scan.png")
    cube, look = (files["cube"], None) if ending == "cube" else (None, EVERYTHING.look)
    told = replace(EVERYTHING, cube=cube, look=look, reference=files["reference"], album=files["album"])
    picture = tiny_colorizer.colorize(tmp_path / "scan.png", controls=told)
    rgb = picture.to_numpy()
    assert rgb.dtype == grey.dtype
    np.testing.assert_array_equal(luma_of_rgb(rgb), grey)
    assert np.ptp(rgb.astype(int), axis=-1).max() > 0.1 * np.iinfo(grey.dtype).max, "there is colour"
    again = tiny_colorizer.replay(picture.recipe)
    np.testing.assert_array_equal(again.to_numpy(), rgb)
    assert picture.recipe.difference(again.recipe) == ""


class WaveringModel(SeeingModel):
    """Holds two colours for possible everywhere."""

    def decode(self, features, hints=None, temperature=None, *, with_odds=False):
        paint = super().decode(features, hints, temperature, with_odds=with_odds)
        shares = np.array([0.6, 0.4], np.float32).reshape(1, 2, 1, 1)
        odds = np.broadcast_to(shares, (1, 2, *paint.chroma.shape[2:])) if with_odds else None
        return Decoded(paint.chroma, paint.confidence, odds)


@pytest.fixture
def layers(tmp_path):
    """A session, and controls that each say something of the same places, the later over the earlier."""
    grey = noise(0)
    Image.fromarray(grey).save(tmp_path / "scan.png")
    tinted = np.dstack([np.minimum(grey + 40, 255), grey, grey // 2]).astype(np.uint8)
    Image.fromarray(tinted).save(tmp_path / "tinted.png")
    entry = {"name": "coat", "color": ALBUM, "hints": [{"x0": 0, "y0": 0, "x1": 64, "y1": 64}]}
    (tmp_path / "album.json").write_text(json.dumps({"entries": [entry | {"pictures": ["scan*"]}]}))
    told = (
        {"reference": str(tmp_path / "tinted.png")},
        {"palette": (PALETTE,)},
        {"variant": 1, "variants": 1},
        {"album": str(tmp_path / "album.json")},
        {"hints": (Box(0, 0, 32, 64, OWN),)},
    )
    return Colorizer(WaveringModel()).open(tmp_path / "scan.png"), told


def test_hints_lie_over_album_over_variant_over_palette_over_reference(layers):
    session, told = layers
    place = (2, 2)  # where palettes and variants have their dots, in the own box and in the album's
    seen = []
    for count in range(1, len(told) + 1):
        controls = Controls(**{key: value for each in told[:count] for key, value in each.items()})
        canvas = session._draw(controls).canvas
        assert canvas[2][place] > 0
        seen.append(canvas[:2][:, *place] * 110)
    reference, palette, variant, album, own = seen
    assert reference[0] > 5
    np.testing.assert_allclose(palette, ab_of(PALETTE), atol=0.1)
    assert min(np.linalg.norm(variant - bin_) for bin_ in session._workshop.painter.card.bins) < 1
    np.testing.assert_allclose(album, ALBUM, atol=0.1)
    np.testing.assert_allclose(own, OWN, atol=0.1)


def test_what_lies_under_shows_where_nothing_lies_over_it(layers):
    session, told = layers
    everything = {key: value for each in told for key, value in each.items()}
    canvas = session._draw(Controls(**everything)).canvas * 110
    np.testing.assert_allclose(canvas[:2, 9, 12], ALBUM, atol=0.1)
    only_reference = session._draw(Controls(**told[0])).canvas * 110
    between = (4, 24)  # no dot of the lattice, and beyond the album's box
    assert only_reference[2][between] > 0
    np.testing.assert_array_equal(canvas[:, *between], only_reference[:, *between])
