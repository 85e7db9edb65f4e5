"""The ablation: its configs, and the runner on tiny networks."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

from benchmarks import ablation
from benchmarks.ablation import CONFIGS, OURS, RAW, ROWS, START, Plan, cell
from benchmarks.colors import Bench
from benchmarks.held_out import load_extractor
from tests.tiny_model import make_tiny_model
from tests.training.conftest import tiny_config
from vermilion.training import load_settings
from vermilion.training.networks.weights import read_generator

ALL = CONFIGS.parent
STAGES = """
[[stages]]
name = "frozen"
images = 8
warmup = 0
[[stages]]
name = "adversarial"
images = 8
adversarial = 0.1
warmup = 0
"""
BASE = tiny_config(
    STAGES, top="validate_every = 1000\nsave_every = 2", data="workers = 0", sizes="[[32, 64]]", batch=4
)
CLASSIC = """
[data]
sizes = [[128, 128]]
chroma_stride = 1
[[stages]]
name = "adversarial"
images = 4
"""
ROWS_OF_TEST = {
    START: '[[stages]]\nname = "frozen"',
    OURS: '[model]\nstart_from = "start"\n[[stages]]\nname = "adversarial"',
    "l1": '[model]\ndistribution = false\n[[stages]]\nname = "frozen"',
    "classic": CLASSIC,
}
SCORE = """
import json, sys
from pathlib import Path
results = sorted(Path(sys.argv[2]).iterdir())
figures = {"corr": len(results) / 10, "top1": 0.5, "kmd": None, "note": "made up"}
Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(figures))
"""
MAKE_GREY = """
import sys
from pathlib import Path
from PIL import Image
source, target = map(Path, sys.argv[1:3])
target.mkdir(parents=True)
for path in source.iterdir():
    Image.open(path).convert("L").save(target / path.name)
"""


@pytest.mark.parametrize("path", sorted(ALL.rglob("*.toml")), ids=lambda path: path.stem)
def test_no_config_knows_the_perceptual_network_of_the_scorer(path: Path) -> None:
    settings = load_settings(path)
    assert "lite2" not in settings.model.encoder
    assert "lite2" not in settings.loss.perceptual_network
    assert "lite2" not in path.read_text(encoding="utf-8")


def test_every_row_has_its_config_and_every_config_its_row() -> None:
    assert {path.stem for path in CONFIGS.glob("*.toml")} == {*ROWS, START, "base"} - {RAW}
    for row in {*ROWS, START} - {RAW}:
        settings = load_settings(CONFIGS / f"{row}.toml")
        assert (settings.name, settings.run) == (row, f"runs/ablation/{row}")


def test_all_rows_take_the_same_images_at_the_same_size() -> None:
    start = load_settings(CONFIGS / f"{START}.toml")
    for row in ROWS.keys() - {RAW}:
        settings = load_settings(CONFIGS / f"{row}.toml")
        images = sum(stage.images for stage in settings.stages)
        if settings.model.start_from:
            assert Path(settings.model.start_from).parent == Path(start.run)
            images += sum(stage.images for stage in start.stages)
        assert images == 40_000, row
        assert settings.data.sizes == ((128, 128),), row
        assert not any(stage.sizes for stage in settings.stages), row


def test_the_adversarial_training_is_what_sets_row_five_apart() -> None:
    residual, ours = (load_settings(CONFIGS / f"{row}.toml") for row in ("residual", OURS))
    assert (residual.model, residual.loss, residual.data) == (ours.model, ours.loss, ours.data)
    assert residual.stages[0] == ours.stages[0]
    assert residual.stages[1].adversarial == 0 < ours.stages[1].adversarial


@pytest.fixture
def plan(photographs: Path, cache: Path, tmp_path: Path) -> Plan:
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "base.toml").write_text(BASE, encoding="utf-8")
    for row, text in ROWS_OF_TEST.items():
        (configs / f"{row}.toml").write_text(f'like = "base.toml"\n{text}\n', encoding="utf-8")
    return Plan(tmp_path / "work", configs, (str(photographs),), str(cache), side=64)


@pytest.fixture
def scorer(plan: Plan, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ablation.Scorer:
    """A stand-in for the scorer, three pictures, and a tiny model for whatever is exported."""
    (tmp_path / "score.py").write_text(SCORE)
    (tmp_path / "make_grey.py").write_text(MAKE_GREY)
    (tmp_path / "bench").mkdir()
    for number in range(3):
        Image.open(photographs / f"{number:02}.png").save(tmp_path / "bench" / f"{number}.png")
    monkeypatch.setattr(ablation, "export", lambda path, folder, facts: make_tiny_model(folder))
    torch.manual_seed(2)
    network = timm.create_model("test_efficientnet", num_classes=7)
    save_file(network.state_dict(), tmp_path / "extractor.safetensors")
    extractor = load_extractor(f"test_efficientnet:{tmp_path / 'extractor.safetensors'}")
    bench = Bench(tmp_path / "bench", tmp_path / "score.py", tmp_path / "work" / "bench")
    return ablation.Scorer(plan, extractor, bench)


@pytest.mark.slow
def test_rows_are_trained_scored_and_tabulated_once(plan: Plan, scorer: ablation.Scorer) -> None:
    rows = ["classic", "l1", OURS, RAW]
    table = ablation.run(plan, scorer, rows, [0]).read_text(encoding="utf-8").splitlines()
    assert len(table) == 2 + len(rows)
    for line, row in zip(table[2:], rows, strict=True):
        cells = [part.strip() for part in line.strip("|").split("|")]
        assert cells[0] == ROWS[row]
        assert [cells[9], cells[14]] == ["0.300", "0.500"], "the scorer's corr and top1"
        assert cells[13] == "–", "the scorer gave no kmd"
        assert np.isfinite([float(figure) for figure in cells[1:9]]).all()
    ours = plan.work / OURS / "generator.safetensors"
    raw, average = (read_generator(path) for path in (ours.with_name("raw.safetensors"), ours))
    assert not torch.equal(raw.decoder.odds.weight, average.decoder.odds.weight)
    assert read_generator(plan.work / "l1" / "generator.safetensors").decoder.odds is None
    stages = json.loads((plan.work / OURS / "config.json").read_text(encoding="utf-8"))["stages"]
    assert [stage["name"] for stage in stages] == ["adversarial"], "the frozen stage is the shared start's"
    before = {path: path.stat().st_mtime_ns for path in plan.work.rglob("generator.safetensors")}
    assert ablation.run(plan, scorer, rows, [0]).read_text(encoding="utf-8").splitlines() == table
    assert {path: path.stat().st_mtime_ns for path in plan.work.rglob("generator.safetensors")} == before


def test_weights_on_disk_stand_in_for_a_download(tmp_path: Path) -> None:
    (tmp_path / "tf_efficientnet_lite1.fp16.safetensors").touch()
    settings = Plan(tmp_path / "work", weights=tmp_path).settings("l1", 2)
    assert settings.model.encoder_weights == str(tmp_path / "tf_efficientnet_lite1.fp16.safetensors")
    assert settings.loss.perceptual_weights == str(tmp_path / "tf_efficientnet_lite0.safetensors")
    assert (settings.seed, settings.run) == (2, str(tmp_path / "work" / "l1-seed2"))
    assert Plan(tmp_path).settings("l1", 0).model.encoder_weights == "timm"


def test_cells_tell_the_spread_of_seeds() -> None:
    assert cell([]) == cell([float("nan")]) == "–"
    assert cell([0.5]) == "0.500"
    assert cell([0.4, 0.5, 0.6]) == "0.500 ± 0.100"
    assert cell([110.0, 112.0]) == "111.0 ± 1.4"


def test_unknown_rows_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["ablation", "--rows", "ours,theirs"])
    with pytest.raises(SystemExit):
        ablation.main()
    assert "there is no row theirs" in capsys.readouterr().err
