"""One open picture: what the network saw of it is kept, and it is painted again as the controls change.

What an album says is found in here, too: it looks at other pictures in the same way as at the open one.
"""

from vermilion.session.album import AlbumFinder, AlbumHints
from vermilion.session.masks import mask_reader, read_mask
from vermilion.session.opened import Opened, open_scan
from vermilion.session.session import AUTOMATIC, Session
from vermilion.session.workshop import Workshop

__all__ = [
    "AUTOMATIC",
    "AlbumFinder",
    "AlbumHints",
    "Opened",
    "Session",
    "Workshop",
    "mask_reader",
    "open_scan",
    "read_mask",
]
