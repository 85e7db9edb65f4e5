"""What became of a picture passes between processes and through JSON, and nothing is lost."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from vermilion.errors import AlreadyColoredError, PictureError, SettingsError
from vermilion.outputs import Done, Failed, Outcome, Skipped, failed_by, outcome_from_json, outcome_to_json

SCAN = Path("box/a.tif")
OUTCOMES: list[Outcome] = [
    Done(SCAN, Path("out/a.tif"), 0.25),
    Done(SCAN, Path("out/a.p2.tif"), 1.0, 2, 3, other_pages_done=True, remarks=("Infrared is left out.",)),
    Skipped(SCAN, "a.color.tif exists already", Path("box/a.color.tif"), other_options=True),
    Skipped(SCAN, "is a result itself", marked=True),
    Failed(SCAN, 'It is "torn",\nsays Großmutter.', root=Path("box")),
    failed_by(AlreadyColoredError("It is in colour."), SCAN, Path("box")),
    failed_by(ZeroDivisionError("oops"), Path(os.fsdecode(b"box/f\xfcr.jpg"))),
]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcomes_pass_between_processes(outcome: Outcome) -> None:
    assert pickle.loads(pickle.dumps(outcome)) == outcome


def test_another_process_reads_them_and_tells_them_as_json() -> None:
    code = (
        "import pickle, sys; from vermilion.outputs import outcome_to_json;"
        "print(*map(outcome_to_json, pickle.load(sys.stdin.buffer)), sep='\\n')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(OUTCOMES), capture_output=True, check=True
    )
    assert [outcome_from_json(line) for line in told.stdout.decode("ascii").splitlines()] == OUTCOMES


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcomes_pass_through_one_line_of_json(outcome: Outcome) -> None:
    line = outcome_to_json(outcome)
    assert "\n" not in line
    assert line.isascii()
    again = outcome_from_json(line)
    assert (type(again), again) == (type(outcome), outcome)


def test_a_program_finds_all_it_needs_in_the_json() -> None:
    assert json.loads(outcome_to_json(OUTCOMES[0])) == {
        "outcome": "done",
        "source": str(SCAN),
        "target": str(Path("out/a.tif")),
        "seconds": 0.25,
        "page": 1,
        "pages": 1,
        "other_pages_done": False,
        "remarks": [],
    }
    failed = json.loads(outcome_to_json(OUTCOMES[5]))
    assert (failed["outcome"], failed["code"], failed["reason"], failed["root"]) == (
        "failed",
        "already-colored",
        "It is in colour.",
        "box",
    )


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (AlreadyColoredError("It is in colour."), "already-colored", "It is in colour."),
        (PictureError("It is torn."), "picture", "It is torn."),
        (MemoryError(), "memory", "does not fit into memory"),
        (OSError(28, "No space left on device"), "system", "(No space left on device)"),
        (ZeroDivisionError("oops"), "fault", "a fault of vermilion (ZeroDivisionError: oops)"),
    ],
)
def test_every_error_has_a_code_and_a_sentence(error: Exception, code: str, told: str) -> None:
    failed = failed_by(error, SCAN, Path("box"))
    assert (failed.code, failed.root) == (code, Path("box"))
    assert told in failed.reason
    assert type(error).__name__ in failed.trace[-1]


def test_the_page_lists_the_codes_that_no_error_of_ours_has() -> None:
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    assert "`memory`, `system` or `fault`" in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not valid JSON"),
        ('{"outcome": "done"', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "must be a table"),
        ('{"source": "a"}', "done, skipped, failed, not None"),
        ('{"outcome": ["done"]}', "done, skipped, failed, not"),
        ('{"outcome": "done", "source": "a", "target": "b"}', "'seconds' is missing"),
        ('{"outcome": "done", "source": 1, "target": "b", "seconds": 1.0}', "source: must be a text, not 1"),
        (
            '{"outcome": "skipped", "source": "a", "reason": "b", "existing": 3}',
            "existing: must be a text or",
        ),
        ('{"outcome": "failed", "source": "a", "reason": "b", "trace": "c"}', "trace: must be a list"),
        ('{"outcome": "failed", "source": "a", "reason": "b", "shell": "c"}', "unknown key 'shell'"),
    ],
)
def test_what_is_no_outcome_is_refused(text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        outcome_from_json(text)
