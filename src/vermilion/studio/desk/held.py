"""One picture that is ready to be painted, and how it was painted last."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from vermilion.picture import Picture
from vermilion.session import Session
from vermilion.studio.desk.facts import Facts
from vermilion.work import Work

_PAINTED = 3  # of one picture: the scan, what is shown, and what comes next
_FEATURES = 24 << 20  # bytes, about, of what the network saw


@dataclass(eq=False)
class Held:
    """One picture that is ready.

    Attributes:
        session: paints it.
        nbytes: about what it takes, for the cache that holds it.
    """

    session: Session
    nbytes: int
    _painted: OrderedDict[str, Picture] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def paint(self, revision: str, facts: Facts, work: Work) -> Picture:
        """Return the picture in its colours; they are computed once for each revision.

        Raises:
            VermilionError: the controls cannot be followed.
            CancelledError: nobody waits for it any more.
        """
        with self._lock:
            if revision in self._painted:
                self._painted.move_to_end(revision)
                return self._painted[revision]
        picture = self.session.paint(facts.controls, work)
        with self._lock:
            self._painted[revision] = picture
            while len(self._painted) > _PAINTED:
                self._painted.popitem(last=False)
        return picture

    def scan(self, revision: str, facts: Facts, work: Work) -> Picture:
        """Return the picture without colours: the scan as it is."""
        key = "scan"
        with self._lock:
            if key in self._painted:
                return self._painted[key]
        painted = self.paint(revision, facts, work)
        grey = replace(painted, cbcr=np.zeros_like(painted.cbcr))
        with self._lock:
            self._painted[key] = grey
            self._painted.move_to_end(key)
        return grey


def hold(session: Session, facts: Facts) -> Held:
    """Return an open picture, ready to be painted."""
    return Held(session, _weight(session, facts))


def _weight(session: Session, facts: Facts) -> int:
    """Return about what an open picture takes: its luma at all sizes, its file, and its features."""
    scan = session.scan
    pixels = scan.size[0] * scan.size[1] * scan.depth // 8
    file = Path(facts.original.place).stat().st_size if scan.jpeg is not None else 0
    return pixels * 3 // 2 + file + _FEATURES
