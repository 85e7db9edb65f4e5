"""A film from its file to a coloured one.

film ─decode─▶ Y ─▶ keys ─paint─▶ their chroma ─carry─▶ that of all ─enlarge─▶ U, V ─encode─▶ segments ─▶ film
              └──────────────────────────── Y, untouched ──────────────────────────▲
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic

from vermilion import __version__
from vermilion.errors import ExistsError, FilmError, OutputError
from vermilion.film.chroma import chroma_planes
from vermilion.film.colored import refuse_colored
from vermilion.film.held import hold
from vermilion.film.media import (
    Encoder,
    FilmFacts,
    Layout,
    Target,
    check_container,
    mux_film,
    plan_output,
    read_facts,
    read_luma,
)
from vermilion.film.options import FilmOptions
from vermilion.film.paint import KeyPainter
from vermilion.film.pipeline import Colored, Pipeline
from vermilion.film.work_folder import WorkFolder
from vermilion.guidance import controls_to_json
from vermilion.leftovers import sweep, temporary_name
from vermilion.network import Model
from vermilion.painter import Painter
from vermilion.pictures import give_name, unwritable
from vermilion.work import UNWATCHED, Work, limit_threads

_SEGMENT = 256  # frames from which a segment may end
_MARK = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_DEFAULTS = FilmOptions()


@dataclass(frozen=True, slots=True)
class FilmResult:
    """A film that was coloured.

    Attributes:
        path: of the result.
        frames: that were coloured.
        shots: that were found.
        notes: a sentence for each thing that a person should know.
    """

    path: Path
    frames: int
    shots: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    """One film on its way: its facts, the layout of what is written, what was asked, and whom to tell."""

    facts: FilmFacts
    written: Layout
    options: FilmOptions
    work: Work
    tell: Callable[[str], None]


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

        A run that was stopped goes on where it was when it is called again in the same way.

        Args:
            source: the film.
            output: where to; its ending names the container. None for NAME.color.EXT beside the film.
            options: how.
            work: learns how far it is, and may be cancelled.

        Raises:
            FilmError: it cannot be read, or changes its size.
            AlreadyColoredError: it is in colour already.
            OutputError: the result cannot be written, or would lose a stream.
            CancelledError: the work was cancelled.
        """
        path = Path(source)
        result = Path(output) if output is not None else path.with_name(f"{path.stem}.color{path.suffix}")
        _check_names(path, result, overwrite=options.overwrite)
        facts = read_facts(path, whole=options.end is None)
        written, target = (
            plan_output(facts, options.encode),
            check_container(facts, result, options.encode.codec),
        )
        if not options.recolor:
            refuse_colored(facts)
        notes = [*target.notes, *_notes(facts, written, options)]
        job = _Job(facts, written, options, work, notes.append)
        folder = WorkFolder(result.with_name(f".{result.name}.work"), self._identity(job))
        shots = self._segments(job, folder)
        frames = self._publish(job, folder, result, target)
        return FilmResult(result, frames, shots, tuple(notes))

    def _identity(self, job: _Job) -> dict[str, object]:
        """Return what the segments of a film follow from."""
        stat = job.facts.path.stat()
        asked = asdict(replace(job.options, controls=_DEFAULTS.controls, overwrite=False))
        del asked["controls"]
        return {
            "version": __version__,
            "model": self.model.hash,
            "film": [str(job.facts.path.resolve()), stat.st_size, stat.st_mtime_ns],
            "options": asked,
            "controls": controls_to_json(job.options.controls),
        }

    def _segments(self, job: _Job, folder: WorkFolder) -> int:
        """Colour what is missing of a film; returns how many shots it has."""
        if folder.is_finished:
            return folder.shots
        state = folder.last_state()
        pipeline = Pipeline(self._key_painter(job), state, job.work)
        options = job.options
        luma = read_luma(
            job.facts, start=options.start, end=options.end, deinterlace=options.deinterlace, note=job.tell
        )
        frames = _watched(pipeline.run(hold(luma, job.facts.layout)), job, state.frames if state else 0)
        with ExitStack() as stack:
            part, shown = folder.begin(), list[int]()
            encoder: Encoder | None = None
            for colored in frames:
                if encoder is None:
                    part, shown = folder.begin(), []
                    encoder = stack.enter_context(Encoder(part, job.facts, job.written, options.encode))
                _write(colored, encoder, job)
                shown.append(colored.held.luma.pts)
                if colored.after is not None and (len(shown) >= _SEGMENT or colored.last):
                    stack.close()
                    encoder = None
                    folder.commit(part, colored.after, shown)
        folder.finish(pipeline.shots)
        return pipeline.shots

    def _key_painter(self, job: _Job) -> KeyPainter:
        facts = job.facts
        return KeyPainter(
            self._painter,
            facts.layout,
            facts.matrix,
            facts.aspect,
            round(-facts.rotation / 90) % 4,
            job.options.size or self.model.card.working_size,
            job.options.controls,
        )

    def _publish(self, job: _Job, folder: WorkFolder, result: Path, target: Target) -> int:
        """Join the segments and give the result its name; returns how many frames it has."""
        segments = folder.segments
        if not segments:
            raise FilmError(f"{job.facts.path} has no frame between the times given; change --from or --to.")
        temporary = result.with_name(temporary_name())
        options = job.options
        try:
            mux_film(
                job.facts,
                list(zip(segments, folder.times(), strict=True)),
                (temporary, target.container),
                job.written,
                self._mark(job.facts),
                (options.start, options.end),
            )
            if not give_name(temporary, result, overwrite=options.overwrite):
                raise _exists(result)
        except OSError as error:
            raise unwritable(result, error) from error
        finally:
            temporary.unlink(missing_ok=True)
        state = folder.last_state()
        folder.remove()
        return state.frames if state else 0

    def _mark(self, facts: FilmFacts) -> dict[str, str]:
        """Return the metadata that say where the colours come from, as every container holds them."""
        card = self.model.card
        return {
            "comment": f"Colours made by vermilion {__version__}, model {card.name} {card.version} "
            f"{self.model.hash[:16]}; film {_fingerprint(facts.path)[:16]}; {_MARK}"
        }


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
        yield f"{options.encode.codec} holds {written.depth} bits, so its {facts.layout.depth} are widened"
    if facts.layout.across and (written.across, written.down) != (facts.layout.across, facts.layout.down):
        yield f"{options.encode.codec} holds no {facts.pix_fmt}: {written.format} is written"


def _write(colored: Colored, encoder: Encoder, job: _Job) -> None:
    held, facts = colored.held, job.facts
    planes = chroma_planes(colored.cbcr, held.small, held.luma.codes, facts.layout, job.written, facts.matrix)
    encoder.write(held.luma.codes, planes, held.luma.pts)


def _watched(frames: Iterator[Colored], job: _Job, done: int) -> Iterator[Colored]:
    """Yield frames, and tell how far they are."""
    options, facts = job.options, job.facts
    length = (options.end or facts.seconds) - options.start
    total = max(1, round(facts.frames * min(1.0, length / max(facts.seconds, 1e-9))))
    began = monotonic()
    for colored in frames:
        yield colored
        number = colored.held.luma.number + 1
        if colored.after is not None:
            rate = (number - done) / max(monotonic() - began, 1e-9)
            left = max(0, round((total - number) / max(rate, 1e-9)))
            text = (
                f"frame {number} of {total}, shot {colored.held.shot + 1}, {rate:.1f} frames/s, "
                f"{left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
            )
            job.work.report(text, min(1.0, number / total))


def _fingerprint(path: Path) -> str:
    """Return the SHA-256 of a film's first MiB and its size: all of it would take minutes."""
    with path.open("rb") as file:
        first = file.read(2**20)
    return hashlib.sha256(first + str(path.stat().st_size).encode()).hexdigest()
