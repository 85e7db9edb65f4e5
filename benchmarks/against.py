"""Processor time of two checkouts, interleaved, each process on one core (Linux).

    python -m benchmarks.against OLD NEW [--pictures FOLDER] [--rounds N]

Interleaving and medians keep what else the machine does out of the comparison.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed import LARGE, SMALL, write_scan

_WARM = """
import statistics, sys, time
from pathlib import Path
from vermilion import Colorizer
colorizer, out, seconds = Colorizer(), Path(sys.argv[1]), []
for scan in sys.argv[2:]:
    started = time.process_time()
    colorizer.colorize(scan).save(out, overwrite=True)
    seconds.append(time.process_time() - started)
print(statistics.median(seconds[1:]))
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured.

    Attributes:
        name: for the report.
        command: what Python is given.
        prints: whether the process prints its own figure; else all that it took counts.
    """

    name: str
    command: tuple[str, ...]
    prints: bool


def cases_in(folder: Path, pictures: Path | None) -> list[Case]:
    """Return what is measured, with the files for it in a folder; ``pictures`` are for the last case."""
    small, large, out = folder / "small.jpg", folder / "large.jpg", str(folder / "out.jpg")
    write_scan(small, SMALL)
    write_scan(large, LARGE)
    cold = ("-m", "vermilion", "colorize", str(small), "-o", out, "--overwrite")
    cases = [
        Case("vermilion colorize, 512 px, cold start", cold, prints=False),
        Case("12 Mpx JPEG, warm", ("-c", _WARM, out, *[str(large)] * 12), prints=True),
    ]
    if pictures is not None:
        scans = map(str, sorted(pictures.glob("*.jpg")))
        cases.append(Case(f"a picture of {pictures.name}, warm", ("-c", _WARM, out, *scans), prints=True))
    return cases


def seconds_of(case: Case, checkout: Path, core: int) -> float:
    """Return the processor seconds of one run with the code of a checkout."""
    import resource  # noqa: PLC0415 - not on every system

    environment = os.environ | {"PYTHONPATH": str(checkout / "src"), "OMP_NUM_THREADS": "1"}
    pinned = f"import os, sys; os.sched_setaffinity(0, {{{core}}}); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-S", "-c", pinned, sys.executable, *case.command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if case.prints:
        return float(told)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compared(case: Case, checkouts: tuple[Path, Path], rounds: int) -> str:
    """Return a line that says what both take."""
    cores = sorted(os.sched_getaffinity(0))
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for checkout, seconds in zip(checkouts, took, strict=True):
            seconds.append(seconds_of(case, checkout, cores[turn % len(cores)]))
    old, new = (1000 * statistics.median(seconds[1:]) for seconds in took)  # the first compiles the code
    return f"{case.name:<45} {old:7.0f} ms {new:7.0f} ms {100 * (new / old - 1):+6.1f} %"


def main() -> None:
    """Compare what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs=2, type=Path, metavar="CHECKOUT")
    parser.add_argument("--pictures", type=Path, help="a folder of JPEGs, the third case")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    old, new = given.checkouts
    with tempfile.TemporaryDirectory() as name:
        for case in cases_in(Path(name), given.pictures):
            print(compared(case, (old, new), given.rounds), flush=True)


if __name__ == "__main__":
    main()
