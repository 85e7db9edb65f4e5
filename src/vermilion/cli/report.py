"""What a run of `vermilion colorize` prints: a line for each picture, a sum, and the failures at the end."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vermilion.cli.say import say, say_error, say_traceback, shown
from vermilion.cli.streams import INTERRUPTED

if TYPE_CHECKING:
    from vermilion.archive import NotDone, Plan
    from vermilion.outputs import Done as DoneOutcome
    from vermilion.outputs import Failed, Outcome, Skipped

_NAMED = 3  # results of other options that are named


@dataclass(frozen=True, slots=True)
class Wording:
    """How a report speaks.

    Attributes:
        quiet: nothing but errors.
        verbose: each skipped picture, and tracebacks.
        marks: whether marks say by which options results were made.
        overwrite: whether results that exist are made again.
    """

    quiet: bool = False
    verbose: bool = False
    marks: bool = True
    overwrite: bool = False


class Report:
    """Prints outcomes as they come, and sums them up at the end.

    Args:
        plan: of the run.
        wording: how to speak.
        not_done: the list of what failed.
    """

    def __init__(self, plan: "Plan", wording: Wording, not_done: "NotDone") -> None:
        self.interrupted = False
        self.wording = wording
        self.plan = plan
        self._not_done = not_done
        self._done = 0
        self._pages = Counter[str]()
        self._skipped = 0
        self._marked = 0
        self._existing = 0
        self._unknown = 0
        self._other: list[Path] = []
        self._failed: list[str] = []  # only sentences: a traceback would keep its picture in memory

    def add(self, outcome: "Outcome") -> None:
        """Print one outcome, and remember it."""
        from vermilion.outputs import Done, Skipped

        self._not_done.add(outcome)
        if isinstance(outcome, Done):
            self._done += 1
            if outcome.pages_left_out:
                self._pages.update(pages=outcome.pages_left_out, files=1)
            self._tell(_done_line(outcome))
        elif isinstance(outcome, Skipped):
            self._add_skipped(outcome)
        else:
            self._add_failed(outcome)

    def close(self) -> int:
        """Print the sum and every failure, and write the list of what was not done.

        Returns:
            The exit code: 0 only if every picture was colourised or skipped.
        """
        if len(self.plan.jobs) > 1 or self._skipped:
            self._tell(self._sum())
        for line in self._asides():
            self._tell(line)
        for reason in self._failed:
            say_error(reason)
        listed = self._not_done.write()
        if listed and self._not_done.file is not None:
            name = shown(self._not_done.file)
            self._tell(f"{name} lists what is not done ({listed}); to try again, give it as PATH")
        if self.interrupted:
            say_error(
                "Stopped. With --overwrite, the same command starts again from the beginning."
                if self.wording.overwrite
                else "Stopped. The same command continues from here."
            )
            return INTERRUPTED
        return 1 if self._failed else 0

    def _add_skipped(self, skipped: "Skipped") -> None:
        self._skipped += 1
        self._marked += skipped.marked
        if skipped.existing is not None:
            self._existing += 1
            self._unknown += skipped.other_options is None
            if skipped.other_options:
                self._other.append(skipped.existing)
        if self.wording.verbose or len(self.plan.jobs) <= 1:
            self._tell(f"{shown(skipped.source)} skipped: {skipped.reason}")

    def _add_failed(self, failed: "Failed") -> None:
        self._failed.append(failed.reason)
        if len(self.plan.jobs) > 1:
            self._tell(f"{shown(failed.source)} failed")
        if self.wording.verbose and failed.trace:
            say_traceback(failed.trace)

    def _sum(self) -> str:
        parts = [f"{self._done} colourised"]
        if self._skipped:
            parts.append(f"{self._skipped} skipped{self._cures()}")
        if self._failed:
            parts.append(f"{len(self._failed)} failed")
        return ", ".join(parts)

    def _cures(self) -> str:
        cures = []
        if self._existing:
            why = "" if self.wording.marks else " (without marks, any result counts)"
            cures.append(f"{self._existing} exist already{why}; --overwrite makes them again")
        if self._marked:
            cures.append(f"{self._marked} are results themselves; --recolor colours them again")
        return f" ({', '.join(cures)})" if cures else ""

    def _asides(self) -> list[str]:
        """Lines about results of other options, and about what was left out."""
        lines = []
        if self._other:
            names = ", ".join(shown(path) for path in self._other[:_NAMED])
            more = f" and {len(self._other) - _NAMED} more" if len(self._other) > _NAMED else ""
            lines.append(
                f"{len(self._other)} of those that exist were made with other options or another model "
                f"({names}{more}); --overwrite makes them again"
            )
        if self._unknown and self.wording.marks:
            lines.append(f"{self._unknown} of those that exist do not say by which options they were made")
        lines += _left_out_lines(self.plan, verbose=self.wording.verbose)
        pages, files = self._pages["pages"], self._pages["files"]
        if pages and len(self.plan.jobs) > 1:
            lines.append(
                f"left out {pages} page{'s' * (pages > 1)} of {files} file{'s' * (files > 1)}:"
                " --page all colours them"
            )
        return lines

    def _tell(self, line: str) -> None:
        if not self.wording.quiet:
            say(line)


def _left_out_lines(plan: "Plan", *, verbose: bool) -> list[str]:
    """Say how much was left out, and why."""
    from vermilion.archive import describe_passed_over

    others = describe_passed_over(plan.passed_over)
    lines = [others] if others else []
    lines += [f"{shown(each.path)} left out" for each in plan.left_out] if verbose else []
    folders = Counter(each.path.name for each in plan.left_out if not each.pattern)
    if folders:
        names = ", ".join(sorted(folders))
        lines.append(
            f"left out: {folders.total()} folders of other programs ({names}); name one to colour its "
            "pictures"
        )
    by_pattern = Counter(each.pattern for each in plan.left_out if each.pattern)
    return lines + [f"left out: {count} by --exclude {pattern}" for pattern, count in by_pattern.items()]


def _done_line(done: "DoneOutcome") -> str:
    note = f"  ({done.note})" if done.note else ""
    return f"{shown(done.source)} -> {shown(done.target)}  {done.seconds:.2f} s{note}"
