"""Disks that are full, or may not be written to any more, and clocks that go back."""

import errno
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.batch import contents
from tests.archive.test_batch import Run, box, outcomes, records, run  # noqa: F401 - fixtures
from vermilion.archive import run as run_module
from vermilion.archive.batch import painting, verify_manifest

ROOT = Path(__file__).parents[2]
MOUNTS = sys.platform == "linux" and subprocess.run(["unshare", "-rm", "true"], check=False).returncode == 0
COUNT = 12

SCRIPT = """
set -u
mount -t tmpfs -o size=2m tmpfs out
run() {{ {python} -m vermilion batch box -o out --workers 2 --model {model} "$@" >said 2>&1
         echo "$? $(grep -v colourised said | grep -c ^error:) $(grep ^error: said | tail -1)" >>told; }}
{steps}
cp -a out/. kept
"""


@pytest.fixture
def noises(tmp_path: Path) -> Path:
    for number in range(COUNT):
        noise = np.random.default_rng(number).integers(0, 256, (160, 160), np.uint8)
        (tmp_path / "box").mkdir(exist_ok=True)
        Image.fromarray(noise).save(tmp_path / "box" / f"{number:02}.png")
    return tmp_path


def told_by(place: Path, model: Path, steps: str) -> list[str]:
    """Run a script on a small disk of its own; return the exit code and the last error of each run."""
    for name in ("out", "kept"):
        (place / name).mkdir()
    script = SCRIPT.format(python=sys.executable, model=model, steps=steps)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        ["unshare", "-rm", "bash", "-c", script], cwd=place, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in (place / "said").read_text()
    return (place / "told").read_text().splitlines()


def check_whole(place: Path, model: Path) -> None:
    """The results are those of a run on a large disk, and nothing else is left."""
    words = ["batch", "box", "-o", "undisturbed", "--workers", "1", "--model", str(model)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-m", "vermilion", *words],
        cwd=place,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert contents(place / "kept") == contents(place / "undisturbed")


@pytest.mark.slow
@pytest.mark.skipif(not MOUNTS, reason="this system lets nobody mount a small disk")
def test_a_disk_that_is_full_is_told_and_the_run_goes_on_when_there_is_room(
    noises: Path, tiny_model_folder: Path
) -> None:
    steps = "head -c 1500000 /dev/zero >out/filler; run; run; rm out/filler; run"
    full, again, last = told_by(noises, tiny_model_folder, steps)
    for line in (full, again):
        assert line.startswith("1 ")
        assert line.endswith(
            "error: The disk of out is full; free some space, and run the same command again to continue."
        )
    assert last == "0 0 "
    check_whole(noises, tiny_model_folder)


@pytest.mark.slow
@pytest.mark.skipif(not MOUNTS, reason="this system lets nobody mount a small disk")
def test_a_disk_that_may_not_be_written_to_any_more_is_told(noises: Path, tiny_model_folder: Path) -> None:
    steps = """
run --limit 3
mount -o remount,ro out; run; mount -o remount,rw out
run
"""
    first, refused, last = told_by(noises, tiny_model_folder, steps)
    assert first == last == "0 0 "
    assert refused.startswith("1 1 error: out")
    assert "(Read-only file system)" in refused
    check_whole(noises, tiny_model_folder)


def test_permission_that_is_lost_in_the_middle_costs_no_picture(
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = iter([True])

    def refused(*given: Any) -> Any:
        if next(left, False):
            return run_module.paint_and_save(*given)
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(painting, "paint_and_save", refused)
        found = {Path(each.source).name: each for each in run()}
    assert {name: each.code for name, each in found.items()} == {
        "a.png": "",
        "b.jpg": "system",
        "c.tif": "system",
    }
    assert found["b.jpg"].reason.endswith(
        "b.jpg could not be coloured (Permission denied); correct that and run again."
    )
    assert outcomes(run()) == {"b.jpg": "done", "c.tif": "done"}


def test_a_clock_that_goes_back_changes_nothing(
    run: Run,  # noqa: F811
    box: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = itertools.count(2_000_000_000, -3600)
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    good = (box / "a.png").read_bytes()
    (box / "a.png").write_bytes(good[:100])
    os.utime(box / "b.jpg", (5_000_000_000, 5_000_000_000))  # a scan of the future
    assert outcomes(run())["a.png"] == "failed"
    (box / "a.png").write_bytes(good)
    os.utime(box / "a.png", (1, 1))
    os.utime(tmp_path / "out" / "manifest.jsonl", (2, 2))
    assert outcomes(run()) == {"a.png": "done"}
    assert run() == []
    assert len(records(tmp_path)) == 4
    assert all(each.ok for each in verify_manifest(tmp_path / "out" / "manifest.jsonl", 1))
