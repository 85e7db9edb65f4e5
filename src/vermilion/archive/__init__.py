"""Many pictures: which becomes what (plan), the loop that does them all (run), and recipes (replay)."""

from vermilion.archive.companions import Companions
from vermilion.archive.inputs import PICTURE_SUFFIXES
from vermilion.archive.not_done import NOT_DONE, NotDone
from vermilion.archive.passed_over import describe as describe_passed_over
from vermilion.archive.plan import Job, Plan, PlanOptions, check_format, make_plan, names_a_file
from vermilion.archive.replay import Replayed, replay_recipe
from vermilion.archive.results import Done, Failed, LeftOut, Outcome, PassedOver, Skipped
from vermilion.archive.run import RunOptions, run_plan
from vermilion.archive.save import make_folder, refuse_existing, save_result

__all__ = [
    "NOT_DONE",
    "PICTURE_SUFFIXES",
    "Companions",
    "Done",
    "Failed",
    "Job",
    "LeftOut",
    "NotDone",
    "Outcome",
    "PassedOver",
    "Plan",
    "PlanOptions",
    "Replayed",
    "RunOptions",
    "Skipped",
    "check_format",
    "describe_passed_over",
    "make_folder",
    "make_plan",
    "names_a_file",
    "refuse_existing",
    "replay_recipe",
    "run_plan",
    "save_result",
]
