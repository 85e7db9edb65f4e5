"""`vermilion colorize --colors-from`: from the keyboard to the files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.versions import made_scene, warped
from vermilion.pictures import read_mark
from vermilion.tone import luma_of_rgb

SCENE = made_scene()


@pytest.fixture
def box(here: Path) -> Path:
    Image.fromarray(luma_of_rgb(SCENE)).save(here / "a.tif")
    Image.fromarray(warped(SCENE)).save(here / "edited.png")
    return here


def test_colors_and_map_are_written_and_replayed(vermilion, box: Path) -> None:
    said = vermilion(
        "colorize", "a.tif", "--colors-from", "edited.png", "--trust-map", "--recipe", "-o", "b.png"
    )
    assert said.code == 0
    with Image.open("b.png") as image:
        rgb = np.asarray(image)
    np.testing.assert_array_equal(luma_of_rgb(rgb), luma_of_rgb(SCENE))
    assert np.abs(rgb.astype(int) - SCENE)[60:180, 60:260].mean() < 6
    with Image.open("b.trust.png") as trust:
        assert trust.mode == "L"
        assert np.asarray(trust).mean() > 180
    mark = read_mark("b.png")
    assert mark is not None
    assert len(mark.colors_from) == 64
    (box / "b.png").rename("first.png")
    assert vermilion("replay", "b.recipe.json", "-o", "again.png").code == 0
    assert (box / "again.png").read_bytes() == (box / "first.png").read_bytes()


def test_another_picture_is_refused_and_nothing_is_written(vermilion, box: Path) -> None:
    Image.fromarray(warped(made_scene(5))).save("other.png")
    before = sorted(path.name for path in box.iterdir())
    said = vermilion("colorize", "a.tif", "--colors-from", "other.png")
    assert said.code == 1
    assert "other.png does not show the same scene as a.tif" in said.errors[0]
    assert sorted(path.name for path in box.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--trust-map"], "name one with --colors-from"),
        (["--match", "1,2=3,4"], "name it with --colors-from"),
        (["--colors-from", "edited.png", "--match", "1,2"], "--match takes X,Y=U,V"),
        (["--colors-from", "gone.png"], "The version gone.png cannot be read"),
    ],
)
def test_options_that_cannot_be(vermilion, box: Path, options: list[str], told: str) -> None:
    said = vermilion("colorize", "a.tif", *options)
    assert said.code == 1
    assert told in said.errors[0]
    assert not list(box.glob("*.color.*"))


def test_points_a_mask_and_a_cast(vermilion, box: Path) -> None:
    Image.fromarray(np.full((240, 320), 255, np.uint8)).save("mask.png")
    points = ["--match", "80,60=83,71", "--match", "240,60=291,63", "--match", "160,200=193,249"]
    said = vermilion(
        "colorize", "a.tif", "--colors-from", "edited.png", "--trust", "mask.png", "--neutralize", *points
    )
    assert said.code == 0


def test_several_versions_each_with_its_own_mask_or_strength(vermilion, box: Path) -> None:
    Image.fromarray(warped(SCENE)[..., ::-1]).save("other.png")
    left = np.zeros((240, 320), np.uint8)
    left[:, :160] = 255
    Image.fromarray(left).save("left.png")
    versions = ["--colors-from", "edited.png", "--colors-from", "other.png"]
    said = vermilion("colorize", "a.tif", *versions, "--trust", "auto", "--trust", "left.png", "-o", "b.png")
    assert said.code == 0
    rgb = np.asarray(Image.open("b.png")).astype(int)
    assert np.abs(rgb - SCENE)[60:180, 180:280].mean() < 6
    assert np.abs(rgb - SCENE)[60:180, 40:140].mean() > 12
    said = vermilion("colorize", "a.tif", "--colors-from", "edited.png", "--trust", "0", "-o", "none.png")
    assert said.code == 0
    assert vermilion("colorize", "a.tif", "-o", "plain.png").code == 0
    none, plain = (np.asarray(Image.open(name)).astype(int) for name in ("none.png", "plain.png"))
    assert np.abs(none - plain).mean() < 1


@pytest.fixture
def shoebox(here: Path) -> Path:
    """Scans in a tree, and the versions of two of them in another; the third has none."""
    for name in ("1931/anna.tif", "1932/anna.tif", "1932/bert.tif"):
        path = here / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(luma_of_rgb(SCENE)).save(path)
    for name in ("1931/Anna.png", "bert.color.png"):
        path = here / "edited" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(warped(SCENE)).save(path)
    return here


OF_FOLDER = ("--colors-from-folder", "edited")


@pytest.mark.parametrize("command", ["colorize", "batch"])
def test_scans_take_the_versions_of_their_names(vermilion, shoebox: Path, command: str) -> None:
    workers = ["--workers", "1"] if command == "batch" else []
    options = [*OF_FOLDER, "--trust-map", *workers]
    said = vermilion(command, "scans", "-o", "out", *options)
    assert said.code == 0
    assert (said.out + said.err).count("no version of it in edited, so it was painted as usual") == 1
    away = {}
    for name in ("1931/anna", "1932/anna", "1932/bert"):
        rgb = np.asarray(Image.open(f"out/{name}.tif")).astype(int)
        away[name] = np.abs(rgb - SCENE)[60:180, 60:260].mean()
        mark = read_mark(f"out/{name}.tif")
        assert mark is not None
        assert bool(mark.colors_from) == (name != "1932/anna")
        assert (shoebox / f"out/{name}.trust.png").exists() == (name != "1932/anna")
    assert away["1931/anna"] < 6
    assert away["1932/bert"] < 6
    assert away["1932/anna"] > 10
    again = vermilion(command, "scans", "-o", "out", *options)
    assert again.code == 0
    assert "with other options" not in again.out + again.err


@pytest.mark.parametrize("command", ["colorize", "batch"])
def test_names_that_fit_twice_are_refused_and_nothing_is_written(vermilion, shoebox: Path, command) -> None:
    Image.fromarray(warped(SCENE)).save("edited/1931/anna.webp", lossless=True)
    said = vermilion(command, "scans", "-o", "out", *OF_FOLDER)
    assert said.code == 1
    assert "Anna.png and " in said.errors[0]
    assert "could both be the version of" in said.errors[0]
    (shoebox / "edited/1931/anna.webp").rename("edited/anna.webp")
    (shoebox / "edited/1931/Anna.png").unlink()
    said = vermilion(command, "scans", "-o", "out", *OF_FOLDER)
    assert said.code == 1
    assert "anna.webp could be the version of" in said.errors[0]
    assert not list(shoebox.glob("out/**/*.tif"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--colors-from-folder", "gone"], "gone is no folder"),
        (["--colors-from-folder", "scans/empty"], "scans/empty holds no pictures"),
        ([*OF_FOLDER, "--colors-from", "edited/bert.color.png"], "belong to one picture"),
        ([*OF_FOLDER, "--trust", "2"], "A trust of 2 is impossible"),
        ([*OF_FOLDER, "--trust", "mask.png"], "belong to one picture"),
    ],
)
def test_folders_that_cannot_be(vermilion, shoebox: Path, options: list[str], told: str) -> None:
    (shoebox / "scans/empty").mkdir()
    said = vermilion("colorize", "scans", "-o", "out", *options)
    assert said.code == 1
    assert told in said.errors[0]


def test_scans_and_versions_may_lie_in_one_folder(vermilion, box: Path) -> None:
    (box / "edited.png").rename("a.color.png")
    said = vermilion("colorize", "a.tif", "--colors-from-folder", ".", "-o", "b.png")
    assert said.code == 0
    mark = read_mark("b.png")
    assert mark is not None
    assert mark.colors_from


def test_versions_of_a_folder_must_be_there_before_a_watch(vermilion, shoebox: Path) -> None:
    said = vermilion("batch", "scans", "-o", "out", "--watch", *OF_FOLDER)
    assert said.code == 1
    assert "--watch and --colors-from-folder cannot be given together" in said.errors[0]
    said = vermilion("colorize", "-", "-o", "out.png", *OF_FOLDER)
    assert said.code == 1
    assert "name its own version (--colors-from)" in said.errors[0]
