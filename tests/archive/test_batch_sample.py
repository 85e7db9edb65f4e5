"""A sample, its page, and what is rejected done again."""

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.archive.test_batch_choices import box, options, planned  # noqa: F401 - fixtures
from tests.archive.test_table import write
from vermilion.archive.batch import (
    Batch,
    BatchOptions,
    Record,
    choose_sample,
    is_planned,
    read_manifest,
    read_table,
    run_batch,
    tasks_again,
    verify_manifest,
    write_sample_page,
)
from vermilion.archive.run import Task
from vermilion.errors import SettingsError

REJECT_A = "file,verdict,vividness\na.png,reject,0\n1931/b.tif,accept,\n1931/c.png,accept,\n"


def test_a_sample_is_random_and_stays_the_same() -> None:
    tasks = [Task(Path(f"box/{number:04}.png"), Path("out"), 1) for number in range(1000)]
    small, large = choose_sample(tasks, 50), choose_sample(tasks, 100)
    assert choose_sample(reversed(tasks), 50) == tuple(reversed(small)), "by no order"
    assert set(small) < set(large)
    places = [tasks.index(task) for task in large]
    assert places == sorted(places)
    assert 350 < sum(places) / 100 < 650, "from all of it"
    assert choose_sample(tasks[:3], 5) == tuple(tasks[:3])


def test_the_page_shows_scan_and_result(box: Path, options: BatchOptions) -> None:  # noqa: F811
    (box / "a.png").rename(box / '<a&"b>.png')
    batch = planned(box, options)
    assert write_sample_page(options.folder, batch.tasks) is None, "nothing is done yet"
    list(run_batch(Batch(batch.tasks[:2]), options))
    path = write_sample_page(options.folder, batch.tasks)
    assert path is not None
    page = path.read_text()
    assert page.count("data:image/jpeg;base64,/9j/") == 4
    assert 'data-file="&lt;a&amp;&quot;b&gt;.png"' in page
    assert re.findall(r"https?:", page) == [], "nothing is loaded"


def redo(box: Path, options: BatchOptions, table: Path) -> list[Record]:  # noqa: F811
    batch = planned(box, options)
    read = read_table(table, verdicts=True)
    tasks = tasks_again(batch.tasks, read, options.run.controls, options.folder)
    return list(run_batch(Batch(tasks), options))


def test_what_is_rejected_is_done_again_once(
    box: Path, options: BatchOptions, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    first = {record.source: record for record in run_batch(planned(box, options), options)}
    [again] = redo(box, options, write(tmp_path, REJECT_A))
    before = first[again.source]
    assert (Path(again.source).name, again.outcome) == ("a.png", "done")
    assert again.outputs[-1].sha256 != before.outputs[-1].sha256
    assert again.options_sha256 != before.options_sha256
    assert redo(box, options, write(tmp_path, REJECT_A)) == [], "it was done again"
    assert list(run_batch(planned(box, options), options)) == [], "the batch is finished all the same"
    assert all(each.ok for each in verify_manifest(options.folder / "manifest.jsonl", 1))
    [third] = redo(box, options, write(tmp_path, REJECT_A.replace("reject,0", "reject,2")))
    assert third.outputs[-1].sha256 != again.outputs[-1].sha256


def test_a_dry_run_knows_what_would_be_done_again(
    box: Path, options: BatchOptions, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    def told(text: str) -> list[tuple[str, bool]]:
        batch, table = planned(box, options), read_table(write(tmp_path, text), verdicts=True)
        again = tasks_again(batch.tasks, table, options.run.controls, options.folder)
        return [(task.source.name, done) for task, done in is_planned(Batch(again), options.folder)]

    list(run_batch(planned(box, options), options))
    assert told(REJECT_A) == [("a.png", False)]
    redo(box, options, write(tmp_path, REJECT_A))
    assert told(REJECT_A) == [("a.png", True)]
    assert told(REJECT_A.replace("reject,0", "reject,2")) == [("a.png", False)]
    assert [done for _, done in is_planned(planned(box, options), options.folder)] == [True] * 3


def test_a_result_that_somebody_else_changed_is_not_replaced(
    box: Path, options: BatchOptions, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    list(run_batch(planned(box, options), options))
    (options.folder / "a.png").write_bytes(b"retouched for hours")
    list(redo(box, options, write(tmp_path, REJECT_A)))
    assert (options.folder / "a.png").read_bytes() == b"retouched for hours"


def test_a_redo_that_was_killed_before_it_was_recorded_is_recovered(
    box: Path,  # noqa: F811
    options: BatchOptions,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from vermilion.archive.batch import Manifest

    list(run_batch(planned(box, options), options))
    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            redo(box, options, write(tmp_path, REJECT_A))
    [found] = run_batch(planned(box, options), options)
    assert (Path(found.source).name, found.recovered) == ("a.png", True)
    lines = [line for line in read_manifest(options.folder / "manifest.jsonl") if isinstance(line, Record)]
    assert lines[-1].outputs == found.outputs
    assert all(each.ok for each in verify_manifest(options.folder / "manifest.jsonl", 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,look\na.png,vivid\n", "has no column 'verdict'"),
        ("file,verdict\na.png,maybe\n", "Line 2 of .* has the verdict 'maybe'; write accept or reject"),
        ("file,verdict,look\na.png,reject,\n", "Line 2 of .* rejects a.png and does not say what to change"),
        ("file,verdict,look\nz.png,reject,vivid\n", "Line 2 of .* names z.png, which is not a picture"),
    ],
)
def test_verdicts_that_cannot_be_followed_are_told(
    box: Path,  # noqa: F811
    options: BatchOptions,  # noqa: F811
    tmp_path: Path,
    text: str,
    told: str,
) -> None:
    with pytest.raises(SettingsError, match=told):
        redo(box, options, write(tmp_path, text))


@pytest.mark.slow
@pytest.mark.needs("chromium", "chromium")
def test_the_page_saves_verdicts_that_can_be_followed(
    box: Path,  # noqa: F811
    options: BatchOptions,  # noqa: F811
    tmp_path: Path,
    chromium: Any,
) -> None:
    (box / "a.png").rename(box / 'a, "b" & <c>.png')
    list(run_batch(planned(box, options), options))
    path = write_sample_page(options.folder, planned(box, options).tasks)
    assert path is not None
    page = chromium.new_page(accept_downloads=True)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    page.get_by_role("button").click()
    assert "every picture" in page.get_by_role("status").inner_text()
    articles = page.get_by_role("article")
    for number in range(articles.count()):
        articles.nth(number).get_by_label("Accept").check()
    named = articles.filter(has_text="<c>")
    named.get_by_label("Reject").check()
    named.get_by_label("Look").select_option("hand-tinted")
    with page.expect_download() as saved:
        page.get_by_role("button").click()
    saved.value.save_as(tmp_path / "decisions.csv")
    page.close()
    assert errors == []
    text = (tmp_path / "decisions.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert sorted(row["verdict"] for row in rows) == ["accept", "accept", "reject"]
    [again] = redo(box, replace(options), tmp_path / "decisions.csv")
    assert re.search(r'a, "b" & <c>\.png$', again.source)
