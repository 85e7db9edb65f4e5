"""Open films: shots are found, a frame of each becomes an open picture, and the whole is coloured by these.

    films/ID/film.json   films/ID/shots/   films/ID/film.EXT, if it was sent

One film after the other is worked on, by the engine of ``vermilion video``. A restart resumes the look for
shots; a colouring continues where it stopped when it is asked for again.
"""

import itertools
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePath
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from vermilion.errors import CancelledError, SettingsError, VermilionError
from vermilion.extras import film_packages_needed
from vermilion.outputs import make_folder
from vermilion.pictures import publish
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.names import clean_name, suffix_of, unlike
from vermilion.studio.faults import BusyError, UnknownError
from vermilion.studio.film_said import said_of
from vermilion.studio.film_table import FilmState, FilmTable, KeptFilm, ShotTable
from vermilion.studio.shapes import ProblemTable, read_kept
from vermilion.studio.web.problems import facts_of_error
from vermilion.work import Work

if TYPE_CHECKING:
    from vermilion.film import FilmOptions, Shot, VideoColorizer

FILM = "film.json"
WATCHED = 6.0
"""Seconds of a shot that are shown at most."""

_MOST = 100
_LARGEST = 16 << 20  # bytes of film.json
_TELL = 0.5  # seconds between two events of one film
_STOPPING = 5.0
_PIECE = 1 << 20

Tell = Callable[[dict[str, Any]], None]


class Films:
    """Keeps the open films, and works on them in a thread; safe to use from several.

    Args:
        desk: gets a picture for each shot.
        folder: in which films are kept.
        out: where coloured films go; None to keep them, to be downloaded.
        tell: called with each change, as an event.
    """

    def __init__(self, desk: Desk, folder: Path, out: Path | None, tell: Tell) -> None:
        self._desk = desk
        self._folder = folder
        self._out = out
        self._tell = tell
        self._kept: dict[str, KeptFilm] = {}
        self._lock = threading.RLock()
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._cancelled: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="studio-films", daemon=True)
        self._told = 0.0

    def start(self) -> None:
        """Take what an earlier server had open, and start."""
        for path in sorted(self._folder.glob(f"*/{FILM}")):
            if (kept := _read(path)) is None:
                continue
            self._kept.setdefault(kept.film.id, kept)
            if kept.film.state == "coloring":
                kept.film.state = "ready"
            elif kept.film.state == "looking":
                self._waiting.put(kept.film.id)
        self._thread.start()

    def stop(self) -> None:
        """End the work in progress; what was coloured by then is kept."""
        self._stopping.set()
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(_STOPPING)

    def open_sent(self, file: IO[bytes], name: str) -> FilmTable:
        """Open a film that was sent, and queue the look for its shots.

        Raises:
            FilmError: PyAV is not installed.
            BusyError: enough films are open.
        """
        cleaned = clean_name(name, "film.mp4")
        self._check_room()
        number = secrets.token_hex(8)
        place = self._folder / number / f"film{suffix_of(cleaned)}"
        make_folder(place.parent)
        with place.open("xb") as kept:
            while piece := file.read(_PIECE):
                kept.write(piece)
        return self._add(number, cleaned, place)

    def open_named(self, path: Path) -> FilmTable | None:
        """Open a film that a person named on the command line; None if it is open already.

        Raises:
            FilmError: PyAV is not installed.
            BusyError: enough films are open.
        """
        place = path.absolute()
        if any(kept.place == place for kept in self._earlier()):
            return None
        self._check_room()
        number = secrets.token_hex(8)
        make_folder(self._folder / number)
        return self._add(number, clean_name(path.name, "film.mp4"), place)

    def all(self) -> list[FilmTable]:
        """Return all films, in the order in which they were opened."""
        with self._lock:
            return [self._shown(kept) for kept in self._kept.values()]

    def get(self, number: str) -> FilmTable:
        """Return a film.

        Raises:
            UnknownError: it is not open.
        """
        with self._lock:
            return self._shown(self._of(number))

    def look(self, number: str, *, recolor: bool) -> FilmTable:
        """Look for the shots again, after a failure.

        Args:
            number: of the film.
            recolor: whether it may be in colour already.

        Raises:
            UnknownError: it is not open.
            BusyError: it is worked on.
        """
        kept = self._resting(number)
        kept.recolor = recolor
        return self._queue(kept, "looking")

    def color(self, number: str) -> FilmTable:
        """Colour the whole film, or what has changed since it was coloured.

        Raises:
            UnknownError: it is not open.
            BusyError: it is worked on.
            SettingsError: its shots are not known.
        """
        kept = self._resting(number)
        if not kept.film.shots:
            raise SettingsError("The shots of this film are not known yet; wait until they are found.")
        if self._out is not None:
            make_folder(self._out)
        return self._queue(kept, "coloring")

    def cancel(self, number: str) -> FilmTable:
        """Stop the work on a film; what was coloured by then is kept for the next time.

        Raises:
            UnknownError: it is not open.
        """
        with self._lock:
            self._of(number)
            self._cancelled.add(number)
        return self.get(number)

    def close(self, number: str) -> list[str]:
        """Close a film and the pictures of its shots; returns their ids. The coloured film stays.

        Raises:
            UnknownError: it is not open.
        """
        with self._lock:
            film = self._of(number).film
            working = film.state in ("looking", "coloring")
            self._cancelled.add(number)
            del self._kept[number]
        closed = [shot.picture for shot in self._shown_shots(film) if shot.picture is not None]
        for picture in closed:
            self._desk.close(picture)
        if not working:
            shutil.rmtree(self._folder / number, ignore_errors=True)
        return closed

    def watch(self, number: str, shot: int, work: Work) -> bytes:
        """Return a few seconds of a shot in its colours, around its key frame, as MP4.

        Args:
            number: of the film.
            shot: its number, from 0.
            work: may cancel it.

        Raises:
            UnknownError: there is no such shot.
            VermilionError: it cannot be coloured.
        """
        kept = self._of(number)
        if not 0 <= shot < len(kept.film.shots):
            raise UnknownError(f"There is no shot {shot}; the film has {len(kept.film.shots)}, from 0.")
        table = kept.film.shots[shot]
        start = table.begins if table.at < table.begins + WATCHED else table.at - WATCHED / 2
        end = min(table.ends, start + WATCHED)
        options = self._options(kept, [said_of(self._desk, table)], start, end)
        return self._colorizer.watch(kept.place, options, work)

    def result(self, number: str) -> Path:
        """Return the coloured film.

        Raises:
            UnknownError: there is none.
        """
        kept = self._of(number)
        if kept.film.result is None or not kept.target.exists():
            raise UnknownError("This film is not coloured yet, or its result is gone; colour it first.")
        return kept.target

    @cached_property
    def _colorizer(self) -> "VideoColorizer":
        with film_packages_needed():
            from vermilion.film import VideoColorizer  # noqa: PLC0415 - an extra

        return VideoColorizer(self._desk.colorizer.model)

    def _earlier(self) -> Iterator[KeptFilm]:
        """Yield what is open, and what will be once the server has started."""
        yield from self._kept.values()
        for path in self._folder.glob(f"*/{FILM}"):
            if path.parent.name not in self._kept and (kept := _read(path)) is not None:
                yield kept

    def _check_room(self) -> None:
        self._colorizer  # noqa: B018 - refuses before anything is kept where PyAV is missing
        if len(self._kept) >= _MOST:
            raise BusyError(f"{_MOST} films are open already; close some of them first.")

    def _add(self, number: str, name: str, place: Path) -> FilmTable:
        from vermilion.film import Source  # noqa: PLC0415 - an extra

        own = Source(Path(name)).result("color").name
        with self._lock:
            taken = {kept.target.name.lower() for kept in self._kept.values()}
            folder = self._folder / number if self._out is None else self._out
            if self._out is not None and self._out.is_dir():
                taken |= {path.name.lower() for path in self._out.iterdir()}
            film = FilmTable(id=number, name=name, state="looking")
            kept = KeptFilm(film=film, place=place, target=folder / unlike(own, taken))
            self._kept[number] = kept
        return self._queue(kept, "looking")

    def _queue(self, kept: KeptFilm, state: FilmState) -> FilmTable:
        with self._lock:
            self._cancelled.discard(kept.film.id)
            kept.film.state, kept.film.share, kept.film.error = state, 0.0, None
            self._keep(kept)
        self._waiting.put(kept.film.id)
        return self.get(kept.film.id)

    def _resting(self, number: str) -> KeptFilm:
        kept = self._of(number)
        if kept.film.state in ("looking", "coloring"):
            raise BusyError("This film is being worked on; wait for it, or stop that first.")
        return kept

    def _of(self, number: str) -> KeptFilm:
        with self._lock:
            if number not in self._kept:
                raise UnknownError("This film is not open; it was closed, or belongs to another server.")
            return self._kept[number]

    def _shown(self, kept: KeptFilm) -> FilmTable:
        return kept.film.model_copy(update={"shots": self._shown_shots(kept.film)})

    def _shown_shots(self, film: FilmTable) -> list[ShotTable]:
        """Return the shots, without the pictures that were closed."""
        there = {facts.id for facts in self._desk.all()}
        return [
            shot if shot.picture in there else shot.model_copy(update={"picture": None})
            for shot in film.shots
        ]

    def _work(self) -> None:
        while (number := self._waiting.get()) is not None and not self._stopping.is_set():
            with self._lock:
                kept = self._kept.get(number)
            if kept is not None:
                self._do(kept)

    def _do(self, kept: KeptFilm) -> None:
        film = kept.film
        stopped = self._stopping.is_set
        work = Work(
            lambda _, share: self._report(kept, share),
            lambda: stopped() or film.id in self._cancelled,
        )
        try:
            (self._find if film.state == "looking" else self._paint)(kept, work)
            error = None
        except CancelledError:
            if stopped():
                return
            error = None
        except VermilionError as raised:
            facts = facts_of_error(raised)
            # Places on this machine are private.
            said = str(facts["detail"]).replace(str(kept.place), film.name)
            error = ProblemTable.model_validate(facts | {"detail": said})
        with self._lock:
            if film.id not in self._kept:  # closed meanwhile
                shutil.rmtree(self._folder / film.id, ignore_errors=True)
                return
            film.state, film.share, film.error = "ready" if film.shots else "failed", 1.0, error
            self._keep(kept)
        self._told = 0.0
        self._report(kept, 1.0)

    def _report(self, kept: KeptFilm, share: float) -> None:
        kept.film.share = min(1.0, max(0.0, share))
        if time.monotonic() - self._told >= _TELL:
            self._told = time.monotonic()
            self._tell({"type": "film", "film": self._shown(kept).model_dump(mode="json")})

    def _find(self, kept: KeptFilm, work: Work) -> None:
        """Find the shots, and open a frame of each."""
        from vermilion.film import SHOTS_FILE, FilmOptions, load_shots  # noqa: PLC0415 - an extra

        folder = self._folder / kept.film.id / "shots"
        shutil.rmtree(folder, ignore_errors=True)
        found = self._colorizer.preview(kept.place, folder, FilmOptions(recolor=kept.recolor), work)
        begins = [shot.begins for shot in load_shots(folder / SHOTS_FILE).shots]
        frames = sorted(
            (float(path.stem.removeprefix("frame-")), path) for path in folder.glob("frame-*.jpg")
        )
        shots, stem = [], PurePath(kept.film.name).stem
        for begin, end in itertools.pairwise((*begins, max(found.seconds, frames[-1][0] + 0.001))):
            at, path = next((at, path) for at, path in frames if begin - 0.001 <= at < end)
            name = f"{stem} {int(at) // 60}m{at % 60:06.3f}s.jpg"
            facts = self._desk.open_named(path, Path(name).with_suffix(".color.jpg"), name)
            shots.append(ShotTable(begins=begin, ends=end, at=at, picture=facts.id if facts else None))
        with self._lock:
            kept.film.shots, kept.film.notes = shots, list(found.notes)

    def _paint(self, kept: KeptFilm, work: Work) -> None:
        """Colour the whole film."""
        options = self._options(kept, [said_of(self._desk, shot) for shot in kept.film.shots])
        made = self._colorizer.colorize(
            kept.place, kept.target, replace(options, overwrite=kept.film.result is not None), work
        )
        with self._lock:
            kept.film.result, kept.film.notes = made.path.name, list(made.notes)

    def _options(
        self, kept: KeptFilm, shots: "list[Shot]", start: float = 0.0, end: float | None = None
    ) -> "FilmOptions":
        from vermilion.film import FilmOptions, ShotList  # noqa: PLC0415 - an extra

        return FilmOptions(start=start, end=end, recolor=kept.recolor, shots=ShotList(tuple(shots)))

    def _keep(self, kept: KeptFilm) -> None:
        content = kept.model_dump_json(indent=1).encode()
        publish([content], self._folder / kept.film.id / FILM, overwrite=True)


def _read(path: Path) -> KeptFilm | None:
    """Return a film of an earlier server; None if the file is not ours, or damaged."""
    kept = read_kept(path, KeptFilm, _LARGEST)
    return kept if kept is not None and kept.film.id == path.parent.name else None
