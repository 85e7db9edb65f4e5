"""`vermilion video`: films in, coloured films out."""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from vermilion.cli import options as opt
from vermilion.cli.controls import read_controls
from vermilion.cli.gather import gathered
from vermilion.cli.loading import loading
from vermilion.cli.progress import film_bar
from vermilion.cli.say import say, say_aside, say_error, shown
from vermilion.cli.streams import is_terminal
from vermilion.errors import SettingsError, VermilionError
from vermilion.extras import film_packages_needed

if TYPE_CHECKING:
    from vermilion.film import (
        EncodeOptions,
        FilmOptions,
        FilmResult,
        PreviewResult,
        SampleResult,
        VideoColorizer,
    )
    from vermilion.guidance import Controls
    from vermilion.work import Work

_PIPE = Path("-")

Films = Annotated[list[Path], typer.Argument(metavar="FILM", help="One film, or several.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Name of the result; its ending chooses the container. For several films, a folder. By default, "
        "NAME.color.EXT beside each film.",
    ),
]
Codec = Annotated[
    str,
    typer.Option("--codec", metavar="NAME", help="libx264, libx265, libsvtav1, prores or ffv1 (lossless)."),
]
Crf = Annotated[
    int | None,
    typer.Option(
        "--crf", metavar="N", help="Quality: lower is better. libx264 has 17 by default; 0 is lossless."
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Speed of the encoder: veryfast by default, medium for smaller files.",
    ),
]
From = Annotated[
    str,
    typer.Option("--from", metavar="TIME", help="Where to begin, in seconds or as 1:02:03.5."),
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Where to stop, in the same form.")]
Fps = Annotated[
    str | None,
    typer.Option("--fps", metavar="N", help="Frames a second of frames/%06d.png and the like."),
]
Deinterlace = Annotated[
    bool, typer.Option("--deinterlace", help="First combine the fields of interlaced film (bwdif).")
]
Preview = Annotated[
    bool,
    typer.Option(
        "--preview",
        help="Only find the shots: write sheets with a key frame of each in colour, and shots.json to edit, "
        "into the folder NAME.shots (or the one named with -o).",
    ),
]
Sample = Annotated[
    bool,
    typer.Option(
        "--sample",
        help="Only colour twenty seconds from five places, as NAME.sample.EXT, and say what the whole film "
        "will take.",
    ),
]
Shots = Annotated[
    Path | None,
    typer.Option(
        "--shots",
        metavar="FILE",
        help="A shots.json: where shots begin, and their controls. The next run with it colours only "
        "what has changed.",
    ),
]
Recolor = Annotated[bool, typer.Option("--recolor", help="Also colour films that are in colour already.")]


def read_encoding(*, codec: Codec = "libx264", crf: Crf = None, preset: Preset = None) -> "EncodeOptions":
    """Collect the options for writing frames.

    Raises:
        SettingsError: there is no such codec or setting.
        FilmError: PyAV is not installed.
    """
    with film_packages_needed():
        from vermilion.film import EncodeOptions

    return EncodeOptions(codec, crf, preset)


class _Frames(NamedTuple):
    """Which frames of a film are coloured, and how they are read."""

    start: float
    end: float | None
    fps: Fraction | None
    deinterlace: bool


def read_frames(
    *, from_: From = "0", to: To = None, fps: Fps = None, deinterlace: Deinterlace = False
) -> _Frames:
    """Return which frames are coloured.

    Raises:
        SettingsError: a time or a speed is none.
    """
    end = None if to is None else _seconds(to)
    return _Frames(_seconds(from_), end, None if fps is None else _speed(fps), deinterlace)


def read_task(*, preview: Preview = False, sample: Sample = False) -> str:
    """Return what is to be done: "color", "preview" or "sample".

    Raises:
        SettingsError: both are asked for.
    """
    if preview and sample:
        raise SettingsError("A preview and a sample are two things; ask for one of them.")
    return "preview" if preview else "sample" if sample else "color"


@gathered(encode=read_encoding, frames=read_frames, task=read_task, controls=read_controls)
def video(
    films: Films,
    *,
    output: Output = None,
    encode: "EncodeOptions",
    frames: _Frames,
    task: str,
    recolor: Recolor = False,
    shots: Shots = None,
    overwrite: opt.Overwrite = False,
    size: opt.Size = None,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    threads: opt.Threads = None,
    quiet: opt.Quiet = False,
    controls: "Controls",
) -> None:
    """Colour black-and-white films. Luma, sound, subtitles and everything else stay as they are.

    If a run is stopped, the same command continues where it stopped.

    \b
    Examples:
      vermilion video film.mp4                      # writes film.color.mp4
      vermilion video film.mkv -o test.mkv --from 1:00 --to 1:20
      vermilion video film.mkv -o lossless.mkv --codec ffv1
      vermilion video frames/%06d.tif --fps 24      # writes frames.color.mkv
      ffmpeg -i film.mkv -f yuv4mpegpipe - | vermilion video - -o - | ffmpeg -i - film.color.mkv
      vermilion video film.mkv --preview            # the shots: film.shots/sheet-01.jpg and shots.json
      vermilion video film.mkv --shots film.shots/shots.json
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.film import FilmOptions, VideoColorizer, load_shots

    if shots is not None and len(films) > 1:
        raise SettingsError("A list of shots belongs to one film; name that one alone.")
    options = FilmOptions(
        encode=encode,
        **frames._asdict(),
        size=size,
        recolor=recolor,
        overwrite=overwrite,
        controls=controls,
        shots=None if shots is None else load_shots(shots),
    )
    _check_output(films, output)
    with loading():
        colorizer = VideoColorizer(model, device=device, threads=threads)
    if _PIPE in (*films, output):
        _stream(colorizer, films, output, options)
        return

    def do(film: Path, work: "Work") -> _Done:
        if task == "preview":
            return _previewed(colorizer.preview(film, _folder(film, output), options, work))
        if task == "sample":
            return _sampled(colorizer.sample(film, _result(film, output, "sample"), options, work))
        return _colored(colorizer.colorize(film, _result(film, output), options, work))

    _do_all(films, do, quiet=quiet)


def _stream(
    colorizer: "VideoColorizer", films: list[Path], output: Path | None, options: "FilmOptions"
) -> None:
    """Colour frames from standard input, or of a film, to standard output."""
    if len(films) > 1 or output not in (None, _PIPE):
        raise SettingsError(
            "Frames of one film, or of standard input (-), go to standard output (-o -); give no other name."
        )
    if is_terminal(sys.stdout):
        raise SettingsError(
            "Frames are not for a terminal; send them on: vermilion video - | ffmpeg -i - ..."
        )
    source = sys.stdin.buffer if films[0] == _PIPE else films[0]
    count = colorizer.stream(source, sys.stdout.buffer, options)
    say_aside(f"{count} frames")


def _do_all(films: list[Path], do: "Callable[[Path, Work], _Done]", *, quiet: bool) -> None:
    """Colour one film after the other; an error does not stop the run."""
    from vermilion.work import Work

    failed = 0
    for film in films:
        try:
            with film_bar(hidden=quiet) as show:
                done = do(film, Work(show))
        except VermilionError as error:
            say_error(str(error))
            failed += 1
        else:
            _tell(done, quiet=quiet)
    if failed:
        raise typer.Exit(1)


def _check_output(films: list[Path], output: Path | None) -> None:
    if len(films) > 1 and output is not None and not output.is_dir():
        raise SettingsError(
            f"Several films need a folder for their results, and {output} is none; create it."
        )


def _result(film: Path, output: Path | None, word: str = "color") -> Path | None:
    if output is not None and output.is_dir():
        from vermilion.film import Source

        return output / Source(film).result(word).name
    return output


def _speed(text: str) -> Fraction:
    """Read frames a second, as 24 or 24000/1001.

    Raises:
        SettingsError: it is none.
    """
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise SettingsError(f"A speed is given as 24, 23.976 or 24000/1001, not {text!r}.") from error


def _seconds(text: str) -> float:
    """Read a time, as seconds or H:MM:SS.

    Raises:
        SettingsError: it is none.
    """
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(0 <= part < 1e6 for part in parts):
        raise SettingsError(f"A time is given in seconds or as 1:02:03.5, not {text!r}.")
    return sum((part * 60.0**place for place, part in enumerate(reversed(parts))), 0.0)


def _folder(film: Path, output: Path | None) -> Path | None:
    """Return the folder of a preview, where one was named."""
    from vermilion.film import SHOTS_FILE, Source

    if output is not None and output.is_dir() and not (output / SHOTS_FILE).exists():  # a folder of folders
        return output / Source(film).shots_folder.name
    return output


class _Done(NamedTuple):
    """The report of a finished film: notes, and a line."""

    path: Path
    notes: tuple[str, ...]
    line: str


def _colored(result: "FilmResult") -> _Done:
    return _Done(result.path, result.notes, f"{result.frames} frames, {_shots(result.shots)}")


def _sampled(result: "SampleResult") -> _Done:
    made = result.made
    return _Done(made.path, made.notes, f"{made.frames} frames; the whole film: {result.whole}")


def _previewed(result: "PreviewResult") -> _Done:
    return _Done(result.folder, result.notes, f"{_shots(result.shots)}: see sheet-01.jpg and shots.json")


def _shots(count: int) -> str:
    return "1 shot" if count == 1 else f"{count} shots"


def _tell(done: _Done, *, quiet: bool) -> None:
    for note in done.notes:
        say_aside(f"note: {shown(done.path)}: {note}")
    if not quiet:
        say(f"{shown(done.path)}: {done.line}")
