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
from vermilion.training import Progress, Settings, loop, train_settings
from vermilion.training.checkpoint import read_generator
from vermilion.training.settings import ModelSettings, StageSettings
from vermilion.training.step import take_step


class StoppedError(Exception):
    """A training was ended from outside."""


def go(recipe: Settings, *, resume: bool = False, stop_after: int | None = None) -> list[Progress]:
    """Train; returns what was reported. Like a kill, `stop_after` ends it after so many passes."""
    reports: list[Progress] = []

    def report(progress: Progress) -> None:
        reports.append(progress)
        if stop_after is not None and progress.done >= stop_after:
            raise StoppedError

    with suppress(StoppedError):
        train_settings(recipe, resume=resume, report=report)
    return reports


def state(run: str | Path) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(Path(run) / "last.ckpt", weights_only=True)
    return loaded


def assert_same(first: object, second: object) -> None:
    torch.testing.assert_close(first, second, rtol=0, atol=0, equal_nan=True)


def test_a_resumed_training_is_the_unbroken_one_to_the_last_bit(recipe: Settings, tmp_path: Path) -> None:
    recipe = replace(recipe, validate_every=2)
    whole = go(recipe)
    broken = replace(recipe, run=str(tmp_path / "broken"))
    first = go(broken, stop_after=20)  # in the game; the checkpoint is that of 16
    assert state(broken.run)["passes"] == 16
    second = go(broken, resume=True)
    assert [report.done for report in second[2:]] == [20, 24]
    joined = {report.done: report for report in (*first, *second)}
    for report in whole[2:]:
        assert_same(report.numbers, joined[report.done].numbers)
    ours, theirs = state(recipe.run), state(broken.run)
    assert ours.keys() == theirs.keys()
    for name in ours:
        if name.endswith("optimizer"):
            assert_same(ours[name]["state"], theirs[name]["state"])
        else:
            assert_same(ours[name], theirs[name])
    generators = [read_generator(Path(run) / "generator.safetensors") for run in (recipe.run, broken.run)]
    assert_same(*(dict(generator.state_dict()) for generator in generators))


def test_what_a_run_leaves_behind(recipe: Settings) -> None:
    reports = go(replace(recipe, validate_every=3))
    run = Path(recipe.run)
    assert {"last.ckpt", "generator.safetensors", "generator.judge.safetensors", "figures.txt", "kept"} <= {
        path.name for path in run.iterdir()
    }
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
    assert " judge " not in lines[2]
    assert lines[-1].startswith("seconds: ")
    assert 0 <= float(lines[3].split(" judge ")[1].split()[0]) <= 1
    assert json.loads((run / "recipe.json").read_text(encoding="utf-8"))["batch"] == 4
    assert [report.stage for report in reports[:2]] == ["pictures", "machine"]
    assert sum(reports[0].numbers.values()) == 24
    assert [report.stage for report in reports[2:]] == ["frozen"] * 3 + ["game"] * 3
    assert {report.wanted for report in reports} == {24}
    for report in reports[2:]:
        assert report.rate > 0
        assert 0 <= report.waiting < 1
        assert 0 < report.utilisation < 1
    assert {"game/judge", "game/accuracy", "game/share"} <= set(reports[-1].numbers)


def test_an_encoder_is_left_alone_while_frozen_and_learns_later(recipe: Settings) -> None:
    go(recipe, stop_after=12)
    frozen = state(recipe.run)["generator"]
    go(recipe, resume=True)
    learned = state(recipe.run)["generator"]
    changed = {name for name in frozen if not torch.equal(frozen[name], learned[name])}
    assert any(name.startswith("see.body.blocks.1") for name in changed)
    assert not any(name.startswith(("see.body.conv_stem", "see.body.blocks.0")) for name in changed)


def test_a_stage_may_end_within_a_batch(recipe: Settings) -> None:
    stages = (replace(recipe.stages[0], passes=6), replace(recipe.stages[1], passes=5))
    reports = go(replace(recipe, stages=stages))
    assert [(report.stage, report.done) for report in reports[2:]] == [
        ("frozen", 4),
        ("frozen", 8),
        ("game", 12),
    ]


def test_a_stage_may_have_sizes_of_its_own(recipe: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, tuple[int, ...]]] = []

    def watched(
        fabric: Any, players: Any, stage: StageSettings, settings: Any, batch: Any, **named: Any
    ) -> Any:
        seen.append((stage.name, tuple(batch.luma.shape[2:])))
        return take_step(fabric, players, stage, settings, batch, **named)

    monkeypatch.setattr(loop, "take_step", watched)
    frozen, game = recipe.stages
    go(replace(recipe, stages=(replace(frozen, sizes=((96, 64),)), game)))
    assert {size for name, size in seen if name == "frozen"} == {(96, 64)}
    assert {size for name, size in seen if name == "game"} <= set(recipe.data.sizes)


def test_a_stage_has_its_own_batch_samples_and_losses(
    recipe: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, set[Any]] = {"frozen": set(), "game": set()}

    def watched(
        fabric: Any, players: Any, stage: StageSettings, settings: Settings, batch: Any, **named: Any
    ) -> Any:
        weight_decay = players.optimizer.param_groups[0]["weight_decay"]
        own = len(batch.luma), bool(batch.hints.any()), settings.ema, settings.loss.temperature, weight_decay
        seen[stage.name].add((*own, players.lessons.settings.bins))
        return take_step(fabric, players, stage, settings, batch, **named)

    monkeypatch.setattr(loop, "take_step", watched)
    frozen, game = recipe.stages
    own = replace(
        frozen, batch=2, hinted=0.0, ema=0.5, temperature=0.3, weight_decay=0.2, bins=2.0
    )  # fmt: skip
    staged = replace(recipe, stages=(own, game), data=replace(recipe.data, hinted=1.0))
    reports = go(staged)
    assert [report.done for report in reports[2:]] == [2, 4, 6, 8, 10, 12, 16, 20, 24]
    assert seen["frozen"] == {(2, False, 0.5, 0.3, 0.2, 2.0)}
    assert seen["game"] == {(4, True, 0.9, 0.4, 0.01, 1.0)}
    broken = replace(staged, run=str(tmp_path / "broken"))
    go(broken, stop_after=10)
    with pytest.raises(TrainingError, match="begun with another `batch` of the stage frozen"):
        go(replace(broken, stages=(replace(own, batch=4), game)), resume=True)
    go(broken, resume=True)
    assert_same(state(staged.run)["generator"], state(broken.run)["generator"])


def test_checkpoints_of_older_optimisers_are_gone_on_from(recipe: Settings) -> None:
    go(recipe, stop_after=20)
    path = Path(recipe.run) / "last.ckpt"
    saved = state(recipe.run)
    assert saved["passes"] == 16
    for name in ("optimizer", "judge_optimizer"):
        for group in saved[name]["param_groups"]:
            group.update(lr=1e-3, fused=None, capturable=False, foreach=None)
    torch.save(saved, path)
    assert go(recipe, resume=True)[-1].done == 24
    groups = state(recipe.run)["optimizer"]["param_groups"]
    assert all(group["fused"] and isinstance(group["lr"], torch.Tensor) for group in groups)


def test_a_run_is_never_overwritten_and_never_mixed(recipe: Settings) -> None:
    with pytest.raises(TrainingError, match=r"no last\.ckpt to go on from"):
        go(recipe, resume=True)
    go(recipe, stop_after=12)
    with pytest.raises(TrainingError, match="already holds a training; add --resume"):
        go(recipe)
    with pytest.raises(TrainingError, match="begun with another `batch`"):
        go(replace(recipe, batch=2), resume=True)
    (Path(recipe.run) / "last.ckpt").write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="cannot be gone on from"):
        go(recipe, resume=True)


def test_no_pictures_left_is_named(recipe: Settings) -> None:
    with pytest.raises(TrainingError, match=r"data\.hold_out: 1 leaves no picture"):
        go(replace(recipe, data=replace(recipe.data, hold_out=1)))


def test_numbers_that_are_not_finite_keep_the_last_good_checkpoint(
    recipe: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(fabric: Any, players: Any, *rest: Any, **named: Any) -> Any:
        scalars = take_step(fabric, players, *rest, **named)
        if players.passes == 12:  # between the saves of 8 and 16
            players.generator.paint.odds.bias.data[0] = float("nan")
        return scalars

    monkeypatch.setattr(loop, "take_step", poisoned)
    with pytest.raises(TrainingError, match="still holds the last good state"):
        go(replace(recipe, log_every=100))
    good = state(recipe.run)
    assert good["passes"] <= 12
    assert all(bool(torch.isfinite(tensor).all()) for tensor in good["generator"].values())


def test_a_game_that_is_being_lost_is_not_saved(recipe: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(fabric: Any, players: Any, *rest: Any, **named: Any) -> Any:
        scalars = take_step(fabric, players, *rest, **named)
        return scalars | ({"game/penalty": torch.tensor(1e9)} if "game/penalty" in scalars else {})

    monkeypatch.setattr(loop, "take_step", lost)
    monkeypatch.setattr("vermilion.training.watch.PATIENCE", 3)
    with pytest.raises(TrainingError, match="overpowered"):
        go(recipe)
    assert state(recipe.run)["passes"] == 12


def test_the_classic_game_is_trained_watched_and_resumed_exactly(recipe: Settings, tmp_path: Path) -> None:
    classic = replace(
        recipe,
        batch=2,
        save_every=1,
        data=replace(recipe.data, sizes=((128, 128),)),
        model=ModelSettings(kind="classic", judge_width=4),
        stages=(StageSettings("game", passes=4, decoder_rate=2e-4, adversarial=0.5),),
    )
    reports = go(classic)
    assert {"l1", "game/judge", "game/painter", "game/accuracy"} == set(reports[-1].numbers)
    assert "clean ab" in (Path(classic.run) / "figures.txt").read_text(encoding="utf-8")
    broken = replace(classic, run=str(tmp_path / "broken"))
    go(broken, stop_after=4)
    assert state(broken.run)["passes"] == 2
    go(broken, resume=True)
    assert_same(state(classic.run)["generator"], state(broken.run)["generator"])  # dropout included
    with pytest.raises(TrainingError, match="classic baseline, which is for comparison only"):
        read_generator(Path(classic.run) / "generator.safetensors")


def test_train_reads_a_recipe_and_may_change_its_paths(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    monkeypatch.setattr(training, "train_settings", lambda settings, **_: asked.append(settings))
    smoke = Path(__file__).parents[2] / "configs" / "smoke.toml"
    training.train(smoke)
    training.train(smoke, pictures=["a", "b"], run="there")
    assert (asked[0].data.pictures, asked[0].run) == (("pictures",), "runs/smoke")
    assert (asked[1].data.pictures, asked[1].run) == (("a", "b"), "there")
