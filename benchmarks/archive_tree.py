"""A mixed tree of files done as an archive is: run, killed, resumed, verified and bagged.

python -m benchmarks.archive_tree [--files 3000] [--kills 5] [--workers 2] [--model FOLDER] [--keep FOLDER]
python -m benchmarks.archive_tree --large --files 10000 [--workers 2] [--model FOLDER]

The tree has every format, depth and colour state, damage, nasty names, links, thumbnails of other programs,
and files that are no pictures. One run is left alone; another is killed (SIGKILL) at random moments and goes
on each time. Both must come to the same bytes and the same outcomes, every result must be proved, and the
reference implementation of BagIt must find the bag valid. Prints what was found, with times of the processor
and the memory of all processes (PSS).

With --large the pictures have up to 12 megapixels, and a single run is watched: how much memory it takes at
the start, in the middle and at the end. Results are removed as they come, as few disks hold them all.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import bagit
import numpy as np
from PIL import Image

from benchmarks.batch import Watch, contents
from benchmarks.cluster import below, memory_of
from benchmarks.damage_files import write_pictures
from vermilion.archive.batch import MANIFEST, Record, read_manifest, verify_manifest

Key = tuple[str, int]
Outcome = tuple[str, str, tuple[str, ...]]

NASTY = (
    "with space", "ünïcode", "e\u0301 in two parts", "'quotes\"", "-rf", "semi;colon & more", "$HOME",
    "..dots..", "tab\there", "日本語", "🦊", "a" * 180, "CON", "#hash", "star*",
    "back\\slash", "[brackets]", "{braces}",
)  # fmt: skip
SIZES = {1: 60, 3: 30, 6: 8, 10: 2}
"""Of 100 pictures of a large tree, so many are so many times as high and wide as 288 x 400 pixels."""

OLD = 10.0
"""Seconds after which nobody writes on a result any more."""

FOLDERS = ("", "1931", "1931/spring", "box 2/deep/er/and/deeper", "Ünsorted", "-dash")


def make_tree(folder: Path, count: int, seed: int = 31) -> Path:
    """Write so many files, links and folders, and return the folder."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        models = [(path.suffix, path.read_bytes()) for path in write_pictures(Path(place))]
        models += [(".png", _color(Path(place))), (".tif", _album(Path(place)))]
    for number in range(count):
        suffix, content = models[number % len(models)]
        name = f"{number:05}{' ' + chance.choice(NASTY) if number % 3 == 0 else ''}"
        path = folder / chance.choice(FOLDERS) / f"{name}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_damaged(content, chance) if number % 11 == 5 else content)
    _add_others(folder)
    return folder


def make_large_tree(folder: Path, count: int, seed: int = 31) -> Path:
    """Write so many pictures of up to 12 megapixels, most of them links to one of the same size and kind."""
    chance = random.Random(seed)
    models = {}
    for scale in SIZES:
        place = folder.parent / "models" / str(scale)
        place.mkdir(parents=True)
        models[scale] = write_pictures(place, scale)
    scales = chance.choices(list(SIZES), list(SIZES.values()), k=count)
    for number, scale in enumerate(scales):
        model = models[scale][number % len(models[scale])]
        path = folder / FOLDERS[number // 1000 % len(FOLDERS)] / f"{number:05} {model.name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % 50 == 5:
            path.write_bytes(_damaged(model.read_bytes(), chance))
        else:
            path.hardlink_to(model)
    return folder


def _color(place: Path) -> bytes:
    """A picture in real colour, which is left alone."""
    noise = np.random.default_rng(1).integers(0, 256, (9, 12, 3), np.uint8)
    Image.fromarray(noise).resize((240, 180), Image.Resampling.BICUBIC).save(place / "color.png")
    return (place / "color.png").read_bytes()


def _album(place: Path) -> bytes:
    """A TIFF of three pages."""
    pages = [Image.linear_gradient("L").rotate(90 * number).resize((160, 120)) for number in range(3)]
    pages[0].save(place / "album.tif", save_all=True, append_images=pages[1:])
    return (place / "album.tif").read_bytes()


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut off, emptied, or with other bytes in it."""
    kind = chance.randrange(4)
    if kind == 0:
        return content[: chance.randrange(len(content))]
    if kind == 1:
        return b""
    changed = bytearray(content)
    for _ in range(20):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _add_others(folder: Path) -> None:
    """Links, previews of disk stations, hidden files, and what is no picture."""
    first = next(path for path in sorted(folder.glob("*.jpg")) if path.stat().st_size)
    (folder / "linked.jpg").symlink_to(first)
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "round").symlink_to(folder)
    for name in ("@eaDir/thumb.jpg", ".hidden/a.jpg", ".dot.jpg", "notes.txt", "1931/Thumbs.db"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(first.read_bytes())
    (folder / "empty folder").mkdir()
    os.mkfifo(folder / "pipe.jpg")


def words_for(scans: Path, target: Path, workers: int, model: str | None) -> list[str]:
    """The command."""
    words = [sys.executable, "-m", "vermilion", "batch", str(scans), "-o", str(target), "--quiet"]
    return [*words, "--page", "all", "--workers", str(workers), *(["--model", model] if model else [])]


def run_alone(words: list[str], aside: Callable[[], None] = lambda: None) -> tuple[float, list[float]]:
    """Run once; return seconds, and the memory of all processes in MiB, at each second.

    Args:
        words: the command.
        aside: what else is done each second.
    """
    begun, memory = time.perf_counter(), []
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory.append(sum(map(memory_of, below(process.pid))))
            aside()
            time.sleep(1)
    assert process.returncode in (0, 1)  # some files are damaged
    return time.perf_counter() - begun, memory


def run_killed(words: list[str], target: Path, kills: int, pictures: int, seed: int = 7) -> None:
    """Run, kill at random moments, and run to the end."""
    chance = random.Random(seed)
    for share in sorted(chance.random() for _ in range(kills)):
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
            while _lines(target) < share * pictures and process.poll() is None:
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.1)
    subprocess.run(words, stderr=subprocess.DEVNULL, check=False)


def _lines(target: Path) -> int:
    try:
        return (target / MANIFEST).read_bytes().count(b"\n")
    except OSError:
        return 0


def outcomes_of(target: Path) -> dict[Key, Outcome]:
    """What the manifest says last of each picture: outcome, code, hashes of outputs."""
    lines = [line for line in read_manifest(target / MANIFEST) if isinstance(line, Record)]
    return {
        line.key: (line.outcome, line.code, tuple(output.sha256 for output in line.outputs)) for line in lines
    }


def prove(target: Path, workers: int) -> tuple[int, float]:
    """Verify every result; return how many, and the seconds of the processor that took."""
    with Watch() as watch:
        found = list(verify_manifest(target / MANIFEST, workers))
    wrong = [each for each in found if not each.ok]
    assert not wrong, wrong[:3]
    return len(found), watch.took.processor


def bag(words: list[str], bag_folder: Path) -> int:
    """Bag the results by the command; return how many files the reference implementation proved."""
    subprocess.run([*words, "--bag", str(bag_folder)], stderr=subprocess.DEVNULL, check=False)
    checked = bagit.Bag(str(bag_folder))
    checked.validate()
    return len(checked.payload_entries())


def try_tree(place: Path, files: int, kills: int, workers: int, model: str | None) -> dict[str, object]:
    """Make a tree, do all, and return what was found.

    Raises:
        AssertionError: something is not as it must be.
    """
    scans = make_tree(place / "scans", files)
    before = {path: path.stat().st_mtime_ns for path in scans.rglob("*") if path.is_file()}
    whole, killed = place / "whole", place / "killed"
    seconds, memory = run_alone(words_for(scans, whole, workers, model))
    outcomes = outcomes_of(whole)
    run_killed(words_for(scans, killed, workers, model), killed, kills, len(outcomes))
    assert outcomes_of(killed) == outcomes, "other outcomes"
    assert contents(killed) == contents(whole), "other bytes"
    proved, processor = prove(killed, workers)
    bagged = bag(words_for(scans, killed, workers, model), place / "bag")
    after = {path: path.stat().st_mtime_ns for path in scans.rglob("*") if path.is_file()}
    assert before == after, "a scan was changed"
    return {
        **_told(outcomes, seconds, memory),
        "proved": proved,
        "ms of the processor to prove one": round(1000 * processor / max(1, proved), 1),
        "files in the bag": bagged,
    }


def _told(outcomes: dict[Key, Outcome], seconds: float, memory: list[float]) -> dict[str, object]:
    """What a run came to; of each third of it the most memory."""
    third = max(1, len(memory) // 3)
    parts = memory[:third], memory[third : 2 * third], memory[2 * third :]
    return {
        "outcomes": dict(Counter(outcome for outcome, _, _ in outcomes.values())),
        "codes": dict(Counter(code for _, code, _ in outcomes.values() if code)),
        "seconds": round(seconds, 1),
        "MiB at start, in the middle, at the end": [round(max(part)) for part in parts if part],
    }


def watch_large_tree(place: Path, files: int, workers: int, model: str | None) -> dict[str, object]:
    """Run over large pictures, remove results as they come, and return what was found."""
    scans, target = make_large_tree(place / "scans", files), place / "results"

    def remove_results() -> None:
        for path in target.rglob("*.*"):
            is_result = path.suffix != ".jsonl" and not path.name.startswith((".", "report."))
            with suppress(FileNotFoundError):  # of one that got its name meanwhile
                if is_result and path.is_file() and time.time() - path.stat().st_mtime > OLD:
                    path.unlink()

    with Watch() as watch:
        seconds, memory = run_alone(words_for(scans, target, workers, model), remove_results)
    outcomes = outcomes_of(target)
    ms = 1000 * watch.took.processor / max(1, len(outcomes))
    return _told(outcomes, seconds, memory) | {"ms of the processor a picture": round(ms, 1)}


def main() -> None:
    """Parse, try, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive_tree", description=__doc__)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    parser.add_argument("--keep", type=Path, help="an empty folder in which everything stays")
    parser.add_argument("--large", action="store_true", help="watch one run over up to 12 megapixels instead")
    args = parser.parse_args()
    place = args.keep or Path(tempfile.mkdtemp())
    try:
        if args.large:
            found = watch_large_tree(place, args.files, args.workers, args.model)
        else:
            found = try_tree(place, args.files, args.kills, args.workers, args.model)
        for name, value in found.items():
            print(f"{name}: {value}")
    finally:
        if args.keep is None:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
