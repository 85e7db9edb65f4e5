"""The manifest: what is written is read, and what somebody changed is noticed."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from vermilion.archive.batch import Header, Output, Record, open_manifest, read_manifest
from vermilion.errors import OutputError, SettingsError

HEADER = Header({"format": "null", "page": "1"}, "m" * 64, "1.0")


def record(name: str, outcome: str = "done") -> Record:
    return Record(
        f"/box/{name}", 1, outcome, scan_sha256="a" * 64, scan_size=7, scan_mtime_ns=9,
        outputs=(Output(name, "b" * 64, 5),), remarks=("page 1 of 2",),
    )  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with open_manifest(tmp_path, HEADER) as manifest:
        manifest.add(record("a.png"))
        manifest.add(record("b\udcff.png"))
        manifest.add(record("c.png", "failed"))
    return tmp_path / "manifest.jsonl"


def test_what_is_written_is_read(written: Path) -> None:
    assert list(read_manifest(written)) == [
        HEADER,
        record("a.png"),
        record("b\udcff.png"),
        record("c.png", "failed"),
    ]


def test_a_second_run_knows_what_is_finished_and_writes_on(written: Path) -> None:
    with open_manifest(written.parent, HEADER) as manifest:
        assert sorted(manifest.finished) == [("/box/a.png", 1), ("/box/b\udcff.png", 1)]
        manifest.add(record("c.png"))
    assert len(list(read_manifest(written))) == 5


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_half_a_line_of_a_killed_run_is_dropped(written: Path, cut: int) -> None:
    written.write_bytes(written.read_bytes()[:-cut])
    with open_manifest(written.parent, HEADER) as manifest:
        manifest.add(record("d.png"))
    assert [line.source for line in read_manifest(written) if isinstance(line, Record)] == [
        "/box/a.png",
        "/box/b\udcff.png",
        "/box/d.png",
    ]


@pytest.mark.parametrize(
    "body",
    [b'{"page":1', b"[1]", b'{"source":"a","page":"one","outcome":"done"', b"{", b'{"outcome":"failed"'],
)
def test_a_line_that_was_made_up_with_a_chain_of_its_own_is_refused(written: Path, body: bytes) -> None:
    first = written.read_bytes().splitlines(keepends=True)[0]
    chain = first[-19:-3].decode()
    made_up = hashlib.sha256(chain.encode() + body).hexdigest()[:16]
    written.write_bytes(first + body + f',"chain":"{made_up}"}}\n'.encode())
    with pytest.raises(OutputError, match="was changed or cut at line 2"):
        open_manifest(written.parent, HEADER)


@pytest.mark.parametrize("change", ["edited", "a line lost", "lines exchanged", "bytes within a line lost"])
def test_a_changed_manifest_is_refused(written: Path, change: str) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    if change == "edited":
        lines[1] = lines[1].replace(b"a.png", b"x.png")
    elif change == "a line lost":
        del lines[1]
    elif change == "lines exchanged":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        lines[1] = lines[1][:30] + lines[1][50:]
    written.write_bytes(b"".join(lines))
    before = written.read_bytes()
    with pytest.raises(OutputError, match=r"was changed or cut at line 2; put its backup back"):
        open_manifest(written.parent, HEADER)
    with pytest.raises(SettingsError, match="changed or cut at line 2"):
        list(read_manifest(written))
    assert written.read_bytes() == before, "nothing is lost"


def test_a_manifest_of_other_options_or_another_model_is_refused(written: Path) -> None:
    with pytest.raises(OutputError, match=r"made with other options \(page\); give the same ones"):
        open_manifest(written.parent, Header(HEADER.options | {"page": "2"}, HEADER.model_sha256))
    with pytest.raises(OutputError, match=r"made with another model \(mmmmmmmmmmmm, and this is nnn"):
        open_manifest(written.parent, Header(HEADER.options, "n" * 64))


def test_a_line_that_cannot_be_written_leaves_no_half(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written.read_bytes()
    real, manifest = os.write, open_manifest(written.parent, HEADER)

    def full(number: int, content: bytes) -> int:
        if len(content) < 30:
            raise OSError(28, "No space left on device")
        return real(number, content[:-20])

    manifest.add(record("d.png"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\); correct that"):
            manifest.flush()
        assert written.read_bytes() == before
    manifest.__exit__(None, None, None)
    assert len(list(read_manifest(written))) == 5, "it waited, and is written once it can be"


def test_records_are_flushed_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with open_manifest(tmp_path, HEADER) as manifest:
        manifest.add(record("a.png"))
        manifest.flush_if_due()
        assert len(list(read_manifest(manifest.path))) == 1
        now[0] += 1
        manifest.flush_if_due()
        assert len(list(read_manifest(manifest.path))) == 2


def done(**changes: object) -> dict[str, Any]:
    output = {"path": "a.png", "sha256": "0" * 64, "size": 7} | changes
    return {"source": "a", "page": 1, "outcome": "done", "outputs": [output]}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"source": "a"}, "it is not a record"),
        ({"source": "a", "page": "1", "outcome": "done"}, "'page' is not what it must be"),
        ({"source": "a", "page": 1, "outcome": "lost"}, "'outcome' is 'lost'"),
        ({"source": "a", "page": 1, "outcome": "done", "more": 1}, "'more' is not"),
        ({"source": "a", "page": 1, "outcome": "done", "outputs": [{"path": 1}]}, "'outputs' are not"),
        (done(path=1), "'outputs' are not"),
        (done(sha256=None), "'outputs' are not"),
        (done(size="7"), "'outputs' are not"),
        (done(more=1), "'outputs' are not"),
    ],
)
def test_a_line_that_is_no_record_is_refused(facts: dict, told: str) -> None:
    from vermilion.archive.batch.record import record_of

    with pytest.raises(SettingsError, match=told):
        record_of(json.loads(json.dumps(facts)))
