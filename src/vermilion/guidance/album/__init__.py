"""Colours agreed on in some pictures, for the same things in others."""

from vermilion.guidance.album.entries import ALBUM_SCHEMA, Album, AlbumEntry, load_album
from vermilion.guidance.album.things import cells_of_places, find_places, found_thing, places_on

__all__ = [
    "ALBUM_SCHEMA",
    "Album",
    "AlbumEntry",
    "cells_of_places",
    "find_places",
    "found_thing",
    "load_album",
    "places_on",
]
