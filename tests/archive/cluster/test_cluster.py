"""Batches from and to a bucket, with the workers of this process: the plan, the bytes, failures, resuming."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.archive.cluster.conftest import NAMES, Bucket
from tests.archive.test_batch import Here
from tests.archive.test_table import write
from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import (
    Batch,
    BatchOptions,
    Record,
    Selection,
    Table,
    engine,
    read_manifest,
    read_table,
    run_batch,
)
from vermilion.archive.cluster import ClusterOptions, Store, plan_remote, run_cluster
from vermilion.archive.cluster import lease as leases
from vermilion.archive.cluster import store as stores
from vermilion.archive.cluster.paint import RemoteOrder, RemotePainter
from vermilion.archive.cluster.plan import RemoteJob
from vermilion.archive.cluster.run import Shard
from vermilion.archive.cluster.shards import FOLDER, write_shard
from vermilion.errors import OutputError, SettingsError

Run = Callable[..., list[Record]]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_FIRST", 0.001)


def here(jobs: Sequence[RemoteJob], order: RemoteOrder, _: int | None) -> Iterator[Shard]:
    """Two pictures a shard, in this process."""
    painter = RemotePainter(order)
    for start in range(0, len(jobs), 2):
        records = [record for job in jobs[start : start + 2] for record in painter.do(job)]
        yield write_shard(Store(order.target), records), records
    painter.close()


def options_for(target: Store, model: Path, **run: Any) -> ClusterOptions:
    batch = BatchOptions(Path("unused"), RunOptions(**run), PlanOptions(Path("unused")), str(model))
    return ClusterOptions(target, batch)


@pytest.fixture
def run(source: Store, target: Store, tiny_model_folder: Path) -> Run:
    def do(
        source: Store = source,
        target: Store = target,
        spread: Any = here,
        table: Table | None = None,
        **options: Any,
    ) -> list[Record]:
        settings = options_for(target, tiny_model_folder, **options)
        plan = plan_remote([source], target, settings.batch.plan, Selection())
        if table is not None:
            plan = plan.told_by(table, settings.batch.run.controls)
        return list(run_cluster(plan, settings, spread))

    return do


def results(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != "manifest.jsonl"}


def manifest_of(files: dict[str, bytes], place: Path) -> list[Record]:
    (place / "read.jsonl").write_bytes(files["manifest.jsonl"])
    return [line for line in read_manifest(place / "read.jsonl") if isinstance(line, Record)]


def test_a_bucket_becomes_what_a_folder_becomes(
    run: Run,
    bucket: Bucket,
    scans: Path,
    tmp_path: Path,
    tiny_model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "Workers", Here)
    folder = tmp_path / "folder"
    local = BatchOptions(folder, RunOptions(), PlanOptions(folder), str(tiny_model_folder))
    list(run_batch(Batch.of(make_plan([scans], local.plan), local.run), local))
    found = run()
    assert {record.outcome for record in found} == {"done"}
    files = bucket.files("out")
    assert results(files).keys() == set(NAMES)
    for name in NAMES:  # but for the name of the scan in the recipe, whose hash is in the metadata
        sent, kept = (
            np.asarray(Image.open(BytesIO(each))) for each in (files[name], (folder / name).read_bytes())
        )
        assert np.array_equal(sent, kept)
    told = {record.source: record for record in manifest_of(files, tmp_path)}
    assert set(told) == {f"s3://box/scans/{name}" for name in NAMES}
    for name in NAMES:
        record = told[f"s3://box/scans/{name}"]
        assert record.scan_sha256 == record.scan_sha256_after
        assert record.scan_sha256 == hashlib.sha256((scans / name).read_bytes()).hexdigest()
        assert record.outputs[-1].sha256 == hashlib.sha256(files[name]).hexdigest()
    assert run() == [], "all is finished"


def test_a_server_that_fails_now_and_then_changes_nothing(run: Run, bucket: Bucket, tmp_path: Path) -> None:
    run()
    calm = bucket.files("out")
    bucket.fs.rm("box/out", recursive=True)
    bucket.faults.share = 0.15
    run()
    bucket.faults.share = 0
    assert bucket.faults.refused > 5
    stormy = bucket.files("out")
    assert results(stormy) == results(calm)
    keys = [record.key for record in manifest_of(stormy, tmp_path)]
    assert len(keys) == len(set(keys)) == len(NAMES)


def test_a_result_is_one_object_that_is_sent_whole(run: Run, bucket: Bucket) -> None:
    bucket.faults.seen.clear()
    run()
    puts = [path for method, path in bucket.faults.seen if method == "PUT"]
    for name in NAMES:
        assert sum(path.endswith(f"/out/{name}") for path in puts) == 1, "sent once, under its own name"


def test_what_cannot_be_sent_fails_alone_and_is_tried_again(run: Run, bucket: Bucket) -> None:
    bucket.faults.denied = ("/out/a.png",)
    found = {record.source.rpartition("/")[2]: record for record in run()}
    assert (found["a.png"].outcome, found["a.png"].code) == ("failed", "output")
    assert found["a.png"].reason.startswith("The result of s3://box/scans/a.png could not be sent (")
    assert sum(record.outcome == "done" for record in found.values()) == 3
    bucket.faults.denied = ()
    assert [(record.source, record.outcome) for record in run()] == [("s3://box/scans/a.png", "done")]


def test_a_driver_that_is_killed_loses_and_doubles_nothing(run: Run, bucket: Bucket, tmp_path: Path) -> None:
    def dies(jobs: Sequence[RemoteJob], order: RemoteOrder, count: int | None) -> Iterator[Shard]:
        shards = here(jobs, order, count)
        yield next(shards)
        next(shards)  # written by its worker, and the driver never learns of it
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vermilion.archive.cluster.run._Log.publish", lambda self: None)
        with pytest.raises(SystemExit):
            run(spread=dies)
    files = bucket.files("out")
    assert "manifest.jsonl" not in files
    assert sum(name.startswith(FOLDER) for name in files) == 2
    before = {name: info["LastModified"] for name, info in bucket.fs.find("box/out", detail=True).items()}
    again = run()
    assert len(again) == 4, "told from the shards"
    files = bucket.files("out")
    assert sorted(files) == sorted([*NAMES, "manifest.jsonl"]), "no shard is left"
    keys = [record.key for record in manifest_of(files, tmp_path)]
    assert len(keys) == len(set(keys)) == 4
    after = {name: info["LastModified"] for name, info in bucket.fs.find("box/out", detail=True).items()}
    assert {name for name in before.keys() & after.keys() if before[name] != after[name]} == set()


def test_results_without_a_record_are_proved_and_not_sent_again(run: Run, bucket: Bucket) -> None:
    run()
    bucket.fs.rm("box/out/manifest.jsonl")
    bucket.faults.seen.clear()
    assert {(record.outcome, record.recovered) for record in run()} == {("done", True)}
    assert not any(method == "PUT" and path.endswith("a.png") for method, path in bucket.faults.seen)


def test_something_else_under_the_name_of_a_result_stays(run: Run, bucket: Bucket) -> None:
    bucket.fs.pipe_file("box/out/a.png", b"something else")
    found = {record.source.rpartition("/")[2]: record for record in run()}
    assert (found["a.png"].outcome, found["a.png"].code) == ("failed", "output-exists")
    assert "s3://box/out/a.png is there with another content" in found["a.png"].reason
    assert bucket.fs.cat_file("box/out/a.png") == b"something else"


def test_a_scan_that_vanishes_or_is_damaged_fails_alone(run: Run, bucket: Bucket) -> None:
    bucket.fs.pipe_file("box/scans/torn.png", b"\x89PNG\r\n\x1a\n")

    def late(jobs: Sequence[RemoteJob], order: RemoteOrder, count: int | None) -> Iterator[Shard]:
        bucket.fs.rm("box/scans/a.png")
        yield from here(jobs, order, count)

    failed = {record.source: record for record in run(spread=late) if record.outcome == "failed"}
    assert failed["s3://box/scans/a.png"].reason.startswith("s3://box/scans/a.png is gone; run the same")
    assert failed["s3://box/scans/torn.png"].reason.startswith("s3://box/scans/torn.png ")
    assert len(failed) == 2


def test_a_changed_manifest_and_other_options_are_refused(run: Run, bucket: Bucket) -> None:
    run()
    with pytest.raises(OutputError, match="was made with other options"):
        run(recolor=True)
    content = bucket.fs.cat_file("box/out/manifest.jsonl").splitlines(keepends=True)
    bucket.fs.pipe_file("box/out/manifest.jsonl", b"".join([content[0], *content[2:]]))
    with pytest.raises(OutputError, match="was changed or cut at line 2"):
        run()
    assert bucket.fs.cat_file("box/out/manifest.jsonl").count(b"\n") == len(content) - 1, "and stays"


def test_a_shard_that_was_changed_is_told(run: Run, bucket: Bucket) -> None:
    bucket.fs.pipe_file(f"box/out/{FOLDER}/x.jsonl", b'{"source": 3}\n')
    with pytest.raises(SettingsError, match=r"s3://box/out/.*x\.jsonl was changed; move it away"):
        run()


def test_one_run_at_a_time_and_a_dead_one_is_followed(bucket: Bucket, target: Store) -> None:
    with leases.leased(target, 0.1), pytest.raises(OutputError, match="Another run works in s3://box/out"):
        leases._wait_for_death(target, 10)  # it sees the next sign of life
    assert bucket.files("out") == {}, "it was given back"
    target.write(leases.LEASE, b"of a run that was killed 3\n")
    with leases.leased(target, 0.1):
        assert not bucket.files("out")[leases.LEASE].startswith(b"of a run")


def test_a_run_that_was_overtaken_writes_nothing_more(
    run: Run, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "EVERY", 0.1)

    def sleeps(jobs: Sequence[RemoteJob], order: RemoteOrder, count: int | None) -> Iterator[Shard]:
        yield from here(jobs, order, count)
        deadline = time.monotonic() + 60
        while any(thread.name == leases.KEEPER for thread in threading.enumerate()):
            bucket.fs.pipe_file(f"box/out/{leases.LEASE}", b"of another run 7\n")
            time.sleep(0.1)
            assert time.monotonic() < deadline

    with pytest.raises(OutputError, match="Another run works in s3://box/out"):
        run(spread=sleeps)
    files = bucket.files("out")
    assert "manifest.jsonl" not in {name for name in files if files[name].count(b"\n") > 1}
    assert files[leases.LEASE] == b"of another run 7\n"
    assert sum(name.startswith(FOLDER) for name in files) == 2, "its shards are there for the other one"


def test_a_folder_is_a_target_and_a_source(
    run: Run, scans: Path, tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    place = tmp_path / "out"
    monkeypatch.setattr(engine, "Workers", Here)
    folder = tmp_path / "folder"
    local = BatchOptions(folder, RunOptions(), PlanOptions(folder), str(tiny_model_folder))
    list(run_batch(Batch.of(make_plan([scans], local.plan), local.run), local))
    run(Store.of(str(scans)), Store.of(str(place)))
    found = {
        path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }
    found = {name: content for name, content in found.items() if not name.startswith(".vermilion")}
    assert results(found) == {name: (folder / name).read_bytes() for name in NAMES}
    assert run(Store.of(str(scans)), Store.of(str(place))) == []
    assert sorted(path.name for path in scans.rglob("*") if path.is_file()) == sorted(
        name.rpartition("/")[2] for name in NAMES
    ), "scans stay"
    assert {record.source for record in manifest_of(found, tmp_path)} == {str(scans / name) for name in NAMES}


def test_every_page_is_done(run: Run, bucket: Bucket, tmp_path: Path) -> None:
    pages = [Image.new("L", (64, 48), 40 * number) for number in range(3)]
    pages[0].save(tmp_path / "album.tif", save_all=True, append_images=pages[1:])
    bucket.fs.put_file(str(tmp_path / "album.tif"), "box/scans/album.tif")
    found = run(page=None)
    assert len([record for record in found if record.source.endswith("album.tif")]) == 3
    assert {"album.p1.tif", "album.p2.tif", "album.p3.tif"} <= bucket.files("out").keys()
    assert run(page=None) == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (".hidden/a.png", False), ("@eaDir/a.png", False), ("notes.txt", False), ("a.color.png", False),
        ("x/../a.png", False), ("out/a.png", False), ("deep/er/a.png", True), ("private/a.png", False),
    ],
)  # fmt: skip
def test_the_plan_follows_the_rules_of_folders(
    bucket: Bucket, name: str, wanted: bool
) -> None:  # fmt: skip
    bucket.fs.pipe_file(f"box/tree/{name}", b"whatever")
    target = Store.of("s3://box/tree/out")
    plan = plan_remote([Store.of("s3://box/tree")], target, PlanOptions(exclude=("private/",)), Selection())
    assert [job.name for job in plan.jobs] == ([name] if wanted else [])


def test_two_scans_never_become_one_result(bucket: Bucket, source: Store, target: Store) -> None:
    bucket.fs.pipe_file("box/scans/a.bmp", b"whatever")
    with pytest.raises(OutputError) as told:
        plan_remote([source], target, PlanOptions(), Selection())
    assert "s3://box/scans/a.bmp" in str(told.value)
    assert "s3://box/scans/a.png would both become s3://box/out/a.png" in str(told.value)


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("sftp://host/scans", "is in no store that shows only whole files; name a folder, or one of s3://"),
        ("ftp://host", "is in no store"),
    ],
)
def test_a_store_that_shows_half_files_is_refused(uri: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        Store.of(uri)


def test_a_bucket_that_is_not_there_is_told_in_one_sentence(run: Run, bucket: Bucket) -> None:
    with pytest.raises(SettingsError, match=r"s3://nowhere/scans cannot be listed \(.*\); check its name"):
        run(Store.of("s3://nowhere/scans"))
    with pytest.raises(OutputError, match=r"s3://nowhere/out cannot be used \(.*\); correct that and run"):
        run(target=Store.of("s3://nowhere/out"))


def test_a_table_says_what_single_scans_get(run: Run, bucket: Bucket, tmp_path: Path) -> None:
    bucket.fs.pipe_file("box/scans/torn.png", b"\x89PNG\r\n\x1a\n")
    table = write(tmp_path, "file,identifier,vividness\n1931/b.jpg,MS 17,0\nc.tif,MS 18,\ntorn.png,MS 19,1\n")
    found = {record.source.removeprefix("s3://box/scans/"): record for record in run(table=read_table(table))}
    told = {name: record.identifier for name, record in found.items()}
    assert told == dict.fromkeys(NAMES, "") | {
        "1931/b.jpg": "MS 17",
        "1931/c.tif": "MS 18",
        "torn.png": "MS 19",
    }
    files = bucket.files("out")
    spread = {
        name: np.ptp(np.asarray(Image.open(BytesIO(files[name])).convert("RGB")).astype(int), axis=2).mean()
        for name in NAMES
    }
    assert spread["1931/b.jpg"] < 1 < min(spread[name] for name in NAMES if name != "1931/b.jpg")


def test_a_table_that_cannot_be_followed_is_refused_before_anything_is_done(
    run: Run, bucket: Bucket, tmp_path: Path
) -> None:  # fmt: skip
    for text, reason in (
        ("z.png,1\n", "names z.png, which is not a picture"),
        ("a.png,soon\n", "be followed"),
    ):
        table = read_table(write(tmp_path, f"file,vividness\n{text}"))
        with pytest.raises(SettingsError, match=f"Line 2 of .* {reason}"):
            run(table=table)
    assert bucket.files("out") == {}


def test_a_limit_counts_what_is_left(
    run: Run, bucket: Bucket, target: Store, tiny_model_folder: Path
) -> None:
    settings = options_for(target, tiny_model_folder)
    settings = replace(settings, batch=replace(settings.batch, limit=3))
    plan = plan_remote([Store.of("s3://box/scans")], target, settings.batch.plan, Selection())
    assert [len(list(run_cluster(plan, settings, here))) for _ in range(3)] == [3, 1, 0]


def test_records_are_json(run: Run, bucket: Bucket) -> None:
    run()
    for line in bucket.files("out")["manifest.jsonl"].splitlines():
        json.loads(line)
