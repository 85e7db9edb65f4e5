"""docs/add-a-format.md is followed in a copy of the code, which then reads and writes its formats."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)

READ = """
import struct, sys
import numpy as np
from pathlib import Path
from vermilion.archive.inputs import is_picture_name
from vermilion.errors import PictureError
from vermilion.outputs.suffixes import own_format, result_suffix
from vermilion.pictures import ReadOptions, read_scan

greys = np.arange(15 * 20, dtype=np.uint16).reshape(15, 20) * 217
opaque = np.full_like(greys, 65535)
samples = np.stack([greys, greys, greys, opaque], -1).astype(">u2")
data = b"farbfeld" + struct.pack(">II", 20, 15) + samples.tobytes()
scan = read_scan(data)
assert (scan.format, scan.depth, scan.size, scan.alpha) == ("farbfeld", 16, (15, 20), None)
np.testing.assert_array_equal(scan.luma, greys)
for wrong, options in ((data[:12], {}), (data[:-1], {}), (data, {"max_pixels": 299}), (data, {"page": 2})):
    try:
        read_scan(wrong, ReadOptions(**options))
    except PictureError:
        continue
    raise AssertionError("it was not refused")
assert is_picture_name("a.ff")
assert result_suffix(Path("a.ff")) == ".tif" and own_format(scan) == "tif"
print("read")
"""
WRITE = """
import io
import numpy as np
from pathlib import Path
from types import SimpleNamespace
from PIL import Image
from vermilion.cli.options import Format
from vermilion.errors import OutputError
from vermilion.outputs.suffixes import own_format, result_suffix
from vermilion.pictures import Mark, encode_picture, metadata_left_out, read_scan

def painting(scan, mark=None):
    top = 2**scan.depth - 1
    rgb = np.random.default_rng(0).integers(0, top + 1, (*scan.size, 3)).astype(scan.luma.dtype)
    return SimpleNamespace(mark=mark, rgb=lambda: rgb)

for dtype in (np.uint8, np.uint16):
    scan = read_scan(np.arange(30 * 40, dtype=dtype).reshape(30, 40))
    data = encode_picture(scan, painting(scan), "ppm")
    samples = np.frombuffer(data[data.index(b"\\n") + 1 :], np.dtype(dtype).newbyteorder(">"))
    np.testing.assert_array_equal(samples.reshape(30, 40, 3), painting(scan).rgb())
again = Image.open(io.BytesIO(encode_picture(read_scan(np.zeros((30, 40), np.uint8)), painting(scan), "ppm")))
assert (again.format, again.size) == ("PPM", (40, 30))
try:
    encode_picture(scan, painting(scan, Mark("1", "m", "h", "r")), "ppm")
    raise SystemExit("a mark was lost")
except OutputError as error:
    assert "--no-mark" in str(error)
file, exif = io.BytesIO(), Image.Exif()
exif[270] = "A gate"
Image.new("L", (40, 30)).save(file, "PNG", exif=exif)
scan = read_scan(file.getvalue())
assert metadata_left_out(scan.metadata, "ppm") == ("left out, as PPM has no place for it: EXIF",)
assert Format("ppm") and result_suffix(Path("a.ppm")) == ".ppm"
assert own_format(SimpleNamespace(format="ppm", depth=8)) == "ppm"
print("written")
"""


def steps() -> list[tuple[str, str, str]]:
    """(file, old lines, new lines) of every hunk of the page, in order; a new file has no old lines."""
    found = []
    page = (ROOT / "docs" / "add-a-format.md").read_text(encoding="utf-8")
    for block in DIFF.findall(page):
        for part in block.split("--- ")[1:]:
            name, *hunks = part.split("\n@@\n")
            for hunk in hunks:
                lines = hunk.rstrip("\n").split("\n")
                old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
                new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
                found.append((name, old, new))
    return found


def follow(steps: list[tuple[str, str, str]], copy: Path) -> None:
    """Change the files of a copy as the page says; each place must be there, and only once."""
    for name, old, new in steps:
        path = copy / name
        text = "\n" + path.read_text(encoding="utf-8") if old else ""
        if old:
            assert text.count("\n" + old) == 1, f"{name} has this {text.count(old)} times:\n{old}"
        changed = text.replace("\n" + old, "\n" + new) if old else "\n" + new
        path.write_text(changed[1:], encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("models", "__pycache__", "page")
    shutil.copytree(ROOT / "src" / "vermilion", tmp_path / "src" / "vermilion", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    follow(steps(), tmp_path)
    return tmp_path


def run(copy: Path, *words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    done = subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_shows_every_place() -> None:
    assert len(steps()) == 18


def test_formats_that_are_added_as_the_page_says_are_read_and_written(copy: Path) -> None:
    assert run(copy, "-c", READ) == "read\n"
    assert run(copy, "-c", WRITE) == "written\n"


@pytest.mark.slow
def test_what_the_page_adds_passes_the_checks_of_the_house(copy: Path) -> None:
    changed = sorted({name for name, _, _ in steps() if name.endswith(".py")})
    run(copy, "-m", "ruff", "check", "--no-cache", *changed)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", *changed)
    run(copy, "-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])")
