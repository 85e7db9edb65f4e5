"""All open pictures: paints them, keeps them on disk, and reports changes to the pages."""

import itertools
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from vermilion.cache import Cache
from vermilion.colorizer import Colorizer
from vermilion.errors import CancelledError, PictureError, VermilionError
from vermilion.guidance import Album, Controls, Recipe, UsedFile, UsedModel
from vermilion.picture import Picture
from vermilion.pictures import NamedBytes, NamedFile, ReadOptions, Scan, read_scan
from vermilion.session import Session
from vermilion.studio.desk.facts import Facts, Failure, Original, Reading, Shown
from vermilion.studio.desk.held import Held, hold
from vermilion.studio.desk.names import clean_name, unlike
from vermilion.studio.desk.shelf import Shelf
from vermilion.studio.faults import StaleError, SupersededError, TooManyError, UnknownError
from vermilion.studio.settings import Limits
from vermilion.work import UNWATCHED, Work

_OVERTAKEN = "A newer change has replaced this one; nothing is lost."


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a user just did.

    Attributes:
        number: grows from gesture to gesture of one page.
        page: in which it was done; the clocks of two may differ, so that their numbers are not compared.
    """

    number: int
    page: str = ""


@dataclass(eq=False)
class _Place:
    """One picture on the desk: its facts, and the gesture in progress."""

    facts: Facts
    gesture: Gesture = Gesture(-1)
    overtaken: threading.Event = field(default_factory=threading.Event)


class Desk:
    """The open pictures. Several threads may use it at the same time.

    Args:
        colorizer: paints.
        shelf: keeps everything on disk.
        limits: how many may be open, and how many are held ready.
        changed: called with the facts of a picture whenever they are new.
    """

    def __init__(
        self, colorizer: Colorizer, shelf: Shelf, limits: Limits, changed: Callable[[Facts], None]
    ) -> None:
        self.colorizer = colorizer
        self.shelf = shelf
        self._limits = limits
        self._changed = changed
        self._held = Cache(limits.held)
        self._lock = threading.RLock()
        shelf.tidy()
        kept, self.unread = shelf.read_all()
        self._agreed = shelf.read_album(self.unread)
        self._places = {facts.id: _Place(facts) for facts in kept}
        self._numbers = itertools.count(max((facts.number for facts in kept), default=-1) + 1)

    @property
    def agreed(self) -> Album | None:
        """The colours that were agreed on, which pictures get when they are opened; None for none."""
        return self._agreed

    @agreed.setter
    def agreed(self, album: Album | None) -> None:
        self._agreed = album
        self.shelf.write_album(album)

    def all(self) -> list[Facts]:
        """Return all pictures, in the order in which they were opened."""
        with self._lock:
            return [place.facts for place in self._places.values()]

    def get(self, picture: str) -> Facts:
        """Return one picture.

        Raises:
            UnknownError: it is not open.
        """
        return self._place(picture).facts

    def revision(self, facts: Facts) -> str:
        """Return the revision, which names the colours of a picture."""
        return facts.revision(self.colorizer.model.hash)

    def current(self, picture: str, revision: str | None) -> Facts:
        """Return one picture if its colours are still the given ones.

        Raises:
            UnknownError: it is not open.
            StaleError: they are not.
        """
        facts = self.get(picture)
        if revision is not None and revision != self.revision(facts):
            raise StaleError("This picture has other colours by now; ask for its current revision.")
        return facts

    def open_sent(self, file: IO[bytes], name: str, reading: Reading) -> Facts:
        """Open a file that was sent; nothing of it is read yet.

        Raises:
            TooManyError: enough pictures are open.
        """
        self._check_room()
        cleaned = clean_name(name)
        return self._add(self.shelf.keep_original(file, cleaned), cleaned, None, reading)

    def open_named(self, path: Path, target: Path, name: str = "") -> Facts | None:
        """Open a file that a person named on the command line; None if it is open already.

        Args:
            path: of the file.
            target: of its result, in the folder of results.
            name: to call it; empty for that of its file.

        Raises:
            TooManyError: enough pictures are open.
            OSError: it cannot be looked at.
        """
        original = Original.on_disk(path)
        if any(facts.original.place == original.place for facts in self.all()):
            return None
        self._check_room()
        facts = self._add(original, clean_name(name or path.name), str(target), Reading())
        self._changed(facts)
        return facts

    def close(self, picture: str) -> Facts:
        """Close a picture and remove what was kept of it.

        Raises:
            UnknownError: it is not open.
        """
        with self._lock:
            place = self._place(picture)
            del self._places[picture]
        place.overtaken.set()
        self._held.drop(picture)
        self.shelf.forget(place.facts, self.all())
        return place.facts

    def ready(self, facts: Facts) -> Held:
        """Return a picture ready to be painted; it is read and encoded if it is not.

        Raises:
            VermilionError: it cannot be opened.
        """
        key = (facts.id, facts.original, facts.reading, facts.view, facts.seen)
        return self._held.get(key, lambda: hold(self._open(facts), facts))

    def read(self, file: NamedFile | NamedBytes, reading: Reading) -> Scan:
        """Read a file under the limits of this server.

        Raises:
            PictureError: it cannot be read, or claims too many pixels.
        """
        options = ReadOptions(reading.page, reading.recolor, self.max_pixels, reading.crop_print)
        return read_scan(file, options)

    @property
    def max_pixels(self) -> int:
        """The most that a picture may claim."""
        return min(self._limits.pixels, self.colorizer.max_pixels)

    def paint(self, facts: Facts, work: Work = UNWATCHED) -> Picture:
        """Return a picture in its colours, and remember what was found, or that it cannot be opened.

        Raises:
            VermilionError: it cannot be opened or painted.
            CancelledError: nobody waits for it any more.
        """
        try:
            held = self.ready(facts)
            picture = held.paint(self.revision(facts), facts, work)
        except (CancelledError, UnknownError):
            raise
        except VermilionError as error:
            self._remember(facts, failure=Failure(error.code, sentence(error)))
            raise
        self._remember(facts, shown=_shown(held.session, picture))
        return picture

    def change(
        self, picture: str, how: Callable[[Facts], Facts], gesture: Gesture | None, work: Work = UNWATCHED
    ) -> Facts:
        """Paint a picture by changed facts, and keep them if that succeeds and no newer gesture came.

        Args:
            picture: its id.
            how: gives the new facts for the old ones.
            gesture: it overtakes all that is under way, and is too late itself if its number is no larger
                than that of the last one, of the same page. None overtakes nothing.
            work: may cancel it.

        Raises:
            SupersededError: a newer gesture came.
            VermilionError: it cannot be painted so; the old facts stay.
        """
        place, overtaken = self._begin(picture, gesture)
        watched = Work(work.progress, lambda: overtaken.is_set() or _is_cancelled(work))
        now = None
        while now is None:
            facts = how(place.facts)
            try:
                held = self.ready(facts)
                painted = held.paint(self.revision(facts), facts, watched)
            except CancelledError as error:
                if overtaken.is_set():
                    raise SupersededError(_OVERTAKEN) from error
                raise
            now = self._commit(place, facts, how, overtaken, _shown(held.session, painted))
        self._changed(now)
        return now

    def _commit(
        self,
        place: _Place,
        painted: Facts,
        how: Callable[[Facts], Facts],
        overtaken: threading.Event,
        found: Shown,
    ) -> Facts | None:
        """Keep facts that were painted; None if another change came in between: both must be painted."""
        with self._lock:
            if overtaken.is_set():
                raise SupersededError(_OVERTAKEN)
            facts = how(place.facts)
            if self.revision(facts) != self.revision(painted):
                return None
            return self._put_down(place, replace(facts, shown=found, failure=None))

    def put(self, facts: Facts) -> Facts:
        """Keep facts that need no painting now; the picture is painted when it is shown.

        Raises:
            UnknownError: it is not open.
        """
        with self._lock:
            place = self._place(facts.id)
            place.overtaken.set()
            now = self._put_down(place, facts)
        self._changed(now)
        return now

    def mark_saved(self, facts: Facts) -> Facts:
        """Remember that a picture was saved with the colours of these facts."""
        with self._lock:
            place = self._place(facts.id)
            now = self._put_down(place, replace(place.facts, saved=self.revision(facts)))
        self._changed(now)
        return now

    def _begin(self, picture: str, gesture: Gesture | None) -> tuple[_Place, threading.Event]:
        with self._lock:
            place = self._place(picture)
            if gesture is not None:
                if gesture.page == place.gesture.page and gesture.number <= place.gesture.number:
                    raise SupersededError(_OVERTAKEN)
                place.gesture = gesture
                place.overtaken.set()
            if place.overtaken.is_set():
                place.overtaken = threading.Event()
            return place, place.overtaken

    def _place(self, picture: str) -> _Place:
        with self._lock:
            if picture not in self._places:
                raise UnknownError("This picture is not open; it was closed, or belongs to another server.")
            return self._places[picture]

    def _check_room(self) -> None:
        if len(self._places) >= self._limits.pictures:
            raise TooManyError(
                f"{self._limits.pictures} pictures are open already; close some of them first."
            )

    def _add(self, original: Original, wanted: str, target: str | None, reading: Reading) -> Facts:
        """Put a picture on the desk, under a name that no other has; what was sent is saved under it, too."""
        with self._lock:
            name = unlike(wanted, {place.facts.name.lower() for place in self._places.values()})
            if target is None:
                original, target = replace(original, called=name), name
            number = next(self._numbers)
            controls = Controls(album=self._agreed)
            facts = Facts(secrets.token_hex(8), name, number, original, target, reading, controls=controls)
            self._places[facts.id] = _Place(facts)
            self.shelf.write(facts)
        return facts

    def _open(self, facts: Facts) -> Session:
        original, reading = facts.original, facts.reading
        if not original.sent:
            _check_same(original)
        scan = self.read(NamedFile(Path(original.place), original.called), reading)
        if facts.seen:
            return self.colorizer.reopen(_recipe_of(facts, scan), scan)
        return self.colorizer.open(scan, recolor=reading.recolor, size=reading.size, view=facts.view)

    def _remember(self, facts: Facts, *, shown: Shown | None = None, failure: Failure | None = None) -> None:
        """Add what was found to what is known, unless other facts hold by now."""
        with self._lock:
            place = self._places.get(facts.id)
            if place is None or self.revision(place.facts) != self.revision(facts):
                return
            now = replace(place.facts, shown=shown or place.facts.shown, failure=failure)
            if now == place.facts:
                return
            now = self._put_down(place, now)
        self._changed(now)

    def _put_down(self, place: _Place, facts: Facts) -> Facts:
        """Set the facts; the caller holds the lock."""
        place.facts = replace(facts, serial=place.facts.serial + 1)
        self.shelf.write(place.facts)
        return place.facts


def sentence(error: Exception) -> str:
    """Return what an error says, as a sentence with its full stop."""
    return f"{str(error).rstrip('.')}."


def _is_cancelled(work: Work) -> bool:
    return work.cancelled is not None and work.cancelled()


def _recipe_of(facts: Facts, scan: Scan) -> Recipe:
    """Return what a recipe said of how a picture is seen; any model may paint it."""
    return Recipe(
        vermilion="",
        input=UsedFile(scan.source_name, scan.sha256),
        model=UsedModel("", ""),
        page=facts.reading.page,
        recolor=facts.reading.recolor,
        crop_print=facts.reading.crop_print,
        size=facts.reading.size,
        view=facts.view,
        seen=facts.seen,
    )


def _shown(session: Session, picture: Picture) -> Shown:
    height, width = session.size
    return Shown(width, height, tuple(session.view), tuple(picture.notes), session.negative)


def _check_same(original: Original) -> None:
    """Refuse a file of this machine that has changed, or is gone, since it was opened.

    Raises:
        PictureError: it has.
    """
    try:
        now = Original.on_disk(Path(original.place))
    except OSError as error:
        raise PictureError(
            f"{original.called} is no longer there ({error.strerror}); put it back, or close it here."
        ) from error
    if now.key != original.key:
        raise PictureError(f"{original.called} has changed since it was opened; close it and open it again.")
