"""Features of a frozen encoder that are kept on disk."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from benchmarks import features
from tests.training.conftest import write_config
from vermilion.errors import SettingsError, TrainingError
from vermilion.training import Settings, train_settings
from vermilion.training.config.settings import StageSettings, check_settings
from vermilion.training.data import feature_cache
from vermilion.training.data.feature_cache import CachedLoader, FeatureCache, record_of
from vermilion.training.data.samples import Samples
from vermilion.training.networks.generator import UNetGenerator

SIZES = ((64, 96),)


@pytest.fixture
def kept(samples: Callable[..., Samples], generator: UNetGenerator, tmp_path: Path) -> FeatureCache:
    return FeatureCache(
        samples(sizes=SIZES, degraded=0.5, recolored=0.5), generator.encoder, tmp_path / "features"
    )


def test_the_kept_features_are_those_of_the_luma(kept: FeatureCache, generator: UNetGenerator) -> None:
    loader = CachedLoader(kept, 2, Fabric(accelerator="cpu"))
    for version in kept.missing([0, 1]):
        kept.build(version)
    assert kept.missing([0, 1]) == []
    assert kept.path(0).stat().st_size == kept.bytes_of_a_version
    [portion, *_] = loader.portions(0, 4)
    batch = portion.make(*portion.tensors)
    assert batch.luma.shape == (4, 1, 64, 96)
    assert batch.ab.shape == (4, 2, 16, 24)
    assert batch.hints.shape == (4, 3, 16, 24)
    with torch.no_grad():
        for known, computed in zip(batch.features, generator.encoder(batch.luma), strict=True):
            assert known.dtype == torch.float16
            torch.testing.assert_close(
                known.float(), computed, rtol=0.02, atol=0.02 * float(computed.abs().max())
            )
            assert float(computed.std()) > 0
        painted = generator(batch.luma, batch.hints, 0.4, batch.features)
        computed = generator(batch.luma, batch.hints, 0.4)
    torch.testing.assert_close(painted.chroma, computed.chroma, rtol=0, atol=0.5)


def test_each_epoch_takes_the_next_version_and_draws_hints_afresh(kept: FeatureCache) -> None:
    loader = CachedLoader(kept, 2, Fabric(accelerator="cpu"))
    for version in loader.wanted(0, 200):
        kept.build(version)
    length = kept.samples.length
    by_picture: dict[int, list[tuple[torch.Tensor, ...]]] = {}
    for number in range(3 * length):
        by_picture.setdefault(kept.samples.picture_of(number)[1], []).append(loader.samples[number])
    anew = 0
    for first, second, third in by_picture.values():
        assert torch.equal(first[0], third[0]), "epoch 2 takes version 0 again"
        assert not torch.equal(first[0], second[0]), "epoch 1 takes another view"
        assert torch.equal(first[3], third[3])
        anew += not torch.equal(first[2], third[2])
    assert anew > length / 4


def test_only_versions_that_are_needed_are_wanted(kept: FeatureCache) -> None:
    loader = CachedLoader(kept, 3, Fabric(accelerator="cpu"))
    assert loader.wanted(0, 4) == [0]
    assert loader.wanted(24, 30) == [1]
    assert loader.wanted(0, 30) == [0, 1]
    assert loader.wanted(0, 10**6) == [0, 1, 2]


def test_the_folder_follows_from_all_that_the_records_follow_from(
    samples: Callable[..., Samples], generator: UNetGenerator, tmp_path: Path
) -> None:
    def name(**changes: object) -> str:
        return FeatureCache(samples(**({"sizes": SIZES} | changes)), generator.encoder, tmp_path).folder.name

    names = [
        name(),
        name(degraded=0.1),
        name(smallest_crop=0.9),
        name(vividness=1.2),
        name(sizes=((64, 64),)),
    ]
    names.append(name(recolored=0.3))
    assert name(hinted=0.1) == names[0], "hints are drawn afresh"
    with torch.no_grad():
        next(generator.encoder.parameters()).mul_(1.01)
    names.append(name())
    assert len(set(names)) == len(names)


def test_no_room_is_one_sentence(kept: FeatureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(TrainingError, match="make room, lower cached_versions, or set it to 0"):
        kept.build(0)
    assert [path.suffix for path in kept.folder.iterdir()] == [".lock"]


def test_half_a_version_is_not_taken(kept: FeatureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(feature_cache, "make_views", broken)
    with pytest.raises(KeyboardInterrupt):
        kept.build(0)
    assert kept.missing([0]) == [0]
    assert not list(kept.folder.glob("*.part"))


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (StageSettings("a", 8, cached_versions=2, encoder_rate=1e-4), "an encoder that learns"),
        (StageSettings("a", 8, cached_versions=2), "2 sizes (keep one)"),
    ],
)
def test_features_that_would_change_are_refused(stage: StageSettings, told: str, config: Settings) -> None:
    with pytest.raises(SettingsError) as caught:
        check_settings(replace(config, stages=(stage,)))
    assert told in str(caught.value)


@pytest.mark.slow
def test_a_training_keeps_features_in_supervised_and_adversarial_stages(
    config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = replace(config.data, cache=str(tmp_path / "own"), sizes=SIZES)
    frozen, adversarial = (replace(stage, encoder_rate=0.0, cached_versions=2) for stage in config.stages)
    config = replace(config, data=data, stages=(frozen, replace(adversarial, images=24)))
    reports: list[Any] = []
    train_settings(config, report=reports.append)
    told = [report for report in reports if report.stage == "features"]
    assert [report.numbers["to compute"] for report in told] == [1, 1], "the second stage needs one more"
    assert {report.stage for report in reports} >= {"frozen", "adversarial"}
    losses = [report.numbers["bins"] for report in reports if report.stage in {"frozen", "adversarial"}]
    assert len(losses) == 9
    assert np.isfinite(losses).all()
    again = replace(config, run=str(tmp_path / "again"))
    monkeypatch.setattr(FeatureCache, "build", None)  # all are there
    train_settings(again)


def test_a_record_holds_what_its_name_says() -> None:
    record = record_of((64, 96), [3, 4, 5, 6], plain=True)
    assert record.names == ("luma", "plain", "ab", "stride4", "stride8", "stride16", "stride32")
    assert record["stride8"].shape == (4, 8, 12)
    assert "plain" not in (record_of((64, 96), [3, 4, 5, 6], plain=False).names or ())


STAGES = """
[[stages]]
name = "frozen"
images = 32
cached_versions = 1
sizes = [[64, 64]]
"""


@pytest.mark.slow
def test_two_trainings_that_compute_the_same_features_at_once_learn_the_same(
    photographs: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path, photographs, STAGES, more="seed = 1", workers=1)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "vermilion", "train", str(config), "--run"]
    both = [subprocess.Popen([*words, run], cwd=tmp_path, env=environment) for run in ("one", "two")]
    assert [process.wait() for process in both] == [0, 0]
    ours, theirs = (torch.load(tmp_path / run / "last.ckpt", weights_only=True) for run in ("one", "two"))
    assert all(torch.equal(ours["generator"][name], theirs["generator"][name]) for name in ours["generator"])
    assert len(list(tmp_path.glob("cache/features-*/*.records"))) == 1


def test_the_benchmark_compares_both_ways(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Settings] = []

    def rate(settings: Settings) -> float:
        seen.append(settings)
        return 10.0 * len(seen)

    monkeypatch.setattr(features, "rate", rate)
    monkeypatch.setattr(sys, "argv", ["features", "--pictures", "shard.parquet", "--adversarial"])
    features.main()
    assert [settings.stages[0].cached_versions for settings in seen] == [0, 1]
    assert all(settings.stages[0].adversarial for settings in seen)
    assert capsys.readouterr().out == "computed 10.0, from disk 20.0 images/s of CPU time (2.00 x)\n"
