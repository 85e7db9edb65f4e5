import io
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.training.conftest import COUNT, photograph
from vermilion.errors import TrainingError
from vermilion.training.data.store import PictureStore, decode_picture, open_store


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_folder_is_decoded_once(photographs: Path, cache: Path, store: PictureStore) -> None:
    assert len(store) == COUNT
    np.testing.assert_array_equal(store[3], np.asarray(photograph(3)))
    assert not store[3].flags.writeable
    [folder] = [path for path in cache.iterdir() if (path / "index.json").exists()]
    before = (folder / "pixels.u8").stat().st_mtime_ns
    open_store((str(photographs),), cache, 96)
    assert (folder / "pixels.u8").stat().st_mtime_ns == before


def test_useless_pictures_are_skipped_and_counted(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    photograph(1).save(folder / "a.png")
    photograph(2).save(folder / "deeper" / "b.JPG")
    (folder / "again.png").write_bytes((folder / "a.png").read_bytes())
    photograph(3).convert("L").save(folder / "grey.png")
    photograph(4, (90, 40)).save(folder / "tiny.png")
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "cut.png").write_bytes(encoded(photograph(5))[:300])
    (folder / "notes.txt").write_text("not looked at")
    store = open_store((str(folder),), tmp_path / "cache", 96)
    assert len(store) == 2
    assert store.skipped == {"twice": 1, "grey": 1, "tiny": 1, "broken": 2}


def test_shards_are_read_with_their_keys(tmp_path: Path) -> None:
    images = [encoded(photograph(number)) for number in range(3)]
    rows = {"image": images, "key": ["00000000000000ff", "0000000000000040", "not hexadecimal"]}
    pq.write_table(pa.table(rows), tmp_path / "a-0.parquet")
    nested = pa.table({"image": [{"bytes": encoded(photograph(9)), "path": "x"}]})
    pq.write_table(nested, tmp_path / "a-1.parquet")
    store = open_store((str(tmp_path / "a-*.parquet"),), tmp_path / "cache", 96)
    assert [entry.key for entry in store.entries[:2]] == ["00000000000000ff", "0000000000000040"]
    assert [entry.source for entry in store.entries] == ["a-0"] * 3 + ["a-1"]
    train, held = store.split(64)
    assert 1 in held
    assert 0 in train
    assert sorted(train + held) == [0, 1, 2, 3]
    assert store.split(0) == ([0, 1, 2, 3], [])


def test_pictures_are_made_small_upright_and_not_too_long() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    pixels = decode_picture(encoded(photograph(1, (400, 200)), exif=turned), 96)
    assert isinstance(pixels, np.ndarray)
    assert pixels.shape == (153, 96, 3)


@pytest.mark.parametrize(
    ("patterns", "told"),
    [
        (("nothing/*.parquet",), "matches nothing"),
        (("nothing",), "matches nothing"),
        ((), "is empty"),
        (("hf://datasets/a/b/*.parquet",), "is not on this machine; set `stream = true`"),
        (("text.parquet",), "is not a readable Parquet file"),
        (("columns.parquet",), "has no column 'image'"),
        (("greys",), "no usable picture found"),
    ],
)
def test_unusable_sources_are_named(
    patterns: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.parquet").write_text("text")
    pq.write_table(pa.table({"picture": [b""]}), "columns.parquet")
    Path("greys").mkdir()
    photograph(1).convert("L").save("greys/a.png")
    with pytest.raises(TrainingError) as caught:
        open_store(patterns, tmp_path / "cache", 96)
    assert told in str(caught.value)
    assert not list(tmp_path.glob("cache/*/index.json"))


def test_workers_are_sent_the_path_and_not_the_pixels(store: PictureStore) -> None:
    first = store[0]
    sent = pickle.dumps(store)
    assert len(sent) < first.nbytes
    np.testing.assert_array_equal(pickle.loads(sent)[0], first)


# Builds a store in small pieces, says so in the middle of it, and is as slow as it is told to be.
BUILD = """
import sys, time
from pathlib import Path
from vermilion.training.data import store
decode, chunks, seen = store.decode_picture, store._chunks, []
def slowly(*words):
    seen.append(1)
    if len(seen) == 12:
        print("half", flush=True)
    time.sleep(float(sys.argv[3]))
    return decode(*words)
store.decode_picture = slowly
store._chunks = lambda rows: chunks(rows, 4)
print("ready", flush=True)
sys.stdin.readline()
made = store.open_store((sys.argv[1],), Path(sys.argv[2]), 96)
print(len(made), sum(not made[number].any() for number in range(len(made))), flush=True)
"""
# As on a disk where no process sees the locks of another.
WITHOUT_LOCKS = """
import os
from filelock import FileLock
from vermilion.training.data import store
store.FileLock = lambda path: FileLock(f"{path}.{os.getpid()}")
"""


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", WITHOUT_LOCKS])
def test_two_processes_that_build_one_store_both_get_all_of_it(
    before: str, photographs: Path, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", before + BUILD, str(photographs), str(tmp_path / "cache")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OMP_NUM_THREADS": "1"}
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    both: list[Any] = [subprocess.Popen([*words, delay], **pipes) for delay in ("0.3", "1")]
    for process, line in zip(
        both, ("half\n", ""), strict=True
    ):  # the second begins when the first is half done
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        assert not line or process.stdout.readline() == line
    for process in both:
        told = process.communicate()[0].removeprefix("half\n")
        assert told == f"{COUNT} 0\n", "all pictures, and none of them black"
    [folder] = [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]
    assert sorted(path.name for path in folder.iterdir()) == ["index.json", "pixels.u8"]


def test_half_a_store_of_a_killed_process_is_built_anew(photographs: Path, tmp_path: Path) -> None:
    made = open_store((str(photographs),), tmp_path, 96)
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    (folder / "index.json").unlink()
    (folder / "pixels.u8").write_bytes(b"half")
    again = open_store((str(photographs),), tmp_path, 96)
    np.testing.assert_array_equal(again[COUNT - 1], made[COUNT - 1])
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [folder.name]
