"""What is open survives: a reload, another start, and kill -9 in the middle."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.studio.conftest import grey_jpeg
from vermilion.studio.desk.folder import work_folder

SOURCE = Path(__file__).parents[2] / "src"
HINT = {"kind": "point", "x": 50, "y": 30, "color": "navy", "radius": None, "strength": 1.0}


def known(pictures):
    return [{key: each[key] for key in each if key != "notes"} for each in pictures]


def test_another_start_opens_what_was_open(start, settings):
    client = start()
    files = [("file", (f"{number}.jpg", grey_jpeg(seed=number))) for number in range(2)]
    first, second = (picture["id"] for picture in client.post("/v1/pictures", files=files).json())
    client.put(f"/v1/pictures/{first}/controls", json={"hints": [HINT], "look": "muted"}).raise_for_status()
    client.put(f"/v1/pictures/{second}/view", json={"view": "whole"}).raise_for_status()
    client.put(f"/v1/pictures/{first}/state", json={"undo": ["all of it"]}).raise_for_status()
    client.post("/v1/album", json={"from": first, "hint": 0, "name": "coat"}).raise_for_status()
    client.post(f"/v1/pictures/{first}/save", json={"target": "out"}).raise_for_status()
    before = client.get("/v1/pictures").json()
    again = start()
    assert again.get("/v1/pictures").json() == before
    assert again.get(f"/v1/pictures/{first}/state").json() == {"undo": ["all of it"]}
    assert [entry["name"] for entry in again.get("/v1/album").json()["entries"]] == ["coat"]
    assert again.get(f"/v1/pictures/{second}/preview?side=64").status_code == 200
    assert before[0]["state"] == "saved"


def test_what_is_closed_leaves_nothing(client, opened, settings):
    client.put(f"/v1/pictures/{opened['id']}/state", json={"undo": []}).raise_for_status()
    assert client.delete(f"/v1/pictures/{opened['id']}").status_code == 204
    left = [path for path in settings.work.rglob("*") if path.is_file()]
    assert left == []


def test_a_picture_that_is_open_twice_keeps_its_file_till_both_are_closed(client):
    files = [("file", ("a.jpg", grey_jpeg())), ("file", ("b.jpg", grey_jpeg()))]
    first, second = (picture["id"] for picture in client.post("/v1/pictures", files=files).json())
    client.delete(f"/v1/pictures/{first}")
    client.put(f"/v1/pictures/{second}/reading", json={"size": 96}).raise_for_status()
    assert client.get(f"/v1/pictures/{second}/preview?side=64").status_code == 200


def test_facts_that_are_damaged_do_not_keep_the_others_from_opening(start, settings):
    client = start()
    files = [("file", (f"{number}.jpg", grey_jpeg(seed=number))) for number in range(2)]
    first, second = (picture["id"] for picture in client.post("/v1/pictures", files=files).json())
    damaged = settings.work / "pictures" / f"{first}.json"
    damaged.write_bytes(damaged.read_bytes()[:40])
    (settings.work / "album.json").write_bytes(b"{")
    again = start()
    assert [picture["id"] for picture in again.get("/v1/pictures").json()] == [second]
    assert damaged.exists()  # it is not ours to throw away


def test_two_studios_at_once_do_not_share_a_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VERMILION_STUDIO", str(tmp_path))
    with work_folder(keep=True) as first:
        with work_folder(keep=True) as second:
            assert first != second
        with work_folder(keep=True) as third:
            assert third == second
    with work_folder(keep=True) as again:
        assert again == first


def test_a_service_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with work_folder(keep=False) as folder:
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


class Process:
    """A studio in a process of its own."""

    def __init__(self, folder, model):
        words = ["studio", "--no-browser", "--port", "0", "--model", str(model), "-o", str(folder / "out")]
        environment = os.environ | {
            "PYTHONPATH": str(SOURCE),
            "VERMILION_STUDIO": str(folder / "studio"),
            "PYTHONUNBUFFERED": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vermilion", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=url.partition("?")[0].rstrip("/"), timeout=30)
        assert self.client.get(f"/?{url.partition('?')[2]}").status_code == 303
        assert self.client.get("/").status_code == 200

    def end(self, number):
        self.client.close()
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.mark.slow
@pytest.mark.usefixtures("heard")
def test_nothing_is_lost_when_the_process_is_killed_in_the_middle(tmp_path, tiny_model_folder):
    first = Process(tmp_path, tiny_model_folder)
    [picture] = first.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
    place = f"/v1/pictures/{picture['id']}"
    first.client.put(f"{place}/state", json={"undo": [1]}).raise_for_status()
    answered, enough = [], threading.Event()

    def draw():
        number = 0
        try:
            while True:
                number += 1
                said = {"vividness": 1 + number / 1000}
                answer = first.client.put(f"{place}/controls?gesture={number}", json=said)
                answered.append(answer.json()["controls"]["vividness"])
                if number == 5:
                    enough.set()
        except httpx.HTTPError:
            pass

    thread = threading.Thread(target=draw)
    thread.start()
    assert enough.wait(60)
    first.process.send_signal(signal.SIGKILL)
    first.process.communicate(timeout=30)
    thread.join(30)
    first.client.close()

    second = Process(tmp_path, tiny_model_folder)
    [again] = second.client.get("/v1/pictures").json()
    assert (again["id"], again["name"]) == (picture["id"], "a.jpg")
    # The last change that was answered is there, or the one that was being made.
    assert answered[-1] <= again["controls"]["vividness"] <= answered[-1] + 0.0011
    assert second.client.get(f"{place}/state").json() == {"undo": [1]}
    assert second.client.get(f"{place}/preview", params={"revision": again["revision"]}).status_code == 200
    assert second.end(signal.SIGINT) == 0
    left = [path.name for path in (tmp_path / "studio").rglob("*") if "vermilion" in path.name]
    assert left == []


def test_files_that_nothing_names_any_more_go_with_the_next_start(start, settings):
    client = start()
    hint = {"from": None, "hint": 0, "name": "coat"}
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
    client.put(f"/v1/pictures/{picture['id']}/controls", json={"hints": [HINT]}).raise_for_status()
    agreed = client.post("/v1/album", json=hint | {"from": picture["id"]}).json()
    lone = client.post("/v1/assets?kind=mask", files={"file": ("m.png", b"anything")}).json()
    start()
    assert (settings.work / "assets" / lone["sha256"]).exists()  # the page may still name it
    client.delete(f"/v1/pictures/{picture['id']}")
    again = start()
    assert not (settings.work / "assets" / lone["sha256"]).exists()
    assert again.get("/v1/album").json()["entries"] == agreed["entries"]
    [late] = again.post("/v1/pictures", files={"file": ("b.jpg", grey_jpeg(seed=2))}).json()
    assert late["error"] is None
