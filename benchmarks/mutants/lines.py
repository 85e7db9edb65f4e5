"""Which test runs which line, as coverage.py measures it."""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.mutants.mutations import PACKAGES, Mutant
from benchmarks.mutants.processes import Job, run_all, run_pytest

TESTS = ("archive", "cli", "color", "film", "guidance", "outputs", "painter", "studio", "view", "test_*.py")
MOST_SECONDS = 20.0  # of tests a mutant, by the processor; the quickest come first
Tests = dict[str, tuple[float, dict[str, set[int]]]]


class _Watch:
    """A pytest plugin: counts the processor's time of each test and names it to coverage."""

    def __init__(self, switch: Callable[[str], object]) -> None:
        self.switch, self.seconds, self.failed = switch, dict[str, float](), set[str]()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.switch(nodeid)
        self.seconds[nodeid] = -sum(os.times()[:4])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] += sum(os.times()[:4])
        self.switch("")


def _measure(tree: Path, test_file: str, answer: Path) -> int:
    """Run a test file under coverage, and write down (seconds, {source: lines}) of each test that passes."""
    import coverage  # noqa: PLC0415 (imported by the parent)

    include = [f"{tree}/src/vermilion/{package}/*" for package in PACKAGES]
    cover = coverage.Coverage(data_file=None, include=include, config_file=False)
    watch = _Watch(cover.switch_context)
    cover.start()
    code = run_pytest(tree, ["--maxfail=1000", test_file], watch)
    cover.stop()
    lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    data = cover.get_data()
    for path in data.measured_files():
        for line, names in data.contexts_by_lineno(path).items():
            for name in filter(None, names):
                lines[name][str(Path(path).relative_to(tree))].append(line)
    passed = {name: seconds for name, seconds in watch.seconds.items() if name not in watch.failed}
    found = {name: [round(seconds, 3), lines[name]] for name, seconds in passed.items()}
    answer.write_text(json.dumps(found))
    return 0 if code in (0, 1, 5) else 70


def line_map(root: Path, state: Path, trees: list[Path]) -> Tests:
    """(seconds, {source: lines}) of each test, measured again where a test file or the sources changed."""
    sources = _digest(sorted((root / "src").rglob("*.py")) + sorted((root / "tests").rglob("conftest.py")))
    files = [path for name in TESTS for found in (root / "tests").glob(name) for path in _test_files(found)]
    answers = {path: state / f"lines-{_digest([path])}-{sources}.json" for path in files}
    missing = [path for path in files if not answers[path].exists()]

    def measured(path: Path) -> Job:
        name = str(path.relative_to(root))
        return Job(
            lambda tree: _measure(tree, name, answers[path]),
            lambda _, outcome: print(f"lines of {name}: {outcome}", flush=True),
            600,
        )

    run_all(map(measured, missing), trees)
    tests: Tests = {}
    for path in files:
        if answers[path].exists():
            for name, (seconds, lines) in json.loads(answers[path].read_text()).items():
                tests[name] = seconds, {file: set(numbers) for file, numbers in lines.items()}
    return tests


def _test_files(path: Path) -> list[Path]:
    return sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.name} {path.stat().st_size}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def tests_of(mutant: Mutant, tests: Tests) -> dict[str, float]:
    """The tests that run its lines, with their seconds, in the order in which to try them."""
    own = f"tests/{mutant.package}/"
    found = [
        (not name.startswith(own), seconds, name)
        for name, (seconds, lines) in tests.items()
        if not lines.get(mutant.file, set()).isdisjoint(mutant.lines)
        or (mutant.lines.start == 1 and name.startswith(own))  # read when the module is imported
    ]
    chosen: dict[str, float] = {}
    for _, seconds, name in sorted(found):
        if sum(chosen.values()) + seconds <= MOST_SECONDS:
            chosen[name] = seconds
    return chosen
