"""Batches as processes: workers that die, runs that are killed, and the proof of what came of them."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import batch as benchmark
from vermilion.archive.batch import verify_manifest
from vermilion.archive.batch.workers import Trade, Workers

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="flock and signals are those of Unix"),
]


DIE = "__import__('os').kill(__import__('os').getpid(), 11)"


def test_a_task_that_kills_its_worker_costs_one_task() -> None:
    trade = Trade(partial, eval, lambda task, how: f"ended {how}")  # each task is evaluated
    with Workers(trade, 1) as workers:
        found = [each for each in workers.results(iter(["1 + 1", DIE, "2 + 2"])) if each is not None]
        pids = workers.pids
    assert [result for _, result in found] == [2, "ended by signal 11, SIGSEGV", 4]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return benchmark.make_scans(tmp_path / "scans", 8, 200)


def test_killed_runs_go_on_and_end_with_the_same_bytes(
    scans: Path, tmp_path: Path, tiny_model_folder: Path
) -> None:
    model = str(tiny_model_folder)
    benchmark.with_manifest(scans, tmp_path / "whole", model, 1)
    whole = benchmark.contents(tmp_path / "whole")
    for share in (0.1, 0.6):
        target = tmp_path / f"killed-{share}"
        benchmark.kill_and_resume(scans, target, model, share)
        assert benchmark.contents(target) == whole, "the same files, and no others"
        assert benchmark.verify_all(target, 1)[1] == 8


def test_workers_end_with_their_parent(scans: Path, tmp_path: Path, tiny_model_folder: Path) -> None:
    for number in range(30):
        (scans / f"more-{number}.jpg").write_bytes((scans / "0000.jpg").read_bytes())
    words = [sys.executable, "-m", "vermilion", "batch", str(scans), "-o", str(tmp_path / "out")]
    with subprocess.Popen(
        [*words, "--model", str(tiny_model_folder), "--workers", "1"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        process.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def test_a_manifest_is_proved_and_what_was_changed_is_named(
    scans: Path, tmp_path: Path, tiny_model_folder: Path
) -> None:
    target = tmp_path / "out"
    benchmark.with_manifest(scans, target, str(tiny_model_folder), 1)
    with Image.open(scans / "0001.jpg") as image:
        image.load()
        Image.fromarray(255 - np.asarray(image)).save(scans / "0001.jpg")
    (target / "0002.jpg").unlink()
    told = {
        Path(found.result).name: [f"{each.check}: {each.sentence}" for each in found.differences]
        for found in verify_manifest(target / "manifest.jsonl", 1)
    }
    assert len(told) == 8
    assert told.pop("0001.jpg")[0] == "hash: its scan is not the file that was coloured: its SHA-256 differs"
    assert told.pop("0002.jpg")[0].startswith("hash: 0002.jpg is missing")
    assert set(map(tuple, told.values())) == {()}


def test_a_finished_manifest_is_opened_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    took, memory = benchmark.resume(tmp_path / "many", 2000)
    assert took.processor > 0
    assert memory >= 0
