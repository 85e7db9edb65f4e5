"""Two processes agree on the time: one that asks alone would wait for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.conftest import write_config

STAGES = """
[[stages]]
name = "timed"
minutes = 0.02
[[stages]]
name = "cached"
images = 16
cached_versions = 2
sizes = [[64, 64]]
"""


@pytest.mark.slow
def test_two_processes_end_a_stage_by_the_clock(photographs: Path, tmp_path: Path) -> None:
    more = "devices = 2\nvalidate_minutes = 0.01\nsave_minutes = 0.01"
    config = write_config(tmp_path, photographs, STAGES, more=more)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "vermilion", "train", str(config)]
    subprocess.run(words, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=150)
    assert (tmp_path / "run" / "generator.safetensors").exists()
