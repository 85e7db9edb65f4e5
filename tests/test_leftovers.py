"""Temporary files tell who made them; only those of processes that are gone are swept."""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from vermilion import Colorizer, leftovers
from vermilion.leftovers import scratch_prefix, sweep, temporary_name
from vermilion.pictures.jpeg import coefficients as jpeg_coefficients


def dead_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def renamed(pid: int | None = None, start: str | None = None, host: str | None = None) -> str:
    """A temporary name of another process."""
    prefix, own_host, own_pid, own_start, rest = temporary_name().split("-")
    return "-".join([prefix, host or own_host, str(pid or own_pid), start or own_start, rest])


def test_temporary_names_are_short_hidden_and_never_the_same() -> None:
    assert len({temporary_name() for _ in range(100)}) == 100
    assert temporary_name().startswith(".vermilion-")
    assert len(temporary_name()) < 100


@pytest.mark.skipif(os.name == "nt", reason="nothing is swept on Windows")
def test_what_a_dead_process_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = dead_process()
    kept = [temporary_name(), renamed(dead, host="0123abcd"), "a.png", ".a.jpg.0123456789ab.part", "x.part"]
    for name in [*kept, renamed(dead)]:
        (tmp_path / name).write_bytes(b"half")
    scratch = tmp_path / renamed(dead).removeprefix(".").removesuffix(".part")
    scratch.mkdir()
    (scratch / "scan.jpg").write_bytes(b"half")
    assert sweep(tmp_path) == 2
    assert names(tmp_path) == sorted(kept)


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux tells when a process was started"
)
def test_a_number_that_came_back_is_another_process(tmp_path: Path) -> None:
    (tmp_path / renamed(start="1")).write_bytes(b"half")
    own = temporary_name()
    (tmp_path / own).write_bytes(b"half")
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == [own]


def test_what_cannot_be_told_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(pid: int, _signal: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    name = renamed(start="1")
    (tmp_path / name).write_bytes(b"half")
    monkeypatch.setattr(os, "kill", hidden)
    monkeypatch.setattr(leftovers, "_started", lambda _pid: "0")
    assert sweep(tmp_path) == 0
    assert sweep(tmp_path / "no such folder") == 0
    assert names(tmp_path) == [name]


def test_scratch_folders_are_called_alike() -> None:
    assert temporary_name().startswith(f".{scratch_prefix()}")


@pytest.mark.skipif(os.name == "nt", reason="nothing is swept on Windows")
def test_scratch_folders_of_killed_runs_are_swept_when_another_is_made(
    tiny_colorizer: Colorizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("jpeglib")
    scratch = tmp_path / renamed(dead_process()).removeprefix(".").removesuffix(".part")
    scratch.mkdir()
    (scratch / "scan.jpg").write_bytes(b"half")
    (tmp_path / "vermilion-notes").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    jpeg_coefficients._sweep_once.cache_clear()
    content = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(content, "jpeg")
    tiny_colorizer.colorize(content.getvalue()).encode("jpg")
    assert names(tmp_path) == ["vermilion-notes"]
