"""Results are those of the command line, byte for byte, wherever they go."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.studio.conftest import grey_jpeg
from vermilion.cli.app import app

HINTS = [{"kind": "point", "x": 50, "y": 30, "color": "navy", "radius": 6.0, "strength": 0.8}]


@pytest.fixture
def shoebox(tmp_path, monkeypatch, tiny_model_folder):
    """The folder in which the command line works, with the same picture."""
    folder = tmp_path / "shoebox"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "grandma.jpg").write_bytes(grey_jpeg())
    return folder


def run(*words, model):
    result = CliRunner().invoke(app, [*map(str, words), "--model", str(model)])
    assert result.exit_code == 0, result.output


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("format_", ["same", "png", "tiff", "webp"])
def test_results_equal_those_of_the_command_line(
    client, opened, shoebox, settings, tiny_model_folder, format_
):
    (shoebox / "hints.json").write_text(
        json.dumps([{key: hint[key] for key in hint if key != "kind"} for hint in HINTS])
    )
    words = [] if format_ == "same" else ["--format", {"tiff": "tif"}.get(format_, format_)]
    words += [
        "--hints",
        "hints.json",
        "--vividness",
        "1.2",
        "--look",
        "muted",
        "--recipe",
        "--confidence-map",
    ]
    run("colorize", "grandma.jpg", "-o", "cli", *words, model=tiny_model_folder)
    controls = {"hints": HINTS, "vividness": 1.2, "look": "muted"}
    client.put(f"/v1/pictures/{opened['id']}/controls", json=controls).raise_for_status()
    how = {"format": format_, "recipe": True, "confidence": True}
    saved = client.post(f"/v1/pictures/{opened['id']}/save", json=how | {"target": "out"})
    assert saved.status_code == 200, saved.text
    assert sorted(saved.json()["files"]) == sorted(files_in(settings.out))
    assert files_in(settings.out) == files_in(shoebox / "cli")
    assert client.get(f"/v1/pictures/{opened['id']}").json()["state"] == "saved"
    sent = client.post(f"/v1/pictures/{opened['id']}/save", json=how)
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        contents = {name.replace(".color", ""): archive.read(name) for name in archive.namelist()}
    assert contents == files_in(shoebox / "cli")


def test_a_recipe_reopened_gives_what_replay_gives(client, opened, shoebox, settings, tiny_model_folder):
    run(
        "colorize",
        "grandma.jpg",
        "-o",
        "first.jpg",
        "--hint",
        "50,30=navy",
        "--recipe",
        model=tiny_model_folder,
    )
    run("replay", "first.recipe.json", "-o", "again.jpg", model=tiny_model_folder)
    recipe = {"file": ("first.recipe.json", (shoebox / "first.recipe.json").read_bytes())}
    answer = client.post(f"/v1/pictures/{opened['id']}/recipe", files=recipe)
    assert answer.status_code == 200, answer.text
    assert answer.json()["controls"]["hints"][0]["color"] == "navy"
    sent = client.post(f"/v1/pictures/{opened['id']}/save", json={})
    assert sent.headers["content-disposition"].startswith('attachment; filename="grandma.color.jpg"')
    assert sent.content == (shoebox / "again.jpg").read_bytes() == (shoebox / "first.jpg").read_bytes()


def test_a_recipe_of_another_picture_is_refused(client, opened, shoebox, tiny_model_folder):
    (shoebox / "other.jpg").write_bytes(grey_jpeg(seed=1))
    run("colorize", "other.jpg", "-o", "other-color.jpg", "--recipe", model=tiny_model_folder)
    recipe = {"file": ("a.recipe.json", (shoebox / "other-color.recipe.json").read_bytes())}
    answer = client.post(f"/v1/pictures/{opened['id']}/recipe", files=recipe)
    assert (answer.status_code, answer.json()["code"]) == (422, "picture")


def test_what_was_saved_is_replaced_only_on_request(client, opened, settings):
    place = f"/v1/pictures/{opened['id']}/save"
    assert client.post(place, json={"target": "out"}).status_code == 200
    again = client.post(place, json={"target": "out"})
    assert (again.status_code, again.json()["code"]) == (409, "output-exists")
    assert client.post(place, json={"target": "out", "overwrite": True}).status_code == 200


def test_nothing_is_left_of_what_was_sent(client, opened, settings):
    assert client.post(f"/v1/pictures/{opened['id']}/save", json={"recipe": True}).status_code == 200
    assert list((settings.work / "scratch").iterdir()) == []


def test_several_are_saved_and_the_bad_ones_named(client, settings):
    files = [
        ("file", ("a.jpg", grey_jpeg())),
        ("file", ("a.jpg", grey_jpeg(seed=1))),
        ("file", ("c.jpg", b"no")),
    ]
    pictures = client.post("/v1/pictures", files=files).json()
    assert [picture["name"] for picture in pictures] == ["a.jpg", "a (2).jpg", "c.jpg"]
    ids = [picture["id"] for picture in pictures]
    saved = client.post("/v1/save", json={"ids": ids, "target": "out"}).json()
    assert sorted(saved["files"]) == ["a (2).jpg", "a.jpg"]
    assert [each["name"] for each in saved["failed"]] == ["c.jpg"]
    sent = client.post("/v1/save", json={"ids": ids[:2]})
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert sorted(archive.namelist()) == ["a (2).color.jpg", "a.color.jpg"]


def test_without_a_folder_results_can_only_be_sent(start):
    client = start(out=None)
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
    answer = client.post(f"/v1/pictures/{picture['id']}/save", json={"target": "out"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no-out")
    assert client.get("/v1/session").json()["out"] is None


def test_one_call_colours_one_picture(client, shoebox, tiny_model_folder):
    run("colorize", "grandma.jpg", "-o", "cli.jpg", "--hint", "50,30=navy", model=tiny_model_folder)
    form = {"controls": json.dumps({"hints": [{"x": 50, "y": 30, "color": "navy"}]})}
    answer = client.post("/v1/colorize", files={"file": ("grandma.jpg", grey_jpeg())}, data=form)
    assert answer.content == (shoebox / "cli.jpg").read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    raw = client.post("/v1/colorize?format=png", content=grey_jpeg())
    assert Image.open(io.BytesIO(raw.content)).size == (96, 64)
    assert client.get("/v1/pictures").json() == []


def test_sharing_shows_before_and_after(client, opened):
    answer = client.get(f"/v1/pictures/{opened['id']}/share?side=48")
    both = np.asarray(Image.open(io.BytesIO(answer.content))).astype(int)
    assert both.shape == (32 + 12 + 32, 48, 3)
    assert np.ptp(both[:30], axis=2).max() <= 2
    assert np.ptp(both[-30:], axis=2).max() > 20
    assert "grandma.before-after.jpg" in answer.headers["content-disposition"]
