"""Films to a pipe: frames in, coloured frames out, and nothing kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from vermilion.errors import OutputError, SettingsError
from vermilion.film.chroma import ChromaPlanes
from vermilion.film.colored import refuse_colored, refuse_colored_frame
from vermilion.film.media import FilmFacts, Luma, Source, Y4mWriter, read_facts, read_luma, read_y4m
from vermilion.film.motion import hold
from vermilion.film.options import FilmOptions
from vermilion.film.paint import KeyPainter
from vermilion.film.pipeline import Pipeline
from vermilion.film.segments import Job
from vermilion.painter import Painter
from vermilion.work import Work


def stream_film(
    painter: Painter, ends: tuple[Source | BinaryIO, BinaryIO], options: FilmOptions, work: Work
) -> int:
    """Colour frames from a film or from YUV4MPEG2, and write them as YUV4MPEG2; returns how many.

    Args:
        painter: paints key frames.
        ends: what frames come from, and the pipe that they go to.
        options: how; what is said of encoding does not count.
        work: may be cancelled.

    Raises:
        FilmError: the film, or what comes in, cannot be read.
        AlreadyColoredError: it is in colour already.
        SettingsError: a list of shots is asked for, or a part of a pipe.
        OutputError: whoever reads the frames has stopped.
    """
    source, target = ends
    if options.shots is not None or (
        not isinstance(source, Source) and (options.start or options.end is not None or options.deinterlace)
    ):
        raise SettingsError(
            "A pipe takes no list of shots, no part of what comes in, no --deinterlace; name a file for it."
        )
    with _frames(source, options) as (facts, frames):
        own = facts.layout
        written = own if own.across else replace(own, across=2, down=2)
        job = Job(painter, facts, written, options, work, [])
        keys = KeyPainter(painter, job.form, job.short_side, options.controls)
        planes, count = ChromaPlanes(facts.size, own, written, facts.matrix), 0
        try:
            writer = Y4mWriter(target, facts, written)
            for colored in Pipeline(keys, work=work).run(hold(frames, own)):
                held = colored.held
                chroma = planes.of(colored.cbcr, held.small, held.luma_for(planes.size))
                writer.write(held.luma.codes, chroma)
                count += 1
            target.flush()
        except BrokenPipeError as error:
            raise OutputError(
                f"The program that reads the frames has stopped after {count} of them; look at its message."
            ) from error
    return count


@contextmanager
def _frames(source: Source | BinaryIO, options: FilmOptions) -> Iterator[tuple[FilmFacts, Iterator[Luma]]]:
    if isinstance(source, Source):
        facts = read_facts(source, whole=options.end is None)
        if not options.recolor:
            refuse_colored(facts)
        asked = {"start": options.start, "end": options.end}
        yield facts, read_luma(facts, **asked, deinterlace=options.deinterlace)  # type: ignore[arg-type]
        return
    with read_y4m(source) as (facts, first, frames):
        if not options.recolor:
            refuse_colored_frame(first)
        yield facts, frames
