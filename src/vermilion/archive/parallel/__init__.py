"""A plan done by several processes, without a manifest."""

from vermilion.archive.parallel.loop import Crew, run_plan_in_parallel

__all__ = ["Crew", "run_plan_in_parallel"]
