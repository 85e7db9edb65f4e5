"""Films in the studio: shots found and shown as pictures, steered by these, watched and coloured."""

import io
import time
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from tests.film.clips import frame_at, lumas, write_clip
from tests.studio.conftest import running
from vermilion.film import FrameColors
from vermilion.guidance import Controls, Hint
from vermilion.studio.app import create_studio
from vermilion.studio.desk.facts import Shown
from vermilion.studio.film_said import said_of
from vermilion.studio.film_table import ShotTable
from vermilion.studio.server import without_films


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two shots of three quarters of a second, with sound."""
    frames = [frame_at(number) for number in range(18)] + [frame_at(number, seed=5) for number in range(18)]
    return write_clip(tmp_path_factory.mktemp("clip") / "dance.mkv", frames, audio=True)


def settled(client, film, state="ready"):
    """The film once nothing is done with it any more."""
    deadline = time.monotonic() + 60
    while (now := client.get(f"/v1/films/{film['id']}").json())["state"] in ("looking", "coloring"):
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    assert now["state"] == state, now
    return now


def send(client, path, name=None):
    with path.open("rb") as file:
        answer = client.post("/v1/films", files={"file": (name or path.name, file)})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def film(client, clip):
    return settled(client, send(client, clip))


def test_the_shots_of_a_film_become_pictures(client, film):
    assert [round(shot["begins"], 2) for shot in film["shots"]] == [0.0, 0.75]
    assert film["shots"][0]["ends"] == film["shots"][1]["begins"]
    pictures = client.get("/v1/pictures").json()
    assert [picture["id"] for picture in pictures] == [shot["picture"] for shot in film["shots"]]
    assert all(picture["name"].startswith("dance 0m0") for picture in pictures)
    [told] = client.get("/v1/films").json()
    assert told == film
    shown = client.get(f"/v1/pictures/{pictures[0]['id']}").json()
    assert (shown["width"], shown["height"]) == (128, 72)


def test_a_shot_can_be_watched(client, film):
    answer = client.get(f"/v1/films/{film['id']}/shots/1/watch")
    assert answer.headers["content-type"] == "video/mp4", answer.text
    with av.open(io.BytesIO(answer.content), "r") as small:
        assert [stream.type for stream in small.streams] == ["video"]
        assert small.streams.video[0].codec_context.name == "h264"
        frames = [frame.to_ndarray(format="gray") for frame in small.decode(video=0)]
    assert len(frames) == 18
    assert np.abs(frames[3].astype(int) - frame_at(3, seed=5)).mean() < 8
    assert client.get(f"/v1/films/{film['id']}/shots/2/watch").status_code == 404


def test_a_film_is_coloured_as_its_pictures_say(client, film, clip, settings):
    picture = film["shots"][1]["picture"]
    said = {"hints": [{"kind": "box", "x0": 10, "y0": 10, "x1": 120, "y1": 60, "color": "#2040c0"}]}
    client.put(f"/v1/pictures/{picture}/controls", json=said).raise_for_status()
    assert client.post(f"/v1/films/{film['id']}/color").status_code == 202
    done = settled(client, film)
    assert done["result"] == "dance.color.mkv"
    path = settings.out / done["result"]
    assert len(lumas(path)) == 36
    with av.open(str(path)) as colored:
        assert {stream.type for stream in colored.streams} == {"video", "audio"}
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in colored.decode(video=0)]
    bluer = [float((frame[15:55, 15:115, 2] - frame[15:55, 15:115, 0]).mean()) for frame in frames]
    assert min(bluer[20:34]) > 30 + max(bluer[2:16])
    first = client.get(f"/v1/films/{film['id']}/result").content
    assert first == path.read_bytes()
    # Once more with another hint: the result is replaced, as it is ours.
    said["hints"][0]["color"] = "#c02020"
    client.put(f"/v1/pictures/{picture}/controls", json=said).raise_for_status()
    client.post(f"/v1/films/{film['id']}/color").raise_for_status()
    assert settled(client, film)["result"] == "dance.color.mkv"
    assert path.read_bytes() != first


def test_what_is_there_already_is_not_overwritten(client, film, clip, settings):
    settings.out.mkdir(exist_ok=True)
    (settings.out / "dance.color.mkv").write_text("mine")
    client.post(f"/v1/films/{film['id']}/color")
    failed = settled(client, film)
    assert (failed["result"], failed["error"]["code"]) == (None, "output-exists")
    again = settled(client, send(client, clip))
    client.post(f"/v1/films/{again['id']}/color").raise_for_status()
    assert settled(client, again)["result"] == "dance.color (2).mkv"
    assert (settings.out / "dance.color.mkv").read_text() == "mine"


def test_without_a_folder_the_result_is_downloaded(start, clip):
    client = start(out=None)
    film = settled(client, send(client, clip))
    assert client.get(f"/v1/films/{film['id']}/result").json()["code"] == "not-found"
    client.post(f"/v1/films/{film['id']}/color").raise_for_status()
    settled(client, film)
    answer = client.get(f"/v1/films/{film['id']}/result")
    assert 'filename="dance.color.mkv"' in answer.headers["content-disposition"]
    with av.open(io.BytesIO(answer.content), "r") as colored:
        assert sum(1 for _ in colored.decode(video=0)) == 36


def test_a_film_in_colour_is_refused_until_somebody_wants_it(client, tmp_path):
    def paint(planes):
        planes[0][:, ::2] = 80
        planes[1][::2] = 180
        return planes

    clip = write_clip(tmp_path / "red.mkv", [frame_at(number) for number in range(12)], fill=paint)
    failed = settled(client, send(client, clip), "failed")
    assert failed["error"]["code"] == "already-colored"
    assert client.post(f"/v1/films/{failed['id']}/color").status_code == 422
    client.post(f"/v1/films/{failed['id']}/look", params={"recolor": True}).raise_for_status()
    assert len(settled(client, failed)["shots"]) == 1


@pytest.mark.parametrize(("content", "code"), [(b"", "film"), (b"no film" * 50, "film")])
def test_what_is_no_film_is_told_so(client, tmp_path, content, code):
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    failed = settled(client, send(client, path), "failed")
    assert failed["error"]["code"] == code
    assert str(tmp_path) not in failed["error"]["detail"]
    assert "broken.mp4" in failed["error"]["detail"]


def test_a_closed_film_takes_its_pictures_along(client, film, settings):
    assert client.delete(f"/v1/films/{film['id']}").status_code == 204
    assert client.get("/v1/films").json() == client.get("/v1/pictures").json() == []
    assert client.get(f"/v1/films/{film['id']}").status_code == 404
    assert list((settings.work / "films").iterdir()) == []


def test_a_shot_whose_picture_was_closed_is_coloured_all_the_same(client, film):
    client.delete(f"/v1/pictures/{film['shots'][0]['picture']}")
    assert client.get(f"/v1/films/{film['id']}").json()["shots"][0]["picture"] is None
    client.post(f"/v1/films/{film['id']}/color").raise_for_status()
    assert settled(client, film)["result"]


def test_a_restart_keeps_films_and_what_was_said(start, clip):
    first = start()
    film = settled(first, send(first, clip))
    said = {"vividness": 1.5}
    first.put(f"/v1/pictures/{film['shots'][0]['picture']}/controls", json=said).raise_for_status()
    first.__exit__(None, None, None)
    second = start()
    assert second.get("/v1/films").json() == [film]
    assert second.get(f"/v1/pictures/{film['shots'][0]['picture']}").json()["controls"]["vividness"] == 1.5
    second.post(f"/v1/films/{film['id']}/color").raise_for_status()
    assert settled(second, film)["result"]


def test_work_can_be_stopped_and_continued(start, tmp_path):
    frames = [frame_at(number, seed=number // 40) for number in range(160)]
    client = start()
    film = settled(client, send(client, write_clip(tmp_path / "long.mkv", frames)))
    client.post(f"/v1/films/{film['id']}/color").raise_for_status()
    assert client.post(f"/v1/films/{film['id']}/color").json()["code"] == "busy"
    client.delete(f"/v1/films/{film['id']}/color").raise_for_status()
    stopped = settled(client, film)
    assert (stopped["result"], stopped["error"]) == (None, None)
    client.post(f"/v1/films/{film['id']}/color").raise_for_status()
    assert settled(client, film)["result"]


def test_pages_hear_of_films(settings, tiny_colorizer, clip):
    with running(settings, tiny_colorizer) as server, server.client.stream("GET", "/v1/events") as heard:
        film = send(server.client, clip)
        for line in heard.iter_lines():
            if f'"film":{{"id":"{film["id"]}"'.replace(" ", "") in line.replace(" ", "") and "ready" in line:
                break


def test_a_film_of_the_command_line_is_opened_once(tiny_colorizer, clip, settings):
    first = create_studio(settings, tiny_colorizer)
    assert without_films(first, [str(clip), "box", "none.mp4"]) == ["box", "none.mp4"]
    assert [film.name for film in first.films.all()] == ["dance.mkv"]
    again = create_studio(settings, tiny_colorizer)
    assert without_films(again, [str(clip)]) == []
    assert again.films.all() == []  # until the server has started, and takes what was open
    again.films.start()
    assert [film.name for film in again.films.all()] == ["dance.mkv"]
    again.films.stop()


def test_a_variant_is_handed_on_as_the_colours_of_its_frame(tiny_colorizer, settings, tmp_path):
    Image.fromarray(frame_at(0)).save(tmp_path / "frame.png")
    desk = create_studio(settings, tiny_colorizer).desk
    facts = desk.open_named(tmp_path / "frame.png", tmp_path / "frame.color.png")
    assert facts is not None
    shot = ShotTable(begins=0, ends=1, at=0.5, picture=facts.id)
    assert said_of(desk, shot).frames == ()
    hint = Hint(10, 10, "navy")
    desk.put(replace(facts, controls=Controls((hint,), vividness=1.2)))
    said = said_of(desk, shot)
    assert said.frames == (FrameColors(0.5, (hint,)),)
    assert said.controls == Controls(vividness=1.2)
    desk.put(replace(facts, controls=Controls((hint,), variant=2)))
    [frame] = said_of(desk, shot).frames
    assert frame.hints == ()
    assert frame.version is not None
    assert frame.version.content.startswith(b"\x89PNG")
    assert isinstance(desk.get(facts.id).shown, Shown)
