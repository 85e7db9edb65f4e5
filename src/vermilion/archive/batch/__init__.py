"""Batches that can be killed at any moment: a manifest, worker processes, and resuming by the records."""

from vermilion.archive.batch.bag import refuse_existing_bag, write_bag
from vermilion.archive.batch.engine import Batch, BatchOptions, is_planned, run_batch
from vermilion.archive.batch.lock import locked
from vermilion.archive.batch.manifest import MANIFEST, Manifest, open_manifest, read_manifest
from vermilion.archive.batch.proof import verify_manifest
from vermilion.archive.batch.record import Header, Output, Record
from vermilion.archive.batch.report import HTML_REPORT, BatchReport
from vermilion.archive.batch.sample import SAMPLE_PAGE, choose_sample, tasks_again, write_sample_page
from vermilion.archive.batch.selection import Selection, parse_newer
from vermilion.archive.batch.table import Table, read_table
from vermilion.archive.batch.watch import check_watched, watch_batch

__all__ = [
    "HTML_REPORT",
    "MANIFEST",
    "SAMPLE_PAGE",
    "Batch",
    "BatchOptions",
    "BatchReport",
    "Header",
    "Manifest",
    "Output",
    "Record",
    "Selection",
    "Table",
    "check_watched",
    "choose_sample",
    "is_planned",
    "locked",
    "open_manifest",
    "parse_newer",
    "read_manifest",
    "read_table",
    "refuse_existing_bag",
    "run_batch",
    "tasks_again",
    "verify_manifest",
    "watch_batch",
    "write_bag",
    "write_sample_page",
]
