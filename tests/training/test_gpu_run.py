"""`scripts/gpu_run`: parts of an upload, and what is brought back."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.scripts_as_modules import load_script
from vermilion.errors import TrainingError

gpu_run = load_script("gpu_run")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of 100 kB that ignores `upload/`."""
    root = tmp_path / "checkout"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    (root / ".gitignore").write_text("/upload/\n")
    (root / "tracked.bin").write_bytes(bytes(100_000))
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    return root


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """Thirty pictures that do not compress, 110 kB each, one of them twice."""
    folder = tmp_path / "noise"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(30):
        Image.fromarray(random.integers(0, 256, (192, 192, 3), np.uint8)).save(folder / f"{number:02}.png")
    (folder / "again.png").write_bytes((folder / "00.png").read_bytes())
    return folder


def upload(noise: Path, checkout: Path, **changes: Any) -> Any:
    words = {"pictures": (str(noise),), "also": (), "to": checkout / "upload", "limit": 2.5, "short_side": 0}
    return gpu_run.Upload(**(words | changes))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_every_part_fits_beside_the_tree(
    noise: Path, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_run, "LEAST_PART", 1)
    weights = tmp_path / "eye.safetensors"
    weights.write_bytes(bytes(500_000))
    parts = gpu_run.prepare(upload(noise, checkout, also=(weights,)), checkout)
    assert len(parts) == 2
    assert all(100_000 + size_of(part) <= 2.5 * gpu_run.MIB for part in parts)
    assert (parts[0] / "eye.safetensors").read_bytes() == weights.read_bytes()
    tables = [pq.read_table(part / "pictures.parquet") for part in parts]
    assert sum(len(table) for table in tables) == 30, "each picture once"
    assert gpu_run.whole_parts(checkout / "upload") == parts
    facts = json.loads((parts[0] / "part.json").read_text())
    assert facts["parts"] == 2
    assert facts["sources"] == {"noise": facts["pictures"]}


def test_large_pictures_can_be_made_smaller(noise: Path, checkout: Path) -> None:
    [part] = gpu_run.prepare(upload(noise, checkout, limit=60.0, short_side=96), checkout)
    assert size_of(part) < 1_000_000


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"limit": 1.0, "to": "upload/new"}, "too little room; take files that training does not need out"),
        ({"to": "seen"}, "is not ignored by git"),
        ({"to": "upload/full"}, "is not empty"),
    ],
)
def test_an_upload_that_cannot_work_is_refused(
    changes: dict[str, Any], told: str, noise: Path, checkout: Path
) -> None:
    (checkout / "upload" / "full").mkdir(parents=True)
    (checkout / "upload" / "full" / "x").touch()
    changes = {name: checkout / value if name == "to" else value for name, value in changes.items()}
    with pytest.raises(TrainingError, match=told):
        gpu_run.prepare(upload(noise, checkout, **changes), checkout)


def test_a_part_that_is_not_whole_is_named(noise: Path, checkout: Path) -> None:
    with pytest.raises(TrainingError, match="holds no part"):
        gpu_run.whole_parts(checkout / "upload")
    [part] = gpu_run.prepare(upload(noise, checkout, limit=60), checkout)
    whole = (part / "pictures.parquet").read_bytes()
    (part / "pictures.parquet").write_bytes(whole[:-9])
    with pytest.raises(TrainingError, match=r"pictures\.parquet is damaged; bring the part again"):
        gpu_run.whole_parts(checkout / "upload")
    (part / "part.json").unlink()
    with pytest.raises(TrainingError, match="is not whole"):
        gpu_run.whole_parts(checkout / "upload")


def test_what_is_brought_back_is_little(tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    run.mkdir()
    with pytest.raises(TrainingError, match="holds nothing to bring back"):
        gpu_run.collect(run, out)
    for name in ("best.safetensors", "last.safetensors", "figures.txt", "last.ckpt"):
        (run / name).write_bytes(bytes(1000))
    gpu_run.collect(run, out)
    assert {path.name for path in out.iterdir()} == {"best.safetensors", "last.safetensors", "figures.txt"}
    (run / "best.safetensors").write_bytes(bytes(17 * gpu_run.MIB))
    with pytest.raises(TrainingError, match="too much to bring back"):
        gpu_run.collect(run, out)


def test_training_leaves_a_minute_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu_run.parse(["train", "--minutes", "9", "--out", "out"]).minutes == 9
    with pytest.raises(SystemExit):
        gpu_run.parse(["train", "--minutes", "9.5", "--out", "out"])
    assert "must leave a minute of the 10 that a command may run" in capsys.readouterr().err
