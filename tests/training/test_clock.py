"""Stages that end by the clock, trainings that stop in time, and what goes on after them."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from vermilion.errors import TrainingError
from vermilion.training import Settings, train_settings
from vermilion.training.config.settings import StageSettings
from vermilion.training.loop import clock
from vermilion.training.loop.validation import Figures, merit
from vermilion.training.networks.weights import read_facts, read_generator

TIMED = StageSettings("timed", minutes=0.5, decoder_rate=1e-3, warmup=1, decay=1.0)
AFTER = StageSettings("after", images=8, warmup=1, decay=0.0)


@pytest.fixture(autouse=True)
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock on which a second images whenever somebody looks."""
    seconds = iter(range(10**6))
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))


def state(config: Settings) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(Path(config.run) / "last.ckpt", weights_only=True)
    return loaded


@pytest.mark.slow
def test_a_stage_ends_by_the_clock_and_the_next_begins_there(config: Settings) -> None:
    config = replace(config, stages=(TIMED, AFTER), log_every=1)
    reports: list[Any] = []
    train_settings(config, report=reports.append)
    seconds, images = state(config)["clock"]["timed"]
    assert 30 <= seconds <= 33
    assert 20 < images < 120
    assert state(config)["images"] == images + 8
    assert state(config)["optimizer"]["param_groups"][0]["lr"] == pytest.approx(1e-3, rel=0.1), "of `after`"
    timed = [report for report in reports if report.stage == "timed"]
    assert timed[-1].done <= timed[-1].wanted <= 1.5 * images + 8


@pytest.mark.slow
def test_rates_fall_with_the_time_and_not_with_the_images(config: Settings) -> None:
    config = replace(config, stages=(TIMED,))
    train_settings(config)
    [group, _] = state(config)["optimizer"]["param_groups"]
    assert float(group["lr"]) == pytest.approx(1e-3 * 2 / 30, rel=0.6)


@pytest.mark.slow
def test_a_training_that_stopped_in_time_goes_on_and_takes_no_longer(config: Settings) -> None:
    config = replace(config, stages=(TIMED, AFTER))
    made = train_settings(config, minutes=0.2)
    assert made.exists()
    seconds, images = state(config)["clock"]["timed"]
    assert 10 <= seconds <= 16
    assert state(config)["images"] == images > 0
    train_settings(config, resume=True)
    later, more = state(config)["clock"]["timed"]
    assert 30 <= later <= 33
    assert more > images
    assert state(config)["images"] == more + 8


@pytest.mark.slow
def test_a_training_that_lost_its_checkpoint_goes_on_from_the_small_files(config: Settings) -> None:
    config = replace(config, stages=(TIMED, replace(config.stages[1], images=8)))
    train_settings(config, minutes=0.2)
    run = Path(config.run)
    before = state(config)
    (run / "last.ckpt").unlink()
    weights = {
        name: tensor.clone() for name, tensor in read_generator(run / "last.safetensors").state_dict().items()
    }
    train_settings(config, resume=True, minutes=1e-3)  # no step
    assert state(config)["images"] == before["images"]
    assert state(config)["clock"]["timed"][1] == before["clock"]["timed"][1]
    for name, tensor in read_generator(run / "last.safetensors").state_dict().items():
        torch.testing.assert_close(tensor, weights[name], rtol=1e-2, atol=1e-2)
    train_settings(config, resume=True)
    assert state(config)["images"] == state(config)["clock"]["timed"][1] + 8


@pytest.mark.slow
def test_what_does_not_tell_how_far_it_came_is_refused(config: Settings) -> None:
    train_settings(config)
    run = Path(config.run)
    (run / "last.ckpt").unlink()
    (run / "last.safetensors").write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="is not a generator that vermilion saved"):
        train_settings(config, resume=True)


@pytest.mark.slow
def test_figures_are_taken_by_the_clock_and_the_best_generator_is_kept(config: Settings) -> None:
    config = replace(config, stages=(TIMED,), validate_minutes=0.1, save_minutes=0.1, save_every=1000)
    train_settings(config)
    run = Path(config.run)
    lines = [line for line in (run / "figures.txt").read_text().splitlines() if " clean " in line]
    assert len(lines) >= 3
    merits = {}
    for line in lines:
        words = line.split()
        clean, aged = (
            [float(words[words.index(name) + 2 * i + 2]) for i in range(5)] for name in ("clean", "aged")
        )
        merits[words[0]] = merit(Figures(*clean), Figures(*aged))
    best = json.loads(read_facts(run / "best.safetensors")["progress"])
    # The lines are rounded, so that two of nearly the same merit cannot be told apart.
    assert merits[str(best["images"])] == pytest.approx(max(merits.values()), abs=1e-3)
    assert best["best"] == pytest.approx(max(merits.values()), abs=1e-3)
    assert (run / "best.discriminator.safetensors").exists()
    assert (run / "held-out.jpg").exists()


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [  # corr_c, cmd and aged corr_c on held-out pictures: MODEL_CARD.md, and the log's of vermilion 4 (clean)
        ([(0.478, 35, 0.478), (0.470, 22, 0.470), (0.466, 18, 0.466)], 0),
        (
            [
                (0.507, 86, 0.454),
                (0.508, 69, 0.456),
                (0.504, 54, 0.454),
                (0.498, 40, 0.450),
                (0.492, 26, 0.445),
            ],
            4,
        ),
    ],
)
def test_the_merit_chooses_what_was_chosen_by_hand(rows: list[tuple[float, ...]], chosen: int) -> None:
    merits = [merit(Figures(0, 0, corr_c, 0, cmd), Figures(0, 0, aged, 0, 0)) for corr_c, cmd, aged in rows]
    assert max(range(len(rows)), key=lambda row: merits[row]) == chosen
