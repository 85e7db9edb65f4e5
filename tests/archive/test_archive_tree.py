"""The mixed tree of benchmarks.archive_tree, scaled down: run, killed, resumed, verified and bagged."""

import os
from pathlib import Path

import pytest

from benchmarks.archive_tree import try_tree

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="flock and signals are those of Unix")
def test_a_mixed_tree_is_run_killed_resumed_verified_and_bagged(
    tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = try_tree(tmp_path, 100, 2, 2, str(tiny_model_folder))
    outcomes = found["outcomes"]
    assert isinstance(outcomes, dict)
    assert outcomes["done"] > 70
    assert outcomes["failed"] > 3
    assert found["proved"] == outcomes["done"]
