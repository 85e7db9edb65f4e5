"""One picture from standard input, to standard output, or both."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from vermilion.cli.say import say_aside
from vermilion.cli.streams import give_up, is_terminal
from vermilion.errors import ExistsError, OutputError, PictureError, SettingsError

if TYPE_CHECKING:
    from vermilion.archive import RunOptions
    from vermilion.colorizer import Colorizer, Picture
    from vermilion.pictures import NamedBytes

STREAM = "-"


def colorize_stream(
    paths: list[str],
    output: str | None,
    format_name: str | None,
    engine: "Callable[[], Colorizer]",
    run: "RunOptions",
) -> None:
    """Colourise a single picture: from standard input if it is -, to standard output by default."""
    from vermilion.outputs import own_format

    page = _page_of_one(paths, run)
    target = None if output in (None, STREAM) else Path(str(output))
    if target is None:
        _check_stdout(run)
    elif format_name:
        _check_format(target, format_name)
    source = _read_stdin() if paths[0] == STREAM else Path(paths[0])
    if target is not None and _is_there(target) and not run.save.overwrite:
        _say_skipped(target)
        return
    picture = engine().colorize(
        source,
        page=page,
        recolor=run.recolor,
        crop_print=run.crop_print,
        size=run.size,
        view=run.view,
        controls=run.controls,
    )
    written = target.suffix if target is not None else format_name or own_format(picture.scan)
    for note in (*picture.notes, *picture.left_out_of(written)):
        say_aside(note)
    if picture.scan.pages > 1:
        say_aside(f"page {page} of {picture.scan.pages}; --page takes another")
    if target is None:
        _write_stdout(b"".join(picture.parts(written, run.save)))
    else:
        _save(picture, target, run)


def _page_of_one(paths: list[str], run: "RunOptions") -> int:
    """The chosen page; refuses options that a single picture cannot have."""
    if len(paths) > 1:
        raise SettingsError("Standard input and output hold one picture; name a single PATH with -.")
    if run.versions is not None:
        raise SettingsError(
            "Standard input and output hold one picture; name its own version (--colors-from)."
        )
    if run.page is None:
        raise SettingsError("Standard input and output hold one picture; choose one with --page N.")
    if run.companions.variants:
        raise SettingsError("Variants are several pictures; name a PATH without -, or leave out --variants.")
    return run.page


def _check_stdout(run: "RunOptions") -> None:
    if sys.stdout is None:
        raise OutputError("Standard output is closed; redirect it, or name a file with -o.")
    if is_terminal(sys.stdout):
        raise SettingsError("A terminal shows no picture; redirect the output, or name a file with -o.")
    if run.companions.recipe or run.companions.confidence_map or run.companions.trust_map:
        raise SettingsError(
            "Standard output holds one picture and nothing beside it; name a file with -o, or leave out "
            "--recipe, --confidence-map and --trust-map."
        )


def _check_format(target: Path, format_name: str) -> None:
    from vermilion.outputs import check_format

    check_format(target, format_name)


def _read_stdin() -> "NamedBytes":
    from vermilion.pictures import LARGEST_WHOLE, NamedBytes

    if sys.stdin is None:
        raise PictureError("Standard input is closed; pipe a picture into it.")
    data = _read_all(sys.stdin.buffer, LARGEST_WHOLE)
    if not data:
        raise PictureError("Standard input is empty; pipe a picture into it.")
    return NamedBytes(data, "standard input")


def _read_all(stream: IO[bytes], most: int) -> bytes:
    """Read to the end, within a limit, because a stream may be endless."""
    parts, length = [], 0
    while part := stream.read(1 << 20):
        parts.append(part)
        length += len(part)
        if length > most:
            raise PictureError(f"Standard input holds more than {most >> 20:,} MB; name a file instead.")
    return b"".join(parts)


def _is_there(target: Path) -> bool:
    if target.is_dir():
        raise SettingsError(f"{target} is a folder; name the file to write, as {target / 'picture.png'}.")
    return target.exists()


def _say_skipped(target: Path) -> None:
    say_aside(f"skipped: {target} exists already; --overwrite makes it again")


def _write_stdout(content: bytes) -> None:
    try:
        _write_all(sys.stdout.buffer, content)
    except BrokenPipeError as error:
        give_up(sys.stdout, error)
        raise OutputError(
            "The reader of the picture stopped before its end; let it read to the end."
        ) from error
    except OSError as error:
        give_up(sys.stdout, error)
        raise OutputError(
            f"Standard output cannot be written ({error.strerror}), so the picture there is incomplete; "
            "write it elsewhere."
        ) from error


def _write_all(stream: IO[bytes], content: bytes) -> None:
    """Write everything: with PYTHONUNBUFFERED a stream may take only a part, silently."""
    rest = memoryview(content)
    while rest:
        taken = stream.write(rest)
        if not taken:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[taken:]
    stream.flush()


def _save(picture: "Picture", target: Path, run: "RunOptions") -> None:
    from vermilion.outputs import save_result

    try:
        save_result(picture, target, run.save, run.companions)
    except ExistsError:  # another run was quicker
        _say_skipped(target)
