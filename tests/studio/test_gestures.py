"""A newer gesture overtakes an older one; what was last said holds."""

import threading

import pytest

from tests.studio.conftest import grey_jpeg, running
from vermilion.errors import CancelledError
from vermilion.studio.desk.held import Held


def test_an_older_gesture_comes_too_late(client, opened):
    place = f"/v1/pictures/{opened['id']}/controls"
    assert client.put(f"{place}?gesture=7", json={"vividness": 1.2}).status_code == 200
    for number in (7, 6):
        late = client.put(f"{place}?gesture={number}", json={"vividness": 1.5})
        assert (late.status_code, late.json()["code"]) == (409, "superseded")
    assert client.put(place, json={"vividness": 1.1}, headers={"gesture": "8"}).status_code == 200
    assert client.get(f"/v1/pictures/{opened['id']}").json()["controls"]["vividness"] == 1.1


def test_the_gestures_of_two_pages_are_not_compared(client, opened):
    """The clock of a phone may be behind that of the computer."""
    place = f"/v1/pictures/{opened['id']}/controls"
    assert client.put(f"{place}?gesture=900&page=computer", json={"vividness": 1.2}).status_code == 200
    assert client.put(f"{place}?gesture=5&page=phone", json={"vividness": 1.3}).status_code == 200
    assert client.put(f"{place}?gesture=5&page=phone", json={"vividness": 1.4}).status_code == 409
    view = f"/v1/pictures/{opened['id']}/view"
    assert client.put(f"{view}?gesture=4&page=phone", json={"way_up": 90}).status_code == 409
    assert client.put(f"{view}?gesture=6&page=phone", json={"way_up": 90}).status_code == 200


def test_every_change_has_a_larger_number(client, opened):
    place = f"/v1/pictures/{opened['id']}"
    before = [opened["serial"]]
    before.append(client.put(f"{place}/controls", json={"vividness": 1.2}).json()["serial"])
    before.append(client.put(f"{place}/view", json={"way_up": 90}).json()["serial"])
    client.post(f"{place}/save", json={"target": "out"})
    before.append(client.get(place).json()["serial"])
    assert before == sorted(set(before))
    assert client.get(place).json()["serial"] == before[-1]


def test_a_newer_gesture_stops_the_work_of_the_older_one(tiny_colorizer, settings, monkeypatch):
    with running(settings, tiny_colorizer) as server:
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        place = f"/v1/pictures/{picture['id']}/controls"
        entered, stopped, answers = threading.Event(), threading.Event(), []
        paint = Held.paint

        def slow(self, revision, facts, work):
            if facts.controls.vividness == 1.5:
                entered.set()
                while not work.cancelled():
                    pass
                stopped.set()
                raise CancelledError("The work was cancelled.")
            return paint(self, revision, facts, work)

        monkeypatch.setattr(Held, "paint", slow)
        older = threading.Thread(
            target=lambda: answers.append(server.client.put(f"{place}?gesture=1", json={"vividness": 1.5}))
        )
        older.start()
        assert entered.wait(20)
        newer = server.client.put(f"{place}?gesture=2", json={"vividness": 1.2})
        assert newer.json()["controls"]["vividness"] == 1.2
        older.join(20)
        assert stopped.is_set()
        assert (answers[0].status_code, answers[0].json()["code"]) == (409, "superseded")
        now = server.client.get(f"/v1/pictures/{picture['id']}").json()
        assert now == newer.json()


def test_a_change_of_another_kind_in_between_is_not_lost(tiny_colorizer, settings, monkeypatch):
    with running(settings, tiny_colorizer) as server:
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        place = f"/v1/pictures/{picture['id']}"
        entered, go_on, answers = threading.Event(), threading.Event(), []
        paint = Held.paint

        def slow(self, revision, facts, work):
            if facts.controls.vividness == 1.5 and facts.view.mode == "auto":
                entered.set()
                assert go_on.wait(20)
            return paint(self, revision, facts, work)

        monkeypatch.setattr(Held, "paint", slow)
        change = threading.Thread(
            target=lambda: answers.append(server.client.put(f"{place}/controls", json={"vividness": 1.5}))
        )
        change.start()
        assert entered.wait(20)
        assert server.client.put(f"{place}/view", json={"view": "whole"}).status_code == 200
        go_on.set()
        change.join(20)
        told = answers[0].json()
        assert (told["controls"]["vividness"], told["view_options"]["view"]) == (1.5, "whole")
        assert server.client.get(place).json() == told


def test_changes_without_a_number_wait_their_turn(tiny_colorizer, settings):
    with running(settings, tiny_colorizer) as server:
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        place = f"/v1/pictures/{picture['id']}/controls"
        statuses = []

        def change(number):
            statuses.append(server.client.put(place, json={"vividness": 1 + number / 10}).status_code)

        threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 8


def test_pictures_of_one_name_that_come_at_once_get_names_of_their_own(tiny_colorizer, settings):
    with running(settings, tiny_colorizer) as server:

        def send(number):
            server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg(seed=number))})

        threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        names = {each["name"] for each in server.client.get("/v1/pictures").json()}
        assert names == {"a.jpg", *(f"a ({number}).jpg" for number in range(2, 7))}


def test_two_pictures_do_not_disturb_each_other(client):
    files = [("file", (f"{number}.jpg", grey_jpeg(seed=number))) for number in range(2)]
    for picture in client.post("/v1/pictures", files=files).json():
        answer = client.put(f"/v1/pictures/{picture['id']}/controls?gesture=1", json={"vividness": 1.2})
        assert answer.status_code == 200


@pytest.mark.parametrize("gesture", ["-1", "x", "1e9", "99999999999999999999"])
def test_a_gesture_is_a_number(client, opened, gesture):
    answer = client.put(f"/v1/pictures/{opened['id']}/controls?gesture={gesture}", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "request")
