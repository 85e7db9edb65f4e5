"""Results in a bucket proved against their scans, by the manifest or as a pair."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archive.cluster.conftest import NAMES, Bucket
from tests.archive.cluster.test_cluster import Run, no_pauses, run  # noqa: F401 - fixtures
from tests.archive.test_batch import Here
from vermilion.archive.batch import proof
from vermilion.archive.cluster import Store, is_remote, verify_remote, verify_remote_manifest
from vermilion.errors import SettingsError

MANIFEST = "s3://box/out/manifest.jsonl"


@pytest.fixture(autouse=True)
def workers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "Workers", Here)


def found_in(manifest: str) -> dict[str, list[tuple[str, str]]]:
    """What does not hold, by the names of results."""
    return {
        str(found.result).partition("/out/")[2]: [(each.check, each.sentence) for each in found.differences]
        for found in verify_remote_manifest(manifest, 1)
    }


def test_a_bucket_is_proved_by_its_manifest(run: Run, bucket: Bucket) -> None:  # noqa: F811
    run()
    proved = list(verify_remote_manifest(MANIFEST, 1))
    assert all(found.ok for found in proved)
    assert {(found.scan, found.result) for found in proved} == {
        (f"s3://box/scans/{name}", f"s3://box/out/{name}") for name in NAMES
    }


def test_what_does_not_hold_is_told_by_the_names_of_the_bucket(run: Run, bucket: Bucket) -> None:  # noqa: F811
    run()
    bucket.fs.pipe_file("box/out/a.png", bucket.files("out")["with space & é.png"])
    bucket.fs.rm("box/out/1931/b.jpg")
    bucket.fs.rm("box/scans/1931/c.tif")
    bucket.fs.invalidate_cache()
    found = found_in(MANIFEST)
    assert found["with space & é.png"] == []
    assert [check for check, _ in found["a.png"]] == ["hash", "luma", "mark"]
    wrong = "s3://box/out/a.png is missing, or its SHA-256 is not that of the manifest"
    assert found["a.png"][0][1] == wrong
    assert [check for check, _ in found["1931/b.jpg"]] == ["hash", "result"]
    assert found["1931/b.jpg"][1][1].startswith("s3://box/out/1931/b.jpg does not exist")
    assert found["1931/c.tif"][0][1].startswith("s3://box/scans/1931/c.tif does not exist")


def test_a_server_that_fails_now_and_then_does_no_harm(run: Run, bucket: Bucket) -> None:  # noqa: F811
    run()
    bucket.faults.share = 0.2
    assert set(map(tuple, found_in(MANIFEST).values())) == {()}
    assert bucket.faults.refused > 0


def test_results_in_a_folder_are_proved_against_scans_in_a_bucket(
    run: Run, bucket: Bucket, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    run(target=Store.of(str(tmp_path / "out")))
    manifest = str(tmp_path / "out" / "manifest.jsonl")
    assert is_remote(manifest)
    assert set(map(tuple, found_in(manifest).values())) == {()}
    (tmp_path / "out" / "a.png").unlink()
    assert found_in(manifest)["a.png"][0][1].startswith(f"{tmp_path}/out/a.png is missing, or its SHA-256")


def test_a_pair_is_proved(run: Run, bucket: Bucket, scans: Path) -> None:  # noqa: F811
    run()
    assert verify_remote(str(scans / "a.png"), "s3://box/out/a.png").ok
    found = verify_remote("s3://box/scans/1931/b.jpg", "s3://box/out/a.png")
    assert "size" not in {each.check for each in found.differences}
    assert not found.ok
    [lost] = verify_remote("ftp://box/a.png", "s3://box/out/a.png").differences
    assert "ftp://box is in no store that shows only whole files" in lost.sentence


def test_a_manifest_that_is_not_there_or_was_changed_is_told(run: Run, bucket: Bucket) -> None:  # noqa: F811
    with pytest.raises(SettingsError, match=f"{MANIFEST} does not exist; check its name"):
        list(verify_remote_manifest(MANIFEST))
    run()
    content = bucket.fs.cat_file("box/out/manifest.jsonl").splitlines(keepends=True)
    bucket.fs.pipe_file("box/out/manifest.jsonl", b"".join([content[0], *content[2:]]))
    with pytest.raises(SettingsError, match="was changed or cut at line 2"):
        list(verify_remote_manifest(MANIFEST))


def test_a_manifest_that_lies_reaches_nothing_but_the_scratch_folder(
    run: Run, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    run()
    header, [record, *_] = proof.done_of(copied(bucket, tmp_path))
    victim = tmp_path / "victim.png"
    evil = replace(record.outputs[-1], path=f"../../../..{victim}")
    monkeypatch.setattr(
        "vermilion.archive.cluster.proof.done_of", lambda _: (header, [replace(record, outputs=(evil,))])
    )
    [found] = verify_remote_manifest(MANIFEST, 1)
    assert not found.ok
    assert not victim.exists()


def copied(bucket: Bucket, place: Path) -> Path:
    path = place / "copy.jsonl"
    path.write_bytes(bucket.files("out")["manifest.jsonl"])
    assert json.loads(path.read_text().splitlines()[1])["outcome"] == "done"
    return path
