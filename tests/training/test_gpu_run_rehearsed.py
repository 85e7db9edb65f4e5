"""`scripts/gpu_run` from start to finish, in processes of its own: prepared, killed, gone on with, lost."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.training.conftest import tiny_config
from vermilion.training.networks.weights import read_facts, read_generator

ROOT = Path(__file__).parents[2]
TOP = """ema = 0.9
log_every = 1
save_minutes = 0.01
validate_minutes = 0.05
"""
STAGES = """[[stages]]
name = "supervised"
minutes = 0.1
warmup = 8
decay = 1.0
[[stages]]
name = "adversarial"
minutes = 0.1
adversarial = 0.15
warmup = 8
decay = 1.0
"""
needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists() or os.name == "nt",
    reason="needs git (Debian: git) and a checkout",
)


def gpu_run(*words: object) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    command = [str(ROOT / "scripts" / "gpu_run"), *map(str, words)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def done(process: "subprocess.Popen[str]") -> str:
    told = process.communicate()[0]
    assert process.returncode == 0, told
    return told


def seen(out: Path) -> int:
    """Images that what was brought back has seen."""
    return int(json.loads(read_facts(out / "last.safetensors")["progress"])["images"])


@needs_git
@pytest.mark.slow
def test_a_whole_slot(photographs: Path, tmp_path: Path) -> None:
    upload, out, run = tmp_path / "upload", tmp_path / "out", tmp_path / "run"
    config = tmp_path / "tiny.toml"
    data = f'cache = "{tmp_path / "cache"}"\nworkers = 0'
    config.write_text(tiny_config(STAGES, top=TOP, data=data))
    told = done(gpu_run("prepare", "--pictures", photographs, "--to", upload, "--also", config))
    assert re.search(r"the tree: \d+\.\d MiB", told)
    assert (upload / "part-01" / "tiny.toml").exists()
    there = ["--config", config, "--parts", upload, "--run", run, "--out", out]

    killed = gpu_run("train", *there)
    deadline = time.monotonic() + 120
    while not (out / "last.discriminator.safetensors").exists():
        assert killed.poll() is None, done(killed)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = seen(out)
    assert before > 0

    stopped = done(gpu_run("train", *there, "--minutes", 0.12))
    assert "going on" in stopped
    assert "parts: 1 of 1, 24 pictures" in stopped
    assert re.search(r"pictures: \d+ to train on, \d+ held out", stopped)
    for name in (
        "decoding pictures",
        "preparing",
        "first steps of each kind",
        "training",
        "scoring",
        "saving",
    ):
        assert re.search(rf"\d\.\d s  {name}\n", stopped), name
    assert seen(out) >= before
    assert len(list(out.iterdir())) <= 8
    assert read_generator(out / "best.safetensors").config["encoder"] == "test_efficientnet"

    before = seen(out)
    shutil.rmtree(run)  # the machine is lost, and with it all but what was brought back
    ended = done(gpu_run("train", *there, "--from", out))
    assert "going on" in ended
    assert seen(out) > before
    clock = json.loads(read_facts(out / "last.safetensors")["progress"])["clock"]
    assert clock.keys() == {"supervised", "adversarial"}
    assert all(seconds >= 6 for seconds, _ in clock.values())
    assert (
        " discriminator 0" in (out / "figures.txt").read_text()
        or " discriminator 1" in (out / "figures.txt").read_text()
    )
    assert done(gpu_run("collect", "--run", run, "--out", tmp_path / "again")).count(".safetensors") == 4
