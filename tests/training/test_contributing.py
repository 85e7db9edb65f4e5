"""What CONTRIBUTING.md says of losses and encoders is done here, on tiny networks."""

import re
import tomllib
from pathlib import Path

import pytest
import timm

from tests.training.conftest import losses_of, tiny_config
from vermilion.errors import TrainingError
from vermilion.training import load_settings, train_settings
from vermilion.training.networks.encoder import make_encoder
from vermilion.training.networks.weights import read_generator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STAGES = """[[stages]]
name = "frozen"
images = 8
warmup = 0
losses = {total_variation = 0.01}
"""


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def block(text: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def config_of(photographs: Path, stages: str, folder: Path) -> Path:
    path = folder / "my.toml"
    data = f'pictures = ["{photographs}"]\ncache = "{folder / "cache"}"\nworkers = 0'
    path.write_text(tiny_config(stages, top="log_every = 1", data=data, batch=4), encoding="utf-8")
    return path


def test_the_loss_of_the_page_is_learned_from_and_reported(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "docs/training.md#losses-and-networks-of-your-own"
    assert link in section("Add a loss")
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    snippet = block(page.partition("\n## Losses and networks of your own\n")[2], "py")
    config_of(photographs, STAGES, tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet, "the page", "exec"), {})
    reported = losses_of(tmp_path / "run")
    assert len(reported["total_variation"]) == 2
    assert all(value >= 0 for value in reported["total_variation"])


@pytest.mark.parametrize("heading", ["Add a loss", "Add an encoder"])
def test_the_places_that_the_page_names_are_there(heading: str) -> None:
    named = re.findall(r"`((?:src|training|docs|configs|benchmarks)/[\w./-]*)`", section(heading))
    assert named
    homes = (ROOT, ROOT / "src" / "vermilion")
    assert [place for place in named if not any((home / place).exists() for home in homes)] == []


def test_the_page_sends_a_weight_to_the_table_where_those_of_stages_are() -> None:
    [table] = re.findall(r"it\s+into `([\w./]+)`", section("Add a loss"))
    assert "\n| `patch` | 0.0 |" in (ROOT / table).read_text(encoding="utf-8")


def test_an_encoder_is_a_name_in_a_config(photographs: Path, tmp_path: Path) -> None:
    model = tomllib.loads(block(section("Add an encoder"), "toml"))["model"]
    assert timm.is_model(model["encoder"])
    assert make_encoder(model["encoder"], "").channels == [64, 128, 256, 512]
    path = config_of(photographs, STAGES.replace("losses = ", "# "), tmp_path)
    text = path.read_text(encoding="utf-8").replace("test_efficientnet", "test_resnet")
    path.write_text(text.replace('run = "run"', f'run = "{tmp_path / "run"}"'), encoding="utf-8")
    trained = read_generator(train_settings(load_settings(path)))
    assert trained.config["encoder"] == "test_resnet"
    with pytest.raises(TrainingError, match="no features_only encoder 'test_vit' with strides 4 to 32"):
        make_encoder("test_vit", "")
