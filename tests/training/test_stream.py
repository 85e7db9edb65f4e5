"""Shards read from end to end: dealt to workers, in other orders, and gone on from."""

import io
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from tests.training.conftest import photograph
from vermilion.errors import TrainingError
from vermilion.training import Progress, Settings, train_settings
from vermilion.training.stream import Place, Shards, Stream, first_pictures, stirred, streamed

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
def streaming(recipe: Settings, shards: Path, tmp_path: Path) -> Settings:
    data = replace(
        recipe.data, pictures=(str(shards / "*.parquet"),), cache=str(tmp_path), stream=True, hold_out=0,
        sizes=((32, 32),), surveyed=12,
    )  # fmt: skip
    return replace(recipe, data=data, batch=2)


@pytest.fixture
def make(streaming: Settings) -> Callable[..., Stream]:
    def stream(rank: int = 0, ranks: int = 1, places: list[Place] | None = None, **data: object) -> Stream:
        settings = replace(streaming, data=replace(streaming.data, **data))  # type: ignore[arg-type]
        begin = places or [Place(worker, 0, 0) for worker in range(ranks * max(1, settings.data.workers))]
        return Stream(settings, settings.data.sizes, 0, rank, ranks, begin)

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


def test_archives_are_read_by_their_endings(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for number in range(3):
            data = encoded(number)
            entry = tarfile.TarInfo(f"{number}.png")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    [first, *_] = rows = list(Shards((str(tmp_path / "*.tar"),)).rows(0))
    assert len(rows) == 3
    assert first[0] == encoded(0)
    assert first[2] == "a"


def test_wrong_shards_are_named(tmp_path: Path, shards: Path) -> None:
    with pytest.raises(TrainingError, match="a stream needs shards of one kind"):
        Shards((str(tmp_path),))
    with pytest.raises(TrainingError, match="matches nothing"):
        Shards((str(tmp_path / "*.parquet"),))
    pq.write_table(pa.table({"photo": [b"x"]}), tmp_path / "b.parquet")
    with pytest.raises(TrainingError, match="no picture but photo; name the column `image`"):
        list(Shards((str(tmp_path / "b.parquet"),)).rows(0))


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
    assert saved["passes"] == 8
    assert len(saved["places"]) == 1
    assert saved["places"][0][1] > 0
    train_settings(streaming, resume=True, report=report)
    assert reports[-1].done == 24
    assert np.isfinite(list(reports[-1].numbers.values())).all()
    assert "so far, by this process: 1 broken" in (Path(streaming.run) / "figures.txt").read_text(
        encoding="utf-8"
    )
