"""Options that are declared once reach a command as one value."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from vermilion.cli.gather import gathered
from vermilion.cli.options import read_save_options
from vermilion.errors import SettingsError
from vermilion.pictures import SaveOptions


@dataclass
class Size:
    width: int
    height: int


def read_size(*, width: Annotated[int, typer.Option("--width")] = 3, height: int = 2) -> Size:
    return Size(width, height)


@gathered(size=read_size)
def draw(name: str, *, first: bool = False, size: Size, last: bool = False) -> None:
    """Draw something."""
    print(name, first, size, last)


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(draw)
    return app


def test_the_options_stand_where_the_value_stood(app: typer.Typer) -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    places = [told.index(option) for option in ("--first", "--width", "--height", "--last")]
    assert places == sorted(places)
    assert "--size" not in told


def test_the_command_gets_one_value(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["a", "--last", "--width", "5"])
    assert result.output == f"a False {Size(5, 2)} True\n"


def test_save_options_are_those_of_the_library() -> None:
    assert read_save_options() == SaveOptions()
    assert read_save_options(drop_depth=True, no_mark=True) == SaveOptions(drop_depth=True, mark=False)


def test_signing_without_a_mark_is_refused(tmp_path) -> None:
    with pytest.raises(SettingsError, match="leave out --no-mark or --c2pa"):
        read_save_options(no_mark=True, c2pa=tmp_path / "a.pem")
