"""What a batch costs on a Ray cluster of this machine, with the memory of Ray itself named apart.

python -m benchmarks.cluster [--pictures 200] [--workers 1 2] [--model FOLDER]

Prints pictures a second from the first to the last, processor time, and the largest memory (PSS) of Ray's own
processes, of the workers that Ray starts, and of the processes below them that paint.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.batch import make_scans

TICKS = 100  # of the processor's clock in a second, as /proc counts them
KINDS = ("driver", "ray", "workers", "painters")


def below(root: int) -> dict[int, str]:
    """Every process below one, and what it is."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            names[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    found = {root: "driver"}
    while True:
        new = [pid for pid, parent in parents.items() if parent in found and pid not in found]
        if not new:
            return found
        for pid in new:
            worker = found[parents[pid]] == "workers"
            kind = "workers" if names[pid].startswith("ray::MapWorker") else "ray"
            found[pid] = "painters" if worker or found[parents[pid]] == "painters" else kind


def memory_of(pid: int) -> float:
    """Its proportional share of memory, in MiB."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def seconds_of(pid: int) -> float:
    """Seconds of the processor that it has used."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / TICKS


def run(scans: Path, target: Path, workers: int, model: str | None) -> None:
    """Do a batch, look at its processes, and print what was seen."""
    words = [sys.executable, "-m", "vermilion", "batch", str(scans), "-o", str(target), "--ray", "local"]
    words += ["--workers", str(workers), "--json", *(["--model", model] if model else [])]
    largest: dict[str, float] = defaultdict(float)
    spent: dict[int, tuple[str, float]] = {}
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(words, stdout=told, stderr=subprocess.DEVNULL) as process,
    ):
        while process.poll() is None:
            now: dict[str, float] = defaultdict(float)
            for pid, kind in below(process.pid).items():
                now[kind] += memory_of(pid)
                spent[pid] = kind, max(seconds_of(pid), spent.get(pid, (kind, 0.0))[1])
            largest |= {kind: max(largest[kind], size) for kind, size in now.items()}
            time.sleep(0.5)
        told.seek(0)
        events = [json.loads(line) for line in told]
    done = [event for event in events if event["event"] == "picture"]
    assert process.returncode == 0, events[-1]
    cost = {kind: sum(seconds for of, seconds in spent.values() if of == kind) for kind in KINDS}
    painting = sum(event["seconds"] for event in done)
    print(f"{workers} workers: {len(done)} pictures, {painting / len(done) * 1000:.0f} ms each in a worker")
    for kind in KINDS:
        print(f"  {kind:9} {largest[kind]:6.0f} MiB, {cost[kind]:6.1f} s of the processor")


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--model")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        scans = make_scans(Path(place) / "scans", args.pictures)
        for count in args.workers:
            run(scans, Path(place) / f"out-{count}", count, args.model)


if __name__ == "__main__":
    main()
