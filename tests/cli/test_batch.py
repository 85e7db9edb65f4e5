"""`vermilion batch` on the command line, with workers in this process."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.test_batch import Here
from vermilion.archive.batch import engine

ROOT = Path(__file__).parents[2]


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


def test_a_sample_is_shown_and_what_is_rejected_done_again(batch, here):
    said = batch("--sample", "1")
    assert said.out.splitlines()[-1] == "out/sample.html shows the results, to be accepted or rejected"
    [done] = [path.name for path in (here / "out").iterdir() if path.suffix in (".png", ".jpg")]
    (here / "decisions.csv").write_text(f"file,verdict,look\n{done},reject,vivid\n")
    again = batch("--redo", "decisions.csv", "--dry-run").out
    assert again.splitlines()[-1] == "1 to be done, 0 finished before; nothing was written"
    assert "1 colourised" in batch("--redo", "decisions.csv").out
    assert "1 colourised" in batch().out, "the other one"


@pytest.mark.parametrize(
    ("bag", "told"),
    [
        ("there", "error: there exists already; name a folder that does not exist yet."),
        ("box/bag", "error: box/bag lies among the scans of box, where the next run would find it; name"),
    ],
)
def test_a_bag_that_cannot_be_is_refused_before_the_first_picture(batch, here, bag, told):
    (here / "there").mkdir()
    said = batch("--bag", bag)
    assert (said.code, said.out) == (1, "")
    assert said.errors[0].startswith(told)
    assert not (here / "out").exists()


def test_a_dry_run_makes_no_bag(batch, here):
    assert batch().code == 0
    assert batch("--bag", "bag", "--dry-run").out.endswith("nothing was written\n")
    assert not (here / "bag").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--watch", "--sample", "3"), "error: --watch and --sample cannot be given together; leave out one"),
        (("--watch", "--limit", "3"), "error: --watch and --limit cannot be given together; leave out one"),
        (("--sample", "1", "--redo", "d.csv"), "error: --sample and --redo cannot be given together; leave"),
        (("--ray", "local", "--sample", "1"), "error: --sample works on one machine only; leave it out, or"),
        (
            ("--ray", "local", "--bag", "bag"),
            "error: --bag works on one machine only; leave it out, or leave",
        ),
        (("--ray", "local", "--beside"), "error: --beside works on one machine only; leave it out, or leave"),
        (
            ("--watch", "--beside"),
            "error: box lies in box, which is watched, so that results would come back",
        ),
    ],
)
def test_what_cannot_be_meant_together_is_refused(batch, words, told):
    said = batch(*words)
    assert said.code == 1
    assert said.errors[0].startswith(told)


@pytest.mark.slow
@pytest.mark.usefixtures("heard")
def test_a_watched_folder_is_done_until_ctrl_c(here, scan, tiny_model, monkeypatch):
    scan("box/a.png")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    words = ["batch", "box", "-o", "out", "--model", str(tiny_model), "--workers", "1", "--watch", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "vermilion", *words], cwd=here, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        events = (json.loads(line)["event"] for line in process.stdout)
        assert [next(events), next(events)] == ["picture", "waiting"]
        scan("box/b.png")
        assert [next(events), next(events)] == ["picture", "waiting"]
        process.send_signal(signal.SIGINT)
        assert [*events] == ["end"]
    assert process.returncode == 130
