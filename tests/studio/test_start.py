"""How a server is started: pictures that are named, folders, tokens, addresses, and what is refused."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.studio.conftest import grey_jpeg
from vermilion import errors
from vermilion.cli.app import app
from vermilion.studio import Settings, new_token, qr_text, read_token
from vermilion.studio.desk.named import open_named
from vermilion.studio.web.addresses import is_loopback, lan_address, qr_svg
from vermilion.studio.web.security import Security

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def shoebox(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    for number, name in enumerate(("a.jpg", "1931/a.jpg")):
        path = folder / "shoebox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(grey_jpeg(seed=number))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def named(start, shoebox, tiny_colorizer, settings):
    """A client of a studio that was started with a folder."""
    from fastapi.testclient import TestClient

    from tests.studio.conftest import BASE, TOKEN
    from vermilion.studio.app import create_app, create_studio

    studio = create_studio(settings, tiny_colorizer)
    assert open_named(studio.desk, ["shoebox"], settings.out) == 2
    assert open_named(studio.desk, ["shoebox"], settings.out) == 0
    headers = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(studio), base_url=BASE, headers=headers) as client:
        yield client


def test_named_pictures_are_painted_when_they_are_looked_at(named):
    pictures = named.get("/v1/pictures").json()
    assert [(each["name"], each["state"]) for each in pictures] == [("a.jpg", "new"), ("a (2).jpg", "new")]
    assert named.get(f"/v1/pictures/{pictures[0]['id']}/preview?side=64").status_code == 200
    states = [each["state"] for each in named.get("/v1/pictures").json()]
    assert states == ["coloured", "new"]
    assert named.get(f"/v1/pictures/{pictures[1]['id']}").json()["state"] == "coloured"


def test_their_results_mirror_the_tree_as_those_of_the_command_line(
    named, shoebox, settings, tiny_model_folder
):
    words = ["colorize", "shoebox", "-o", "cli", "--model", str(tiny_model_folder), "--recipe"]
    assert CliRunner().invoke(app, words).exit_code == 0
    ids = [each["id"] for each in named.get("/v1/pictures").json()]
    saved = named.post("/v1/save", json={"ids": ids, "target": "out", "recipe": True})
    assert saved.json()["failed"] == []
    made = {path.relative_to(settings.out): path.read_bytes() for path in settings.out.rglob("*.*")}
    wanted = {path.relative_to(shoebox / "cli"): path.read_bytes() for path in (shoebox / "cli").rglob("*.*")}
    assert made == wanted
    assert len(made) == 4


def test_a_named_picture_that_changed_or_went_says_so_and_is_never_removed(named, shoebox):
    first, second = (each["id"] for each in named.get("/v1/pictures").json())
    (shoebox / "shoebox" / "a.jpg").write_bytes(grey_jpeg(seed=7))
    (shoebox / "shoebox" / "1931" / "a.jpg").unlink()
    assert "has changed" in named.get(f"/v1/pictures/{first}").json()["error"]["detail"]
    assert "no longer there" in named.get(f"/v1/pictures/{second}").json()["error"]["detail"]
    assert named.delete(f"/v1/pictures/{first}").status_code == 204
    assert (shoebox / "shoebox" / "a.jpg").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["studio", "nowhere.jpg"], "nowhere.jpg"),
        (["studio", "-o", "result.jpg"], "is not a folder"),
        (["serve", "--host", "0.0.0.0"], "--token-file"),
        (["serve", "--token-file", "short.txt"], "16 characters"),
        (["serve", "--token-file", "none.txt"], "cannot be read"),
        (["serve", "--host", "203.0.113.7", "--token-file", "long.txt"], "cannot be used"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(words, said, shoebox, tiny_model_folder, monkeypatch):
    monkeypatch.setenv("VERMILION_STUDIO", str(shoebox / "work"))
    (shoebox / "short.txt").write_text("secret")
    (shoebox / "long.txt").write_text("0123456789abcdef\n")
    words = [*words, "--model", str(tiny_model_folder), *(["--no-browser"] if words[0] == "studio" else [])]
    result = CliRunner().invoke(app, [*words, "--port", "0"])
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_only_this_machine_needs_no_token(tmp_path):
    assert read_token(None, "127.0.0.1") == read_token(None, "localhost") == read_token(None, "::1") == ""
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.0.7", "::", "example.org")))
    (tmp_path / "token").write_text("0123456789abcdef\n")
    assert read_token(tmp_path / "token", "0.0.0.0") == "0123456789abcdef"
    assert len({new_token() for _ in range(9)}) == 9
    assert len(new_token()) >= 43


def test_a_phone_is_let_in_by_the_numbers_of_the_house(tiny_colorizer, settings):
    house = replace(settings, host="0.0.0.0", lan_host="192.168.0.7")
    security = Security(None, house)  # type: ignore[arg-type] # its inner application is not asked
    for host in ("192.168.0.7:8484", "127.0.0.1:8484", "localhost:8484", "[::1]:8484"):
        assert security._is_own_host(host)
    known = Security(None, replace(house, names=("vermilion",)))  # type: ignore[arg-type]
    assert known._is_own_host("Vermilion:8000")
    assert not security._is_own_host("vermilion:8000")
    for host in ("evil.example", "192.168.0.7.evil.example", "", "192.168.0.7@evil.example"):
        assert not security._is_own_host(host)
    assert house.lan_url == f"http://192.168.0.7:8484/?token={settings.token}"
    assert house.url == f"http://127.0.0.1:8484/?token={settings.token}"


def test_a_link_becomes_a_qr_code():
    rows = qr_text("http://192.168.0.7:8484/?token=abc").splitlines()
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) // 2 <= len(rows) <= len(rows[0]) // 2 + 1
    assert set("".join(rows)) <= set(" ▄▀█")
    assert qr_svg("http://192.168.0.7:8484/").startswith("<svg")


def test_the_link_for_a_phone_is_printed_with_its_code_row_by_row(settings, capsys):
    from vermilion.cli.commands.studio import _say_page

    house = replace(settings, lan_host="192.168.0.7")
    _say_page(house, [Path("lost.json")])
    out, err = capsys.readouterr()
    assert out == f"{house.url}\n"
    assert qr_text(house.lan_url) in err
    assert "lost.json" in err
    _say_page(settings, [])
    assert "phone" not in capsys.readouterr().err


def test_the_address_in_the_house_is_that_of_the_way_out(monkeypatch):
    class Probe:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def connect(self, _):
            pass

        def getsockname(self):
            return ("192.168.0.7", 1)

    monkeypatch.setattr("socket.socket", Probe)
    assert lan_address() == "192.168.0.7"
    monkeypatch.setattr(Probe, "connect", lambda *_: (_ for _ in ()).throw(OSError("unreachable")))
    with pytest.raises(errors.SettingsError, match="in no network"):
        lan_address()


@pytest.mark.slow
def test_serve_prints_its_url_answers_and_stops_when_it_is_told(tmp_path, tiny_model_folder):
    from vermilion.client import Client

    (tmp_path / "token").write_text("0123456789abcdef\n")
    words = ["serve", "--port", "0", "--model", str(tiny_model_folder)]
    words += ["--token-file", str(tmp_path / "token")]
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1", "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "vermilion", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert "token" not in url
    with Client(url, "0123456789abcdef") as client:
        assert client.open(grey_jpeg(), name="a.jpg").state == "coloured"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir() if "vermilion" in path.name] == []


def test_settings_know_their_addresses():
    assert Settings(host="::1", port=1).url == "http://[::1]:1/"
    assert Settings(port=7).cookie == "vermilion-7"
    assert Settings().lan_url is None
