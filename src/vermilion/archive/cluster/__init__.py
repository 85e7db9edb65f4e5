"""Batches on many machines: sources and targets by URI, pictures by Ray, and the manifest of ``batch``."""

from vermilion.archive.cluster.plan import RemoteJob, RemotePlan, plan_remote
from vermilion.archive.cluster.proof import is_remote, verify_remote, verify_remote_manifest
from vermilion.archive.cluster.run import ClusterOptions, run_cluster
from vermilion.archive.cluster.store import Store, is_uri

__all__ = [
    "ClusterOptions",
    "RemoteJob",
    "RemotePlan",
    "Store",
    "is_remote",
    "is_uri",
    "plan_remote",
    "run_cluster",
    "verify_remote",
    "verify_remote_manifest",
]
