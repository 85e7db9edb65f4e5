"""Shards read from end to end: dealt to workers, in other orders, and resumed.

Names elsewhere are read from fsspec's memory and from a hub on this machine; from a bucket, too, where s3fs
and moto are installed: pip install s3fs "moto[server]".
"""

import io
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from tests.hub_server import Hub, ask_it, serve_hub
from tests.training.conftest import photograph
from vermilion.errors import TrainingError
from vermilion.training import Progress, Settings, train_settings
from vermilion.training.data.stream import Place, Shards, Stream, first_pictures, stirred, streamed

SHARDS, ROWS = 4, 6


def encoded(seed: int) -> bytes:
    buffer = io.BytesIO()
    photograph(seed).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four shards of six pictures; the key tells the shard and the row. One picture is broken."""
    folder = tmp_path_factory.mktemp("shards")
    for shard in range(SHARDS):
        images = [encoded(ROWS * shard + row) for row in range(ROWS)]
        if shard == 0:
            images[0] = b"broken"
        keys = [f"{100 * (shard + 1) + row:016x}" for row in range(ROWS)]
        sources = ["a" if shard < 2 else "b"] * ROWS
        table = pa.table({"image": images, "key": keys, "source": sources})
        pq.write_table(table, folder / f"{shard}.parquet")
    return folder


@pytest.fixture
def streaming(config: Settings, shards: Path, tmp_path: Path) -> Settings:
    data = replace(
        config.data, pictures=(str(shards / "*.parquet"),), cache=str(tmp_path), stream=True, hold_out=0,
        sizes=((32, 32),), surveyed=12,
    )  # fmt: skip
    return replace(config, data=data, batch=2)


@pytest.fixture
def make(streaming: Settings) -> Callable[..., Stream]:
    def stream(rank: int = 0, ranks: int = 1, places: list[Place] | None = None, **data: object) -> Stream:
        settings = replace(streaming, data=replace(streaming.data, **data))  # type: ignore[arg-type]
        begin = places or [Place(worker, 0, 0) for worker in range(ranks * max(1, settings.data.workers))]
        return Stream(settings, 0, rank, ranks, begin)

    return stream


def keys(stream: Stream, worker: int, count: int) -> list[tuple[int, int, int]]:
    """Epoch, shard and row of the next rows of a worker."""
    rows = islice(stream._rows(worker), count)
    return [(place.epoch, int(key, 16) // 100 - 1, int(key, 16) % 100) for place, (_, key, _) in rows]


def test_every_picture_comes_once_an_epoch_in_another_order(make: Callable[..., Stream]) -> None:
    read = keys(make(), 0, 2 * SHARDS * ROWS)
    first, second = read[: len(read) // 2], read[len(read) // 2 :]
    everything = {(shard, row) for shard in range(SHARDS) for row in range(ROWS)}
    assert {entry[1:] for entry in first} == {entry[1:] for entry in second} == everything
    assert {entry[0] for entry in first} == {0}
    assert {entry[0] for entry in second} == {1}
    assert [entry[1:] for entry in first] != [entry[1:] for entry in second]
    assert [row for _, _, row in first[:ROWS]] != list(range(ROWS)), "a shard is shuffled, too"


def test_processes_and_workers_share_the_shards(make: Callable[..., Stream]) -> None:
    parts = [keys(make(rank, 2, workers=2), 2 * rank + own, ROWS) for rank in (0, 1) for own in (0, 1)]
    dealt = [{shard for _, shard, _ in part} for part in parts]
    assert sorted(map(sorted, dealt)) == [[0], [1], [2], [3]]
    with pytest.raises(TrainingError, match="4 shards cannot be dealt to 6 workers"):
        make(0, 3, workers=2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This DataLoader will create")  # on a single core
def test_worker_processes_read_their_own_shards(make: Callable[..., Stream]) -> None:
    taken = list(streamed(make(workers=2), 12))
    assert [one.place.worker for one in taken] == [0, 1] * 6
    alone = list(streamed(make(), 1))
    assert taken[0].batch.luma.shape == alone[0].batch.luma.shape
    assert len({float(luma.sum()) for one in taken for luma in one.batch.luma}) == 24, "nobody reads twice"


def test_a_stream_goes_on_at_its_shard(make: Callable[..., Stream]) -> None:
    taken = list(streamed(make(), 8))
    assert taken[-1].place.shard > 0
    again = next(iter(streamed(make(places=[taken[-1].place]), 1)))
    assert again.place == taken[-1].place
    since = next(one for one in taken if one.place == again.place)
    assert any(torch.equal(a, b) for a in again.batch.luma for one in (since, *taken) for b in one.batch.luma)
    everything = keys(make(), 0, SHARDS * ROWS)
    at = ROWS * again.place.shard
    assert keys(make(places=[again.place]), 0, ROWS) == everything[at : at + ROWS]


def test_a_buffer_stirs_all_rows_once() -> None:
    rows = [(b"", str(number), "") for number in range(50)]
    out = list(stirred(iter(rows), np.random.default_rng(0), size=8))
    assert sorted(out) == sorted(rows)
    assert out != rows


def test_what_is_broken_is_counted_and_held_out_pictures_are_not_seen(make: Callable[..., Stream]) -> None:
    taken = list(streamed(make(), 12))
    assert taken[-1].skipped == {"broken": 1}
    held = make(hold_out=2)
    seen = islice(held._pictures(0, Counter()), 13)
    assert {place.epoch for place, _, _ in seen} == {0, 1}, "half of the pictures are left"


def test_sources_are_weighed(make: Callable[..., Stream]) -> None:
    lots = make(weights={"a": 0.0, "b": 3.0})
    seen = list(islice(lots._pictures(0, Counter()), 36))
    assert {place.epoch for place, _, _ in seen} == {0}, "two shards three times"
    draws = {random.random() for _, _, random in seen}
    assert len(draws) == 36, "each time it is cut in another way"


def write_archive(path: Path) -> Path:
    """A WebDataset of three pictures."""
    with tarfile.open(path, "w") as archive:
        for number in range(3):
            data = encoded(number)
            entry = tarfile.TarInfo(f"{number}.png")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def test_archives_are_read_by_their_endings(tmp_path: Path) -> None:
    write_archive(tmp_path / "a.tar")
    [first, *_] = rows = list(Shards((str(tmp_path / "*.tar"),)).rows(0))
    assert len(rows) == 3
    assert first[0] == encoded(0)
    assert first[2] == "a"


def read_elsewhere(names: str, folder: Path) -> None:
    """What is read by names elsewhere is what lies in a folder here, shard by shard."""
    there, here = Shards((names,)), Shards((str(folder / names.rpartition("/")[2]),))
    assert len(there) == len(here) > 0
    for shard in range(len(here)):
        assert list(there.rows(shard)) == list(here.rows(shard))


@pytest.fixture
def memory(shards: Path) -> Iterator[str]:
    """The shards in fsspec's memory."""
    elsewhere = fsspec.filesystem("memory")
    for path in [*shards.glob("*.parquet"), write_archive(shards / "a.tar")]:
        elsewhere.pipe_file(f"/shards/{path.name}", path.read_bytes())
    yield "memory://shards"
    elsewhere.rm("/shards", recursive=True)


def test_names_elsewhere_are_read_through_fsspec(shards: Path, memory: str) -> None:
    for ending in ("parquet", "tar"):
        read_elsewhere(f"{memory}/*.{ending}", shards)
    for names in (f"{memory}/none/*.parquet", f"{memory}/none.parquet"):
        with pytest.raises(TrainingError, match="matches nothing; check the name, and that you may read it"):
            Shards((f"{memory}/*.parquet", names))


def test_two_processes_share_shards_elsewhere(make: Callable[..., Stream], memory: str) -> None:
    parts = [keys(make(rank, 2, pictures=(f"{memory}/*.parquet",)), rank, 2 * ROWS) for rank in (0, 1)]
    dealt = [{shard for _, shard, _ in part} for part in parts]
    assert sorted(set.union(*dealt)) == [0, 1, 2, 3]
    assert dealt[0].isdisjoint(dealt[1])


@pytest.fixture
def hub(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine that has the shards."""
    write_archive(shards / "a.tar")
    with serve_hub() as hub:
        hub.repositories["datasets/owner/photos"] = shards
        ask_it(monkeypatch, hub.address)
        yield hub


def test_shards_at_the_hub(shards: Path, hub: Hub) -> None:
    for ending in ("parquet", "tar"):
        read_elsewhere(f"hf://datasets/owner/photos/*.{ending}", shards)
    assert any(path.endswith("/0.parquet") for path in hub.asked)
    for names in ("none/*.parquet", "photos/none/*.parquet", "photos@v9/*.parquet"):
        with pytest.raises(TrainingError, match="matches nothing"):
            Shards((f"hf://datasets/owner/{names}",))


@pytest.fixture
def bucket(shards: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The shards in a bucket on this machine; the environment says where, as with any S3."""
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "anything")
    elsewhere = fsspec.filesystem("s3", skip_instance_cache=True)
    elsewhere.mkdir("photos")
    for path in [*shards.glob("*.parquet"), write_archive(shards / "a.tar")]:
        elsewhere.pipe_file(f"photos/{path.name}", path.read_bytes())
    yield "s3://photos"
    server.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # moto's and botocore's own
def test_shards_in_a_bucket(shards: Path, bucket: str) -> None:
    for ending in ("parquet", "tar"):
        read_elsewhere(f"{bucket}/*.{ending}", shards)
    with pytest.raises(TrainingError, match=r"'s3://nowhere/\*.parquet' matches nothing"):
        Shards(("s3://nowhere/*.parquet",))


def test_a_bucket_without_s3fs_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules, "vermilion.training.data.s3", raising=False)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(TrainingError) as raised:
        Shards(("s3://photos/*.parquet",))
    assert str(raised.value) == (
        "data.pictures: s3://photos/*.parquet cannot be read: it needs s3fs; "
        'run in the checkout: pip install ".[train,s3]".'
    )


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_damaged_shard_is_named(
    make: Callable[..., Stream], shards: Path, tmp_path: Path, workers: int
) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes((shards / "1.parquet").read_bytes()[:-20])
    stream = make(pictures=(str(shards / "0.parquet"), str(damaged)), workers=workers)
    with pytest.raises(TrainingError) as raised:
        list(streamed(stream, 100))
    [sentence] = str(raised.value).splitlines()
    assert sentence.startswith(f"data.pictures: {damaged} cannot be read (")
    assert sentence.endswith("; leave it out or replace it.")


def test_wrong_shards_are_named(tmp_path: Path, shards: Path) -> None:
    with pytest.raises(TrainingError, match="a stream needs shards of one kind"):
        Shards((str(tmp_path),))
    with pytest.raises(TrainingError, match="matches nothing"):
        Shards((str(tmp_path / "*.parquet"),))
    pq.write_table(pa.table({"photo": [b"x"]}), tmp_path / "b.parquet")
    with pytest.raises(TrainingError, match="no picture but photo; name the column `image`"):
        list(Shards((str(tmp_path / "b.parquet"),)).rows(0))


@pytest.mark.slow
def test_a_training_on_a_stream_stops_and_goes_on(streaming: Settings) -> None:
    class StoppedError(Exception):
        pass

    reports: list[Progress] = []

    def report(progress: Progress) -> None:
        reports.append(progress)
        if progress.done == 10 and len(reports) < 9:
            raise StoppedError

    assert len(first_pictures(streaming)) == 11  # one of the first twelve is broken
    with suppress(StoppedError):
        train_settings(streaming, report=report)
    saved = torch.load(Path(streaming.run) / "last.ckpt", weights_only=True)
    assert saved["images"] == 8
    assert len(saved["places"]) == 1
    assert saved["places"][0][1] > 0
    train_settings(streaming, resume=True, report=report)
    assert reports[-1].done == 24
    assert np.isfinite(list(reports[-1].numbers.values())).all()
    assert "so far, by this process: 1 broken" in (Path(streaming.run) / "figures.txt").read_text(
        encoding="utf-8"
    )
