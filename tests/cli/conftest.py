"""The command line in-process, with the tiny model and made-up photographs."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.tiny_model import make_tiny_model
from vermilion.cli.app import app


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Screen(io.StringIO):
    """A stand-in for stderr that says whether it is a terminal."""

    def __init__(self, terminal: bool = True) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Said:
    """What a command said, and how it ended."""

    def __init__(self, result) -> None:
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code = result.exit_code
        self.out = result.stdout
        self.err = result.stderr
        self.bytes = result.stdout_bytes

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("error:")]


@pytest.fixture
def vermilion(here: Path, tiny_model: Path) -> Callable[..., Said]:
    """Runs `vermilion ARGUMENTS`; commands that take a model get the tiny one."""

    def run(*arguments: object, stdin: bytes = b"", model: Path | None = tiny_model) -> Said:
        words = [str(argument) for argument in arguments]
        if model is not None and words[0] in {"colorize", "evaluate", "info", "replay"}:
            words += ["--model", str(model)]
        return Said(CliRunner().invoke(app, words, input=stdin))

    return run


@pytest.fixture
def scan(here: Path) -> Callable[..., Path]:
    """Writes a small made-up scan, grey unless told otherwise."""

    def write(name: str, size: tuple[int, int] = (96, 72), mode: str = "L", **options: Any) -> Path:
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(size, mode).save(path, **options)
        return path

    return write


def picture(size: tuple[int, int] = (96, 72), mode: str = "L") -> Image.Image:
    """A ramp with a bright disc, of any of Pillow's modes."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    ramp = (x * 200 // width + y * 40 // height).astype(np.uint8)
    ramp[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2] = 240
    if mode == "I;16":
        return Image.fromarray(ramp.astype(np.uint16) * 257)
    if mode == "LA":
        return Image.merge("LA", [Image.fromarray(ramp), Image.fromarray(255 - ramp)])
    return Image.fromarray(ramp).convert(mode)


def luma(path: Path) -> np.ndarray:
    """The luma of a file, as PIL's "L" gives it."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))
