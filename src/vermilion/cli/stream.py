"""One picture from standard input, to standard output, or both."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vermilion.cli.say import say_aside
from vermilion.errors import PictureError, SettingsError

if TYPE_CHECKING:
    from vermilion.archive import RunOptions
    from vermilion.colorizer import Colorizer, Picture

STREAM = "-"
_SUFFIX_OF = {"jpeg": "jpg", "tiff": "tif", "png": "png", "webp": "webp"}


def colorize_stream(
    paths: list[str],
    output: str | None,
    format_name: str | None,
    engine: "Callable[[], Colorizer]",
    run: "RunOptions",
) -> None:
    """Colourise the only picture named; standard input if it is -, standard output unless a file is named."""
    if len(paths) > 1:
        raise SettingsError("Standard input and output hold one picture; name a single PATH with -.")
    if run.page is None:
        raise SettingsError("Standard input and output hold one picture; choose one with --page N.")
    to_stdout = output in (None, STREAM)
    if to_stdout and sys.stdout.isatty():
        raise SettingsError("A terminal shows no picture; redirect the output, or name a file with -o.")
    if to_stdout and (run.recipe or run.confidence_map):
        raise SettingsError(
            "Standard output holds one picture and nothing beside it; name a file with -o, or leave out "
            "--recipe and --confidence-map."
        )
    source = _read_stdin() if paths[0] == STREAM else Path(paths[0])
    picture = engine().colorize(
        source, page=run.page, recolor=run.recolor, size=run.size, controls=run.controls
    )
    for note in picture.notes:
        say_aside(note)
    if picture.scan.pages > 1:
        say_aside(f"page {run.page} of {picture.scan.pages}; --page takes another")
    if to_stdout:
        sys.stdout.buffer.write(_encode(picture, format_name, run))
        sys.stdout.buffer.flush()
    else:
        _save(picture, Path(str(output)), run)


def _read_stdin() -> bytes:
    data = sys.stdin.buffer.read()
    if not data:
        raise PictureError("Standard input is empty; pipe a picture into it.")
    return data


def _save(picture: "Picture", target: Path, run: "RunOptions") -> None:
    from vermilion.archive import save_result

    if target.is_dir():
        raise SettingsError(f"{target} is a folder; name the file to write, as {target / 'picture.png'}.")
    save_result(picture, target, run)


def _encode(picture: "Picture", format_name: str | None, run: "RunOptions") -> bytes:
    format_name = format_name or _SUFFIX_OF.get(picture.scan.format, "png")
    return picture.encode(
        format_name,
        fast_jpeg=run.fast_jpeg,
        drop_depth=run.drop_depth,
        drop_alpha=run.drop_alpha,
        mark=run.mark,
    )
