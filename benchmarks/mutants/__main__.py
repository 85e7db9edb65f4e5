"""Tests the tests: makes small errors in the code, one at a time, and counts those that no test notices.

python -m benchmarks.mutants [--count 300] [--seed 1] [--workers 2] [--again]

Each mutant is tried by the tests that run its lines, those of its own package first and the quickest of them
before the slower ones, until one fails. Which test runs which line is measured first, by coverage.py, and
measured again for a test file that has changed. Everything runs in temporary copies of the tree and in forked
processes, bounded in time and memory. What was found is kept in build/mutants: a second run goes on where the
first was stopped, and --again tries those again that survived. A mutant that changes nothing a test could see
stands with its reason in benchmarks/mutants/equivalent.toml.
"""

import argparse
import json
import os
import signal
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.mutants.lines import line_map
from benchmarks.mutants.mutations import PACKAGES, Mutant, mutants_of, sample
from benchmarks.mutants.processes import copied_trees
from benchmarks.mutants.tries import try_all

ROOT = Path(__file__).parents[2]
EQUIVALENT = "benchmarks/mutants/equivalent.toml"
OUTCOMES = ("caught", "timed out", "survived", "equivalent")


def equivalents(path: Path) -> dict[tuple[str, str, str], str]:
    """The reason of each mutant that no test could notice, by its file, original and mutated code."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    return {(row["file"], row["original"], row["mutated"]): row["reason"] for row in rows}


def report(mutants: list[Mutant], results: dict[str, tuple[str, str]], same: set[str]) -> str:
    """A table by package, and the survivors."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    lines = []
    for mutant in mutants:
        outcome, by = results[mutant.key]
        outcome = "equivalent" if outcome == "survived" and mutant.key in same else outcome
        counts[mutant.package][outcome] += 1
        counts["all"][outcome] += 1
        if outcome == "survived":
            lines += [
                f"{mutant.file}:{mutant.line} ({by})",
                f"  - {mutant.original}",
                f"  + {mutant.mutated}",
            ]
    lines.append(f"{'':10}" + "".join(f"{name:>12}" for name in OUTCOMES) + "  caught of all")
    for package, found in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        share = (found["caught"] + found["timed out"]) / found.total()
        lines.append(f"{package:10}" + "".join(f"{found[name]:12}" for name in OUTCOMES) + f"{share:15.1%}")
    return "\n".join(lines)


def main(words: list[str] | None = None, root: Path = ROOT) -> None:
    """Draw, try, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", action="store_true", help="try survivors again")
    args = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: stopped; the next run goes on from here."))
    state = root / "build" / "mutants"
    state.mkdir(parents=True, exist_ok=True)
    drawn = sample(all_mutants(root), args.seed, args.count)
    listed = equivalents(root / EQUIVALENT)
    same = {mutant.key for mutant in drawn if (mutant.file, mutant.original, mutant.mutated) in listed}
    log = state / "results.jsonl"
    results = {
        row[0]: (row[1], row[2])
        for row in map(json.loads, log.read_text().splitlines() if log.exists() else [])
    }
    kept = {key for key, (outcome, _) in results.items() if outcome != "survived" or not args.again}

    def note(mutant: Mutant, outcome: str, by: str) -> None:
        results[mutant.key] = outcome, by
        with log.open("a") as file:
            file.write(json.dumps([mutant.key, outcome, by]) + "\n")
        print(f"{outcome:10}{mutant.file}:{mutant.line} ({by})", flush=True)

    with copied_trees(root, args.workers) as trees:
        tests = line_map(root, state, trees)
        waiting = [mutant for mutant in drawn if mutant.key not in kept and mutant.key not in same]
        try_all(waiting, tests, root, trees, note)
    results |= {key: ("survived", "") for key in same if key not in results}
    print(report(drawn, results, same))


def all_mutants(root: Path) -> list[Mutant]:
    """Those of all modules of the packages under test."""
    files = [path for name in PACKAGES for path in sorted((root / "src/vermilion" / name).rglob("*.py"))]
    return [
        each for path in files for each in mutants_of(path.relative_to(root).as_posix(), path.read_bytes())
    ]


if __name__ == "__main__":
    main()
