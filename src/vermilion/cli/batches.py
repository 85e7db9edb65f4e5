"""What `vermilion batch` says while it runs and at its end."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vermilion.cli.say import say, say_error, shown

if TYPE_CHECKING:
    from vermilion.archive.batch import Record


class Told:
    """Tells records as they come, and their sum."""

    def __init__(self, quiet: bool, verbose: bool, as_json: bool) -> None:  # noqa: FBT001
        from vermilion.archive.batch import BatchReport

        self.report = BatchReport()
        self.silent = quiet or as_json
        self._verbose = verbose
        self._as_json = as_json
        self._told = -1

    def event(self, name: str, **facts: object) -> None:
        """Print an event, if events are wanted."""
        if self._as_json:
            say(json.dumps({"event": name, **facts}))

    def line(self, text: str) -> None:
        """Print a line for people."""
        if not self.silent:
            say(text)

    def add(self, record: "Record") -> None:
        """Tell one record, and count it."""
        self.report.add(record)
        self.event("picture", **asdict(record))
        if record.outcome == "failed" and not self._as_json:
            say_error(record.reason)
        elif record.outcome == "done":
            remarks = f"  ({'; '.join(record.remarks)})" if record.remarks else ""
            result = record.outputs[-1].path if record.outputs else ""
            self.line(f"{shown(Path(record.source))} -> {result}  {record.seconds:.2f} s{remarks}")
        elif self._verbose:
            self.line(f"{shown(Path(record.source))} skipped: {record.reason}")

    def idle(self) -> None:
        """Say that all is done that there is, once for all that came since the last time."""
        done = sum(self.report.counts.values())
        if done != self._told:
            self._told = done
            self.event("waiting", **self.report.counts)
            self.line(f"{self.report.counts['done']} colourised; waiting for more, until Ctrl-C")

    def close(self, planned: int, folder: Path) -> int:
        """Tell the sum, given how many were planned and where reports lie, and return the exit code."""
        from vermilion.archive.batch import HTML_REPORT

        counts, recovered = self.report.counts, self.report.recovered
        left = max(0, planned - sum(counts.values()))
        parts = [f"{counts['done']} colourised"]
        parts += [f"{left} finished before or left for later"] if left else []
        parts += [f"{recovered} of them found finished, proved by hash"] if recovered else []
        parts += [f"{counts[name]} {name}" for name in ("skipped", "failed") if counts[name]]
        self.line(", ".join(parts))
        self.event("end", **counts, recovered=recovered)
        if counts["failed"]:
            self.line(f"{shown(folder / HTML_REPORT)} shows what failed")
        return 1 if counts["failed"] else 0
