"""Scans in, pictures out: formats, depth, orientation, profiles, metadata, limits on trust."""

from vermilion.pictures.buffers import Buffer
from vermilion.pictures.color_preview import read_colors
from vermilion.pictures.credentials import Signature
from vermilion.pictures.head import read_head
from vermilion.pictures.jpeg_depth import is_deep_jpeg
from vermilion.pictures.jpeg_file import is_jpeg
from vermilion.pictures.losses import metadata_left_out
from vermilion.pictures.mark import Mark
from vermilion.pictures.metadata import Density, DensityUnit, Metadata
from vermilion.pictures.options import DEFAULT_MAX_PIXELS, ReadOptions
from vermilion.pictures.output_colors import OutputColors
from vermilion.pictures.painting import Painting
from vermilion.pictures.provenance import Provenance, read_mark, read_provenance
from vermilion.pictures.read import read_scan
from vermilion.pictures.save_options import SaveOptions
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import LARGEST_WHOLE, NamedBytes
from vermilion.pictures.whole_file import Stream, WholeFiles, publish, unwritable
from vermilion.pictures.write import (
    SUFFIXES,
    check_before_decoding,
    check_output,
    encode_parts,
    encode_picture,
    write_picture,
)

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "LARGEST_WHOLE",
    "SUFFIXES",
    "Buffer",
    "Density",
    "DensityUnit",
    "Mark",
    "Metadata",
    "NamedBytes",
    "OutputColors",
    "Painting",
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
