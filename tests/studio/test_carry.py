"""Controls, agreed colours and files carried from one picture to others."""

import base64
import io
import json

import pytest
from PIL import Image

from tests.studio.conftest import grey_jpeg
from tests.versions import made_scene, warped
from vermilion.tone import luma_of_rgb

ALBUM = {"entries": [{"name": "a", "color": "red", "hints": [{"x": 1, "y": 1}], "picture": "/etc/passwd"}]}
ALBUM_OF_FILES = f"data:;base64,{base64.b64encode(json.dumps(ALBUM).encode()).decode()}"
HINT = {"kind": "point", "x": 50, "y": 30, "color": "navy"}


@pytest.fixture
def pictures(client):
    files = [("file", (f"{number}.jpg", grey_jpeg(seed=number))) for number in range(3)]
    return [picture["id"] for picture in client.post("/v1/pictures", files=files).json()]


def controls_of(client, picture):
    return client.get(f"/v1/pictures/{picture}").json()["controls"]


def test_controls_are_given_to_others_but_for_places(client, pictures):
    first, second, third = pictures
    said = {"hints": [HINT], "vividness": 1.3, "palette": ["navy"], "temperature": 0.4}
    client.put(f"/v1/pictures/{first}/controls", json=said).raise_for_status()
    body = {"from": first, "to": [second], "what": "controls"}
    [applied] = client.post("/v1/apply", json=body).json()
    assert applied["state"] == "changed"
    assert applied["controls"]["vividness"] == 1.3
    assert applied["controls"]["palette"] == ["navy"]
    assert applied["controls"]["hints"] == []
    [graded] = client.post("/v1/apply", json={"from": first, "to": [third], "what": "grading"}).json()
    assert (graded["controls"]["vividness"], graded["controls"]["palette"]) == (1.3, [])
    preview = client.get(f"/v1/pictures/{second}/preview", params={"revision": applied["revision"]})
    assert preview.status_code == 200


def test_an_edited_version_stays_with_its_picture(client):
    scene = made_scene()
    content = io.BytesIO()
    Image.fromarray(warped(scene)).save(content, "png")
    asset = client.post("/v1/assets?kind=version", files={"file": ("edited.png", content.getvalue())}).json()
    grey = io.BytesIO()
    Image.fromarray(luma_of_rgb(scene)).save(grey, "png")
    files = [("file", ("scan.png", grey.getvalue())), ("file", ("other.jpg", grey_jpeg(seed=1)))]
    first, second = (picture["id"] for picture in client.post("/v1/pictures", files=files).json())
    version = {"colors_from": {"sha256": asset["sha256"], "name": "edited.png"}, "neutralize": True}
    said = version | {"trust": 0.5, "warmth": 4.0}
    client.put(f"/v1/pictures/{first}/controls", json=said).raise_for_status()
    body = {"from": first, "to": [second], "what": "controls"}
    [applied] = client.post("/v1/apply", json=body).json()
    assert applied["controls"]["warmth"] == 4
    assert [applied["controls"][name] for name in ("colors_from", "trust", "neutralize")] == [
        None,
        None,
        False,
    ]


def test_a_colour_agreed_on_arrives_in_the_other_pictures(client, pictures):
    first, second, third = pictures
    client.put(f"/v1/pictures/{first}/controls", json={"hints": [HINT]}).raise_for_status()
    answer = client.post("/v1/album", json={"from": first, "hint": 0, "name": "coat"})
    assert answer.status_code == 200, answer.text
    assert [entry["name"] for entry in answer.json()["entries"]] == ["coat"]
    assert controls_of(client, first)["album"] is None
    for other in (second, third):
        [entry] = controls_of(client, other)["album"]["entries"]
        assert (entry["name"], entry["color"]) == ("coat", "navy")
    [late] = client.post("/v1/pictures", files={"file": ("late.jpg", grey_jpeg(seed=5))}).json()
    assert late["controls"]["album"]["entries"][0]["name"] == "coat"
    assert client.delete("/v1/album/coat").status_code == 204
    assert [controls_of(client, picture)["album"] for picture in (second, third, late["id"])] == [None] * 3
    assert client.delete("/v1/album/coat").status_code == 404


def test_controls_with_an_album_can_be_said_again(client, pictures):
    first, second, _ = pictures
    client.put(f"/v1/pictures/{first}/controls", json={"hints": [HINT]}).raise_for_status()
    client.post("/v1/album", json={"from": first, "hint": 0, "name": "coat"}).raise_for_status()
    said = controls_of(client, second)
    answer = client.put(f"/v1/pictures/{second}/controls", json=said)
    assert answer.status_code == 200, answer.text
    assert answer.json()["controls"] == said


def test_files_are_named_by_their_hash(client, opened):
    color = io.BytesIO()
    Image.merge("RGB", [Image.linear_gradient("L")] * 2 + [Image.new("L", (256, 256), 40)]).save(color, "png")
    answer = client.post("/v1/assets?kind=reference", files={"file": ("../aunt.png", color.getvalue())})
    asset = answer.json()
    assert (asset["name"], asset["kind"]) == ("aunt.png", "reference")
    said = {"reference": {"sha256": asset["sha256"], "name": asset["name"]}}
    changed = client.put(f"/v1/pictures/{opened['id']}/controls", json=said)
    assert changed.status_code == 200, changed.text
    assert changed.json()["controls"]["reference"] == said["reference"]


@pytest.mark.parametrize(
    "said",
    [
        {"reference": "/etc/passwd"},
        {"reference": {"path": "/etc/passwd"}},
        {"reference": {"sha256": "../../../etc/passwd", "name": "x"}},
        {"reference": {"sha256": "0" * 64, "name": "aunt.png"}},
        {"look": "/etc/passwd.toml"},
        {"album": "/etc/passwd"},
        {"album": ALBUM_OF_FILES},
        {"hints": [{"mask": "/etc/passwd", "color": "red"}]},
        {"hints": [{"kind": "box", "x": 1, "y": 2, "color": "red"}]},
        {"hints": [{"x": 1, "y": 2, "color": "no colour"}]},
        {"hints": 7},
        {"unknown": 1},
        {"vividness": "much"},
    ],
)
def test_controls_that_name_files_of_the_machine_or_nonsense_are_refused(client, opened, said):
    answer = client.put(f"/v1/pictures/{opened['id']}/controls", json=said)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("settings", "hint")
    assert "root:" not in answer.text


def test_the_page_keeps_what_it_likes_of_a_picture(client, opened):
    place = f"/v1/pictures/{opened['id']}/state"
    assert client.get(place).json() == {}
    assert client.put(place, json={"undo": [1, 2]}).status_code == 204
    assert client.get(place).json() == {"undo": [1, 2]}
    much = client.put(place, json={"undo": "x" * (1 << 18)})
    assert (much.status_code, much.json()["code"]) == (413, "too-large")
