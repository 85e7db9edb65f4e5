"""Albums: a coat that is in two pictures, seen by a model that sees the picture itself."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.test_session import AUTOMATIC, HalfDeafModel, shown_ab
from vermilion import Box, Colorizer, Controls
from vermilion.errors import SettingsError
from vermilion.guidance import load_recipe
from vermilion.network import Features

BLUE = (-5.0, -20.0)
COAT = slice(16, 48)  # rows of the coat in both pictures, and its columns in the agreed one
ELSEWHERE = slice(64, 96)  # its columns in the other picture


class SeeingModel(HalfDeafModel):
    """What it sees of a place is the place itself, so that equal places look alike and others do not."""

    def __init__(self):
        super().__init__(hears=1)
        self.looks = 0

    def encode(self, luma):
        self.looks += 1
        height, width = luma.shape[2:]
        maps = []
        for side in (4, 8, 16, 32):
            blocks = luma.reshape(height // side, side, width // side, side)
            maps.append(blocks.transpose(1, 3, 0, 2).reshape(1, side * side, height // side, width // side))
        return Features(tuple(maps))


def noise(seed):
    """Greys [64,128] without a likeness to those of another seed."""
    return np.random.default_rng(seed).integers(60, 200, (64, 128)).astype(np.uint8)


@pytest.fixture
def box(tmp_path):
    """A folder with an album, the agreed picture, one with the same coat, and one without."""
    agreed, other = noise(0), noise(1)
    other[COAT, ELSEWHERE] = agreed[COAT, COAT]
    for name, grey in (("agreed.png", agreed), ("other.png", other), ("stranger.png", noise(2))):
        Image.fromarray(grey).save(tmp_path / name)
    write_album(tmp_path)
    return tmp_path


def write_album(folder, **changes):
    entry = {
        "name": "coat",
        "color": BLUE,
        "picture": "agreed.png",
        "hints": [{"x0": 16, "y0": 16, "x1": 48, "y1": 48}],
    }
    entry = {key: value for key, value in (entry | changes).items() if value is not None}
    (folder / "album.json").write_text(json.dumps({"entries": [entry]}))


def said(box, **more):
    return Controls(album=str(box / "album.json"), **more)


def is_blue(picture):
    """Bool [16,32]: which cells are as blue as was agreed."""
    return np.linalg.norm(shown_ab(picture) - BLUE, axis=-1) < 6


def in_cells(pixels):
    return slice(pixels.start // 4, pixels.stop // 4)


def test_the_same_coat_gets_the_same_color_in_another_picture(box):
    colorizer = Colorizer(SeeingModel())
    picture = colorizer.colorize(box / "other.png", controls=said(box))
    blue = is_blue(picture)
    assert blue[in_cells(COAT), in_cells(ELSEWHERE)].mean() > 0.5
    blue[in_cells(COAT), in_cells(ELSEWHERE)] = False
    assert not blue.any()
    assert np.linalg.norm(shown_ab(picture)[0, 0] - AUTOMATIC) < 2
    assert picture.notes == ()


def test_the_agreed_picture_gets_its_hints_as_they_are(box):
    colorizer = Colorizer(SeeingModel())
    told = colorizer.colorize(box / "agreed.png", hints=[Box(16, 16, 48, 48, BLUE)])
    content = (box / "agreed.png").read_bytes()  # whatever it is called
    np.testing.assert_array_equal(colorizer.colorize(content, controls=said(box)).cbcr, told.cbcr)


def test_another_page_of_the_agreed_file_is_another_picture(box):
    """Its hints were placed on page 1: on page 2 the coat is looked for."""
    pages = [Image.open(box / name).copy() for name in ("agreed.png", "other.png")]
    pages[0].save(box / "both.tif", save_all=True, append_images=pages[1:])
    write_album(box, picture="both.tif")
    colorizer = Colorizer(SeeingModel())
    first, second = (
        is_blue(colorizer.colorize(box / "both.tif", page=n, controls=said(box))) for n in (1, 2)
    )
    assert first[in_cells(COAT), in_cells(COAT)].all()
    assert second[in_cells(COAT), in_cells(ELSEWHERE)].mean() > 0.5
    assert not second[in_cells(COAT), in_cells(COAT)].any()


def test_a_stranger_is_left_alone_and_told(box):
    session = Colorizer(SeeingModel()).open(box / "stranger.png")
    picture = session.paint(said(box))
    [note] = picture.notes
    assert note.startswith("nothing here looks like the 'coat' of ")
    np.testing.assert_array_equal(picture.cbcr, session.paint().cbcr)


def test_an_agreed_picture_is_looked_at_once(box):
    model = SeeingModel()
    colorizer = Colorizer(model)
    for name in ("other.png", "stranger.png", "other.png"):
        colorizer.colorize(box / name, controls=said(box))
    assert model.looks == 4


def test_the_persons_own_hints_lie_over_the_album_and_the_album_over_the_palette(box):
    session = Colorizer(SeeingModel()).open(box / "other.png")
    own = Box(64, 16, 96, 48, (25.0, 10.0))
    ab = shown_ab(session.paint(said(box, hints=(own,), palette=("#008000",))))
    np.testing.assert_allclose(ab[in_cells(COAT), in_cells(ELSEWHERE)].mean((0, 1)), (25, 10), atol=2)
    painted = session.paint(said(box, palette=("#008000",), variants=1))
    assert is_blue(painted)[in_cells(COAT), in_cells(ELSEWHERE)].mean() > 0.5


def test_half_the_strength_goes_half_way(box):
    write_album(box, strength=0.5)
    session = Colorizer(SeeingModel()).open(box / "other.png")
    half_way = (np.array(AUTOMATIC) + BLUE) / 2
    near = np.linalg.norm(shown_ab(session.paint(said(box))) - half_way, axis=-1) < 5
    assert near[in_cells(COAT), in_cells(ELSEWHERE)].mean() > 0.5


def test_by_name_hints_stay_where_they_are(box):
    write_album(box, picture=None, pictures=["OTHER*"])
    colorizer = Colorizer(SeeingModel())
    told = colorizer.colorize(box / "other.png", hints=[Box(16, 16, 48, 48, BLUE)])
    np.testing.assert_array_equal(colorizer.colorize(box / "other.png", controls=said(box)).cbcr, told.cbcr)
    stranger = colorizer.colorize(box / "stranger.png", controls=said(box))
    np.testing.assert_array_equal(stranger.cbcr, colorizer.colorize(box / "stranger.png").cbcr)
    assert stranger.notes == ()


def test_the_recipe_holds_the_album_and_replays(box):
    colorizer = Colorizer(SeeingModel())
    picture = colorizer.colorize(box / "other.png", controls=said(box))
    recipe = picture.recipe
    written = json.loads(recipe.to_json())["controls"]["album"]
    assert written["entries"][0]["picture"]["path"] == str(box / "agreed.png")
    again = colorizer.replay(recipe)
    np.testing.assert_array_equal(again.cbcr, picture.cbcr)
    assert recipe.difference(again.recipe) == ""
    picture.save_recipe(box / "a.recipe.json")
    again = colorizer.replay(load_recipe(box / "a.recipe.json"))
    np.testing.assert_array_equal(again.cbcr, picture.cbcr)
    Image.fromarray(noise(7)).save(box / "agreed.png")
    with pytest.raises(SettingsError, match=r"agreed\.png has changed since this was written"):
        load_recipe(box / "a.recipe.json")


@pytest.mark.parametrize("name", ["agreed.png", "other.png"])
def test_a_place_outside_the_agreed_picture_is_refused(box, name):
    write_album(box, hints=[{"x": 500, "y": 5}])
    with pytest.raises(SettingsError, match=r"album\.json: coat: The hint at x = 500.* lies outside"):
        Colorizer(SeeingModel()).colorize(box / name, controls=said(box))
