"""Damages pictures on purpose, in every format, and sees whether each damage is reported.

python -m benchmarks.damage [FOLDER] [--mutants 1000] [--seed 0] [--keep FOLDER]

Each mutant of a picture (bits flipped, cut off, a run zeroed or inserted, a field of a header changed) is
coloured in a child process, with limits, and read by an independent reader (Pillow, strictly) in another.
What the reader refuses vermilion must refuse, unless its greys equal those of the sound picture. Where djpeg
is installed (Debian: libjpeg-turbo-progs), JPEGs of which it warns are counted apart: it decodes in small
pieces, by another way through libjpeg that notices a little more. The same seed makes the same mutants.
"""

import argparse
import json
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.damage_files import write_pictures

MOST_SECONDS, MOST_MEMORY = 10.0, 400.0  # for a mutant; MiB beyond the largest sound picture
_PATIENCE = 60.0  # seconds after which a child is ended
_HEADER = 512  # bytes at either end of a file in which most headers lie (a TIFF's may be the last)
_EXTREMES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\1")


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a file: "read" with a digest of its greys, "refused", "warned", "fault", "crash", "hang"."""

    outcome: str
    said: str = ""
    seconds: float = 0.0
    peak: float = 0.0


@dataclass(slots=True)
class Child:
    """A process that reads one file after the other; a new one is started when one dies."""

    kind: str
    _process: "subprocess.Popen[str] | None" = None

    def ask(self, path: Path) -> Answer:
        """Have a file read."""
        process = self._process or self._started()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a child without pipes")
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], _PATIENCE)
        line = process.stdout.readline() if ready else ""
        if line:
            return Answer(**json.loads(line))
        self.close()
        return Answer("crash" if ready else "hang", f"exit status {process.returncode}")

    def _started(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "benchmarks.damage_child", self.kind]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()  # waits, and closes the pipes
        self._process = None


def mutate(content: bytes, random: np.random.Generator) -> tuple[str, bytes]:
    """Return the name of a damage, and `content` with it."""
    name = str(random.choice(list(_DAMAGES)))
    return name, _DAMAGES[name](content, random)


def _flip(content: bytes, random: np.random.Generator) -> bytes:
    data = bytearray(content)
    for place in random.integers(0, 8 * len(data), random.integers(1, 9)).tolist():
        data[place // 8] ^= 1 << place % 8
    return bytes(data)


def _cut(content: bytes, random: np.random.Generator) -> bytes:
    return content[: int(random.integers(1, len(content)))]


def _zero(content: bytes, random: np.random.Generator) -> bytes:
    start, length = int(random.integers(0, len(content))), int(2 ** random.uniform(1, 13))
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


def _insert(content: bytes, random: np.random.Generator) -> bytes:
    start, length = int(random.integers(0, len(content))), int(2 ** random.uniform(0, 9))
    return content[:start] + random.bytes(length) + content[start:]


def _header(content: bytes, random: np.random.Generator) -> bytes:
    """One to four bytes of a header become the least, the most, or anything."""
    place = int(random.integers(0, min(_HEADER, len(content))))
    if random.random() < 0.3:
        place = max(0, len(content) - 1 - place)
    length = int(random.choice([1, 1, 2, 4]))
    choice = int(random.integers(0, len(_EXTREMES) + 1))
    value = _EXTREMES[choice] * length if choice < len(_EXTREMES) else random.bytes(length)
    return content[:place] + value + content[place + length :]


_DAMAGES = {"bits": _flip, "cut": _cut, "zeros": _zero, "inserted": _insert, "header": _header}


@dataclass(slots=True)
class Findings:
    """What came of all mutants; `offences` are those that must not be."""

    counts: Counter[str] = field(default_factory=Counter)
    offences: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    beyond: float = 0.0

    def lines(self) -> list[str]:
        """The report."""
        total = sum(self.counts.values())
        rows = [f"{number:6d}  {what}" for what, number in sorted(self.counts.items())]
        times = f"seconds: median {statistics.median(self.seconds):.2f}, most {max(self.seconds):.2f}"
        memory = f"memory beyond the largest sound picture: {max(0.0, self.beyond):.0f} MiB"
        verdict = f"{len(self.offences)} of {total} mutants offend"
        return [*rows, times, memory, verdict, *self.offences]


@dataclass(frozen=True, slots=True)
class Sound:
    """What an undamaged picture gives, and the most memory that any of them took."""

    ours: dict[Path, Answer]
    read: dict[Path, Answer]

    @property
    def peak(self) -> float:
        """MiB."""
        return max(answer.peak for answer in self.ours.values())


def compare(ours: Answer, reader: Answer, sound: Answer, peak: float) -> tuple[str, list[str]]:
    """What came of a mutant, in words, and what is wrong with that."""
    wrong = []
    if ours.outcome not in ("read", "refused"):
        wrong.append(f"{ours.outcome} ({ours.said})")
    if ours.seconds > MOST_SECONDS:
        wrong.append(f"took {ours.seconds:.1f} s")
    if ours.peak - peak > MOST_MEMORY:
        wrong.append(f"took {ours.peak - peak:.0f} MiB more than any sound picture")
    whole = ours.outcome == "read" and ours.said == sound.said
    if ours.outcome == "read" and reader.outcome == "refused" and not whole:
        wrong.append(f"was done, but the reader says {reader.said}")
    if ours.outcome == "read":
        kind = "every grey as in the sound picture" if whole else "greys changed, not noticed"
        return f"done, {kind}; the reader: {reader.outcome}", wrong
    return f"{ours.outcome}; the reader: {reader.outcome}", wrong


def measure(pictures: list[Path], mutants: int, seed: int, keep: Path | None) -> Findings:
    """Make the mutants one after the other, and have each read by both."""
    ours, reader, findings = Child("vermilion"), Child("reader"), Findings()
    sound = Sound({p: ours.ask(p) for p in pictures}, {p: reader.ask(p) for p in pictures})
    for path in pictures:
        if sound.ours[path].outcome != "read" or sound.read[path].outcome == "refused":
            print(
                f"{path.name}: {sound.ours[path].outcome}; the reader: {sound.read[path].outcome}: left out"
            )
    usable = [p for p in pictures if sound.ours[p].outcome == "read" and sound.read[p].outcome != "refused"]
    with tempfile.TemporaryDirectory() as name:
        for number in range(mutants if usable else 0):
            picture = usable[number % len(usable)]
            damage, content = mutate(picture.read_bytes(), np.random.default_rng([seed, number]))
            mutant = Path(name, f"{number:05d}-{damage}-{picture.name}")
            mutant.write_bytes(content)
            answer, read = ours.ask(mutant), reader.ask(mutant)
            kind, wrong = compare(answer, read, sound.ours[picture], sound.peak)
            findings.counts[kind] += 1
            findings.seconds.append(answer.seconds)
            findings.beyond = max(findings.beyond, answer.peak - sound.peak)
            findings.offences += [f"{mutant.name}: {each}" for each in wrong]
            if wrong and keep is not None:
                shutil.copy(mutant, keep)
            mutant.unlink()
    ours.close()
    reader.close()
    return findings


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.damage", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="pictures; by default generated ones")
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the mutants that offend")
    args = parser.parse_args()
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        given = args.folder and sorted(p for p in args.folder.rglob("*") if p.is_file())
        findings = measure(given or write_pictures(Path(name)), args.mutants, args.seed, args.keep)
    print("\n".join(findings.lines()))
    sys.exit(bool(findings.offences))


if __name__ == "__main__":
    main()
