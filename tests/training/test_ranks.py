"""Several processes train as one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
from vermilion.training import load_settings, loop, train_settings

def tell(session, close=loop.Session.close):
    weights = [weight.double().abs().sum().item() for weight in session.players.generator.parameters()]
    Path(f"weights-{session.fabric.global_rank}.txt").write_text(repr(weights))
    close(session)

loop.Session.close = tell
settings = load_settings(Path(sys.argv[1]))
stages = tuple(replace(stage, passes=16, warmup=8, judge_alone=0) for stage in settings.stages)
data = replace(settings.data, pictures=(sys.argv[2],), cache="cache")
train_settings(replace(settings, accelerator="cpu", devices=2, stages=stages, data=data, log_every=1))
"""


@pytest.mark.slow
def test_two_processes_keep_the_same_weights_through_all_stages(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "go.py").write_text(SCRIPT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "go.py", str(ROOT / "configs" / "smoke.toml"), str(photographs)]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stderr[-2000:]
    first, second = ((tmp_path / f"weights-{rank}.txt").read_text() for rank in (0, 1))
    assert first == second
    lines = (tmp_path / "runs" / "smoke" / "figures.txt").read_text(encoding="utf-8").splitlines()
    assert lines[-1].startswith("48 clean")
    assert sum(line.startswith("pictures:") for line in lines) == 1
