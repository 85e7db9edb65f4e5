"""Whole trainings of a few steps."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from vermilion import training
from vermilion.errors import TrainingError
from vermilion.training import Progress, Settings, Task, train_settings
from vermilion.training.loop import trainer
from vermilion.training.loop.step import take_step
from vermilion.training.loop.task import Step
from vermilion.training.networks.bins import gamut_bins
from vermilion.training.networks.weights import read_generator


class StoppedError(Exception):
    """A training was ended from outside."""


def go(
    config: Settings, *, resume: bool = False, stop_after: int | None = None, task: Task | None = None
) -> list[Progress]:
    """Train; returns what was reported. Like a kill, `stop_after` ends it after so many images."""
    reports: list[Progress] = []

    def report(progress: Progress) -> None:
        reports.append(progress)
        if stop_after is not None and progress.done >= stop_after:
            raise StoppedError

    with suppress(StoppedError):
        train_settings(config, resume=resume, report=report, task=task)
    return reports


def checkpoint_of(run: str | Path) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(Path(run) / "last.ckpt", weights_only=True)
    return loaded


def assert_same(first: object, second: object) -> None:
    torch.testing.assert_close(first, second, rtol=0, atol=0, equal_nan=True)


@pytest.mark.slow
def test_a_resumed_training_is_the_unbroken_one_to_the_last_bit(config: Settings, tmp_path: Path) -> None:
    config = replace(config, validate_every=2)
    whole = go(config)
    broken = replace(config, run=str(tmp_path / "broken"))
    first = go(broken, stop_after=20)  # in adversarial training; the checkpoint is that of 16
    assert checkpoint_of(broken.run)["images"] == 16
    second = go(broken, resume=True)
    assert [report.done for report in second[2:]] == [20, 24]
    joined = {report.done: report for report in (*first, *second)}
    for report in whole[2:]:
        assert_same(report.numbers, joined[report.done].numbers)
    ours, theirs = checkpoint_of(config.run), checkpoint_of(broken.run)
    assert ours.keys() == theirs.keys()
    for name in ours:
        if name.endswith("optimizer"):
            assert_same(ours[name]["state"], theirs[name]["state"])
        else:
            assert_same(ours[name], theirs[name])
    generators = [read_generator(Path(run) / "generator.safetensors") for run in (config.run, broken.run)]
    assert_same(*(dict(generator.state_dict()) for generator in generators))


def test_what_a_run_leaves_behind(config: Settings) -> None:
    reports = go(replace(config, validate_every=3))
    run = Path(config.run)
    assert {
        "last.ckpt",
        "generator.safetensors",
        "generator.discriminator.safetensors",
        "figures.txt",
        "kept",
    } <= {path.name for path in run.iterdir()}
    assert sorted(path.name for path in (run / "kept").glob("*[0-9].safetensors")) == [
        "000000012.safetensors",
        "000000024.safetensors",
    ]
    assert list(run.glob("events.*"))
    lines = (run / "figures.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("pictures: ")
    assert lines[1].startswith("machine: ")
    assert "GFLOP/s at best (measured on matrix products in float32)" in lines[1]
    assert [line.split()[0] for line in lines[2:-1]] == ["12", "24"]
    assert " discriminator " not in lines[2]
    assert lines[-1].startswith("seconds: ")
    assert 0 <= float(lines[3].split(" discriminator ")[1].split()[0]) <= 1
    assert json.loads((run / "config.json").read_text(encoding="utf-8"))["batch"] == 4
    assert [report.stage for report in reports[:2]] == ["pictures", "machine"]
    assert sum(reports[0].numbers.values()) == 24
    assert [report.stage for report in reports[2:]] == ["frozen"] * 3 + ["adversarial"] * 3
    assert {report.wanted for report in reports} == {24}
    for report in reports[2:]:
        assert report.rate > 0
        assert 0 <= report.waiting < 1
        assert 0 < report.utilisation < 1
    assert {"adversarial/discriminator", "adversarial/accuracy", "adversarial/share"} <= set(
        reports[-1].numbers
    )


@pytest.mark.slow
def test_an_encoder_is_left_alone_while_frozen_and_learns_later(config: Settings) -> None:
    go(config, stop_after=12)
    frozen = checkpoint_of(config.run)["generator"]
    go(config, resume=True)
    learned = checkpoint_of(config.run)["generator"]
    changed = {name for name in frozen if not torch.equal(frozen[name], learned[name])}
    assert any(name.startswith("encoder.body.blocks.1") for name in changed)
    assert not any(name.startswith(("encoder.body.conv_stem", "encoder.body.blocks.0")) for name in changed)


def test_a_stage_may_end_within_a_batch(config: Settings) -> None:
    stages = (replace(config.stages[0], images=6), replace(config.stages[1], images=5))
    reports = go(replace(config, stages=stages))
    assert [(report.stage, report.done) for report in reports[2:]] == [
        ("frozen", 4),
        ("frozen", 8),
        ("adversarial", 12),
    ]


def test_a_stage_may_have_sizes_of_its_own(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, tuple[int, ...]]] = []

    def watched(step: Step, batch: Any) -> Any:
        seen.append((step.stage.name, tuple(batch.luma.shape[2:])))
        return take_step(step, batch)

    monkeypatch.setattr(trainer, "take_step", watched)
    frozen, adversarial = config.stages
    go(replace(config, stages=(replace(frozen, sizes=((96, 64),)), adversarial)))
    assert {size for name, size in seen if name == "frozen"} == {(96, 64)}
    assert {size for name, size in seen if name == "adversarial"} <= set(config.data.sizes)


@pytest.mark.slow
def test_a_stage_has_its_own_batch_samples_and_losses(
    config: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, set[Any]] = {"frozen": set(), "adversarial": set()}

    def watched(step: Step, batch: Any) -> Any:
        state, settings = step.state, step.settings
        weight_decay = state.optimizer.param_groups[0]["weight_decay"]
        own = len(batch.luma), bool(batch.hints.any()), settings.ema, settings.loss.temperature, weight_decay
        seen[step.stage.name].add((*own, state.supervised.settings.bins))
        return take_step(step, batch)

    monkeypatch.setattr(trainer, "take_step", watched)
    frozen, adversarial = config.stages
    own = replace(
        frozen, batch=2, hinted=0.0, ema=0.5, temperature=0.3, weight_decay=0.2, bins=2.0
    )  # fmt: skip
    staged = replace(config, stages=(own, adversarial), data=replace(config.data, hinted=1.0))
    reports = go(staged)
    assert [report.done for report in reports[2:]] == [2, 4, 6, 8, 10, 12, 16, 20, 24]
    assert seen["frozen"] == {(2, False, 0.5, 0.3, 0.2, 2.0)}
    assert seen["adversarial"] == {(4, True, 0.9, 0.4, 0.01, 1.0)}
    broken = replace(staged, run=str(tmp_path / "broken"))
    go(broken, stop_after=10)
    with pytest.raises(TrainingError, match="begun with another `batch` of the stage frozen"):
        go(replace(broken, stages=(replace(own, batch=4), adversarial)), resume=True)
    go(broken, resume=True)
    assert_same(checkpoint_of(staged.run)["generator"], checkpoint_of(broken.run)["generator"])


@pytest.mark.slow
def test_checkpoints_of_older_optimisers_are_gone_on_from(config: Settings) -> None:
    go(config, stop_after=20)
    path = Path(config.run) / "last.ckpt"
    saved = checkpoint_of(config.run)
    assert saved["images"] == 16
    for name in ("optimizer", "discriminator_optimizer"):
        for group in saved[name]["param_groups"]:
            group.update(lr=1e-3, fused=None, capturable=False, foreach=None)
    torch.save(saved, path)
    assert go(config, resume=True)[-1].done == 24
    groups = checkpoint_of(config.run)["optimizer"]["param_groups"]
    assert all(group["fused"] and isinstance(group["lr"], torch.Tensor) for group in groups)


@pytest.mark.slow
def test_a_run_keeps_its_bins_whatever_the_first_samples_are_now(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(config, stop_after=20)
    bins = checkpoint_of(config.run)["generator"]["decoder.centres"]
    other = torch.from_numpy(gamut_bins())
    assert len(other) != len(bins)
    shares = torch.full((len(other),), 1 / len(other))
    luma = torch.rand(8, 1, 32, 64)
    monkeypatch.setattr("vermilion.training.loop.state.survey", lambda _: (other, shares, luma))
    assert go(config, resume=True)[-1].done == 24
    assert_same(checkpoint_of(config.run)["generator"]["decoder.centres"], bins)


def test_a_run_is_never_overwritten_and_never_mixed(config: Settings) -> None:
    with pytest.raises(TrainingError, match=r"no last\.ckpt to continue from"):
        go(config, resume=True)
    go(config, stop_after=12)
    with pytest.raises(TrainingError, match="already holds a training; add --resume"):
        go(config)
    with pytest.raises(TrainingError, match="begun with another `batch`"):
        go(replace(config, batch=2), resume=True)
    (Path(config.run) / "last.ckpt").write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="cannot be continued"):
        go(config, resume=True)


def test_no_pictures_left_is_named(config: Settings) -> None:
    with pytest.raises(TrainingError, match=r"data\.hold_out: 1 leaves no picture"):
        go(replace(config, data=replace(config.data, hold_out=1)))


def test_numbers_that_are_not_finite_keep_the_last_good_checkpoint(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(step: Step, batch: Any) -> Any:
        scalars = take_step(step, batch)
        if step.state.images == 12:  # between the saves of 8 and 16
            step.state.generator.decoder.odds.bias.data[0] = float("nan")
        return scalars

    monkeypatch.setattr(trainer, "take_step", poisoned)
    with pytest.raises(TrainingError, match="still holds the last good state"):
        go(replace(config, log_every=100))
    good = checkpoint_of(config.run)
    assert good["images"] <= 12
    assert all(bool(torch.isfinite(tensor).all()) for tensor in good["generator"].values())


def test_an_adversarial_training_that_is_being_lost_is_not_saved(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(step: Step, batch: Any) -> Any:
        scalars = take_step(step, batch)
        return scalars | (
            {"adversarial/penalty": torch.tensor(1e9)} if "adversarial/penalty" in scalars else {}
        )

    monkeypatch.setattr(trainer, "take_step", lost)
    monkeypatch.setattr("vermilion.training.loop.watch.PATIENCE", 3)
    with pytest.raises(TrainingError, match="overpowered"):
        go(config)
    assert checkpoint_of(config.run)["images"] == 12


def test_train_reads_a_config_and_may_change_its_paths(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    monkeypatch.setattr(training, "train_settings", lambda settings, **_: asked.append(settings))
    smoke = Path(__file__).parents[2] / "configs" / "smoke.toml"
    training.train(smoke)
    training.train(smoke, pictures=["a", "b"], run="there")
    assert (asked[0].data.pictures, asked[0].run) == (("pictures",), "runs/smoke")
    assert (asked[1].data.pictures, asked[1].run) == (("a", "b"), "there")
