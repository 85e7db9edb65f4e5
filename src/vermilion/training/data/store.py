"""Pictures decoded once into one flat file that is memory-mapped ever after.

A store is a folder: `pixels.u8` (the pictures' RGB bytes, one after the other) and `index.json`
(their shapes, keys and sources, and a digest of where they came from).
"""

import hashlib
import io
import json
import shutil
import struct
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vermilion.errors import TrainingError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
MIN_SIDE = 64  # pixels; smaller pictures teach nothing
MIN_CHROMA = 2.0  # mean distance of the channels from their mean, in levels; less is a grey picture
LONGEST_TO_SHORTEST = 1.6  # wider pictures are cropped about their centre
# What Pillow's decoders raise on damaged files, besides OSError.
DAMAGED = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one picture lies in the store."""

    offset: int
    height: int
    width: int
    key: str  # first 16 hexadecimal digits of the SHA-1 of the original file
    source: str


class PictureStore:
    """Random access to decoded pictures, uint8 [H, W, 3] sRGB."""

    def __init__(self, folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.entries = [Entry(*row) for row in index["pictures"]]
        self.skipped: dict[str, int] = index["skipped"]
        self.name = folder.name  # follows from where the pictures came from
        self._path = folder / "pixels.u8"
        self._pixels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """One picture, uint8 [H, W, 3], read-only and not copied."""
        if self._pixels is None:  # opened late, so that each worker process maps the file itself
            self._pixels = np.memmap(self._path, np.uint8, "r")
        entry = self.entries[number]
        size = entry.height * entry.width * 3
        return self._pixels[entry.offset : entry.offset + size].reshape(entry.height, entry.width, 3)

    def __getstate__(self) -> dict[str, Any]:
        """Worker processes get the path, not the pixels: pickling a map would copy all of it."""
        return self.__dict__ | {"_pixels": None}

    def split(self, modulo: int) -> tuple[list[int], list[int]]:
        """Numbers of the pictures to train on and of those held out, by their keys."""
        held = [i for i, entry in enumerate(self.entries) if modulo and int(entry.key, 16) % modulo == 0]
        chosen = set(held)
        return [i for i in range(len(self)) if i not in chosen], held


def open_store(patterns: tuple[str, ...], cache: Path, short_side: int) -> PictureStore:
    """The store of the given shards and folders, decoded now unless that was done before.

    Raises:
        TrainingError: a pattern matches nothing, or no usable picture was found.
    """
    paths = _expand(patterns)
    folder = cache / _digest(paths, short_side)
    if not (folder / "index.json").exists():
        make_store(encoded_pictures(patterns), folder, short_side)
    return PictureStore(folder)


def local_or_remote(patterns: tuple[str, ...]) -> list[str]:
    """Names of files; names elsewhere (`hf://`, `s3://`) are left as they are.

    Raises:
        TrainingError: a local pattern matches nothing.
    """
    names: list[str] = []
    for pattern in patterns:
        names += [pattern] if "://" in pattern else map(str, _expand((pattern,)))
    return names or [str(path) for path in _expand(())]


def digest_of_names(names: list[str], short_side: int, count: int) -> str:
    """Name of the folder for the first `count` pictures of a stream."""
    return hashlib.sha256("|".join([*names, str(short_side), str(count)]).encode()).hexdigest()[:16]


def _expand(patterns: tuple[str, ...]) -> list[Path]:
    paths: list[Path] = []
    for pattern in patterns:
        if "://" in pattern:
            raise TrainingError(
                f"data.pictures: {pattern!r} is not on this machine; set `stream = true` to read it."
            )
        found = _matches(pattern)
        if not found:
            raise TrainingError(
                f"data.pictures: {pattern!r} matches nothing; give Parquet shards or folders of pictures."
            )
        paths += found
    if not paths:
        raise TrainingError("data.pictures: is empty; give Parquet shards or folders of pictures.")
    return paths


def _matches(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.exists():  # a name may hold brackets
        return [path]
    if not any(sign in pattern for sign in "*?["):
        return []
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))


def _digest(paths: list[Path], short_side: int) -> str:
    digest = hashlib.sha256(f"{short_side}".encode())
    for path in paths:
        for file in _files(path) if path.is_dir() else [path]:
            stat = file.stat()
            digest.update(f"{file.resolve()}|{stat.st_size}|{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


Row = tuple[bytes, str, str]


def encoded_pictures(patterns: tuple[str, ...]) -> Iterator[Row]:
    """Encoded bytes, key and source of each picture of shards and folders.

    Raises:
        TrainingError: a pattern matches nothing.
    """
    return chain.from_iterable(_rows(path) for path in _expand(patterns))


def _rows(path: Path) -> Iterator[Row]:
    """Encoded bytes, key and source of each picture of a shard, a folder or a file."""
    if path.suffix == ".parquet":
        yield from _shard_rows(path)
        return
    for file in _files(path) if path.is_dir() else [path]:
        try:
            data = file.read_bytes()
        except OSError:
            data = b""  # counted as broken
        yield data, _key_of(data), path.name


def _shard_rows(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file with a column `image` (bytes) and maybe `key` and `source`."""
    try:
        with pq.ParquetFile(path) as shard:
            for batch in shard.iter_batches(256):
                for row in batch.to_pylist():
                    yield as_row(row, path.stem)
    except (pa.ArrowInvalid, OSError) as error:
        raise TrainingError(f"data.pictures: {path} is not a readable Parquet file ({error}).") from error
    except KeyError as error:
        raise TrainingError(
            f"data.pictures: {path} has no column {error}; a shard needs `image` with encoded pictures."
        ) from error


def as_row(row: dict[str, Any], source: str) -> Row:
    """Bytes, key and source of a row with `image` and maybe `key` and `source`."""
    image = row["image"]
    data = image["bytes"] if isinstance(image, dict) else image
    key = str(row.get("key") or "")
    return data, key if _is_hexadecimal(key) else _key_of(data), row.get("source") or source


def _is_hexadecimal(key: str) -> bool:
    return bool(key) and all(digit in "0123456789abcdef" for digit in key.lower())


def _key_of(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()[:16]


def decode_picture(data: bytes, short_side: int) -> NDArray[np.uint8] | str:
    """Encoded bytes to uint8 [H, W, 3], upright, or the reason why the picture is of no use."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (2 * short_side, 2 * short_side))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except DAMAGED:
        return "broken"
    width, height = upright.size
    if min(width, height) < MIN_SIDE:
        return "tiny"
    scale = min(1.0, short_side / min(width, height))
    if scale < 1:
        upright = upright.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)
    longest = int(min(upright.size) * LONGEST_TO_SHORTEST)
    if max(upright.size) > longest:
        upright = ImageOps.fit(upright, (min(upright.width, longest), min(upright.height, longest)))
    pixels = np.asarray(upright)
    mean = pixels.mean(axis=2, keepdims=True)
    return "grey" if float(np.abs(pixels - mean).mean()) < MIN_CHROMA else pixels


def make_store(rows: Iterator[Row], folder: Path, short_side: int) -> None:
    """Decode pictures into a folder, which appears only once it is whole.

    Processes that want the same store wait for the first one. Should their locks not work (on some network
    disks), each builds one under a name of its own, and the first that is whole stays.

    Raises:
        TrainingError: none is usable.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if (folder / "index.json").exists():  # built while we waited
            return
        part = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:8]}.part")
        part.mkdir()
        try:
            _fill_store(rows, part, short_side)
            _move_into_place(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _move_into_place(part: Path, folder: Path) -> None:
    if folder.exists() and not (folder / "index.json").exists():
        shutil.rmtree(folder)  # half a store, as a killed process of an older version left it
    try:
        part.rename(folder)
    except OSError:
        if not (folder / "index.json").exists():
            raise


def _fill_store(rows: Iterator[Row], folder: Path, short_side: int) -> None:
    entries: list[Entry] = []
    skipped: Counter[str] = Counter()
    keys: set[str] = set()
    offset = 0
    with (folder / "pixels.u8").open("wb") as file, ThreadPoolExecutor() as pool:
        for chunk in _chunks(rows):
            decoded = pool.map(lambda row: decode_picture(row[0], short_side), chunk)
            for (_, key, source), pixels in zip(chunk, decoded, strict=True):
                if isinstance(pixels, str) or key in keys:
                    skipped[pixels if isinstance(pixels, str) else "twice"] += 1
                    continue
                keys.add(key)
                file.write(pixels.tobytes())
                entries.append(Entry(offset, pixels.shape[0], pixels.shape[1], key, source))
                offset += pixels.size
    if not entries:
        counts = listed(skipped) or "none there"
        raise TrainingError(f"data.pictures: no usable picture found ({counts}); give colour photographs.")
    index = {"pictures": [astuple(entry) for entry in entries], "skipped": skipped}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def _chunks(rows: Iterator[Row], size: int = 256) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def listed(counts: Mapping[str, float]) -> str:
    """Return counts of several kinds, whole numbers, as "3 broken, 1 tiny"; empty if there are none."""
    return ", ".join(f"{count:.0f} {kind}" for kind, count in counts.items())
