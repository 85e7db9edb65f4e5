"""What a batch costs, and whether it survives being killed.

python -m benchmarks.batch [--pictures 60] [--records 100000] [--kills 20] [--workers 2] [--model FOLDER]

Prints pictures a second and the processor time of the same workers with and without manifest and hashes,
the time and memory of opening a finished manifest, and pairs a second of `verify --manifest`. With --kills a
run is killed (SIGKILL) at random moments, continued, and its results are compared byte by byte with those of
an uninterrupted run. Processor times are printed besides the clock's, because a machine may be busy.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from benchmarks.speed import write_scan
from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import (
    MANIFEST,
    Batch,
    BatchOptions,
    Header,
    Output,
    Record,
    open_manifest,
    run_batch,
    verify_manifest,
)
from vermilion.archive.batch.painting import Order, bury, learn
from vermilion.archive.batch.report import HTML_REPORT, JSON_REPORT
from vermilion.archive.batch.workers import Trade, Workers

SIDE = 1000  # pixels: one megapixel


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock and of the processor, those of ended processes among them."""

    clock: float
    processor: float

    def each(self, count: int) -> str:
        """How many a second, and milliseconds of the processor each."""
        rate, each = count / self.clock, 1000 * self.processor / count
        return f"{rate:6.1f} a second, {each:6.1f} ms of the processor each"


class Watch:
    """Measures a ``with`` block."""

    def __enter__(self) -> Self:
        self._begun = time.perf_counter(), processor()
        return self

    def __exit__(self, *_: object) -> None:
        clock, spent = self._begun
        self.took = Took(time.perf_counter() - clock, processor() - spent)


def processor() -> float:
    """Return the seconds that this process and its ended children have used."""
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def make_scans(folder: Path, count: int, side: int = SIDE) -> Path:
    """Write grey JPEGs, and return their folder."""
    folder.mkdir(parents=True)
    write_scan(folder / "0000.jpg", (side, side))
    content = (folder / "0000.jpg").read_bytes()
    for number in range(1, count):  # other bytes, the same work
        comment = b"\xff\xfe\x00\x06" + number.to_bytes(4, "big")
        (folder / f"{number:04}.jpg").write_bytes(content[:2] + comment + content[2:])
    return folder


def with_manifest(scans: Path, target: Path, model: str | None, workers: int) -> Took:
    """Do a batch."""
    options = _options(target, model, workers)
    with Watch() as watch:
        outcomes = [
            record.outcome
            for record in run_batch(Batch.of(make_plan([scans], options.plan), options.run), options)
        ]
    assert set(outcomes) == {"done"}, outcomes
    return watch.took


def without_manifest(scans: Path, target: Path, model: str | None, workers: int) -> Took:
    """Have the same workers do the same pictures, and hash and record nothing."""
    options = _options(target, model, workers)
    order = Order(target, options.run, model, proof=False)
    with Watch() as watch:
        batch = Batch.of(make_plan([scans], options.plan), options.run)
        with Workers(Trade(learn, order, partial(bury, order)), workers) as hands:
            done = [found for found in hands.results(iter(batch.tasks)) if found is not None]
    assert {record.outcome for _, record in done} == {"done"}
    return watch.took


def _options(target: Path, model: str | None, workers: int) -> BatchOptions:
    return BatchOptions(target, RunOptions(), PlanOptions(target), model, workers=workers)


def resume(folder: Path, count: int) -> tuple[Took, float]:
    """Open a finished manifest of so many records; return what that took, and MiB of memory that it needs."""
    folder.mkdir()
    header = Header({"colours": "as ever"}, "0" * 64)
    with open_manifest(folder, header) as manifest:
        for number in range(count):
            output = Output(f"box/{number:07}.jpg", f"{number:064x}", 300_000)
            manifest.add(
                Record(
                    f"/archive/box/{number:07}.jpg", 1, "done", "", "", f"{number:064x}", f"{number:064x}",
                    300_000, 10**18 + number, "1" * 64, "2" * 64, (output,), 0.05,
                )
            )  # fmt: skip
            if number % 1000 == 0:
                manifest.flush()
    code = (
        "import sys; from pathlib import Path; from vermilion.archive.batch import Header, open_manifest;"
        "rss = lambda: int(Path('/proc/self/statm').read_text().split()[1]) / 256;"  # pages of 4 KiB
        "before = rss();"
        "manifest = open_manifest(Path(sys.argv[1]), Header({'colours': 'as ever'}, '0' * 64));"
        "print(len(manifest.finished), rss() - before)"
    )
    with Watch() as watch:
        words = [sys.executable, "-c", code, str(folder)]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    assert int(told[0]) == count
    return watch.took, float(told[1])


def verify_all(target: Path, workers: int) -> tuple[Took, int]:
    """Prove a finished batch."""
    with Watch() as watch:
        found = list(verify_manifest(target / MANIFEST, workers))
    assert all(each.ok for each in found), [each.differences for each in found if not each.ok]
    return watch.took, len(found)


def contents(folder: Path) -> dict[str, bytes]:
    """The results in a folder, by their names; not the manifest and the reports, which tell times."""
    names = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in names
        if not path.name.startswith(".vermilion-lock")
        and path.name not in (MANIFEST, JSON_REPORT, HTML_REPORT)
    }


def kill_and_resume(scans: Path, target: Path, model: str | None, share: float, workers: int = 2) -> int:
    """Kill a run as soon as a share of its results is there, wherever it is then, and let it be finished.

    Returns:
        How many pictures the second run had to do.
    """
    words = [sys.executable, "-m", "vermilion", "batch", str(scans), "-o", str(target)]
    words += ["--workers", str(workers), *(["--model", model] if model else [])]
    wanted = share * len(list(scans.iterdir()))
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 300
        while len(list(target.glob("*.jpg"))) < wanted and process.poll() is None:
            if time.monotonic() > deadline:
                break
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
    time.sleep(0.05)  # the workers end with their parent
    again = subprocess.run(words, capture_output=True, text=True, check=True)
    return sum(" -> " in line for line in again.stdout.splitlines())


def kills(count: int, model: str | None, pictures: int, seed: int = 31) -> None:
    """Kill at random moments, and compare with an uninterrupted run."""
    chosen = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        scans = make_scans(folder / "scans", pictures, 400)
        with_manifest(scans, folder / "whole", model, 2)
        for number in range(count):
            share = chosen.random()
            target = folder / f"killed-{number}"
            left = kill_and_resume(scans, target, model, share)
            same = contents(target) == contents(folder / "whole")
            proved = verify_all(target, 1)[1]
            print(
                f"killed at {share:4.0%}: {left} of {pictures} reported by the second run, {proved} proved, "
                f"{'the same bytes' if same else 'OTHER BYTES'}",
                flush=True,
            )
            if not same or proved != pictures:
                sys.exit(1)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    args = parser.parse_args()
    if args.kills:
        kills(args.kills, args.model, args.pictures)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        scans = make_scans(folder / "scans", args.pictures)
        for number in range(args.rounds):
            bare = without_manifest(scans, folder / f"bare-{number}", args.model, args.workers)
            full = with_manifest(scans, folder / f"full-{number}", args.model, args.workers)
            more = full.processor / bare.processor - 1
            print(f"without manifest {bare.each(args.pictures)}", flush=True)
            print(f"with manifest    {full.each(args.pictures)}: {more:+.1%}", flush=True)
        took, count = verify_all(folder / "full-0", args.workers)
        print(f"verify           {took.each(count)}", flush=True)
        took, memory = resume(folder / "resumed", args.records)
        told = f"{took.processor:.1f} s of the processor, {memory:.0f} MiB"
        print(f"a manifest of {args.records:,} records: {told}")


if __name__ == "__main__":
    main()
