"""Scans in, pictures out: formats, depth, orientation, profiles, metadata and limits."""

from vermilion.pictures.formats import SUFFIXES
from vermilion.pictures.jpeg.segments import is_jpeg
from vermilion.pictures.options import DEFAULT_MAX_PIXELS, ReadOptions
from vermilion.pictures.painting import Mark
from vermilion.pictures.provenance.credentials import Signature
from vermilion.pictures.provenance.reading import Provenance, read_mark, read_provenance
from vermilion.pictures.read.colors import read_colors
from vermilion.pictures.read.head import read_head
from vermilion.pictures.read.jpeg_deep import is_deep_jpeg
from vermilion.pictures.read.scans import read_scan
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import LARGEST_WHOLE, Buffer, NamedBytes, NamedFile
from vermilion.pictures.write.checks import check_before_decoding, check_output
from vermilion.pictures.write.disk import give_name, unwritable
from vermilion.pictures.write.encode import encode_parts, encode_picture, write_picture
from vermilion.pictures.write.options import SaveOptions, metadata_left_out
from vermilion.pictures.write.whole_file import Stream, WholeFiles, publish

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "LARGEST_WHOLE",
    "SUFFIXES",
    "Buffer",
    "Mark",
    "NamedBytes",
    "NamedFile",
    "Provenance",
    "ReadOptions",
    "SaveOptions",
    "Scan",
    "Signature",
    "Stream",
    "WholeFiles",
    "check_before_decoding",
    "check_output",
    "encode_parts",
    "encode_picture",
    "give_name",
    "is_deep_jpeg",
    "is_jpeg",
    "metadata_left_out",
    "publish",
    "read_colors",
    "read_head",
    "read_mark",
    "read_provenance",
    "read_scan",
    "unwritable",
    "write_picture",
]
