"""A plan done by several processes: the same results, each outcome once, and failures alone."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.archive.test_batch import Here
from vermilion import Colorizer
from vermilion.archive import PlanOptions, RunOptions, make_plan, run_plan
from vermilion.archive.parallel import Crew, loop, run_plan_in_parallel
from vermilion.errors import ModelError
from vermilion.outputs import Done, Failed, Outcome, Skipped


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    (folder / "1931").mkdir(parents=True)
    for number, name in enumerate(("a.png", "1931/b.jpg", "1931/c.tif", "d.png")):
        noise = np.random.default_rng(number).integers(0, 256, (72, 96), np.uint8)
        Image.fromarray(noise).save(folder / name)
    (folder / "torn.png").write_bytes((folder / "a.png").read_bytes()[:200])
    return folder


def parallel(scans: Path, out: Path, model: Path, workers: int = 2) -> list[Outcome]:
    plan = make_plan([scans], PlanOptions(out))
    return list(run_plan_in_parallel(plan, RunOptions(), Crew(workers, str(model), threads=1)))


def told(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return sorted((type(each).__name__, each.source.name) for each in outcomes)


def test_outcomes_and_bytes_are_those_of_one_process(
    scans: Path, tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "Workers", Here)
    plan = make_plan([scans], PlanOptions(tmp_path / "one"))
    one = list(run_plan(plan, lambda: Colorizer(str(tiny_model_folder), threads=1), RunOptions()))
    several = parallel(scans, tmp_path / "several", tiny_model_folder)
    assert told(several) == told(one)
    for each in ("a.png", "1931/b.jpg", "1931/c.tif", "d.png"):
        assert (tmp_path / "several" / each).read_bytes() == (tmp_path / "one" / each).read_bytes()
    again = parallel(scans, tmp_path / "several", tiny_model_folder)
    assert {type(each) for each in again if each.source.name != "torn.png"} == {Skipped}
    assert len(again) == 5


def test_nothing_to_do_starts_no_worker(
    scans: Path, tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(loop, "Workers", Here)
        (scans / "torn.png").unlink()
        parallel(scans, tmp_path / "out", tiny_model_folder)
    monkeypatch.setattr(loop, "Workers", pytest.fail)
    assert {type(each) for each in parallel(scans, tmp_path / "out", tiny_model_folder)} == {Skipped}


def test_a_model_that_cannot_be_loaded_ends_the_run(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "Workers", Here)
    with pytest.raises(ModelError):
        parallel(scans, tmp_path / "out", tmp_path / "no-model")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="workers end with their parent on Unix")
def test_real_processes_do_each_picture_once(scans: Path, tmp_path: Path, tiny_model_folder: Path) -> None:
    found = parallel(scans, tmp_path / "out", tiny_model_folder)
    assert told(found) == [
        ("Done", "a.png"), ("Done", "b.jpg"), ("Done", "c.tif"), ("Done", "d.png"), ("Failed", "torn.png"),
    ]  # fmt: skip
    assert all(isinstance(each, Done | Failed) for each in found)
