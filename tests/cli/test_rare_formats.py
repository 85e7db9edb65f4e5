"""`vermilion colorize` on formats that are rare among photographs."""

from pathlib import Path

import imagecodecs
import numpy as np
import tifffile

from tests.pictures.heic_files import TURNED


def test_rare_formats_become_tiff_with_every_grey_level(vermilion, here: Path) -> None:
    deep = np.tile(np.linspace(0, 4095, 96).astype(np.uint16), (80, 1))
    (here / "a.jpg").write_bytes(imagecodecs.jpeg8_encode(deep, bitspersample=12, lossless=True))
    (here / "b.jxl").write_bytes(imagecodecs.jpegxl_encode(deep, bitspersample=12, lossless=True))
    (here / "c.heic").write_bytes(TURNED)
    said = vermilion("colorize", "a.jpg", "b.jxl", "c.heic", "-o", "out")
    assert (said.code, said.errors) == (0, [])
    for name in ("a.tif", "b.tif"):
        rgb = tifffile.imread(here / "out" / name).astype(np.int64)
        wanted = np.rint(deep * (65535 / 4095))
        np.testing.assert_array_equal((rgb @ np.array([19595, 38470, 7471]) + 32768) // 65536, wanted)
    assert (here / "out/c.tif").exists()
    said = vermilion("colorize", "-", stdin=(here / "a.jpg").read_bytes())
    assert said.bytes[:4] == b"II*\0"
