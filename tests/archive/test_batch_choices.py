"""What of an archive is done, how it is shown before, and what is said at the end."""

import json
import os
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.archive.test_batch import Here
from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import (
    Batch,
    BatchOptions,
    BatchReport,
    Record,
    Selection,
    engine,
    is_planned,
    parse_newer,
    run_batch,
)
from vermilion.errors import SettingsError


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for name in ("a.png", "1931/b.tif", "1931/c.png"):
        path = tmp_path / "box" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(len(name)).integers(0, 256, (48, 64), np.uint8)
        Image.fromarray(noise).save(path)
    return tmp_path / "box"


@pytest.fixture
def options(tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> BatchOptions:
    monkeypatch.setattr(engine, "Workers", Here)
    target = tmp_path / "out"
    return BatchOptions(target, RunOptions(), PlanOptions(target), str(tiny_model_folder))


def planned(box: Path, options: BatchOptions, selection: Selection | None = None) -> Batch:
    return Batch.of((selection or Selection()).of(make_plan([box], options.plan)), options.run)


def names(batch: Batch) -> list[str]:
    return [task.source.name for task in batch.tasks]


@pytest.mark.parametrize(
    ("include", "wanted"),
    [
        (("*.tif",), ["b.tif"]),
        (("1931/*",), ["b.tif", "c.png"]),
        (("a.*", "*.tif"), ["a.png", "b.tif"]),
        (("nothing*",), []),
    ],
)
def test_only_what_is_included_is_done(
    box: Path, options: BatchOptions, include: tuple[str, ...], wanted: list[str]
) -> None:
    assert sorted(names(planned(box, options, Selection(include)))) == wanted


def test_only_newer_scans_are_done(box: Path, options: BatchOptions) -> None:
    os.utime(box / "a.png", (1000, 1000))
    assert sorted(names(planned(box, options, Selection(newer=parse_newer("2001-05-01"))))) == [
        "b.tif",
        "c.png",
    ]
    assert parse_newer(str(box / "a.png")) == 1000
    with pytest.raises(SettingsError, match="'soon' is neither a date nor a file"):
        parse_newer("soon")


def test_a_limit_counts_what_is_left_so_that_runs_get_on(box: Path, options: BatchOptions) -> None:
    one = replace(options, limit=1)
    counts = [len(list(run_batch(planned(box, options), one))) for _ in range(4)]
    assert counts == [1, 1, 1, 0]


def test_a_dry_run_writes_nothing_and_knows_what_is_finished(box: Path, options: BatchOptions) -> None:
    assert [done for _, done in is_planned(planned(box, options), options.folder)] == [False] * 3
    assert not options.folder.exists()
    list(run_batch(planned(box, options), replace(options, limit=1)))
    assert sorted(done for _, done in is_planned(planned(box, options), options.folder)) == [
        False,
        False,
        True,
    ]


def test_dates_are_kept(box: Path, options: BatchOptions) -> None:
    os.utime(box / "a.png", ns=(5, 1_000_000_007))
    list(run_batch(planned(box, options), replace(options, keep_dates=True)))
    assert (options.folder / "a.png").stat().st_mtime_ns == 1_000_000_007


def test_results_beside_scans_leave_only_the_manifest_in_the_folder(box: Path, options: BatchOptions) -> None:
    beside = replace(options, plan=PlanOptions(None))
    found = list(run_batch(planned(box, beside), beside))
    assert {record.outputs[-1].path for record in found} == {
        "../box/a.color.png", "../box/1931/b.color.tif", "../box/1931/c.color.png",
    }  # fmt: skip
    assert sorted(path.name for path in options.folder.iterdir()) == [".vermilion-lock", "manifest.jsonl"]
    again = list(run_batch(planned(box, beside), beside))
    assert {record.outcome for record in again} == {"skipped"}, "results are no scans"


def test_a_report_shows_what_failed(box: Path, tmp_path: Path) -> None:
    report = BatchReport()
    report.add(Record(str(box / "a.png"), 1, "done", seconds=0.5))
    report.add(Record(str(box / "1931/c.png"), 1, "failed", "output", "<b>c.png</b> does not fit"))
    report.add(Record(str(box / "gone.png"), 1, "failed", "picture", "gone.png does not exist"))
    report.write(tmp_path)
    facts = json.loads((tmp_path / "report.json").read_text())
    assert (facts["done"], facts["failed"], len(facts["failures"])) == (1, 2, 2)
    page = (tmp_path / "report.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 1, "of the one that can be read"
    assert "&lt;b&gt;c.png&lt;/b&gt; does not fit (output)" in page
    assert "http" not in page, "nothing is loaded"


def test_a_report_shows_what_is_doubtful_and_opens_nothing_that_kills(box: Path, tmp_path: Path) -> None:
    report = BatchReport()
    report.add(Record(str(box / "a.png"), 1, "done", remarks=("page 1 of <3> only",)))
    report.add(Record(str(box / "1931/b.tif"), 1, "done"))
    report.add(Record(str(box / "1931/c.png"), 1, "failed", "killed", "it ended the process"))
    report.write(tmp_path)
    assert [each["source"] for each in json.loads((tmp_path / "report.json").read_text())["doubtful"]] == [
        str(box / "a.png")
    ]
    failed, _, doubtful = (tmp_path / "report.html").read_text().partition("<h2>Doubtful</h2>")
    assert "it ended the process (killed)" in failed
    assert "data:image" not in failed
    assert "page 1 of &lt;3&gt; only" in doubtful
    assert doubtful.count("data:image") == 1


def test_thumbnails_of_a_report_keep_the_shape_of_the_scan(tmp_path: Path) -> None:
    Image.new("L", (900, 30), 90).save(tmp_path / "wide.png")
    report = BatchReport()
    report.add(Record(str(tmp_path / "wide.png"), 1, "failed", "output", "it does not fit"))
    report.write(tmp_path)
    page = (tmp_path / "report.html").read_text()
    data = page.partition("data:image/jpeg;base64,")[2].partition('"')[0]
    with Image.open(BytesIO(b64decode(data))) as image:
        assert image.size == (160, 5)
