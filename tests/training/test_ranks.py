"""Several processes train as one."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed, nn

from tests.training.conftest import losses_of, write_config
from vermilion.errors import SettingsError
from vermilion.training.config.settings import Settings
from vermilion.training.devices import distributed as ranks
from vermilion.training.devices.distributed import SharedBatchNorm, make_fabric, share_statistics

ROOT = Path(__file__).parents[2]
STAGES = """
[[stages]]
name = "whole"
images = 64
encoder_rate = 1e-4
frozen_blocks = 1
colorfulness = 0.1
warmup = 32
[[stages]]
name = "adversarial"
images = 32
decoder_rate = 1e-4
adversarial = 0.15
warmup = 8
"""
# Every process leaves behind what its weights are in the end.
SCRIPT = """
import sys
from pathlib import Path
from vermilion.training import train
from vermilion.training.loop import trainer

def tell(session, close=trainer.Trainer.close):
    weights = [weight.double().abs().sum().item() for weight in session.state.generator.parameters()]
    Path(f"weights-{session.fabric.global_rank}.txt").write_text(repr(weights))
    close(session)

trainer.Trainer.close = tell
train(Path(sys.argv[1]))
"""


def start(words: list[str], folder: Path) -> str:
    """Run Python with some words; returns what it said."""
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def alone(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """The losses of one process."""
    folder = tmp_path_factory.mktemp("alone")
    start(["-m", "vermilion", "train", str(write_config(folder, photographs, STAGES))], folder)
    return losses_of(folder / "run")


def by_vermilion(config: Path) -> list[str]:
    return ["-m", "vermilion", "train", str(config)]


def by_torchrun(config: Path) -> list[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = ["-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={port}"]
    return [*launch, "-m", "vermilion", "train", str(config)]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "devices"), [(by_vermilion, 2), (by_torchrun, 1)])
def test_two_processes_have_the_losses_of_one(
    command: Callable[[Path], list[str]],
    devices: int,
    alone: dict[str, list[float]],
    photographs: Path,
    tmp_path: Path,
) -> None:
    said = start(command(write_config(tmp_path, photographs, STAGES, f"devices = {devices}")), tmp_path)
    assert said.count("is the trained generator") == said.count("pictures: ") == 1
    together = losses_of(tmp_path / "run")
    assert together.keys() == alone.keys()
    for name in ("bins", "chroma", "colorfulness", "confidence"):
        ours, theirs = torch.tensor(together[name]), torch.tensor(alone[name])
        assert len(ours) == 12
        torch.testing.assert_close(ours[:8], theirs[:8], rtol=2e-3, atol=1e-3)
        # The discriminator's penalties are measured with random signs, which each process draws for itself.
        torch.testing.assert_close(ours[8:], theirs[8:], rtol=0.03, atol=0.02)


@pytest.mark.slow
def test_two_processes_keep_the_same_weights_through_all_stages(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "go.py").write_text(SCRIPT, encoding="utf-8")
    config = write_config(tmp_path, photographs, STAGES, "devices = 2\nvalidate_every = 6")
    start(["go.py", str(config)], tmp_path)
    first, second = ((tmp_path / f"weights-{rank}.txt").read_text() for rank in (0, 1))
    assert first == second
    lines = (tmp_path / "run" / "figures.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if " clean " in line][-1].startswith("96 clean")
    assert sum(line.startswith("pictures:") for line in lines) == 1


def test_what_torchrun_started_must_share_the_batch(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "a", "LOCAL_WORLD_SIZE": "3", "WORLD_SIZE": "6"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="4 cannot be shared by the 6 processes that torchrun started"):
        make_fabric(config)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a second process held the same part of the batch."""
    monkeypatch.setattr(ranks, "_are_several", lambda: True)
    monkeypatch.setattr(ranks, "everywhere", lambda value: value)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 2)


def test_shared_statistics_are_those_of_the_whole_batch(two: None) -> None:
    whole: Any = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3))
    nn.init.uniform_(whole[1].weight)
    parts: Any = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3))
    parts.load_state_dict(whole.state_dict())
    share_statistics(parts)
    assert isinstance(parts[1], SharedBatchNorm)
    x = torch.randn(4, 2, 5, 6, generator=torch.Generator().manual_seed(0))
    wanted = whole(torch.cat([x, x]))
    painted = parts(x)
    torch.testing.assert_close(painted, wanted[:4])
    for ours, theirs in zip(parts[1].buffers(), whole[1].buffers(), strict=True):
        torch.testing.assert_close(ours, theirs)
    (painted**3).mean().backward()
    (wanted**3).mean().backward()
    torch.testing.assert_close(parts[0].weight.grad, whole[0].weight.grad)
    torch.testing.assert_close(parts.eval()(x), whole.eval()(x))
