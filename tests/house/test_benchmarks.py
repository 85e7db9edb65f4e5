"""The benchmarks run: each on three made-up pictures, with the tiny model and a scorer that is a stand-in."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmarks import __main__ as everything
from benchmarks import (
    against,
    colors,
    controls,
    drift,
    enlarge,
    faces,
    mounts,
    previews,
    prints,
    reliability,
    seen,
    speed,
    steering,
    studio,
    two_sample,
    way_up,
)
from benchmarks.known import pictures_in
from vermilion import Colorizer
from vermilion.evaluation import TONES
from vermilion.tone import luma_of_rgb
from vermilion.view import Frame

MAKE_GREY = """
import sys
from pathlib import Path
from PIL import Image
source, target = map(Path, sys.argv[1:3])
target.mkdir(parents=True)
for path in source.iterdir():
    Image.open(path).convert("L").save(target / path.name)
"""
SCORE = """
import json, sys
from pathlib import Path
from PIL import Image
pictures, results = map(Path, sys.argv[1:3])
assert {path.stem for path in pictures.iterdir()} == {path.stem for path in results.iterdir()}
figures = {"ab_err": float(len(list(results.iterdir()))), "luma_max": 0.0, "kmd": None}
Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(figures))
"""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    y, x = np.mgrid[:80, :96]
    for number in range(3):
        rgb = np.dstack([x * 2, y * 3, 200 - x - 20 * number]).astype(np.uint8)
        rgb[20:50, 30 : 60 + number] = (220, 60 * number, 30)
        Image.fromarray(rgb).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def bench(pictures: Path, tmp_path: Path) -> colors.Bench:
    (tmp_path / "score.py").write_text(SCORE)
    (tmp_path / "make_grey.py").write_text(MAKE_GREY)
    return colors.Bench(pictures, tmp_path / "score.py", tmp_path / "work")


@pytest.mark.slow
def test_colors(bench: colors.Bench, tiny_model_folder: Path) -> None:
    rows = colors.color_figures(tiny_model_folder, bench, hints=2)
    assert list(rows) == ["plain", "aged", "hinted"]
    told = colors.table(rows).splitlines()
    assert told[0] == "plain    ab_err 3.000  luma_max 0.000"
    assert told[-1] == "true hints lower ab_err by 0.0%"


@pytest.mark.slow
def test_speed(monkeypatch: pytest.MonkeyPatch, tiny_model_folder: Path) -> None:
    monkeypatch.setattr(speed, "LARGE", (128, 192))
    monkeypatch.setattr(speed, "SMALL", (64, 64))
    once = speed._median_of_process
    monkeypatch.setattr(speed, "_median_of_process", lambda command: once(command, rounds=1))
    monkeypatch.setenv("PYTHONPATH", str(Path(speed.__file__).parents[1] / "src"))
    measures = speed.all_speeds(tiny_model_folder)
    assert [measure.unit for measure in measures] == ["x", "x", "ms", "MiB", "s", "s"]
    assert all(measure.value > 0 for measure in measures)
    assert measures[1].line().endswith(("ok", "MISSED"))


def test_faces(pictures: Path, tiny_colorizer: Colorizer) -> None:
    box = np.array([[20.0, 20.0, 40.0, 40.0, 0.0], [0.0, 0.0, 5.0, 5.0, 0.0]], np.float32)
    detector: Any = SimpleNamespace(setInputSize=lambda size: None, detect=lambda bgr: (1, box))
    [face] = faces.faces_of(pictures / "0.png", tiny_colorizer, detector)
    assert face.error > 0
    assert face.tone in dict(TONES)
    nobody: Any = SimpleNamespace(setInputSize=lambda size: None, detect=lambda bgr: (1, None))
    assert faces.faces_of(pictures / "0.png", tiny_colorizer, nobody) == []


def test_drift(pictures: Path, tiny_colorizer: Colorizer) -> None:
    paths = sorted(pictures.iterdir())
    same, other = drift.drift(tiny_colorizer, paths, [64, 64, 96])
    assert "differs by 0.00 on average" in same
    assert "1.00 times as strong, from 1.00 to 1.00" in same
    assert other.startswith("96 px against 64: ab differs by ")
    assert "by 0.00 on average" not in other


def test_mounts(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--bench", pictures, "--limit", "3", "--sheet", tmp_path / "sheet.png"]
    monkeypatch.setattr(sys, "argv", ["mounts", *map(str, words)])
    monkeypatch.setattr(mounts, "distance", lambda true, found: 0.01 + 0 * true.area)
    mounts.main()
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "3 pictures of pictures"
    assert told[1].split() == ["one", "picture", "100.0%", "of", "3", "found"]
    assert any(line.startswith("bare ") and "0.0% of 3" in line for line in told)


@pytest.mark.slow
def test_seen(
    pictures: Path,
    tiny_model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--bench", pictures, "--limit", "2", "--model", tiny_model_folder, "--only", "270"]
    monkeypatch.setattr(sys, "argv", ["seen", *map(str, words)])
    seen.main()
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("bare ")
    assert told[1].endswith("seen upright 100.0%")
    assert told[-2].startswith("turned by 270")
    assert told[-2].endswith("seen upright 0.0%"), "the tiny model has no heads"
    assert told[-1].startswith("ECE of mounted")


def test_seen_looks_at_the_picture_alone_however_it_lies() -> None:
    frame = Frame(40, 30, 128, 64, 5)
    y, x = np.mgrid[:128, :256].astype(np.float32) + 0.5
    across, down = np.cos(np.radians(5)), np.sin(np.radians(5))
    ramp = (x - 104) * across + (y - 62) * down
    wanted = (np.arange(64) + 0.5) * 2 - 64
    for turns in range(4):
        found = seen.part_of(ramp, ramp.shape, frame, turns)
        lying = np.rot90(np.broadcast_to(wanted, (64, 64)), -turns)
        np.testing.assert_allclose(found, lying, atol=0.02)


def test_seen_knows_a_confidence_that_is_right() -> None:
    true = np.zeros((64, 64, 2), np.float32)
    painted = true.copy()
    painted[:16] = 20
    for sure, error in ((0.75, 0), (0.25, 0.5)):
        row = seen.Row([true], [painted], [np.full((64, 64), sure, np.float32)])
        assert seen.calibration_error([row]) == pytest.approx(error, abs=1e-6)


def test_way_up(
    pictures: Path,
    tiny_model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        sys, "argv", ["way_up", "--bench", str(pictures), "--model", str(tiny_model_folder), "--limit", "2"]
    )
    way_up.main()
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "turned pictures put right 0.0%, turned wrongly 0.0%", "the tiny model has no heads"
    found = [way_up.Found((0, 3, 2, 1), (False, True)), way_up.Found((1, 0, 2, 2), (False, False))]
    lines = list(way_up.table(found, [False, True]))
    assert lines[0] == "turned pictures put right 66.7%, turned wrongly 16.7%"
    assert lines[1] == "put right of those turned by 90 / 180 / 270°: 50.0% / 100.0% / 50.0%"
    assert lines[2] == "of 1 with faces put right 33.3%"
    assert lines[3] == "upright pictures turned 50.00%"
    assert lines[4] == "negatives told 50.0%, positives taken for one 0.00%"


def test_mounts_measure_how_far_a_frame_lies_away() -> None:
    true = Frame(10, 10, 100, 100, 30)
    assert mounts.distance(true, Frame(12, 10, 100, 100, 30)) == pytest.approx(0.02 * np.cos(np.pi / 6))
    assert mounts.distance(true, true) == 0


def test_enlarge(pictures: Path, tiny_colorizer: Colorizer) -> None:
    rgb = np.asarray(Image.open(pictures / "1.png"))
    large = cv2.resize(rgb, (480, 400), interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
    found = enlarge.compare(tiny_colorizer, large)
    assert list(found) == list(enlarge.WAYS)
    assert all(errors.shape == (2, 2) and np.isfinite(errors).all() for errors in found.values())
    assert (found["bicubic"][1] < found["bicubic"][0]).all(), "true chroma is nearer than painted"


def test_previews(tiny_colorizer: Colorizer, tmp_path: Path) -> None:
    for path in previews.made_scans(tmp_path, (256, 2048)):
        found = previews.measure(tiny_colorizer, path, rounds=1)
        assert found.mean <= previews.MOST_MEAN
        assert 0.95 < found.within <= 1
        assert path.name in found.line(path.name)
    assert previews.difference(np.zeros((2, 2, 3), np.uint8), np.full((4, 4, 3), 7, np.uint8)) == (7, 0)


def test_reliability() -> None:
    sure = np.array([0.05, 0.05, 0.95, 0.95])
    right = np.array([False, False, True, False])
    assert [round(begin, 1) for begin, *_ in reliability.reliability(sure, right)] == [0.0, 0.9]
    assert reliability.calibration_error(sure, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.45)
    assert reliability.auc(sure, right) == pytest.approx((1 + 1 + 0.5) / 3)


def test_two_sample_sees_colors_and_not_how_finely_they_are_drawn(
    pictures: Path, tiny_colorizer: Colorizer
) -> None:
    rgb = np.asarray(Image.open(pictures / "0.png"))
    picture = tiny_colorizer.colorize(luma_of_rgb(rgb))
    true = two_sample.in_colors(picture, two_sample.reduced(rgb, two_sample.grid_of(picture)))
    np.testing.assert_array_equal(luma_of_rgb(true), luma_of_rgb(rgb))
    again = two_sample.in_colors(picture, two_sample.reduced(true, two_sample.grid_of(picture)))
    fine, coarse = (np.abs(a.astype(int) - b).mean() for a, b in ((rgb, true), (true, again)))
    assert coarse < fine, "colours that went through once lose less when they go through again"
    seen = two_sample.as_input(true)
    assert seen.shape == (3, two_sample.SIDE, two_sample.SIDE)


@pytest.mark.slow
def test_two_sample(
    pictures: Path,
    tiny_model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(3, 10):
        Image.open(pictures / f"{number % 3}.png").rotate(9 * number).save(pictures / f"{number}.png")
    words = [pictures, "--model", tiny_model_folder, "--results", pictures, "--epochs", "12"]
    monkeypatch.setattr(sys, "argv", ["two_sample", *map(str, words)])
    two_sample.main()
    control, *told = capsys.readouterr().out.splitlines()
    assert control.startswith("mean colour ")
    assert float(control.split("AUC ")[1].split()[0]) > 0.9
    assert told[-2].startswith(str(tiny_model_folder))
    assert told[-1] == f"{pictures!s:<28} AUC 0.500 (0.500 to 0.500)", "the truth is like the truth"


def test_two_sample_counts_by_halves() -> None:
    scores = np.array([[2.0, 1.0], [3.0, 0.0], [1.5, 2.5]], np.float32)
    assert two_sample.auc_of(scores) == pytest.approx(7 / 9)
    verdict = two_sample.Verdict("a", 0.75, 0.7, 0.8)
    assert verdict.line().endswith("AUC 0.750 (0.700 to 0.800)")


@pytest.mark.slow
def test_steering(
    pictures: Path,
    tiny_model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "score.py").write_text(SCORE.replace('"kmd": None', '"kmd": float(len(results.name))'))
    words = ["--bench", pictures, "--model", tiny_model_folder, "--limit", "3"]
    scored = ["--scorer", tmp_path / "score.py", "--work", tmp_path / "work", "--plot", tmp_path / "plot.png"]
    monkeypatch.setattr(sys, "argv", ["steering", *map(str, words + scored)])
    steering.main()
    told = capsys.readouterr().out
    assert told.startswith("3 pictures, model tiny")
    for part in steering.PARTS:
        assert f"\n{part}\n  " in told
    assert "variant-6: kmd 9.00 (1.00 x the automatic result's)" in told
    assert cv2.imread(str(tmp_path / "plot.png")) is not None
    for name in ("originals", *steering.RANKS):
        assert len(list((tmp_path / "work" / name).iterdir())) == 3


@pytest.mark.slow
def test_controls(
    pictures: Path,
    tiny_model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--bench", pictures, "--model", tiny_model_folder, "--limit", "2"]
    monkeypatch.setattr(sys, "argv", ["controls", *map(str, words)])
    controls.main()
    told = capsys.readouterr().out
    assert told.startswith("2 pictures, model tiny")
    for part in controls.PARTS:
        assert f"\n{part}\n  " in told
    assert "box of strength 0.00 goes " in told
    assert told.count("luma differs by 0 levels at most") == 8, "seven looks and a cube"
    assert "replayed from the recipe's text: 100% the same at every pixel" in told


def test_the_front_door_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "colors"])
    with pytest.raises(SystemExit):
        everything.main()
    assert "need --bench and --scorer" in capsys.readouterr().err


@pytest.mark.slow
def test_prints(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.jpg"
    words = ["--photographs", pictures, "--prints", "2", "--colored", "3", "--sheet", sheet]
    monkeypatch.setattr(sys, "argv", ["benchmarks.prints", *map(str, words)])
    prints.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 prints, 2 of them refused as they are"
    assert lines[2] == "2 are found within 2%; 2 of these exactly"
    assert lines[-1] == "0 of these are taken for prints"
    with Image.open(sheet) as image:
        assert image.size == (6 * 300, 300)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_two_checkouts_are_compared_by_medians(monkeypatch):
    took = iter([9.0, 9.0, 0.4, 0.3, 0.4, 0.3, 5.0, 0.3])  # the first round compiles
    monkeypatch.setattr(against, "seconds_of", lambda *_: next(took))
    line = against.compared(against.Case("cold", (), prints=False), (Path("old"), Path("new")), 3)
    assert line.split() == ["cold", "400", "ms", "300", "ms", "-25.0", "%"]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_processor_time_of_a_checkout_is_what_its_process_says_or_takes(tmp_path):
    core = min(os.sched_getaffinity(0))
    said = against.Case("", ("-c", "import os; print(len(os.sched_getaffinity(0)) / 8)"), prints=True)
    assert against.seconds_of(said, tmp_path, core) == 1 / 8
    busy = against.Case("", ("-c", "import time\nwhile time.process_time() < .2: pass"), prints=False)
    assert 0.2 <= against.seconds_of(busy, tmp_path, core) < 0.6


def test_a_limit_picks_evenly_and_never_more(tmp_path: Path) -> None:
    for name in ("f.JPG", "b.png", "a.png", "c.tif", "d.webp", "e.bmp", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name[0] for path in pictures_in(tmp_path)] == list("abcdef")
    assert [path.name[0] for path in pictures_in(tmp_path, 4)] == list("abcd")
    assert [path.name[0] for path in pictures_in(tmp_path, 3)] == list("ace")
    assert len(pictures_in(tmp_path, 9)) == 6


@pytest.mark.slow
def test_studio(tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    words = ["studio", "--model", tiny_model_folder, "--load", "20", "--requests", "20", "--changes", "3"]
    monkeypatch.setattr(sys, "argv", ["benchmarks", *map(str, words)])
    monkeypatch.setattr(studio, "SIZES", {"12 megapixels": (160, 120)})
    everything.main()
    told = capsys.readouterr().out
    assert "first colour, 12 megapixels:" in told
    assert "answers {200: 20}" in told
    assert "memory over 20 requests: first 100 " in told
