"""Tries mutants, each by the tests that run its lines."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.mutants.lines import Tests, tests_of
from benchmarks.mutants.mutations import Mutant
from benchmarks.mutants.processes import Job, run_all, run_pytest, scratch_of

LEAST_SECONDS = 10.0  # of the processor, for imports and for hanging tests


class _Failed:
    """A pytest plugin: writes down the test that failed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome == "failed":
            self.path.write_text(report.nodeid)


def try_all(
    mutants: list[Mutant],
    tests: Tests,
    root: Path,
    trees: list[Path],
    note: Callable[[Mutant, str, str], None],
) -> None:
    """Try each mutant, and ``note`` its outcome and the test that caught it."""

    def job(mutant: Mutant) -> Job:
        chosen = tests_of(mutant, tests)
        source, times = (root / mutant.file).read_bytes(), (root / mutant.file).stat()

        def work(tree: Path) -> int:
            (tree / mutant.file).write_bytes(mutant.applied(source))
            os.utime(tree / mutant.file, (0, int(mutant.key[:7], 16)))  # no two share one compiled file
            return run_pytest(tree, list(chosen), _Failed(scratch_of(tree) / "failed"))

        def done(tree: Path, outcome: str) -> None:
            (tree / mutant.file).write_bytes(source)
            os.utime(tree / mutant.file, ns=(times.st_atime_ns, times.st_mtime_ns))
            failed = scratch_of(tree) / "failed"
            by = failed.read_text() if failed.exists() else f"{len(chosen)} tests"
            if outcome == "broken":
                raise SystemExit(
                    f"error: the tests of {mutant.file} could not be run: see {scratch_of(tree)}/log"
                )
            note(mutant, {"passed": "survived", "failed": "caught"}.get(outcome, outcome), by)

        return Job(work, done, LEAST_SECONDS + 1.5 * sum(chosen.values()))

    for mutant in mutants:
        if not tests_of(mutant, tests):
            note(mutant, "survived", "no test runs it")
    run_all((job(mutant) for mutant in mutants if tests_of(mutant, tests)), trees)
