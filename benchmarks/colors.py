"""Colour figures on a folder of true colour pictures, by an external scorer.

Removes the colour, colourises, and has the scorer compare: on plain grey pictures, on pictures made to look
old, and on plain ones with a few true hints.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import Colorizer, Hint
from vermilion.evaluation import SrgbPicture
from vermilion.evaluation import true_hints as hints_of_picture

FIGURES = ("ab_err", "corr", "corr_c", "cf_ratio", "cmd", "kmd", "top1", "luma_max")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the true pictures and the scorer are, and where results go."""

    pictures: Path
    scorer: Path  # score.py, with make_grey.py beside it
    work: Path

    def grey(self, *, aged: bool) -> Path:
        """The folder of grey (or aged) versions, made on first use."""
        folder = self.work / ("aged" if aged else "grey")
        if not folder.exists():
            command = [
                sys.executable,
                str(self.scorer.with_name("make_grey.py")),
                str(self.pictures),
                str(folder),
            ]
            subprocess.run([*command, "--aged"] if aged else command, check=True, stdout=subprocess.DEVNULL)
        return folder

    def score(self, results: Path, *, network: bool) -> dict[str, float]:
        """The scorer's figures for a folder of results."""
        report = results.with_suffix(".json")
        sheet = ["--sheet", str(results.with_suffix(".jpg"))]
        command = [
            sys.executable,
            str(self.scorer),
            str(self.pictures),
            str(results),
            "--json",
            str(report),
            *sheet,
        ]
        subprocess.run(
            command if network else [*command, "--no-net"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return json.loads(report.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def true_hints(path: Path, count: int) -> list[Hint]:
    """`count` points of a colour picture at places that depend on its name alone."""
    return list(hints_of_picture(SrgbPicture.read(path).rgb, path.stem, count))


def colorize_folder(
    colorizer: Colorizer, bench: Bench, source: Path, target: Path, hints: int = 0, size: int | None = None
) -> Path:
    """Colourise every grey picture of a folder into PNG files of the same stem."""
    target.mkdir(parents=True, exist_ok=True)
    originals: dict[str, Path] = {path.stem: path for path in bench.pictures.iterdir()}
    for path in sorted(source.iterdir()):
        given = true_hints(originals[path.stem], hints) if hints else []
        picture = colorizer.colorize(path, hints=given, size=size)
        write_png(target / path.name, picture.to_numpy())
    return target


def write_png(path: Path, rgb: NDArray[np.unsignedinteger]) -> None:
    """Write a PNG with the least compression: these files are read once."""
    cv2.imwrite(str(path), rgb[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])


def color_figures(
    model: Path | None, bench: Bench, *, hints: int = 10, size: int | None = None, network: bool = True
) -> dict[str, dict[str, float]]:
    """Figures for plain, aged and hinted pictures."""
    colorizer = Colorizer(model)
    rows = {}
    for name, aged, count in (("plain", False, 0), ("aged", True, 0), ("hinted", False, hints)):
        if name == "hinted" and not hints:
            continue
        target = colorize_folder(
            colorizer, bench, bench.grey(aged=aged), bench.work / f"{name}-results", count, size
        )
        rows[name] = bench.score(target, network=network and name == "plain")
    return rows


def table(rows: dict[str, dict[str, float]]) -> str:
    """Rows as text, one a line; figures that were not measured are left out."""
    lines = []
    for name, figures in rows.items():
        parts = [f"{key} {figures[key]:.3f}" for key in FIGURES if figures.get(key) is not None]
        lines.append(f"{name:<8} " + "  ".join(parts))
    if "hinted" in rows:
        gain = 1 - rows["hinted"]["ab_err"] / rows["plain"]["ab_err"]
        lines.append(f"true hints lower ab_err by {gain:.1%}")
    return "\n".join(lines)
