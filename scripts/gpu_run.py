"""Trains on a rented GPU machine that takes small uploads and short commands.

Here, before:   scripts/gpu_run prepare --pictures data/train-*.parquet --also weights/lite0.safetensors
There, once for each part of the upload, the last one with the training itself:
                scripts/gpu_run train --minutes 8 --out OUT
Here, after:    vermilion export OUT/best.safetensors my-model --name mine --licence CC0-1.0
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import pyarrow as pa
import pyarrow.parquet as pq

from vermilion.errors import TrainingError, VermilionError
from vermilion.training.config.settings import Settings, load_settings
from vermilion.training.data.store import Row, decode_picture, encoded_pictures
from vermilion.training.loop.log import Progress
from vermilion.training.loop.spent import Spent
from vermilion.training.loop.trainer import train_settings

ROOT = Path(__file__).parents[1]
MIB = 2**20
PICTURES, FACTS = "pictures.parquet", "part.json"
OVERHEAD = 128  # bytes that a row takes beside its picture
LEAST_PART = 2  # MiB; smaller ones are not worth a command
QUALITY = 90  # of WebP, where pictures are made smaller
# What is brought back, and how much of it may be.
BACK = (
    "best.safetensors", "best.discriminator.safetensors",
    "last.safetensors", "last.discriminator.safetensors",
    "figures.txt", "config.json", "held-out.jpg",
)  # fmt: skip
MOST_FILES, MOST_OF_ONE, MOST_OF_ALL = 8, 16 * MIB, 64 * MIB
SPOKEN_EVERY = 15.0  # seconds between two lines


@dataclass(frozen=True, slots=True)
class Upload:
    """What `prepare` was asked for."""

    pictures: tuple[str, ...]
    also: tuple[Path, ...]
    to: Path
    limit: float  # MiB of one upload, the tracked tree included
    short_side: int  # pixels to which larger pictures are made smaller; 0 = they stay as they are


def tree_bytes(root: Path) -> int:
    """Bytes of the files that always travel: tracked and untracked ones that git does not ignore."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if listed.returncode:
        raise TrainingError(f"{root}: is no git checkout, so that nobody knows what travels; clone one.")
    names = listed.stdout.split("\0")
    paths = [root / name for name in set(names) if name]
    return sum(path.stat().st_size for path in paths if path.is_file())


def is_ignored(path: Path, root: Path) -> bool:
    """Whether git would leave a folder at home."""
    if not path.resolve().is_relative_to(root.resolve()):
        return True
    words = ["git", "check-ignore", "-q", str(path.resolve() / "x")]
    return subprocess.run(words, cwd=root, check=False).returncode == 0


def prepare(upload: Upload, root: Path = ROOT) -> list[Path]:
    """Write the parts of an upload; each fits beside the tree into one upload.

    Raises:
        TrainingError: the folder is in use or would travel with the tree, or there is no room for a part.
    """
    if upload.to.exists() and any(upload.to.iterdir()):
        raise TrainingError(f"{upload.to}: is not empty; remove it or give another folder with --to.")
    if not is_ignored(upload.to, root):
        raise TrainingError(
            f"{upload.to}: is not ignored by git, so that every upload would carry all parts; choose upload/."
        )
    tree = tree_bytes(root)
    room = int(upload.limit * MIB) - tree - MIB // 4
    print(f"the tree: {tree / MIB:.1f} MiB, so that a part may have {room / MIB:.1f} MiB")
    extras = [(path, path.stat().st_size) for path in upload.also]
    if room - sum(size for _, size in extras) < LEAST_PART * MIB:
        raise TrainingError(
            f"A part of {room / MIB:.1f} MiB has too little room; take files that training does not need out "
            "of the working tree (git sparse-checkout set --no-cone '/*' '!*.onnx'), or raise --limit."
        )
    parts: list[Path] = []
    packed = packs(unique(upload.pictures), room, sum(size for _, size in extras))
    for number, rows in enumerate(packed, 1):
        folder = upload.to / f"part-{number:02}"
        folder.mkdir(parents=True)
        for path, _ in extras if number == 1 else ():
            shutil.copyfile(path, folder / path.name)
        write_part(folder, [smaller(row, upload.short_side) for row in rows] if upload.short_side else rows)
        parts.append(folder)
    for folder in parts:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        (folder / FACTS).write_text(json.dumps(facts | {"parts": len(parts)}, indent=1), encoding="utf-8")
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{folder}: {facts['pictures']} pictures, {size / MIB:.1f} MiB")
    if not parts:
        raise TrainingError("--pictures: hold no picture; give Parquet shards or folders of pictures.")
    return parts


def unique(patterns: tuple[str, ...]) -> Iterator[Row]:
    """Each picture of shards and folders once."""
    keys: set[str] = set()
    for data, key, source in encoded_pictures(patterns):
        if key not in keys:
            keys.add(key)
            yield data, key, source


def smaller(row: Row, short_side: int) -> Row:
    """A picture that is larger than needed, encoded again; those of no use are left to the training."""
    data, key, source = row
    pixels = decode_picture(data, short_side)
    if isinstance(pixels, str):
        return row
    done, encoded = cv2.imencode(".webp", pixels[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    again = encoded.tobytes() if done else data
    return (again, key, source) if len(again) < len(data) else row


def packs(rows: Iterator[Row], room: int, taken: int) -> Iterator[list[Row]]:
    """Rows for one part after the other; `taken` bytes of the first one's room are not theirs."""
    pack: list[Row] = []
    for row in rows:
        size = len(row[0]) + OVERHEAD
        if pack and taken + size > room:
            yield pack
            pack, taken = [], 0
        pack.append(row)
        taken += size
    if pack:
        yield pack


def write_part(folder: Path, rows: list[Row]) -> None:
    """The pictures of a part, and what is in it."""
    columns = dict(zip(("image", "key", "source"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / PICTURES, compression="none")
    files = {path.name: digest(path) for path in sorted(folder.iterdir())}
    facts = {"pictures": len(rows), "sources": Counter(source for _, _, source in rows), "files": files}
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole_parts(folder: Path) -> list[Path]:
    """The parts that have arrived, every file of which is whole.

    Raises:
        TrainingError: there is none, or one is damaged.
    """
    parts = sorted(path for path in folder.glob("part-*") if path.is_dir())
    if not parts:
        raise TrainingError(f"{folder}: holds no part; run `scripts/gpu_run prepare` where the pictures are.")
    there, wanted = 0, 0
    for part in parts:
        try:
            facts = json.loads((part / FACTS).read_text(encoding="utf-8"))
            unlike = [name for name, sha in facts["files"].items() if digest(part / name) != sha]
            there, wanted = there + int(facts["pictures"]), int(facts["parts"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TrainingError(f"{part}: is not whole ({error}); bring it again.") from error
        if unlike:
            raise TrainingError(f"{part}: {unlike[0]} is damaged; bring the part again.")
    print(f"parts: {len(parts)} of {wanted}, {there} pictures")
    return parts


@dataclass(slots=True)
class Teller:
    """Says how the training goes now and then, and brings its state to where it is taken home from."""

    run: Path
    out: Path
    spoken: float = 0.0
    brought: int = 0  # when the state that was brought last had been written

    def __call__(self, progress: Progress) -> None:
        """Take notice of a report."""
        state = self.run / "last.safetensors"
        written = state.stat().st_mtime_ns if state.exists() else 0
        if written > self.brought:
            self.brought = written
            collect(self.run, self.out)
        if not progress.rate:
            print(f"{progress.stage}: {progress.counts}")
        elif time.monotonic() - self.spoken > SPOKEN_EVERY:
            self.spoken = time.monotonic()
            numbers = "  ".join(f"{name} {value:.3g}" for name, value in progress.numbers.items())
            print(f"{progress.stage}  {progress.done} images  {progress.rate:.0f} images/s  {numbers}")


def collect(run: Path, out: Path) -> list[Path]:
    """Copy what is worth bringing back: few files, none of them large.

    Raises:
        TrainingError: there is nothing yet, or it is too much.
    """
    found = [run / name for name in BACK if (run / name).is_file()]
    sizes = [path.stat().st_size for path in found]
    if not found:
        raise TrainingError(f"{run}: holds nothing to bring back; train first.")
    if len(found) > MOST_FILES or max(sizes) > MOST_OF_ONE or sum(sizes) > MOST_OF_ALL:
        raise TrainingError(f"{run}: what it holds is too much to bring back ({sum(sizes) / MIB:.0f} MiB).")
    out.mkdir(parents=True, exist_ok=True)
    for path in found:
        part = out / f"{path.name}.part"
        shutil.copyfile(path, part)
        part.replace(out / path.name)
    return [out / path.name for path in found]


def settings_there(config: Path, parts: list[Path], run: Path) -> Settings:
    """The config with the pictures of the parts; weights that it names are looked for in them, too."""
    settings = load_settings(config)
    pictures = tuple(str(part / PICTURES) for part in parts)
    data = replace(settings.data, pictures=pictures)
    loss, model = settings.loss, settings.model
    loss = replace(loss, perceptual_weights=_found(loss.perceptual_weights, parts))
    model = replace(
        model,
        encoder_weights=_found(model.encoder_weights, parts),
        start_from=_found(model.start_from, parts),
        start_discriminator_from=_found(model.start_discriminator_from, parts),
    )
    return replace(settings, data=data, loss=loss, model=model, run=str(run))


def _found(name: str, parts: list[Path]) -> str:
    """A file that the config names: where it says, or by its name in one of the parts."""
    if not name or Path(name).exists():
        return name
    there = [part / Path(name).name for part in parts if (part / Path(name).name).is_file()]
    return str(there[0]) if there else name


def train(args: argparse.Namespace) -> None:
    """Train, or continue, for some minutes; print what the time was spent on."""
    spent = Spent()
    with spent.on("checking the parts"):
        settings = settings_there(args.config, whole_parts(args.parts), args.run)
    if args.go_on_from and not (args.run / "last.ckpt").exists():
        shutil.copytree(args.go_on_from, args.run, dirs_exist_ok=True)
    resume = any((args.run / name).exists() for name in ("last.ckpt", "last.safetensors"))
    print("going on" if resume else "a new training")
    try:
        train_settings(
            settings, resume=resume, report=Teller(args.run, args.out), minutes=args.minutes, spent=spent
        )
    finally:
        with spent.on("bringing"):
            brought = collect(args.run, args.out) if args.run.exists() else []
        for name, seconds in sorted(spent.seconds.items(), key=lambda pair: -pair[1]):
            print(f"{seconds:8.1f} s  {name}")
        print(f"{sum(spent.seconds.values()):8.1f} s  in all; brought: {', '.join(p.name for p in brought)}")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/gpu_run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("prepare", help="write the parts of the upload")
    one.add_argument("--pictures", nargs="+", required=True, help="Parquet shards and folders")
    one.add_argument("--also", nargs="*", type=Path, default=[], help="weights that the config names")
    one.add_argument("--to", type=Path, default=Path("upload"), help="folder for the parts [upload]")
    one.add_argument("--limit", type=float, default=60, help="MiB of an upload with the tree [60]")
    one.add_argument("--short-side", type=int, default=0, help="make larger pictures smaller [0: leave them]")
    two = commands.add_parser("train", help="train on the machine for some minutes, or continue there")
    two.add_argument("--config", type=Path, default=Path("configs/next.toml"))
    two.add_argument("--minutes", type=float, default=8, help="after which training stops [8]")
    two.add_argument("--command-minutes", type=float, default=10, help="how long a command may run [10]")
    two.add_argument("--out", type=Path, required=True, help="folder that is brought back")
    two.add_argument("--parts", type=Path, default=Path("upload"), help="folder of the parts [upload]")
    two.add_argument("--from", type=Path, dest="go_on_from", help="what a lost machine had brought back")
    three = commands.add_parser("collect", help="copy what is worth bringing back")
    three.add_argument("--out", type=Path, required=True)
    for command in (two, three):
        command.add_argument("--run", type=Path, default=Path("runs/gpu"), help="the training's folder")
    args = parser.parse_args(words)
    if args.command == "train" and not 0 < args.minutes <= args.command_minutes - 1:
        parser.error(f"--minutes: must leave a minute of the {args.command_minutes:g} that a command may run")
    return args


def main() -> None:
    """Parse, and do what is asked."""
    args = parse()
    try:
        if args.command == "prepare":
            prepare(Upload(tuple(args.pictures), tuple(args.also), args.to, args.limit, args.short_side))
        elif args.command == "collect":
            print(*collect(args.run, args.out), sep="\n")
        else:
            train(args)
    except VermilionError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
