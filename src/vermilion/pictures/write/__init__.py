"""Writes a scan and its colours to a file: one encoder for each format, no silent losses, whole files."""

from vermilion.pictures.write.whole_file import Written

__all__ = ["Written"]
