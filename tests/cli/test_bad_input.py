"""Every bad input: one sentence that names the file and the cure, exit code 1, the other files still done."""

import errno
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import picture
from tests.tiny_model import make_tiny_model

ROOT = Path(__file__).parents[2]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    picture((640, 480)).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def text(path: Path) -> None:
    path.write_text("Dear diary, this is no photograph.")


def absurd(path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


def nothing(path: Path) -> None:
    del path


BAD_FILES: dict[str, Callable[[Path], None]] = {
    "missing.jpg": nothing,
    "empty.jpg": empty,
    "truncated.jpg": truncated,
    "text.jpg": text,
    "empty.png": empty,
    "absurd.png": absurd,
    "unknown.xyz": text,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_told_in_one_sentence_and_the_rest_is_done(
    vermilion, scan, here: Path, name: str
) -> None:
    scan("good.png")
    BAD_FILES[name](here / name)
    said = vermilion("colorize", name, "good.png")
    assert said.code == 1
    [error] = said.errors
    assert said.err.strip() == error, "one line, without a traceback"
    assert name in error
    assert ";" in error, "what was found; what to do"
    assert error.endswith(".")
    assert (here / "good.color.png").exists()
    assert [path.name for path in here.glob("*.color.*")] == ["good.color.png"]
    assert "1 colourised, 1 failed" in said.out or "good.png -> good.color.png" in said.out


PEAK_AFTER = """
import re, sys
from vermilion.cli.app import run
code = run()
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
sys.exit(code)
"""


def peak_memory(model: Path, name: str) -> tuple[int, int, str]:
    """Exit code, largest resident size in MiB and standard error of a process that colourises a file."""
    ended = subprocess.run(
        [sys.executable, "-c", PEAK_AFTER, "colorize", name, "-q", "--model", str(model)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, int(ended.stdout) // 1024, ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system tells no peaks")
def test_absurd_dimensions_cost_no_memory(tiny_model: Path, scan, here: Path) -> None:
    scan("small.png")
    absurd(here / "absurd.png")  # 3.6 GB if it were decoded
    _, usual, _ = peak_memory(tiny_model, "small.png")
    code, peak, told = peak_memory(tiny_model, "absurd.png")
    assert code == 1
    assert "60,000" in told
    assert 0 < peak <= usual + 16


def test_an_unreadable_folder(vermilion, scan, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan("box/good.png")
    scan("box/locked/a.png")
    real = os.scandir

    def refuse(path):  # the tests may run as root, who may read everything
        if str(path).endswith("locked"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    said = vermilion("colorize", "box")
    assert said.code == 1
    assert "locked cannot be opened (Permission denied); check its permissions." in said.errors[0]
    assert (here / "box/good.color.png").exists()


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only")],
)
def test_a_disk_that_takes_nothing(vermilion, scan, here: Path, monkeypatch, number: int, told: str) -> None:
    scan("a.png")
    real = os.open

    def refuse(path, flags, *rest, **options):
        if flags & os.O_CREAT and here in Path(os.fsdecode(path)).absolute().parents:
            raise OSError(number, os.strerror(number), str(path))
        return real(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    said = vermilion("colorize", "a.png")
    assert said.code == 1
    [error] = said.errors
    assert told in error
    assert "a.color.png" in error
    assert sorted(path.name for path in here.iterdir()) == ["a.png"]


def test_a_file_where_a_folder_should_be(vermilion, scan, here: Path) -> None:
    scan("a.png")
    (here / "out").write_text("a file")
    said = vermilion("colorize", "a.png", "-o", "out")
    assert said.code == 1
    assert said.errors == ["error: out is a file, not a folder; name a folder with -o."]
    said = vermilion("colorize", "a.png", "-o", "out/deeper")
    assert said.code == 1
    assert "cannot be made" in said.errors[0]


def test_a_damaged_model(vermilion, scan, here: Path) -> None:
    scan("a.png")
    model = make_tiny_model(here / "model")
    graph = bytearray((model / "decoder.onnx").read_bytes())
    graph[len(graph) // 2] ^= 1
    (model / "decoder.onnx").write_bytes(graph)
    for command in (["colorize", "a.png"], ["info"]):
        said = vermilion(*command, model=model)
        assert said.code == 1
        [error] = said.errors
        assert "decoder.onnx is damaged" in error
        assert ";" in error


def test_no_model_where_one_is_named(vermilion, scan) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", model=Path("nowhere"))
    assert said.code == 1
    assert "There is no model 'nowhere'" in said.errors[0]


def test_a_device_that_is_not_there(vermilion, scan) -> None:
    scan("a.png")
    for device in ("warp", "rocm"):
        said = vermilion("colorize", "a.png", "--device", device)
        assert said.code == 1
        assert device in said.errors[0]


@pytest.mark.slow
def test_a_process_ends_with_the_same_sentence(here: Path, tiny_model: Path) -> None:
    (here / "a.jpg").write_text("no picture")
    result = subprocess.run(
        [sys.executable, "-m", "vermilion", "colorize", "a.jpg", "--model", str(tiny_model)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: a.jpg")
    assert len(result.stderr.splitlines()) == 1


def test_an_error_of_the_disk_is_told_with_its_file(vermilion, scan, here: Path, monkeypatch) -> None:
    scan("a.png")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "locked/x.jpg")

    monkeypatch.setattr("vermilion.archive.make_plan", refuse)
    said = vermilion("colorize", "a.png", "-o", "locked/x.jpg")
    assert said.code == 1
    assert "locked/x.jpg cannot be used (Permission denied); check its name" in said.errors[0]
