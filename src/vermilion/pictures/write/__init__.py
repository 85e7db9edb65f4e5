"""From a scan and its colours to a file: one encoder a format, refusals instead of losses, whole files."""

from vermilion.pictures.write.whole_file import Written

__all__ = ["Written"]
