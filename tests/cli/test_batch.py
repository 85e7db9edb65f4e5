"""`vermilion batch` on the command line, with workers in this process."""

import json

import pytest

from tests.archive.test_batch import Here
from vermilion.archive.batch import engine


@pytest.fixture(autouse=True)
def workers_here(monkeypatch):
    monkeypatch.setattr(engine, "Workers", Here)


@pytest.fixture
def batch(vermilion, scan, tiny_model):
    for name in ("box/a.png", "box/b.jpg"):
        scan(name)
    return lambda *words: vermilion("batch", "box", "-o", "out", "--model", tiny_model, *words)


def test_a_batch_is_told_and_goes_on(batch, here):
    said = batch()
    assert said.code == 0
    assert said.out.splitlines()[-1] == "2 colourised"
    assert batch().out == "0 colourised, 2 finished before or left for later\n"
    assert (here / "out" / "report.json").exists()


def test_a_dry_run_shows_the_plan(batch, here):
    said = batch("--dry-run", "--include", "*.png")
    assert said.out == "box/a.png -> out/a.png\n1 to be done, 0 finished before; nothing was written\n"
    assert not (here / "out").exists()


def test_events_are_lines_of_json(batch, here):
    (here / "box" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    said = batch("--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["event"] for event in events] == ["plan", "picture", "picture", "picture", "end"]
    assert (events[0]["pictures"], events[-1]["done"], events[-1]["failed"], said.code) == (3, 2, 1, 1)
    assert (said.err, events[3]["code"]) == ("", "picture")


def test_other_options_are_refused_in_one_sentence(batch):
    batch()
    said = batch("--warmth", "5")
    [told] = said.errors
    assert told.startswith("error: out/manifest.jsonl was made with other options (colours); give")
    assert said.code == 1
