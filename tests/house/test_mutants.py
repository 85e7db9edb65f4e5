"""The tests of tests: which errors are made, and what is said of those that no test notices."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.mutants.__main__ import EQUIVALENT, all_mutants, equivalents
from benchmarks.mutants.lines import tests_of as chosen_tests
from benchmarks.mutants.mutations import mutants_of, sample

ROOT = Path(__file__).parents[2]
FILE = "src/vermilion/color/steps.py"
SOURCE = b'''"""Steps."""
import logging
__all__ = ["steps"]
WIDTH: int = 4


def steps(count: int, wide: bool = False) -> int:
    """Not 5."""
    if count < 0:
        raise ValueError(f"{count} is below 0")
    logging.info("steps %d", 7)
    unseen = 9  # pragma: no cover
    while count % 2 == 1 and not wide:
        count += 1
    return min(count, WIDTH)
'''
TESTS = """
from vermilion.color.steps import steps

def test_even():
    assert steps(2) == 2

def test_odd():
    assert steps(1) == 2
"""

LISTED = f"""
[[equivalent]]
file = "{FILE}"
original = "WIDTH: int = 4"
mutated = "WIDTH: int = 5"
reason = "No test counts so far."
"""


def made() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mutant in mutants_of(FILE, SOURCE):
        found.setdefault(mutant.kind, set()).add(mutant.mutated)
    return found


def test_each_kind_of_error_is_made() -> None:
    found = made()
    assert {"if (count <= 0):", "if (count >= 0):"} <= found["comparison"]
    assert {"while (count // 2) == 1 and not wide:", "count -= 1"} <= found["arithmetic"]
    assert {
        "while (count % 2 == 1 or not wide):",
        "while count % 2 == 1 and (wide):",
        "def steps(count: int, wide: bool = True) -> int:",
    } <= found["negation"]
    assert {"WIDTH: int = 5", "if count < 1:", "return max(count, WIDTH)"} <= found["constant"]
    assert found["dropped"] == {"pass"}
    assert found["return"] == {"return None"}
    [swapped] = [
        mutant.mutated for mutant in mutants_of(FILE, b"hint = place(x, y, 3)\n") if mutant.kind == "swapped"
    ]
    assert swapped == "hint = place(y, x, 3)"


def test_what_no_test_should_pin_down_is_left_alone() -> None:
    lines = {mutant.line for mutant in mutants_of(FILE, SOURCE)}
    assert lines == {4, 7, 9, 10, 13, 14, 15}
    assert [mutant.kind for mutant in mutants_of(FILE, SOURCE) if mutant.line == 10] == ["dropped"]


def test_a_mutant_changes_its_line_alone() -> None:
    for mutant in mutants_of(FILE, SOURCE):
        before, after = SOURCE.splitlines(), mutant.applied(SOURCE).splitlines()
        compile(mutant.applied(SOURCE), FILE, "exec")
        assert mutant.applied(SOURCE) != SOURCE
        if mutant.line not in (10, 13):
            assert [before[n] != after[n] for n in range(len(before))].count(True) == 1


def test_a_sample_is_spread_and_the_larger_begins_with_the_smaller() -> None:
    mutants = [
        each for name in ("color", "outputs") for each in mutants_of(f"src/vermilion/{name}/a.py", SOURCE)
    ]
    few, many = sample(mutants, 3, 12), sample(mutants, 3, 20)
    assert many[:12] == few
    assert [mutant.package for mutant in few].count("color") == 6
    assert len({mutant.kind for mutant in few}) == 6, "swapped is the seventh; there is none"
    assert sample(mutants, 4, 12) != few


def test_a_mutant_is_tried_by_tests_of_its_lines_its_own_package_first_and_not_for_ever() -> None:
    mutant = next(mutant for mutant in mutants_of(FILE, SOURCE) if mutant.line == 9)
    assert list(mutant.lines) == [9]
    tests = {
        "tests/cli/test_a.py::quick": (0.1, {FILE: {9}}),
        "tests/cli/test_a.py::long": (19.5, {FILE: {9}}),
        "tests/color/test_a.py::own": (1.0, {FILE: {8, 9}}),
        "tests/color/test_a.py::elsewhere": (0.1, {FILE: {8}, "src/vermilion/color/other.py": {9}}),
    }
    assert list(chosen_tests(mutant, tests)) == ["tests/color/test_a.py::own", "tests/cli/test_a.py::quick"]


def test_equivalent_mutants_are_still_there_and_say_why() -> None:
    listed = equivalents(ROOT / EQUIVALENT)
    there = {(mutant.file, mutant.original, mutant.mutated) for mutant in all_mutants(ROOT)}
    assert set(listed) - there == set()
    assert all(len(reason) > 10 for reason in listed.values())


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_survivors_are_named_and_a_second_run_tries_nothing_again(tmp_path: Path) -> None:
    for name, text in {
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = ['--import-mode=importlib']\n",
        "src/vermilion/__init__.py": "",
        FILE: SOURCE.decode(),
        "tests/color/test_steps.py": TESTS,
        EQUIVALENT: LISTED,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    first, again = run_in(tmp_path), run_in(tmp_path)
    assert f"{FILE}:10 (no test runs it)" in first
    assert f"{FILE}:9 (2 tests)\n  - if count < 0:\n  + if (count <= 0):" in first
    # Either test notices, and the quicker one is tried first.
    noticed = rf"^caught    {FILE}:15 \(tests/color/test_steps\.py::test_(even|odd)\)$"
    assert re.search(noticed, first, re.MULTILINE)
    assert f"timed out {FILE}:14 (" in first, "it counts down for ever"
    total = first.splitlines()[-1].split()
    assert sum(map(int, total[1:5])) == len(mutants_of(FILE, SOURCE))
    assert total[4] == "1", "equivalent"
    tried = ("caught ", "timed out ", "survived ", "lines of ")
    assert again.splitlines() == [line for line in first.splitlines() if not line.startswith(tried)]
    assert (tmp_path / FILE).read_bytes() == SOURCE


def run_in(root: Path) -> str:
    code = (
        "import pathlib; from benchmarks.mutants import __main__ as command, tries; tries.LEAST_SECONDS = 8;"
        f"command.main(['--workers', '1', '--count', '30'], pathlib.Path({str(root)!r}))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
