"""`vermilion train` and `vermilion export`, from config to model, in-process."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vermilion.cli.app import app
from vermilion.network import Model

SMOKE = Path(__file__).parents[2] / "configs" / "smoke.toml"


@pytest.mark.slow
def test_the_smoke_config_makes_a_model_that_loads(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["train", str(SMOKE), "--pictures", str(photographs), "--run", "runs/mine"]
    trained = CliRunner().invoke(app, words)
    assert trained.exit_code == 0, trained.output
    assert "pictures: " in trained.stderr
    assert "GFLOP/s at best (measured on matrix products in " in trained.stderr
    assert "% waiting" in trained.stderr
    assert "adversarial  480/480" in trained.stderr
    assert "adversarial/share" in trained.stderr
    exported = CliRunner().invoke(app, ["export", "runs/mine", "my-model", "--name", "mine"])
    assert exported.exit_code == 0, exported.output
    assert Model.load(tmp_path / "my-model", device="cpu").card.name == "mine"
    again = CliRunner().invoke(app, words)
    assert again.exit_code == 1
    assert "already holds a training; add --resume" in again.stderr


def test_a_wrong_config_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('name = "a"\nrun = "b"\nspeed = 3\n', encoding="utf-8")
    said = CliRunner().invoke(app, ["train", str(path)])
    assert said.exit_code == 1
    [line] = said.stderr.splitlines()
    assert "unknown key 'speed'" in line
