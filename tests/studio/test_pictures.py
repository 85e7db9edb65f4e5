"""Pictures are opened, painted, shown and closed."""

import io

import numpy as np
from PIL import Image

from tests.studio.conftest import grey_jpeg
from tests.versions import made_scene, warped
from vermilion.tone import luma_of_rgb


def image_of(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_a_picture_that_is_sent_comes_back_coloured(client):
    answer = client.post("/v1/pictures", files={"file": ("grandma.jpg", grey_jpeg(96, 64))})
    assert answer.status_code == 201, answer.text
    [picture] = answer.json()
    assert (picture["name"], picture["state"]) == ("grandma.jpg", "coloured")
    assert (picture["width"], picture["height"]) == (96, 64)
    assert picture["error"] is None
    assert picture["controls"]["vividness"] == 1.0
    assert client.get("/v1/pictures").json() == [picture]
    assert client.get(f"/v1/pictures/{picture['id']}").json() == picture


def test_previews_show_colours_the_scan_and_doubts(client, opened):
    shown = {}
    for what in ("color", "scan", "confidence"):
        query = {"side": 48, "what": what, "revision": opened["revision"]}
        answer = client.get(f"/v1/pictures/{opened['id']}/preview", params=query)
        shown[what] = image_of(answer)
        assert shown[what].size == (48, 32)
        assert "immutable" in answer.headers["cache-control"]
    assert shown["confidence"].mode == "RGBA"
    scan = np.asarray(shown["scan"].convert("RGB")).astype(int)
    assert np.ptp(scan, axis=2).max() == 0
    assert np.ptp(np.asarray(shown["color"]).astype(int), axis=2).max() > 20


def test_controls_change_the_picture_and_its_revision(client, opened):
    controls = {"hints": [{"kind": "point", "x": 50, "y": 30, "color": "navy"}], "vividness": 1.2}
    changed = client.put(f"/v1/pictures/{opened['id']}/controls?gesture=1", json=controls).json()
    assert changed["state"] == "changed"
    assert changed["revision"] != opened["revision"]
    [hint] = changed["controls"]["hints"]
    assert hint | {"kind": "point", "x": 50, "y": 30, "color": "navy"} == hint
    old = client.get(f"/v1/pictures/{opened['id']}/preview", params={"revision": opened["revision"]})
    assert (old.status_code, old.json()["code"]) == (409, "stale")


def test_a_version_that_was_sent_gives_a_picture_its_colours(client):
    scene, content = made_scene(), io.BytesIO()
    Image.fromarray(luma_of_rgb(scene)).save(content, "png")
    [opened] = client.post("/v1/pictures", files={"file": ("anna.png", content.getvalue())}).json()
    content = io.BytesIO()
    Image.fromarray(warped(scene)).save(content, "png")
    asset = client.post("/v1/assets?kind=version", files={"file": ("edited.png", content.getvalue())}).json()
    named = {"sha256": asset["sha256"], "name": asset["name"]}
    url = f"/v1/pictures/{opened['id']}"
    without = client.get(f"{url}/preview?what=trust")
    assert (without.status_code, "from no version" in without.json()["detail"]) == (422, True)
    changed = client.put(f"{url}/controls", json={"colors_from": named, "trust": 1.0}).json()
    assert changed["controls"]["colors_from"] == named
    veil = np.asarray(image_of(client.get(f"{url}/preview?what=trust")))[..., 3]
    assert veil[120, 160] == 0  # the version counts
    assert veil[0, 0] == 255  # where it was cut
    assert changed["controls"]["trust"] == 1.0
    query = {"side": 320, "revision": changed["revision"]}
    shown = np.asarray(image_of(client.get(f"{url}/preview", params=query)).convert("RGB"))
    assert np.abs(shown.astype(int) - scene)[60:180, 60:260].mean() < 6
    grey = io.BytesIO()
    Image.fromarray(luma_of_rgb(warped(scene))).save(grey, "png")
    asset = client.post("/v1/assets?kind=version", files={"file": ("grey.png", grey.getvalue())}).json()
    refused = {"colors_from": {"sha256": asset["sha256"], "name": "grey.png"}}
    answer = client.put(f"{url}/controls", json=refused)
    assert answer.status_code == 422
    assert "no colours to take" in answer.text


def test_a_refused_hint_changes_nothing(client, opened):
    controls = {"hints": [{"x": 5000, "y": 30, "color": "navy"}]}
    answer = client.put(f"/v1/pictures/{opened['id']}/controls", json=controls)
    assert (answer.status_code, answer.json()["code"]) == (422, "hint")
    assert client.get(f"/v1/pictures/{opened['id']}").json() == opened


def test_what_cannot_be_opened_says_why_and_stays_till_it_is_closed(client):
    [picture] = client.post("/v1/pictures", files={"file": ("notes.txt", b"no picture")}).json()
    assert picture["state"] == "new"
    assert picture["error"]["code"] == "picture"
    assert "notes.txt" in picture["error"]["detail"]
    assert "work" not in picture["error"]["detail"]
    assert client.delete(f"/v1/pictures/{picture['id']}").status_code == 204
    assert client.get("/v1/pictures").json() == []


def test_suggestions_reach_variants_questions_and_the_eyedropper(client, opened):
    place = f"/v1/pictures/{opened['id']}"
    suggested = client.post(f"{place}/suggest", json={"x": 50, "y": 30, "count": 3}).json()
    assert suggested[0]["color"].startswith("#")
    reach = image_of(client.post(f"{place}/reach", json={"hint": {"x": 50, "y": 30, "color": "red"}}))
    alpha = np.asarray(reach)[..., 3]
    assert (reach.size, alpha.max()) == ((96, 64), 255)
    assert client.post(f"{place}/variants", json={"count": 2}).status_code == 200
    assert client.post(f"{place}/ask", json={"count": 2}).status_code == 200
    color = client.post(f"{place}/pick", json={"x": 50, "y": 30}).json()["color"]
    pixel = image_of(client.get(f"{place}/preview?side=96")).convert("RGB").getpixel((50, 30))
    assert max(abs(int(color[1 + 2 * n : 3 + 2 * n], 16) - pixel[n]) for n in range(3)) < 20
