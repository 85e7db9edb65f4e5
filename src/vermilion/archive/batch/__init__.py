"""Batches that may die at any moment: a manifest, worker processes, and resuming by what is recorded."""

from vermilion.archive.batch.engine import Batch, BatchOptions, run_batch
from vermilion.archive.batch.manifest import MANIFEST, Manifest, open_manifest, read_manifest
from vermilion.archive.batch.proof import verify_manifest
from vermilion.archive.batch.record import Header, Output, Record

__all__ = [
    "MANIFEST",
    "Batch",
    "BatchOptions",
    "Header",
    "Manifest",
    "Output",
    "Record",
    "open_manifest",
    "read_manifest",
    "run_batch",
    "verify_manifest",
]
