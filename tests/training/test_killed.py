"""A training that is killed goes on as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.conftest import losses_of, write_config

ROOT = Path(__file__).parents[2]
STAGES = """
[[stages]]
name = "whole"
images = 240
encoder_rate = 1e-4
frozen_blocks = 1
adversarial = 0.15
warmup = 32
"""
STEPS = 30
COMPARED = 20


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "vermilion", "train", str(config)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}


def kill_amid(config: Path, folder: Path) -> None:
    """Start a training and kill it once it has kept a state and gone on."""
    with subprocess.Popen(
        command(config), cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
    ) as training:
        assert training.stderr is not None
        for line in training.stderr:
            if line.startswith("whole  64/"):  # saved after 40 images, and again soon
                break
        training.send_signal(signal.SIGKILL)
    assert training.returncode == -signal.SIGKILL
    assert not (folder / "run" / "generator.safetensors").exists(), "it was killed too late"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_after_kill_9_the_next_losses_are_the_unbroken_ones(photographs: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("whole", "broken")]
    recipes = []
    for folder in folders:
        folder.mkdir()
        recipes.append(write_config(folder, photographs, STAGES, workers=1))
    run: Any = {"env": environment(), "check": True, "capture_output": True}
    subprocess.run(command(recipes[0]), cwd=folders[0], **run)
    kill_amid(recipes[1], folders[1])
    time.sleep(0.01)  # the files of scalars are told apart by their times
    subprocess.run([*command(recipes[1]), "--resume"], cwd=folders[1], **run)
    unbroken, resumed = (losses_of(folder / "run") for folder in folders)
    steps = len(resumed["bins"])
    assert COMPARED <= steps < STEPS
    for name, losses in unbroken.items():
        assert len(losses) == STEPS
        assert resumed[name] == losses[-steps:], name
    ours, theirs = (torch.load(folder / "run" / "last.ckpt", weights_only=True) for folder in folders)
    assert all(torch.equal(ours["generator"][name], theirs["generator"][name]) for name in ours["generator"])
