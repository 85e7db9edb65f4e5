"""What a run of `vermilion colorize` tells: a line a picture, a sum, and the failures at the end."""

from typing import TYPE_CHECKING

from vermilion.cli import INTERRUPTED
from vermilion.cli.say import say, say_error, say_traceback, shown

if TYPE_CHECKING:
    from vermilion.archive import Done, Failed, Outcome, Plan, Skipped


class Report:
    """Tells outcomes as they come, and sums them up at the end."""

    def __init__(self, plan: "Plan", *, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet = quiet
        self.interrupted = False
        self._planned = len(plan.jobs)
        self._passed_over = plan.passed_over
        self._with_more_pages: list[Done] = []
        self._verbose = verbose
        self._done = 0
        self._skipped: list[Skipped] = []
        self._failed: list[Failed] = []

    def add(self, outcome: "Outcome") -> None:
        """Tell one outcome, and remember it."""
        from vermilion.archive import Done, Skipped

        if isinstance(outcome, Done):
            self._done += 1
            if outcome.pages_left_out:
                self._with_more_pages.append(outcome)
            self._tell(_done_line(outcome))
        elif isinstance(outcome, Skipped):
            self._skipped.append(outcome)
            if self._verbose or self._planned <= 1:
                self._tell(f"{shown(outcome.source)} skipped: {outcome.reason}")
        else:
            self._failed.append(outcome)
            if self._planned > 1:
                self._tell(f"{shown(outcome.source)} failed")

    def close(self) -> int:
        """Tell the sum and every failure.

        Returns:
            The exit code: 0 only if every picture was colourised or skipped.
        """
        if self._planned > 1 or self._skipped:
            self._tell(self._sum())
        self._tell_left_out()
        for failed in self._failed:
            say_error(failed.reason)
            if self._verbose and failed.error is not None:
                say_traceback(failed.error)
        if self.interrupted:
            say_error("Stopped; the same command goes on from here.")
            return INTERRUPTED
        return 1 if self._failed else 0

    def _tell_left_out(self) -> None:
        from vermilion.archive import describe_passed_over

        others = describe_passed_over(self._passed_over)
        if others:
            self._tell(others)
        if self._with_more_pages and self._planned > 1:
            pages = sum(done.pages_left_out for done in self._with_more_pages)
            files = len(self._with_more_pages)
            self._tell(
                f"left out {pages} page{'s' * (pages > 1)} of {files} file{'s' * (files > 1)}:"
                " the same command with --page all does them"
            )

    def _sum(self) -> str:
        parts = [f"{self._done} colourised"]
        if self._skipped:
            parts.append(f"{len(self._skipped)} skipped{self._cures()}")
        if self._failed:
            parts.append(f"{len(self._failed)} failed")
        return ", ".join(parts)

    def _cures(self) -> str:
        existing = sum(skipped.existing is not None for skipped in self._skipped)
        marked = sum(skipped.marked for skipped in self._skipped)
        cures = []
        if existing:
            cures.append(f"{existing} exist already; --overwrite makes them anew")
        if marked:
            cures.append(f"{marked} are results themselves; --recolor colours them afresh")
        return f" ({', '.join(cures)})" if cures else ""

    def _tell(self, line: str) -> None:
        if not self.quiet:
            say(line)


def _done_line(done: "Done") -> str:
    note = f"  ({done.note})" if done.note else ""
    return f"{shown(done.source)} -> {shown(done.target)}  {done.seconds:.2f} s{note}"
