"""The same scan, options and version give the same bytes, whenever they do."""

import time
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_no_clock_is_in_any_file_that_is_written(vermilion, scan, here: Path, suffix: str) -> None:
    scan(f"a.{suffix}")
    runs: list[dict[str, bytes]] = []
    for number in range(2):
        if number:
            time.sleep(1.1)  # no format tells less than a second
        said = vermilion(
            "colorize", f"a.{suffix}", "-o", f"out.{suffix}", "--recipe", "--confidence-map", "--variants", 2
        )
        assert said.code == 0
        written = [path for path in sorted(here.iterdir()) if path.name != f"a.{suffix}"]
        runs.append({path.name: path.read_bytes() for path in written})
        for path in written:
            path.unlink()
    assert {f"out.{suffix}", "out.recipe.json", "out.confidence.png"} <= runs[0].keys()
    assert runs[0].keys() == runs[1].keys()
    assert [name for name in runs[0] if runs[0][name] != runs[1][name]] == []
