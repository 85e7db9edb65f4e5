"""A caller's own losses, and networks of its own: the textbook baseline."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks import classic
from benchmarks.classic import ClassicTask, is_classic, read_classic
from tests.training.test_loop import assert_same, checkpoint_of, go
from vermilion.errors import SettingsError, TrainingError
from vermilion.training import ColorizationTask, Settings
from vermilion.training.config.settings import ModelSettings, StageSettings
from vermilion.training.data.batch import Batch
from vermilion.training.networks.generator import GeneratorOutput
from vermilion.training.networks.weights import read_generator

CONFIGS = Path(__file__).parents[2] / "configs"


def greyness(painted: GeneratorOutput, batch: Batch) -> torch.Tensor:
    """Mean square of chroma: it wants grey pictures."""
    assert painted.chroma.shape == batch.ab.shape
    return painted.chroma.square().mean() / 100


def with_greyness(config: Settings, weight: float) -> Settings:
    stages = (replace(config.stages[0], losses={"greyness": weight}), config.stages[1])
    return replace(config, run=f"{config.run}-{weight}", stages=stages)


def test_an_added_loss_is_weighed_by_its_stage_and_reported_in_it_alone(config: Settings) -> None:
    task = ColorizationTask({"greyness": greyness})
    plain, weighed = (go(with_greyness(config, weight), task=task) for weight in (0.0, 50.0))
    assert [("greyness" in report.numbers, report.stage) for report in weighed[2:]] == [
        *[(True, "frozen")] * 3,
        *[(False, "adversarial")] * 3,
    ]
    assert not any("greyness" in report.numbers for report in plain)
    weights = [checkpoint_of(f"{config.run}-{weight}")["generator"] for weight in (0.0, 50.0)]
    assert not torch.equal(*(each["decoder.residual.weight"] for each in weights)), "it was learned from"
    assert plain[2].numbers["bins"] == weighed[2].numbers["bins"], "the first step starts from the same"


def test_a_loss_that_nobody_gave_is_named(config: Settings) -> None:
    with pytest.raises(SettingsError, match=r"stages\.frozen\.losses: 'greyness' .* was given \(none\)"):
        go(with_greyness(config, 1.0))
    assert not Path(f"{config.run}-1.0").exists()


def test_our_networks_refuse_chroma_of_another_size(config: Settings) -> None:
    with pytest.raises(SettingsError, match=r"data\.chroma_stride: must be 4 for vermilion's networks"):
        go(replace(config, data=replace(config.data, chroma_stride=1)))


@pytest.fixture
def textbook(config: Settings) -> Settings:
    return replace(
        config,
        batch=2,
        save_every=1,
        data=replace(config.data, sizes=((128, 128),), chroma_stride=1),
        model=ModelSettings(discriminator_width=4),
        stages=(StageSettings("adversarial", images=4, decoder_rate=2e-4, adversarial=0.5),),
    )


@pytest.mark.slow
def test_the_classic_task_is_trained_watched_and_resumed_exactly(textbook: Settings, tmp_path: Path) -> None:
    reports = go(textbook, task=ClassicTask())
    assert {"l1", "adversarial/discriminator", "adversarial/generator", "adversarial/accuracy"} == set(
        reports[-1].numbers
    )
    assert "clean ab" in (Path(textbook.run) / "figures.txt").read_text(encoding="utf-8")
    broken = replace(textbook, run=str(tmp_path / "broken"))
    go(broken, stop_after=4, task=ClassicTask())
    assert checkpoint_of(broken.run)["images"] == 2
    go(broken, resume=True, task=ClassicTask())
    assert_same(
        checkpoint_of(textbook.run)["generator"], checkpoint_of(broken.run)["generator"]
    )  # dropout included
    path = Path(textbook.run) / "generator.safetensors"
    with pytest.raises(TrainingError, match=r"holds another task's network \(classic\)"):
        read_generator(path)
    assert is_classic(path)
    assert read_classic(path).config == {"classic": 4}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: replace(it, data=replace(it.data, chroma_stride=4)), "must be 1, as pix2pix paints"),
        (lambda it: replace(it, data=replace(it.data, sizes=((128, 64),))), "not a pair of multiples of 128"),
        (
            lambda it: replace(it, stages=(replace(it.stages[0], sizes=((96, 128),)),)),
            "not a pair of multiples of 128",
        ),
        (
            lambda it: replace(it, stages=(replace(it.stages[0], cached_versions=2),)),
            "cached_versions: pix2pix has no features",
        ),
    ],
)
def test_what_does_not_fit_the_classic_task_is_named(
    change: Callable[[Settings], Settings], told: str, textbook: Settings
) -> None:
    with pytest.raises(SettingsError, match=told):
        go(change(textbook), task=ClassicTask())


def test_the_documented_command_trains_the_committed_config(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def noted(settings: Settings, **rest: object) -> Path:
        rest["task"].check(settings)  # type: ignore[attr-defined]
        asked.append((settings, rest["resume"], type(rest["task"])))
        return tmp_path

    monkeypatch.setattr(classic, "train_settings", noted)
    words = f"classic {CONFIGS}/classic.toml --pictures {photographs} --run {tmp_path} --resume"
    monkeypatch.setattr(sys, "argv", words.split())
    classic.main()
    [(settings, resume, task)] = asked
    assert (settings.run, settings.data.pictures) == (str(tmp_path), (str(photographs),))
    assert (resume, task) == (True, ClassicTask)
    page = (CONFIGS.parent / "docs" / "training.md").read_text(encoding="utf-8")
    assert "python -m benchmarks.classic configs/classic.toml --pictures photos" in page


def test_the_documented_command_says_what_is_wrong_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["classic", str(CONFIGS / "smoke.toml"), "--run", str(tmp_path)])
    with pytest.raises(SystemExit):
        classic.main()
    assert "data.chroma_stride: must be 1, as pix2pix paints at full size." in capsys.readouterr().err
