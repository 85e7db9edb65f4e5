"""Batches that may die at any moment: a manifest, worker processes, and resuming by what is recorded."""

from vermilion.archive.batch.bag import write_bag
from vermilion.archive.batch.engine import Batch, BatchOptions, is_planned, run_batch
from vermilion.archive.batch.manifest import MANIFEST, Manifest, open_manifest, read_manifest
from vermilion.archive.batch.proof import verify_manifest
from vermilion.archive.batch.record import Header, Output, Record
from vermilion.archive.batch.report import HTML_REPORT, BatchReport
from vermilion.archive.batch.selection import Selection, parse_newer
from vermilion.archive.batch.table import Table, read_table

__all__ = [
    "HTML_REPORT",
    "MANIFEST",
    "Batch",
    "BatchOptions",
    "BatchReport",
    "Header",
    "Manifest",
    "Output",
    "Record",
    "Selection",
    "Table",
    "is_planned",
    "open_manifest",
    "parse_newer",
    "read_manifest",
    "read_table",
    "run_batch",
    "verify_manifest",
    "write_bag",
]
