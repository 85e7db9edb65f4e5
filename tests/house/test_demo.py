"""scripts/demo, run as a newcomer runs it: on the files of a clean clone, offline."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="a script for bash"),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what a clone would hold is known to git alone"),
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that git knows, and an environment that looks as if the script had made it before."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    environment = tmp_path / ".venv-demo"
    (environment / "bin").mkdir(parents=True)
    program = environment / "bin" / "vermilion"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}/src" exec "{sys.executable}" -m vermilion "$@"\n')
    program.chmod(0o755)
    content = hashlib.sha256((tmp_path / "pyproject.toml").read_bytes()).hexdigest()
    (environment / "installed").write_text(f". {platform.python_version()} {content}\n")
    return tmp_path


def test_the_demo_colours_every_example(clone: Path) -> None:
    environment = os.environ | {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    scans = sorted((clone / "examples").glob("*.jpg"))
    for _ in range(2):
        ended = subprocess.run(
            [clone / "scripts" / "demo"],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "Setting up" not in ended.stdout
        assert f"{len(scans)} colourised\n" in ended.stdout
        assert f"The colours are in {clone}/examples/color" in ended.stdout
    for scan in scans:
        with Image.open(clone / "examples" / "color" / scan.name) as result:
            assert np.ptp(np.asarray(result).astype(int), axis=2).max() > 20
