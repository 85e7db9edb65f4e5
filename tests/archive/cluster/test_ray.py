"""A real Ray cluster on this machine: a worker and then the driver are killed, and what comes of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import batch as benchmark
from tests.archive.cluster.conftest import Bucket
from vermilion.archive.batch import verify_manifest

ROOT = Path(__file__).parents[3]
COUNT = 72
pytestmark = pytest.mark.slow


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    return benchmark.make_scans(tmp_path / "scans", COUNT, 200)


@pytest.fixture
def start(tiny_model_folder: Path) -> Callable[..., "subprocess.Popen[str]"]:
    def starting(source: str, target: str, *more: str) -> "subprocess.Popen[str]":
        words = [source, "-o", target, "--ray", "local", "--workers", "2", "--model", str(tiny_model_folder)]
        words += more
        return subprocess.Popen(
            [sys.executable, "-m", "vermilion", "batch", *words],
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return starting


def wait_for(what: Callable[[], bool], process: "subprocess.Popen[str]", seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not what() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def workers_of(driver: int) -> list[int]:
    """The workers of Ray below a driver that paint: they have a child of their own."""
    parents: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            names[int(entry.name)] = (entry / "cmdline").read_text().partition("\0")[0]
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry.name))
    below, waiting = [], [driver]
    while waiting:
        children = parents.get(waiting.pop(), [])
        below += children
        waiting += children
    return [pid for pid in below if names[pid].startswith("ray::MapWorker") and parents.get(pid)]


def sent_at(bucket: Bucket) -> dict[str, str]:
    """When each result was sent."""
    bucket.fs.invalidate_cache()
    found = bucket.fs.find("box/out", detail=True)
    return {name: str(facts["LastModified"]) for name, facts in found.items() if name.endswith(".jpg")}


def test_nothing_is_lost_or_doubled_when_a_worker_and_then_the_driver_are_killed(
    bucket: Bucket, start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    def done() -> int:
        bucket.fs.invalidate_cache()
        return len(bucket.fs.glob("box/out/*.jpg"))

    name = bucket.fs.glob("box/scans/*.jpg")[0].rpartition("/")[2]
    (tmp_path / "table.csv").write_text(f"file,identifier,vividness\n{name},MS 17,0\n")
    words = ("s3://box/scans", "s3://box/out", "--controls", str(tmp_path / "table.csv"))
    bucket.faults.share = 0.03
    with start(*words) as first:
        wait_for(lambda: done() >= 4, first)
        [victim, *_] = workers_of(first.pid)
        os.kill(victim, signal.SIGKILL)
        killed_at = done()
        wait_for(lambda: done() >= killed_at + 24, first)
        first.kill()
        first.communicate()
    partly = done()
    assert 0 < partly <= COUNT
    before = sent_at(bucket)
    with start(*words) as second:
        _, errors = second.communicate(timeout=400)
    assert second.returncode == 0, errors
    files = bucket.files("out")
    names = {name for name in files if name.endswith(".jpg")}
    assert len(names) == COUNT
    assert not any(name.startswith(".vermilion") for name in files), "no shard and no lease is left"
    (tmp_path / "manifest.jsonl").write_bytes(files["manifest.jsonl"])
    lines = [json.loads(line) for line in files["manifest.jsonl"].splitlines()[1:]]
    assert sorted(line["source"] for line in lines) == sorted(f"s3://box/scans/{name}" for name in names)
    assert {line["outcome"] for line in lines} == {"done"}
    assert [line["source"] for line in lines if line["identifier"] == "MS 17"] == [f"s3://box/scans/{name}"]
    after = sent_at(bucket)
    assert [name for name in before if before[name] != after[name]] == [], "what was there was not sent again"


def test_a_folder_by_ray_is_what_a_batch_makes_of_it(
    scans: Path, start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path, tiny_model_folder: Path
) -> None:
    with start(str(scans), str(tmp_path / "out")) as process:
        told, errors = process.communicate(timeout=400)
    assert process.returncode == 0, errors
    assert told.splitlines()[-1] == f"{COUNT} colourised"
    assert "Traceback" not in errors
    benchmark.with_manifest(scans, tmp_path / "plain", str(tiny_model_folder), 1)
    assert benchmark.contents(tmp_path / "out") == benchmark.contents(tmp_path / "plain")
    assert all(each.ok for each in verify_manifest(tmp_path / "out" / "manifest.jsonl", 1))
