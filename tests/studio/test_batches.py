"""Jobs over an archive: done, followed, cancelled, and on after a restart; no path of a request is used."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.archive.test_batch import Here
from tests.studio.conftest import grey_jpeg, running
from vermilion.archive.batch import engine, verify_manifest
from vermilion.studio import server
from vermilion.studio.batches import JOB, Batches

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    for number, name in enumerate(("a.jpg", "1931/b.jpg", "1931/c.jpg")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(grey_jpeg(seed=number))
    return folder


@pytest.fixture
def client(start, archive, tiny_model_folder, monkeypatch):
    monkeypatch.setattr(engine, "Workers", Here)
    return start(archive=archive, model=str(tiny_model_folder))


def ended(client, number, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{number}").json()
        if job["state"] not in ("waiting", "running"):
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def test_a_job_is_submitted_and_done(client, settings):
    answer = client.post("/v1/jobs", json={"include": ["1931/*"], "controls": {"vividness": 1.2}})
    assert answer.status_code == 201
    job = ended(client, answer.json()["id"])
    assert (job["state"], job["pictures"], job["done"], job["failed"]) == ("done", 2, 2, 0)
    folder = settings.out / job["id"]
    assert sorted(path.name for path in (folder / "1931").iterdir()) == ["b.jpg", "c.jpg"]
    assert all(each.ok for each in verify_manifest(folder / "manifest.jsonl", 1))
    assert [each["id"] for each in client.get("/v1/jobs").json()] == [job["id"]]


def test_failures_are_named_by_their_place_in_the_archive(client, archive):
    (archive / "1931" / "torn.jpg").write_bytes(grey_jpeg()[:300])
    job = ended(client, client.post("/v1/jobs", json={}).json()["id"])
    assert (job["state"], job["done"], job["failed"]) == ("done", 3, 1)
    [failure] = job["failures"]
    assert (failure["picture"], failure["code"]) == ("1931/torn.jpg", "picture")
    assert str(archive) not in json.dumps(job)


def test_a_job_that_is_impossible_is_refused_at_once(client, settings):
    for asked, told in (
        ({"controls": {"vividness": -1}}, "vividness"),
        ({"controls": {"reference": "/etc/passwd"}}, "cannot be opened from here"),
        ({"output": "/tmp"}, "output"),
        ({"include": [""]}, "include"),
        ({"workers": 0}, "workers"),
    ):
        answer = client.post("/v1/jobs", json=asked)
        assert answer.status_code == 422, asked
        assert told in answer.json()["detail"]
    assert not settings.out.exists()
    assert client.get("/v1/jobs").json() == []


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "..", "~/*", "../../secret.jpg"])
def test_no_pattern_leaves_the_archive(client, archive, pattern):
    (archive.parent / "secret.jpg").write_bytes(grey_jpeg())
    job = ended(client, client.post("/v1/jobs", json={"include": [pattern]}).json()["id"])
    assert (job["state"], job["pictures"]) == ("done", 0)


@pytest.mark.parametrize("number", ["0" * 16, "..%2f..%2fetc", "../x", "job.json"])
def test_no_number_leaves_the_folder_of_results(client, number):
    answer = client.get(f"/v1/jobs/{number}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_an_archive_there_are_no_jobs(start):
    answer = start().post("/v1/jobs", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "no-archive")


def test_the_end_of_a_job_is_on_disk_when_it_is_told(client, settings, monkeypatch):
    kept = Batches._keep

    def slow(self, job):
        time.sleep(0.2)
        kept(self, job)

    monkeypatch.setattr(Batches, "_keep", slow)
    job = ended(client, client.post("/v1/jobs", json={"limit": 1}).json()["id"])
    assert json.loads((settings.out / job["id"] / JOB).read_text())["state"] == "done"


def test_another_start_goes_on_and_remembers(start, client, archive, settings, tiny_model_folder):
    finished = ended(client, client.post("/v1/jobs", json={"limit": 1}).json()["id"])
    interrupted = ended(client, client.post("/v1/jobs", json={"limit": 1}).json()["id"])
    path = settings.out / interrupted["id"] / JOB
    facts = json.loads(path.read_text())
    facts |= {"state": "running", "asked": facts["asked"] | {"limit": None}}
    path.write_text(json.dumps(facts))  # as a server that is killed leaves it
    (settings.out / finished["id"] / "evil.json").write_text("{")
    forged = settings.out / "forged" / JOB
    forged.parent.mkdir()
    forged.write_text(json.dumps(facts | {"id": "../../elsewhere12"}))
    again = start(archive=archive, model=str(tiny_model_folder))
    assert ended(again, interrupted["id"])["done"] == 3
    told = again.get("/v1/jobs").json()
    assert [(each["id"], each["state"]) for each in told] == [
        (finished["id"], "done"),
        (interrupted["id"], "done"),
    ]


def test_a_job_that_waits_or_runs_is_cancelled(client, monkeypatch):
    gate, entered = threading.Event(), threading.Event()

    class Slow(Here):
        def results(self, tasks):
            for found in super().results(tasks):
                entered.set()
                gate.wait(30)
                yield found

    monkeypatch.setattr(engine, "Workers", Slow)
    first, second = (client.post("/v1/jobs", json={}).json()["id"] for _ in range(2))
    assert entered.wait(30)
    assert client.delete(f"/v1/jobs/{second}").json()["state"] == "cancelled"
    client.delete(f"/v1/jobs/{first}")
    gate.set()
    job = ended(client, first)
    assert (job["state"], job["done"]) == ("cancelled", 1)
    assert client.get(f"/v1/jobs/{second}").json()["done"] == 0


def test_progress_is_told_until_the_end(archive, settings, tiny_colorizer, tiny_model_folder, monkeypatch):
    monkeypatch.setattr(engine, "Workers", Here)
    own = replace(settings, archive=archive, model=str(tiny_model_folder))
    with running(own, tiny_colorizer) as real:
        number = real.client.post("/v1/jobs", json={}).json()["id"]
        with real.client.stream("GET", f"/v1/jobs/{number}/events") as answer:
            lines = [line for line in answer.iter_lines() if line.startswith("data:")]
        events = [json.loads(line.removeprefix("data:")) for line in lines]
        assert {event["job"]["id"] for event in events} == {number}
        assert events[-1]["job"]["state"] == "done"
        assert events[-1]["job"]["done"] == 3
        with real.client.stream("GET", f"/v1/jobs/{number}/events") as answer:
            assert len([line for line in answer.iter_lines() if line.startswith("data:")]) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"archive": "none"}, "none is not a folder; name the archive's with --archive"),
        ({"archive": "archive", "out": None}, "Jobs need a folder of results; name one with -o OUT"),
        ({"archive": "archive", "out": "archive/out"}, "archive/out lies in the archive"),
    ],
)
def test_what_cannot_be_served_is_told_before_the_start(
    archive, tmp_path, monkeypatch, settings, changes, told
):
    monkeypatch.chdir(tmp_path)
    paths = {name: value and Path(value) for name, value in changes.items()}
    with pytest.raises(Exception, match=told):
        server.run_server(replace(settings, **paths), pytest.fail, lambda *_: None)


def serve(tmp_path, model):
    words = ["serve", "--port", "0", "--model", str(model), "--archive", "archive", "-o", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vermilion", *words],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    return process, httpx.Client(base_url=url, timeout=30)


@pytest.mark.slow
@pytest.mark.usefixtures("heard")
def test_a_server_that_is_killed_goes_on_with_its_job(archive, tmp_path, tiny_model_folder):
    for number in range(40):
        (archive / f"{number}.jpg").write_bytes(grey_jpeg(400, 300, seed=number))
    process, client = serve(tmp_path, tiny_model_folder)
    number = client.post("/v1/jobs", json={}).json()["id"]
    deadline = time.monotonic() + 60
    while client.get(f"/v1/jobs/{number}").json()["done"] < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    second = subprocess.run(
        [sys.executable, "-m", "vermilion", "serve", "--port", "0", "--archive", "archive", "-o", "out"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True,
    )  # fmt: skip
    assert second.stderr.startswith("error: Another run works in out")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    client.close()
    process, client = serve(tmp_path, tiny_model_folder)
    job = ended(client, number)
    client.close()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert (job["state"], job["pictures"], job["done"], job["failed"]) == ("done", 43, 43, 0)
    manifest = tmp_path / "out" / number / "manifest.jsonl"
    sources = [line["source"] for line in map(json.loads, manifest.read_text().splitlines()[1:])]
    assert len(sources) == len(set(sources)) == 43, "nothing lost, nothing doubled"
