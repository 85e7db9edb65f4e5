"""The client does what the library does, and raises what it raises."""

import io
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from tests.archive.test_batch import Here
from tests.film.clips import frame_at, lumas, write_clip
from tests.studio.conftest import TOKEN, grey_jpeg, running
from vermilion import errors
from vermilion.archive.batch import engine
from vermilion.client import Client, ServerError
from vermilion.studio import Settings


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_colorizer):
    with running(Settings(token=TOKEN, work=tmp_path_factory.mktemp("work")), tiny_colorizer) as server:
        yield server


@pytest.fixture
def client(server):
    with Client(f"http://127.0.0.1:{server.port}", TOKEN) as client:
        yield client


@pytest.fixture
def grandma(tmp_path):
    path = tmp_path / "grandma.jpg"
    path.write_bytes(grey_jpeg())
    return path


def test_one_call_gives_what_the_library_gives(client, grandma, tiny_colorizer, monkeypatch):
    from vermilion import Controls, Hint

    monkeypatch.chdir(grandma.parent)
    result = client.colorize(grandma, {"hints": [{"x": 50, "y": 30, "color": "navy"}]})
    wanted = tiny_colorizer.colorize("grandma.jpg", controls=Controls((Hint(50, 30, "navy"),)))
    assert result.content == wanted.encode("jpg")
    assert (result.name, result.media_type) == ("grandma.color.jpg", "image/jpeg")
    result.save("grandma.color.jpg")
    with pytest.raises(errors.OutputError, match="choose another name"):
        result.save("grandma.color.jpg")
    assert client.colorize(grey_jpeg(), format="png", mark=False).media_type == "image/png"


def test_a_picture_is_opened_changed_shown_and_closed(client, grandma):
    picture = client.open(grandma)
    assert (picture.name, picture.size, picture.state) == ("grandma.jpg", (64, 96), "coloured")
    changed = client.set_controls(picture, {"vividness": 1.2})
    assert changed.revision != picture.revision
    assert changed.controls["vividness"] == 1.2
    assert client.pictures() == [changed]
    assert Image.open(io.BytesIO(client.preview(changed, 48).content)).size == (48, 32)
    assert client.suggest(changed, 50, 30)[0][0].startswith("#")
    assert isinstance(client.variants(changed, 2), list)
    assert client.result(changed, format="png").name == "grandma.color.png"
    assert any(model.get("in_use") for model in client.models())
    client.close(changed)
    assert client.pictures() == []


def test_files_for_controls_are_sent(client, grandma):
    picture = client.open(grandma)
    color = io.BytesIO()
    Image.merge("RGB", [Image.linear_gradient("L")] * 2 + [Image.new("L", (256, 256), 9)]).save(color, "png")
    reference = client.send(color.getvalue(), "reference", name="aunt.png")
    assert client.set_controls(picture, {"reference": reference}).controls["reference"] == reference
    client.close(picture)


def test_what_the_server_refuses_is_raised_as_the_library_raises_it(client, grandma, tmp_path):
    with pytest.raises(errors.PictureError, match="notes"):
        client.open(b"no picture", name="notes.jpg")
    assert client.pictures() == []
    with pytest.raises(errors.SettingsError, match="unknown"):
        client.colorize(grandma, {"unknown": 1})
    with pytest.raises(errors.HintError):
        client.colorize(grandma, {"hints": [{"x": 5000, "y": 1, "color": "red"}]})
    with pytest.raises(errors.PictureError, match="check the path"):
        client.open(tmp_path / "nowhere.jpg")
    with pytest.raises(ServerError) as refused:
        client.close("0123456789abcdef")
    assert (refused.value.code, refused.value.status) == ("not-found", 404)


def test_a_film_is_opened_steered_watched_coloured_and_fetched(client, tmp_path):
    frames = [frame_at(number) for number in range(12)] + [frame_at(number, seed=5) for number in range(12)]
    path = write_clip(tmp_path / "dance.mkv", frames, audio=True)
    film = client.films.wait(client.films.open(path), every=0.02)
    assert (film.name, film.state, len(film.shots), film.error) == ("dance.mkv", "ready", 2, "")
    assert film.shots[0].ends == film.shots[1].begins == pytest.approx(0.5)
    client.set_controls(film.shots[1].picture, {"vividness": 1.3})
    assert client.films.watch(film, 1).media_type == "video/mp4"
    done = client.films.wait(client.films.color(film), every=0.02)
    assert done.result == "dance.color.mkv"
    assert client.films.all() == [done]
    target = tmp_path / "fetched.mkv"
    client.films.save(done, target)
    assert np.abs(lumas(target).astype(int) - lumas(path)).mean() < 2
    with pytest.raises(errors.OutputError, match="choose another name"):
        client.films.save(done, target)
    client.films.save(done, target, overwrite=True)
    client.films.close(done)
    assert client.films.all() == client.pictures() == []
    assert not list(tmp_path.glob(".*"))


def test_films_that_cannot_be_opened_say_why(client, tmp_path):
    with pytest.raises(errors.FilmError, match="check the path"):
        client.films.open(tmp_path / "nowhere.mkv")
    (tmp_path / "notes.mkv").write_bytes(b"no film" * 99)
    with pytest.raises(errors.FilmError, match="no film"):
        client.films.wait(client.films.open(tmp_path / "notes.mkv"), every=0.02)
    for film in client.films.all():
        client.films.close(film)
    with pytest.raises(ServerError, match="not"):
        client.films.save("0123456789abcdef", tmp_path / "out.mkv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.mkv"]


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    (folder / "1931").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "1931/b.jpg", "1931/c.jpg")):
        (folder / name).write_bytes(grey_jpeg(seed=number))
    (folder / "torn.jpg").write_bytes(grey_jpeg()[:300])
    return folder


@pytest.fixture
def served(archive, tmp_path, tiny_colorizer, tiny_model_folder, monkeypatch):
    """A client of a server that has an archive, and the server."""
    monkeypatch.setattr(engine, "Workers", Here)
    settings = Settings(
        token=TOKEN,
        work=tmp_path / "work",
        out=tmp_path / "out",
        archive=archive,
        model=str(tiny_model_folder),
    )
    with (
        running(settings, tiny_colorizer) as server,
        Client(f"http://127.0.0.1:{server.port}", TOKEN) as client,
    ):
        yield client, server


@pytest.fixture
def of_archive(served):
    """A client of a server that has an archive."""
    return served[0]


def test_an_archive_is_coloured_by_a_job_that_is_followed(of_archive, tmp_path):
    job = of_archive.submit(include=["1931/*", "torn.jpg"], controls={"vividness": 1.2})
    assert (job.state, job.has_ended, job.failures) == ("waiting", False, ())
    seen = list(of_archive.follow(job))
    assert [each.has_ended for each in seen] == [False] * (len(seen) - 1) + [True]
    end = seen[-1]
    assert (end.state, end.pictures, end.done, end.failed, end.error) == ("done", 3, 2, 1, "")
    [failure] = end.failures
    assert (failure.picture, failure.page, failure.code) == ("torn.jpg", 1, "picture")
    assert of_archive.job(job.id) == end
    assert list(of_archive.follow(end)) == [end], "nothing more comes"
    assert (tmp_path / "out" / job.id / "1931" / "b.jpg").exists()


def test_jobs_are_listed_and_cancelled(of_archive, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(Here, "results", waiting_for(gate, Here.results))
    first, second = of_archive.submit(), of_archive.submit(limit=1)
    assert of_archive.cancel(second).state == "cancelled"
    steps = of_archive.follow(first)
    next(steps)
    of_archive.cancel(first)  # while it is followed
    gate.set()
    assert [*steps][-1].state == "cancelled"
    assert [(each.id, each.state) for each in of_archive.jobs()] == [
        (first.id, "cancelled"),
        (second.id, "cancelled"),
    ]


def test_who_follows_a_job_hears_that_the_server_has_stopped(served, monkeypatch):
    of_archive, server = served
    gate = threading.Event()
    monkeypatch.setattr(Here, "results", waiting_for(gate, Here.results))
    steps = of_archive.follow(of_archive.submit())
    next(steps)
    server.stop()
    with pytest.raises(ServerError, match="has stopped") as lost:
        list(steps)
    gate.set()
    assert lost.value.code == "unreachable"


def waiting_for(gate, results):
    def slow(self, tasks):
        for found in results(self, tasks):
            gate.wait(30)
            yield found

    return slow


def test_a_job_that_cannot_be_is_refused(client, of_archive):
    with pytest.raises(ServerError, match="--archive") as refused:
        client.submit()
    assert (refused.value.code, refused.value.status) == ("no-archive", 409)
    with pytest.raises(errors.SettingsError, match="vividness"):
        of_archive.submit(controls={"vividness": -1})
    with pytest.raises(ServerError, match="such job"):
        of_archive.job("0" * 16)


def test_who_has_no_token_or_no_server_is_told_so(server):
    with Client(f"http://127.0.0.1:{server.port}") as stranger, pytest.raises(ServerError) as refused:
        stranger.pictures()
    assert (refused.value.code, refused.value.status) == ("token", 403)
    with Client(f"http://127.0.0.1:{server.port}/?token={TOKEN}") as known:
        assert known.pictures() == []
    with Client("http://127.0.0.1:1") as nobody, pytest.raises(ServerError, match="does not answer") as lost:
        nobody.pictures()
    assert lost.value.code == "unreachable"
    with pytest.raises(errors.SettingsError, match="is not the URL"):
        Client("ftp://x")


def test_it_needs_nothing_but_errors():
    code = "import sys, vermilion.client; print(*(n for n in sys.modules if n.startswith('vermilion')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    names = set(loaded.split())
    assert {name for name in names if not name.startswith("vermilion.client")} == {
        "vermilion",
        "vermilion.errors",
    }
