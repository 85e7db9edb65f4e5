"""What hostile or broken callers send: too much, too slowly, bombs, tricks with names, and half of it."""

import asyncio
import io
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from fastapi.testclient import TestClient

from tests.studio.conftest import BASE, TOKEN, grey_jpeg, running
from vermilion.studio import Limits
from vermilion.studio.app import create_app, create_studio
from vermilion.studio.desk.names import clean_name, unlike

MARK = b"XXXX"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\a.jpg", "a.jpg"),
        ("/abs/olute.png", "olute.png"),
        ("C:evil.jpg", "C_evil.jpg"),
        ("..", "picture"),
        ("", "picture"),
        (" . ", "picture"),
        (".hidden.jpg", "hidden.jpg"),
        ("nul.jpg", "_nul.jpg"),
        ("a\0b\n.jpg", "a_b_.jpg"),
        ("a\u202egpj.exe", "a_gpj.exe"),
        ("\ud800.jpg", "_.jpg"),
        ("x" * 500 + ".jpg", "x" * 116 + ".jpg"),
        ("Großmutter – 1936.jpg", "Großmutter – 1936.jpg"),
    ],
)
def test_names_are_cleaned(sent, kept):
    assert clean_name(sent) == kept


def run_apart(work):
    """Run a coroutine in a thread of its own: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def test_no_two_names_are_alike_whatever_their_letters():
    assert unlike("A.jpg", {"a.jpg", "a (2).jpg"}) == "A (3).jpg"


@pytest.mark.parametrize("name", ["../../up.jpg", "..%2f..%2fup.jpg", "/tmp/up.jpg", "a/../../up.jpg"])
def test_a_name_never_leads_out_of_the_folders(client, settings, tmp_path, name):
    [picture] = client.post("/v1/pictures", files={"file": (name, grey_jpeg())}).json()
    assert client.post(f"/v1/pictures/{picture['id']}/save", json={"target": "out"}).status_code == 200
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert all(path.is_relative_to(settings.work) or path.parent == settings.out for path in files)
    assert len(list(settings.out.iterdir())) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/page/../settings.py",
        "/page/..%2fsettings.py",
        "/page/%2e%2e/app.py",
        "/page//etc/passwd",
        "/v1/pictures/../../etc",
        "/v1/pictures/..%2f..%2fetc%2fpasswd",
        "/v1/pictures/0123456789abcdef",
        "/v1/pictures/xyz/preview",
    ],
)
def test_paths_find_nothing_that_is_not_there(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_says_it_is_too_large_is_not_read(start):
    client = start(limits=Limits(body=10_000, json=1000))
    much = client.post("/v1/pictures", files={"file": ("a.jpg", b"x" * 20_000)})
    assert (much.status_code, much.json()["code"]) == (413, "too-large")
    json = client.post("/v1/apply", content=b" " * 2000, headers={"content-type": "application/json"})
    assert (json.status_code, json.json()["code"]) == (413, "too-large")


def test_a_body_that_hides_its_length_is_cut_off(start, settings):
    client = start(limits=Limits(body=100_000, json=1000))
    files = {"file": ("a.jpg", b"x" * 300_000)}
    request = client.build_request("POST", "/v1/pictures", files=files)
    pieces = [request.read()[start : start + 10_000] for start in range(0, 300_000, 10_000)]
    headers = {"content-type": request.headers["content-type"]}
    answer = client.post("/v1/pictures", content=iter(pieces), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    json = client.post(
        "/v1/apply", content=iter([b" " * 900] * 3), headers={"content-type": "application/json"}
    )
    assert (json.status_code, json.json()["code"]) == (413, "too-large")
    assert list((settings.work / "originals").iterdir()) == []


def png_bomb(width, height):
    def chunk(kind, content):
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    body = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        png_bomb(60_000, 60_000),
        b"",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
    ],
    ids=["bomb", "empty", "gif", "jpeg", "svg", "pdf"],
)
def test_bombs_and_wrong_types_are_told_as_errors(client, content):
    answer = client.post("/v1/pictures", files={"file": ("a.png", content)})
    assert answer.status_code == 201
    assert answer.json()[0]["error"]["code"] == "picture"
    one = client.post("/v1/colorize", files={"file": ("a.png", content)})
    assert (one.status_code, one.json()["code"]) == (422, "picture")


def test_a_scan_of_more_pixels_than_allowed_is_refused(start):
    client = start(limits=Limits(pixels=5000))
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg(96, 64))}).json()
    assert "more than the allowed 5,000" in picture["error"]["detail"]


def test_more_pictures_than_allowed_are_refused(start):
    client = start(limits=Limits(pictures=1))
    assert client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).status_code == 201
    more = client.post("/v1/pictures", files={"file": ("b.jpg", grey_jpeg())})
    assert (more.status_code, more.json()["code"]) == (409, "too-many-pictures")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"vividness": NaN}', "application/json"),
        (b'{"vividness": 1e999}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{}", "text/plain"),
        (b"[]", "application/json"),
    ],
)
def test_broken_json_is_told_as_a_problem(client, opened, content, kind):
    answer = client.put(
        f"/v1/pictures/{opened['id']}/controls", content=content, headers={"content-type": kind}
    )
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_without_a_file_and_a_body_without_a_form_are_told_as_problems(client):
    for answer in (
        client.post("/v1/pictures", data={"file": "text"}, files={"other": ("a", b"x")}),
        client.post("/v1/pictures", content=b"x"),
        client.post("/v1/pictures", content=b"x", headers={"content-type": "multipart/form-data"}),
        client.post(
            "/v1/pictures", content=b"x", headers={"content-type": "multipart/form-data; boundary=y"}
        ),
    ):
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_requests_at_once_are_asked_to_come_again(tiny_colorizer, settings):
    limits = Limits(workers=1, waiting=1)
    with running(replace(settings, limits=limits), tiny_colorizer) as server:
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        held, entered = threading.Event(), threading.Event()
        paint = server.studio.desk.paint

        def slow(*words):
            entered.set()
            held.wait(20)
            return paint(*words)

        server.studio.desk.paint = slow
        answers = []
        place = f"/v1/pictures/{picture['id']}/preview"

        def ask():
            answers.append(server.client.get(place))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        threads[0].start()
        entered.wait(20)
        threads[1].start()
        while len(server.studio.jobs) < 2:
            pass
        busy = server.client.get(place)
        held.set()
        for thread in threads:
            thread.join()
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (429, "busy", "1")
        assert [answer.status_code for answer in answers] == [200, 200]


def test_a_slow_head_is_cut_off_and_others_are_served(tiny_colorizer, settings):
    with running(replace(settings, limits=Limits(header_seconds=0.5)), tiny_colorizer) as server:

        async def dribble():
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: 127")
            assert await asyncio.wait_for(reader.read(), 20) == b""  # closed, and nothing said
            writer.close()
            await writer.wait_closed()

        async def many():
            await asyncio.gather(*(dribble() for _ in range(20)))

        thread = threading.Thread(target=lambda: asyncio.run(many()))
        thread.start()
        assert server.client.get("/healthz").status_code == 200
        thread.join(20)
        assert not thread.is_alive()


def test_a_slow_body_is_cut_off(tiny_colorizer, settings, monkeypatch):
    monkeypatch.setattr("vermilion.studio.web.bodies.PATIENCE", 0.5)
    with running(settings, tiny_colorizer) as server:

        async def dribble():
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"POST /v1/colorize HTTP/1.1\r\n{server.head}Content-Length: 1000\r\n\r\nabc".encode()
            )
            answer = await asyncio.wait_for(reader.readline(), 20)
            writer.close()
            await writer.wait_closed()
            return answer

        assert run_apart(dribble()).startswith(b"HTTP/1.1 408")


def test_an_upload_that_is_broken_off_leaves_nothing(tiny_colorizer, settings):
    with running(settings, tiny_colorizer) as server:

        async def break_off():
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"POST /v1/pictures HTTP/1.1\r\n{server.head}Content-Length: 100000\r\n".encode())
            writer.write(b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n")
            writer.write(b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')
            writer.write(grey_jpeg())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        run_apart(break_off())
        assert server.client.get("/v1/pictures").json() == []
        assert list((settings.work / "originals").iterdir()) == []


def test_work_stops_when_its_caller_goes_away(tiny_colorizer, settings):
    with running(settings, tiny_colorizer) as server:
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        entered, stopped = threading.Event(), threading.Event()

        def endless(_, work):
            entered.set()
            while not work.cancelled():
                pass
            stopped.set()
            work.check()

        server.studio.desk.paint = endless

        async def leave():
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"GET /v1/pictures/{picture['id']}/preview HTTP/1.1\r\n{server.head}\r\n".encode())
            await writer.drain()
            await asyncio.to_thread(entered.wait, 20)
            writer.close()
            await writer.wait_closed()

        run_apart(leave())
        assert stopped.wait(20)


def test_work_that_takes_too_long_is_stopped(start, monkeypatch):
    client = start(limits=Limits(seconds=0.3))
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
    stopped = threading.Event()

    def endless(self, _, work):
        while not work.cancelled():
            pass
        stopped.set()
        work.check()

    monkeypatch.setattr("vermilion.studio.desk.desk.Desk.paint", endless)
    answer = client.get(f"/v1/pictures/{picture['id']}/preview")
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert stopped.wait(20)


def test_a_token_in_other_places_or_forms_opens_nothing(tiny_colorizer, settings):
    with (
        running(settings, tiny_colorizer) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as stranger,
    ):
        for headers in (
            {"cookie": f"vermilion-{server.port}={TOKEN[:-1]}"},
            {"cookie": f"vermilion-1={TOKEN}"},
            {"authorization": f"Basic {TOKEN}"},
            {"authorization": "Bearer"},
            {"cookie": f"vermilion-{server.port}=" + "x" * 4000},
        ):
            assert stranger.get("/v1/pictures", headers=headers).status_code == 403
        assert stranger.get(f"/v1/pictures?token={TOKEN}").status_code == 403
        known = {"cookie": f"vermilion-{server.port}={TOKEN}"}
        assert stranger.get("/v1/pictures", headers=known).is_success


def test_the_stream_of_events_tells_changes_and_ends_with_the_server(tiny_colorizer, settings):
    with running(settings, tiny_colorizer) as server:
        told, heard = [], threading.Event()

        def listen():
            with server.client.stream("GET", "/v1/events", timeout=20) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                for line in stream.iter_lines():
                    told.append(line)
                    if '"closed"' in line:
                        heard.set()

        thread = threading.Thread(target=listen)
        thread.start()
        while not server.studio.events.listeners:
            pass
        [picture] = server.client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
        server.client.delete(f"/v1/pictures/{picture['id']}")
        assert heard.wait(20)
        server.stop()
        thread.join(20)
    assert not thread.is_alive()
    assert any('"picture"' in line and picture["id"] in line for line in told)
    assert any('"closed"' in line for line in told)


def test_a_fault_of_ours_tells_nothing_but_that(tiny_colorizer, settings, monkeypatch):
    app = create_app(create_studio(settings, tiny_colorizer))
    monkeypatch.setattr("vermilion.studio.desk.desk.Desk.all", lambda _: 1 / 0)
    headers = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=BASE, headers=headers, raise_server_exceptions=False) as client:
        answer = client.get("/v1/pictures")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "ZeroDivision" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_bytes_that_are_no_utf_8_in_a_query_are_no_fault(client):
    assert client.get("/v1/pictures/0123456789abcdef/preview?side=%ff").status_code == 422
    assert io.BytesIO(client.get("/?token=%ff%00").content)
