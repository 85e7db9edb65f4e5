"""Many pictures: which becomes what (plan), and the loop that does them all (run)."""

from vermilion.archive.plan import Job, Plan, PlanOptions, make_plan
from vermilion.archive.results import Done, Failed, Outcome, Skipped
from vermilion.archive.run import RunOptions, run_plan, save_result

__all__ = [
    "Done",
    "Failed",
    "Job",
    "Outcome",
    "Plan",
    "PlanOptions",
    "RunOptions",
    "Skipped",
    "make_plan",
    "run_plan",
    "save_result",
]
