"""Codecs have much to say of damaged files; none of it reaches stderr."""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from tests.pictures.made import grey_picture, saved
from vermilion.pictures import read_scan

ROOT = Path(__file__).parents[3]
READ = """
import sys
from pathlib import Path
from vermilion.errors import VermilionError
from vermilion.pictures import ReadOptions, read_colors, read_scan
for path in sorted(Path(sys.argv[1]).iterdir()):
    for read in (lambda: read_scan(path, ReadOptions(recolor=True)).luma, lambda: read_colors(path, 40)):
        try:
            read()
        except VermilionError:
            pass
"""
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "grey.jpg": ("JPEG", "L", {}),
    "progressive.jpg": ("JPEG", "RGB", {"progressive": True}),
    "cmyk.jpg": ("JPEG", "CMYK", {}),
    "grey.png": ("PNG", "L", {}),
    "palette.png": ("PNG", "P", {}),
    "lzw.tif": ("TIFF", "L", {"compression": "tiff_lzw"}),
    "deflate.tif": ("TIFF", "RGB", {"compression": "tiff_deflate"}),
    "lzma.tif": ("TIFF", "L", {"compression": "lzma"}),
    "zstd.tif": ("TIFF", "L", {"compression": "zstd"}),
    "jpeg.tif": ("TIFF", "RGB", {"compression": "jpeg"}),
    "fax.tif": ("TIFF", "1", {"compression": "group4"}),
    "grey.webp": ("WEBP", "RGB", {}),
    "grey.gif": ("GIF", "L", {}),
    "grey.avif": ("AVIF", "RGB", {}),
    "grey.jp2": ("JPEG2000", "L", {}),
    "grey.bmp": ("BMP", "L", {}),
    "grey.pgm": ("PPM", "L", {}),
}


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut off, with some bits flipped, or with a run of noughts."""
    changed = bytearray(data)
    place = rng.randrange(20, len(changed))
    kind = rng.randrange(3)
    if kind == 0:
        return bytes(changed[:place])
    if kind == 1:
        for _ in range(4):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    else:
        changed[place : place + 30] = bytes(30)
    return bytes(changed)


def test_nothing_is_said_of_damaged_files(tmp_path: Path) -> None:
    rng = random.Random(7)
    for name, (kind, mode, options) in KINDS.items():
        if kind == "AVIF" and not features.check("avif"):
            continue
        whole = saved(Image.fromarray(grey_picture(60, 80)).convert(mode), kind, **options)
        for number in range(4):
            (tmp_path / f"{number}-{name}").write_bytes(damaged(whole, rng))
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", READ, tmp_path], env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("kind", ["BMP", "PPM", "JPEG2000", "GIF"])
def test_the_limit_on_pixels_is_ours_and_not_pillows(kind, monkeypatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read_scan(saved(grey_picture(60, 80), kind)).size == (60, 80)


def test_a_file_whose_name_lies_is_told_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "grey.bmp").write_bytes(saved(grey_picture(60, 80), "PPM"))
    assert read_scan(tmp_path / "grey.bmp").format == "ppm"
