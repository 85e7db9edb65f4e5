"""Colours a film in segments, and joins them with all other streams."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from vermilion import __version__
from vermilion.errors import ExistsError, FilmError, OutputError, VermilionError
from vermilion.film.colored import refuse_colored
from vermilion.film.estimate import LONG, Estimate, check_space, estimated
from vermilion.film.media import (
    EncodeOptions,
    FilmFacts,
    Layout,
    Part,
    Source,
    Target,
    check_container,
    mux_film,
    plan_output,
    read_facts,
    small_mp4,
)
from vermilion.film.options import FilmOptions
from vermilion.film.pipe import stream_film
from vermilion.film.plan import Window, plan_film, sample_windows, whole_window
from vermilion.film.preview import write_preview
from vermilion.film.segments import Job, Progress, color_piece
from vermilion.film.shots import ShotList, load_shots
from vermilion.film.work_folder import WorkFolder
from vermilion.leftovers import scratch_prefix, sweep, temporary_name
from vermilion.network import Model
from vermilion.painter import Painter
from vermilion.pictures import give_name, unwritable
from vermilion.work import UNWATCHED, Work, limit_threads, lone_opencv

_MARK = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_DEFAULTS = FilmOptions()
_FORM = 2  # of what is kept between two runs

WATCHED = (540, 960)
"""Height and width that ``VideoColorizer.watch`` fills at most."""

SHOTS_FILE = "shots.json"
"""The name of the list of shots in the folder of a preview."""


@dataclass(frozen=True, slots=True)
class FilmResult:
    """A film that was coloured.

    Attributes:
        path: of the result.
        frames: that were coloured.
        shots: that were found.
        notes: a sentence for each thing that the user should know.
    """

    path: Path
    frames: int
    shots: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleResult:
    """A sample of a film.

    Attributes:
        made: the sample.
        whole: what all of the film would take.
    """

    made: FilmResult
    whole: Estimate


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """A film that was looked at.

    Attributes:
        folder: of the sheets, the key frames and the list of shots.
        shots: how many there are.
        seconds: how long the film is.
        notes: a sentence for each thing that the user should know.
    """

    folder: Path
    shots: int
    seconds: float
    notes: tuple[str, ...]


class VideoColorizer:
    """Colours films.

    Args:
        model: a model folder, the name of an installed model, ``hf://owner/name``, or a loaded model;
            None for the one inside the package.
        device: "auto", "cpu", "cuda", ...: what runs the network.
        threads: how many threads work, in this process; None for one a core, at most four.

    Raises:
        ModelError: the model is missing or damaged.
        DeviceError: the device is not there.
    """

    def __init__(
        self, model: str | Path | Model | None = None, *, device: str = "auto", threads: int | None = None
    ) -> None:
        if threads is not None:
            limit_threads(threads)
        self.model = model if isinstance(model, Model) else Model.load(model, device)
        self._painter = Painter(self.model)

    def colorize(
        self,
        source: str | Path,
        output: str | Path | None = None,
        options: FilmOptions = _DEFAULTS,
        work: Work = UNWATCHED,
    ) -> FilmResult:
        """Colour one film; its luma, and every other stream, stay as they are.

        If a run was stopped, call it again in the same way to continue where it stopped.

        Args:
            source: the film; or a pattern of frames, such as ``frames/%06d.png``, with ``options.fps``.
            output: where to; its ending names the container. None for NAME.color.EXT beside the film.
            options: how.
            work: gets progress reports, and may be cancelled.

        Raises:
            FilmError: it cannot be read, or changes its size.
            AlreadyColoredError: it is in colour already.
            OutputError: the result cannot be written, or would lose a stream.
            CancelledError: the work was cancelled.
        """
        path = Path(source)
        result = _named(path, output, "color")
        job, target = self._job(path, result, options, work)
        return self._colored(job, result, target, whole_window(job))

    def sample(
        self,
        source: str | Path,
        output: str | Path | None = None,
        options: FilmOptions = _DEFAULTS,
        work: Work = UNWATCHED,
    ) -> SampleResult:
        """Colour twenty seconds from five places, to see what becomes of a film and how long that takes.

        Args:
            source: the film.
            output: where to; None for NAME.sample.EXT beside the film.
            options: how.
            work: learns how far it is, and may be cancelled.

        Raises:
            VermilionError: as ``colorize``.
        """
        path = Path(source)
        result = _named(path, output, "sample")
        job, target = self._job(path, result, options, work)
        began = monotonic()
        made = self._colored(job, result, target, sample_windows(job))
        share = job.total / max(1, made.frames)
        whole = Estimate(job.total, (monotonic() - began) * share, round(result.stat().st_size * share))
        return SampleResult(made, whole)

    def _job(self, path: Path, result: Path, options: FilmOptions, work: Work) -> tuple[Job, Target]:
        """Check a film and the name of its result, before anything is done."""
        _check_names(path, result, overwrite=options.overwrite)
        facts = read_facts(Source(path, options.fps), whole=options.end is None)
        return self._job_of(facts, result, options, work)

    def _job_of(self, facts: FilmFacts, result: Path, options: FilmOptions, work: Work) -> tuple[Job, Target]:
        """Check a film whose facts are read."""
        written = plan_output(facts, options.encode)
        target = check_container(facts, result, options.encode.codec)
        if not options.recolor:
            refuse_colored(facts)
        notes = [*target.notes, *_notes(facts, written, options)]
        return Job(self._painter, facts, written, options, work, notes), target

    def _colored(self, job: Job, result: Path, target: Target, windows: Sequence[Window]) -> FilmResult:
        """Colour what is missing of some windows of a film, and join it."""
        folder = WorkFolder(result.with_name(f".{result.name}.work"), self._identity(job))
        planned = plan_film(job, folder, windows)
        pieces = [piece for part in planned for piece in part.pieces]
        folder.keep([piece.stretch for piece in pieces])
        done = sum(piece.stretch.frames for piece in pieces)
        if windows == whole_window(job) and job.total - done >= LONG:
            expected = estimated(job, folder, job.total - done)
            check_space(expected, result)
            job.work.report(f"{job.facts.path}: {expected}", 0.0)
        progress = Progress(job, done)
        try:
            with lone_opencv():
                for piece in pieces:
                    color_piece(job, piece, progress)
        except VermilionError:
            if not any(piece.stretch.segments for piece in pieces):  # there is nothing to go on with
                folder.remove()
            raise
        self._publish(job, [part.part for part in planned if part.part.segments], result, target)
        count, shots = (
            sum(piece.stretch.frames for piece in pieces),
            sum(piece.stretch.shots for piece in pieces),
        )
        if job.options.shots is None:  # with a list, what stays the same need not be coloured again
            folder.remove()
        return FilmResult(result, count, shots, tuple(job.notes))

    def stream(
        self,
        source: str | Path | BinaryIO,
        target: BinaryIO,
        options: FilmOptions = _DEFAULTS,
        work: Work = UNWATCHED,
    ) -> int:
        """Colour frames and write them to a pipe as YUV4MPEG2; returns how many.

        Args:
            source: the film, or a pipe that gives YUV4MPEG2.
            target: the pipe.
            options: how; what is said of encoding does not count.
            work: may be cancelled.

        Raises:
            VermilionError: as ``colorize``; or whoever reads the frames has stopped.
        """
        known = Source(Path(source), options.fps) if isinstance(source, str | Path) else source
        with lone_opencv():
            return stream_film(self._painter, (known, target), options, work)

    def watch(self, source: str | Path, options: FilmOptions = _DEFAULTS, work: Work = UNWATCHED) -> bytes:
        """Colour a part of a film and return it small and without sound, as MP4 that any browser plays.

        Args:
            source: the film.
            options: how; what is said of encoding does not count.
            work: gets progress reports, and may be cancelled.

        Raises:
            VermilionError: as ``colorize``.
        """
        facts = read_facts(Source(Path(source), options.fps), whole=options.end is None)
        is_odd = facts.size[0] % 2 or facts.size[1] % 2
        encode = EncodeOptions("ffv1") if is_odd else EncodeOptions(crf=18, preset="ultrafast")
        with tempfile.TemporaryDirectory(prefix=scratch_prefix()) as folder:
            part = Path(folder) / "part.mkv"
            job, target = self._job_of(facts, part, replace(options, encode=encode), work)
            self._colored(job, part, target, whole_window(job))
            return small_mp4(part, facts, WATCHED)

    def preview(
        self,
        source: str | Path,
        folder: str | Path | None = None,
        options: FilmOptions = _DEFAULTS,
        work: Work = UNWATCHED,
    ) -> PreviewResult:
        """Find the shots of a film and paint a key frame of each.

        Writes sheets of them, each key frame in grey, and shots.json, which is never written over: if it is
        there, its shots are shown as it has them.

        Args:
            source: the film.
            folder: where to; None for NAME.shots beside the film. It is made.
            options: how; what is said of encoding does not count.
            work: gets progress reports, and may be cancelled.

        Raises:
            FilmError: it cannot be read, or changes its size.
            AlreadyColoredError: it is in colour already.
            SettingsError: the list of shots cannot be used.
            OutputError: the folder cannot be written.
            CancelledError: the work was cancelled.
        """
        path = Path(source)
        place = Path(folder) if folder is not None else Source(path).shots_folder
        listed = place / SHOTS_FILE
        if options.shots is None and listed.exists():
            options = replace(options, shots=load_shots(listed))
        facts = read_facts(Source(path, options.fps), whole=options.end is None)
        if not options.recolor:
            refuse_colored(facts)
        job = Job(self._painter, facts, facts.layout, options, work, [])
        try:
            place.mkdir(exist_ok=True)
            shots = write_preview(job, place)
            if not shots:
                raise FilmError(f"{path} has no frame between the times given; change --from or --to.")
            if not listed.exists():
                found = ShotList(tuple(shots), film=path.name)
                listed.write_text(found.to_json(), encoding="utf-8")
        except OSError as error:
            raise unwritable(place, error) from error
        return PreviewResult(place, len(shots), facts.seconds, tuple(job.notes))

    def _identity(self, job: Job) -> dict[str, object]:
        """Return everything that all segments of a film depend on."""
        options = job.options
        return {
            "version": __version__,
            "form": _FORM,
            "model": self.model.hash,
            "film": job.facts.source.identity(),
            "fps": str(options.fps),
            "encode": asdict(options.encode),
            "size": options.size,
            "deinterlace": options.deinterlace,
        }

    def _publish(self, job: Job, parts: Sequence[Part], result: Path, target: Target) -> None:
        """Join the segments and give the result its name."""
        if not parts:
            raise FilmError(f"{job.facts.path} has no frame between the times given; change --from or --to.")
        temporary = result.with_name(temporary_name())
        try:
            output = temporary, target.container
            mux_film(job.facts, parts, output, job.written, self._mark(job.facts))
            if not give_name(temporary, result, overwrite=job.options.overwrite):
                raise _exists(result)
        except OSError as error:
            raise unwritable(result, error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _mark(self, facts: FilmFacts) -> dict[str, str]:
        """Return the metadata that say where the colours come from, as every container holds them."""
        card = self.model.card
        return {
            "comment": f"Colours made by vermilion {__version__}, model {card.name} {card.version} "
            f"{self.model.hash[:16]}; film {_fingerprint(facts.source.files()[0])[:16]}; {_MARK}"
        }


def _named(source: Path, output: str | Path | None, word: str) -> Path:
    """Return where a result goes: as it was named, or beside the film."""
    return Source(source).result(word) if output is None else Path(output)


def _check_names(path: Path, result: Path, *, overwrite: bool) -> None:
    if result.exists() and path.exists() and result.samefile(path):
        raise OutputError(f"{result} is the film itself, which is never overwritten; choose another name.")
    if result.exists() and not overwrite:
        raise _exists(result)
    if not result.parent.is_dir():
        raise OutputError(f"{result} cannot be written: {result.parent} does not exist; create it first.")
    sweep(result.parent)


def _exists(path: Path) -> ExistsError:
    return ExistsError(f"{path} exists already; choose another name with -o, or allow --overwrite.")


def _notes(facts: FilmFacts, written: Layout, options: FilmOptions) -> Iterator[str]:
    if facts.interlaced and not options.deinterlace:
        yield "its frames are interlaced: where things move fast, colours may comb without --deinterlace"
    if written.depth != facts.layout.depth:
        yield (
            f"{options.encode.codec} holds {written.depth} bits, "
            f"so the film's {facts.layout.depth} are widened"
        )
    if facts.layout.across and (written.across, written.down) != (facts.layout.across, facts.layout.down):
        yield f"{options.encode.codec} cannot hold {facts.pix_fmt}: {written.format} is written instead"


def _fingerprint(path: Path) -> str:
    """Return the SHA-256 of a film's first MiB and its size: all of it would take minutes."""
    with path.open("rb") as file:
        first = file.read(2**20)
    return hashlib.sha256(first + str(path.stat().st_size).encode()).hexdigest()
