"""Many pictures: the plan (what becomes what), the loop that colours them (run), and recipes (replay)."""

from vermilion.archive.entries import LeftOut, PassedOver
from vermilion.archive.inputs import PICTURE_SUFFIXES
from vermilion.archive.not_done import NOT_DONE, NotDone
from vermilion.archive.passed_over import describe as describe_passed_over
from vermilion.archive.plan import Plan, PlanOptions, make_plan
from vermilion.archive.replay import Replayed, replay_recipe
from vermilion.archive.run import RunOptions, run_plan
from vermilion.archive.search import is_within
from vermilion.archive.verification import ALLOWABLE, Verified, VerifyOptions, verify
from vermilion.archive.version_folder import VersionFolder, read_version_folder

__all__ = [
    "ALLOWABLE",
    "NOT_DONE",
    "PICTURE_SUFFIXES",
    "LeftOut",
    "NotDone",
    "PassedOver",
    "Plan",
    "PlanOptions",
    "Replayed",
    "RunOptions",
    "Verified",
    "VerifyOptions",
    "VersionFolder",
    "describe_passed_over",
    "is_within",
    "make_plan",
    "read_version_folder",
    "replay_recipe",
    "run_plan",
    "verify",
]
