"""One open picture: its features are kept, and it is painted again as the controls change.

Albums are applied here, too, because they need the features of other pictures.
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
