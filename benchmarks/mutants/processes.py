"""Forked processes that run pytest in copies of the tree, bounded in time and memory."""

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "build", "dist", "runs", "out", "upload")
IMPORTED_ONCE = "numpy cv2 onnx onnxruntime PIL.Image pyvips pydantic typer rich fastapi httpx coverage"
REWRITTEN = "-Wignore::pytest.PytestAssertRewriteWarning"  # of plugins that were imported before
MOST_MEMORY = 4 * 2**30
SLOWER = 20  # times as long as by the processor alone may a process take, in a machine that is busy


@contextmanager
def copied_trees(root: Path, count: int) -> Iterator[list[Path]]:
    """Copies of the tree, one a worker, in a process that has imported what takes long to import."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name in IMPORTED_ONCE.split():
        with suppress(ImportError):
            importlib.import_module(name)
    assert "vermilion" not in sys.modules
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [Path(folder).resolve() / str(number) for number in range(count)]
        for tree in trees:
            shutil.copytree(root, tree, ignore=LEFT_OUT)
        yield trees


@dataclass
class Job:
    """What one forked process does in a copy of the tree, in at most ``seconds`` of the processor."""

    work: Callable[[Path], int]
    done: Callable[[Path, str], None]
    seconds: float
    tree: Path = field(default_factory=Path)
    deadline: float = 0


def run_all(jobs: Iterator[Job], trees: list[Path]) -> None:
    """Run jobs side by side, one in each tree. Each hears "passed", "failed", "broken" or "timed out"."""
    running: dict[int, Job] = {}
    free = list(trees)
    waiting: Job | None = next(jobs, None)
    try:
        while waiting or running:
            while waiting and free:
                waiting.tree = free.pop()
                waiting.deadline = time.monotonic() + SLOWER * waiting.seconds
                running[_fork(waiting)] = waiting
                waiting = next(jobs, None)
            for process in list(running):
                if (outcome := _outcome(process, running[process])) is not None:
                    job = running.pop(process)
                    free.append(job.tree)
                    job.done(job.tree, outcome)
            time.sleep(0.02)
    finally:
        for process in running:
            _kill(process)


def _fork(job: Job) -> int:
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        _enter(job.tree, job.seconds)
        code = job.work(job.tree)
    except BaseException:  # noqa: BLE001 (it goes into the log)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _enter(tree: Path, seconds: float) -> None:
    """Make this process see the copy alone, within its bounds."""
    import resource  # noqa: PLC0415 (there is none in Windows)

    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (round(seconds) + 1, round(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    scratch = scratch_of(tree)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    log = os.open(scratch / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(tree)
    os.environ |= {"PYTHONPATH": f"{tree}/src", "HOME": str(scratch), "TMPDIR": str(scratch)}
    os.environ |= {"XDG_CACHE_HOME": str(scratch), "XDG_DATA_HOME": str(scratch)}
    tempfile.tempdir = str(scratch)
    sys.path[:0] = [f"{tree}/src", str(tree)]
    sys.argv[:] = ["pytest"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]
    import vermilion  # noqa: PLC0415 (the mutated one)

    assert Path(vermilion.__file__).is_relative_to(tree), "another copy of vermilion is on the path"


def _outcome(process: int, job: Job) -> str | None:
    """What became of a process; None while it runs."""
    found, status = os.waitpid(process, os.WNOHANG)
    if not found and time.monotonic() < job.deadline:
        return None
    _kill(process)  # and whatever it started
    if not found or os.WIFSIGNALED(status):
        return "timed out"
    return {0: "passed", 5: "broken", 70: "broken"}.get(os.WEXITSTATUS(status), "failed")


def _kill(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(process, 0)


def scratch_of(tree: Path) -> Path:
    """The folder beside a copy that takes its log and temporary files; made anew for each process."""
    return tree.parent / f"{tree.name}.scratch"


def run_pytest(tree: Path, words: list[str], plugin: object) -> int:
    """Pytest's exit code, of the tests not marked slow; it stops at the first failure."""
    base = scratch_of(tree) / "base"
    words = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", REWRITTEN, f"--basetemp={base}", *words]
    return int(pytest.main(words, plugins=[plugin]))
