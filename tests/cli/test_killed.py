"""Runs that are killed, or ended by SIGTERM: the same command goes on, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_process import ENVIRONMENT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="these signals are those of Unix")]

OPTIONS = ["--recipe", "--confidence-map", "--variants", "2", "--format", "jpg"]

# Kills itself at the n-th call that brings a file to disk or to its name.
KILLED = """
import os, signal, sys
from vermilion.cli import main
left = int(sys.argv.pop(1))
def dying(real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call
os.fsync, os.link = dying(os.fsync), dying(os.link)
main()
"""


@pytest.fixture
def box(scan, here: Path, tiny_model: Path) -> Path:
    for name in ("a.png", "b.jpg", "c.tif"):
        scan(f"box/{name}", (200, 150))
    return here / "box"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def command(tiny_model: Path, output: str, *start: str) -> list[str]:
    start = start or ("-m", "vermilion")
    return [sys.executable, *start, "colorize", "box", "-o", output, *OPTIONS, "--model", str(tiny_model)]


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120)


def test_a_killed_run_goes_on_and_ends_as_one_run_would(box: Path, tiny_model: Path, here: Path) -> None:
    assert run(command(tiny_model, "whole")).returncode == 0
    for moment in (12, 20, 41):
        killed = run(command(tiny_model, "stopped", "-c", KILLED, str(moment)))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert list((here / "stopped").glob(".vermilion-*.part")), "the kill came at a quiet moment"
        assert run(command(tiny_model, "stopped")).returncode == 0
        assert contents(here / "stopped") == contents(here / "whole")
        for path in (here / "stopped").iterdir():
            path.unlink()


def test_a_run_killed_by_the_clock_goes_on(box: Path, tiny_model: Path, here: Path) -> None:
    assert run(command(tiny_model, "whole")).returncode == 0
    for delay in (0.9, 1.4):
        with subprocess.Popen(
            command(tiny_model, "stopped"), env=ENVIRONMENT, stdout=subprocess.DEVNULL
        ) as process:
            time.sleep(delay)
            process.kill()
    assert run(command(tiny_model, "stopped")).returncode == 0
    assert contents(here / "stopped") == contents(here / "whole")


def test_sigterm_ends_a_run_like_ctrl_c(scan, here: Path, tiny_model: Path) -> None:
    for number in range(40):
        scan(f"box/{number:02}.png", (400, 300))
    words = [sys.executable, "-m", "vermilion", "colorize", "box", "--model", str(tiny_model)]
    with subprocess.Popen(
        words, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first picture is done
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "colourised" in out.splitlines()[-1]
    assert err.splitlines() == ["error: Stopped. The same command continues from here."]
    assert not list((here / "box").glob(".*"))
    assert run(words).returncode == 0
    assert len(list((here / "box").glob("*.color.png"))) == 40
