import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from tests.scripts_as_modules import load_script
from vermilion.assets import Asset
from vermilion.errors import SettingsError
from vermilion.guidance import AlbumEntry, Box, Hint, Mask, load_album
from vermilion.guidance.album.things import cells_of_places, find_places, found_thing, places_on
from vermilion.guidance.canvas.shapes import NOBODY, covered_cells
from vermilion.guidance.references.likeness import places_of
from vermilion.session import mask_reader

COAT = {"name": "coat", "color": "navy", "picture": "coat.png", "hints": [{"x": 5, "y": 6, "radius": 2}]}
CHANNELS = 96


def written(folder, *entries, **changes):
    path = folder / "album.json"
    if not (folder / "coat.png").exists():
        (folder / "coat.png").write_bytes(b"coat")
    path.write_text(json.dumps({"schema": 1, "entries": list(entries)} | changes))
    return path


def test_hints_take_what_they_do_not_say_from_their_entry(tmp_path):
    hints = [{"x": 1, "y": 2}, {"x0": 1, "y0": 2, "x1": 3, "y1": 4, "color": "tan", "strength": 1}]
    [entry] = load_album(written(tmp_path, COAT | {"strength": 0.5, "hints": hints})).entries
    assert entry.hints == (Hint(1.0, 2.0, "navy", strength=0.5), Box(1.0, 2.0, 3.0, 4.0, "tan"))


def test_paths_start_from_the_folder_of_the_album(tmp_path):
    for name in ("coat.png", "mask.png"):
        (tmp_path / name).write_text(name)
    album = written(tmp_path, COAT | {"hints": [{"mask": "mask.png"}]}, COAT | {"name": "again"})
    coat, mask = str(tmp_path / "coat.png"), str(tmp_path / "mask.png")
    entry, again = load_album(album).entries
    assert (entry.picture, entry.hints) == (Asset.read(coat), (Mask(mask, "navy"),))
    assert again.picture == entry.picture
    (tmp_path / "mask.png").unlink()
    with pytest.raises(SettingsError, match=r"entries 1: hints 1: mask: .*mask\.png cannot be read"):
        load_album(album)


def test_what_is_said_in_lists_is_kept_in_tuples():
    said: dict[str, Any] = {"hints": [Hint(1, 2, "olive")], "pictures": ["a.jpg"]}
    entry = AlbumEntry("wall", "olive", **said)
    assert (entry.hints, entry.pictures) == ((Hint(1, 2, "olive"),), ("a.jpg",))
    assert hash(entry) == hash(AlbumEntry("wall", "olive", (Hint(1, 2, "olive"),), pictures=("a.jpg",)))


def test_names_match_patterns_in_capitals_or_not():
    entry = AlbumEntry("wall", "olive", (Hint(1, 2, "olive"),), pictures=("*kitchen*.jpg", "b?.png"))
    assert entry.is_for("box/1931/Old KITCHEN 3.JPG")
    assert entry.is_for("b7.png")
    assert not entry.is_for("kitchen/a.jpg")
    assert not entry.is_for("<bytes>")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "coat"}, r"album\.json: entries 1: the key 'color' is missing"),
        (COAT | {"colour": "navy"}, "entries 1: unknown key 'colour'"),
        (COAT | {"color": "bleu"}, "entries 1: .*'bleu' is not a colour"),
        (COAT | {"hints": []}, "'coat' has no hints"),
        (COAT | {"hints": [{"x": 1}]}, "entries 1: hints 1: has color, x, but needs"),
        (COAT | {"hints": 5}, r"entries 1: hints: must be a list"),
        (COAT | {"pictures": ["*.jpg"]}, "give one of the two"),
        ({key: COAT[key] for key in ("name", "color", "hints")}, "give one of the two"),
        (COAT | {"strength": 2}, "entries 1: .*A strength of 2 is impossible"),
        (5, "entries 1: must be a table"),
    ],
)
def test_a_bad_entry_is_told_in_a_sentence(tmp_path, entry, told):
    with pytest.raises(SettingsError, match=told) as caught:
        load_album(written(tmp_path, entry))
    assert "\n" not in str(caught.value)


def test_what_is_no_album_is_told_in_a_sentence(tmp_path):
    for text, told in (
        ("{", "is not valid JSON"),
        ("[]", "must be a table"),
        ('{"entries": []}', "agrees on nothing"),
        ('{"schema": 2, "entries": []}', "has schema 2, and this vermilion reads 1"),
    ):
        (tmp_path / "album.json").write_text(text)
        with pytest.raises(SettingsError, match=told):
            load_album(tmp_path / "album.json")
    with pytest.raises(SettingsError, match=r"The album .*gone\.json cannot be read"):
        load_album(tmp_path / "gone.json")


def test_the_schema_agrees_with_the_dataclasses():
    module = load_script("make_recipe_schema")
    text = module.ALBUM_FILE.read_text(encoding="utf-8")
    assert text == module.make_album_schema(), "run scripts/make_recipe_schema.py"
    entry = json.loads(text)["$defs"]["AlbumEntry"]
    assert list(entry["properties"]) == [each.name for each in fields(AlbumEntry)]


def made_places(vectors):
    """What the network would see: the same vectors [n,C] on both levels."""
    return [np.asarray(vectors, np.float32)] * 2


def random_places(count, seed):
    return np.random.default_rng(seed).normal(size=(count, CHANNELS))


def test_a_thing_is_found_wherever_it_is():
    agreed, picture = random_places(60, 0), random_places(80, 1)
    picture[[50, 7, 31, 70]] = agreed[[10, 11, 12, 13]]
    things = np.full(60, NOBODY)
    things[10:14] = 3
    there = find_places(made_places(picture), made_places(agreed), things)
    found = np.flatnonzero(there != NOBODY)
    assert found.tolist() == [7, 31, 50, 70]
    assert there[found].tolist() == [11, 12, 10, 13]


def test_another_picture_has_nothing_of_it():
    things = np.full(60, NOBODY)
    things[10:30] = 0
    there = find_places(made_places(random_places(80, 1)), made_places(random_places(60, 0)), things)
    assert (there == NOBODY).all()


def test_the_parts_of_a_plain_thing_may_look_alike_but_nothing_else_may():
    agreed, picture = random_places(60, 0), random_places(80, 1)
    agreed[10:20] = agreed[10] + np.random.default_rng(2).normal(0, 0.05, (10, CHANNELS))
    picture[30:36] = agreed[10] + np.random.default_rng(3).normal(0, 0.05, (6, CHANNELS))
    things = np.full(60, NOBODY)
    things[10:20] = 0
    there = find_places(made_places(picture), made_places(agreed), things)
    assert np.count_nonzero(there[30:36] >= 0) >= 2
    assert (there[:30] == NOBODY).all()
    things[15:20] = NOBODY  # half of what looks so is something else
    assert (find_places(made_places(picture), made_places(agreed), things) == NOBODY).all()


def test_a_single_place_of_a_large_thing_is_chance():
    agreed, picture = random_places(60, 0), random_places(80, 1)
    picture[:2] = agreed[10:12]
    things = np.full(60, NOBODY)
    things[10:40] = 0
    assert (find_places(made_places(picture), made_places(agreed), things) == NOBODY).all()
    picture[:3] = agreed[10:13]
    there = find_places(made_places(picture), made_places(agreed), things)
    assert np.flatnonzero(there != NOBODY).tolist() == [0, 1, 2]


def test_places_and_cells_and_back():
    owner = np.full((5, 7), NOBODY)
    owner[0, 1], owner[3, 5], owner[4, 6] = 0, 2, 1  # the last one is on no whole place
    places = places_on(owner)
    assert places.tolist() == [0, NOBODY, NOBODY, NOBODY, NOBODY, 2]
    cells = cells_of_places(places == 2, (5, 7))
    assert cells.shape == (5, 7)
    assert np.argwhere(cells).tolist() == [[2, 4], [2, 5], [3, 4], [3, 5]]
    maps = tuple(np.ones((1, 3, 16 // s, 32 // s), np.float32) for s in (1, 2, 4, 8))
    assert [place.shape for place in places_of(maps, (5, 7))] == [(6, 3), (6, 3)]


def test_a_found_thing_covers_its_cells_and_has_a_name():
    cells = np.zeros((13, 17), bool)
    cells[3:5, 7:9] = True
    thing = found_thing(cells, Hint(1, 2, (20, 10), strength=0.7), "the 'coat'")
    assert (thing.ab, thing.strength, thing.place) == ((20, 10), 0.7, "the 'coat'")
    np.testing.assert_array_equal(covered_cells(thing, (1000, 1300), (13, 17), mask_reader(1000)), cells)
