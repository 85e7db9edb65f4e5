"""What `vermilion batch` does once its options are read, and what it says meanwhile."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vermilion.cli.progress import follow
from vermilion.cli.say import say, say_aside, say_error, shown
from vermilion.cli.streams import INTERRUPTED
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.archive.batch import Batch, BatchOptions, Record, Selection


@dataclass(frozen=True, slots=True)
class Course:
    """Which pictures of a batch are done, and when."""

    dry_run: bool
    watch: bool
    limit: int | None
    sample: int | None
    redo: Path | None
    ray: str | None


class Told:
    """Prints records as they come, and their sum."""

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

    def followed(self, records: "Iterable[Record]", count: int) -> "Iterator[Record]":
        """Yield records, with a bar that tells how far they are."""
        counts = self.report.counts
        return follow(records, count, hidden=self.silent, failed=lambda: counts["failed"])

    def add(self, record: "Record") -> None:
        """Print one record, and count it."""
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
        """Report once that everything so far is done."""
        done = sum(self.report.counts.values())
        if done != self._told:
            self._told = done
            self.event("waiting", **self.report.counts)
            self.line(f"{self.report.counts['done']} colourised; waiting for more, until Ctrl-C")

    def close(self, planned: int, folder: str) -> int:
        """Print the sum, given how many were planned and where reports lie, and return the exit code."""
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
            self.line(f"{shown(Path(folder))}/{HTML_REPORT} shows what failed")
        return 1 if counts["failed"] else 0


def refuse_together(given: dict[str, object]) -> None:
    """Refuse options that exclude each other.

    Raises:
        SettingsError: more than one of them was given.
    """
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        raise SettingsError(f"{names[0]} and {names[1]} cannot be given together; leave out one of them.")


def _refuse_on_many(given: dict[str, object]) -> None:
    """Refuse what is not made for many machines.

    Raises:
        SettingsError: it was given.
    """
    for name, value in given.items():
        if value:
            raise SettingsError(f"{name} works on one machine only; leave it out, or leave out --ray.")


def start_batch(planner: "Planner", course: Course, told: Told, bag: Path | None) -> int:
    """Run a batch, and return the exit code.

    Raises:
        SettingsError: the options exclude each other, or a URI is named and no cluster.
    """
    named = [place for place in (*planner.sources, planner.output) if "://" in place]
    if course.ray is None and named:
        raise SettingsError(
            f"{named[0]} is a URI, which needs --ray local, or --ray with a cluster's address."
        )
    options = planner.options
    if course.ray is not None:
        _refuse_on_many(
            {
                "--watch": course.watch,
                "--sample": course.sample,
                "--redo": course.redo,
                "--beside": options.plan.output is None,
                "--colors-from-folder": options.run.versions,
                "--keep-dates": options.keep_dates,
                "--bag": bag,
            }
        )
        return _spread(planner, course.ray, told, dry_run=course.dry_run)
    if bag is not None:
        _check_bag(bag, planner)
    code = _watch(planner, told) if course.watch else _do(planner, course, told)
    if bag is not None and code != INTERRUPTED and not course.dry_run:
        from vermilion.archive.batch import write_bag

        count = write_bag(options.folder, bag, datetime.now().astimezone().date())
        say_aside(f"{shown(bag)} holds {count} files")
    return code


def _check_bag(bag: Path, planner: "Planner") -> None:
    """Refuse a bag that could not be made, before the first of what may be a million pictures.

    Raises:
        SettingsError: it lies among the scans, where the next run would find it.
        OutputError: it is there already.
    """
    from vermilion.archive import is_within
    from vermilion.archive.batch import refuse_existing_bag

    refuse_existing_bag(bag)
    for source in planner.sources:
        if Path(source).is_dir() and is_within(bag, Path(source)):
            raise SettingsError(
                f"{shown(bag)} lies among the scans of {source}, where the next run would find it; "
                "name another folder."
            )


class Planner:
    """Makes the plan of a batch, as often as it is wanted.

    Args:
        sources: as they were typed.
        output: as it was typed.
        options: who works, and where.
        chosen: what of the sources is meant.
        table: what single pictures get.
    """

    def __init__(
        self,
        sources: list[str],
        output: str,
        options: "BatchOptions",
        chosen: "Selection",
        table: Path | None,
    ) -> None:
        from vermilion.archive.batch import read_table

        self.sources, self.output = sources, output
        self.chosen = chosen
        self.table = None if table is None else read_table(table)
        self.options = options
        if self.table is not None:
            self.options = replace(options, table_sha256=self.table.sha256)

    def plan(self) -> "Batch":
        """Return all that is to be done."""
        from vermilion.archive import make_plan
        from vermilion.archive.batch import Batch

        run = self.options.run
        plan = self.chosen.of(make_plan(self.sources, self.options.plan))
        if run.versions is not None:
            run.versions.check(plan.jobs)
        batch = Batch.of(plan, run)
        if self.table is None:
            return batch
        return replace(batch, tasks=self.table.given_to(batch.tasks, run.controls))


def _do(planner: Planner, course: Course, told: Told) -> int:
    """Run a batch, and return the exit code."""
    from vermilion.archive.batch import choose_sample, read_table, run_batch, tasks_again, write_sample_page

    options = planner.options
    planned = planner.plan()
    if course.sample:
        planned = replace(planned, tasks=choose_sample(planned.tasks, course.sample))
    if course.redo is not None:
        table = read_table(course.redo, verdicts=True)
        again = tasks_again(planned.tasks, table, options.run.controls, options.folder)
        planned = replace(planned, tasks=again)
    if course.dry_run:
        return _show(planned, options.folder)
    told.event("plan", pictures=len(planned.tasks))
    with closing(run_batch(planned, options)) as records:
        code = _tell(told.followed(records, len(planned.tasks)), told, options.folder)
    failed = told.close(len(planned.tasks) + len(planned.settled), str(options.folder))
    if course.sample or course.redo:
        page = write_sample_page(options.folder, planned.tasks)
        told.line(f"{shown(page)} shows the results, to be accepted or rejected" if page else "")
    return code or failed


def _spread(planner: Planner, address: str, told: Told, *, dry_run: bool) -> int:
    """Have a cluster do a batch, and return the exit code."""
    from vermilion.archive.cluster import ClusterOptions, Store, plan_remote, run_cluster

    target, batch = Store.of(planner.output), planner.options
    plan = plan_remote([Store.of(each) for each in planner.sources], target, batch.plan, planner.chosen)
    if planner.table is not None:
        plan = plan.told_by(planner.table, batch.run.controls)
    if dry_run:
        for job in plan.jobs:
            say(f"{job.source} -> {target.name_of(job.target)}")
        say(f"{len(plan.jobs)} pictures; nothing was written")
        return 0
    told.event("plan", pictures=len(plan.jobs))
    options = ClusterOptions(target, batch, address)
    with tempfile.TemporaryDirectory() as place:
        with closing(run_cluster(plan, options)) as records:
            folder = Path(place)
            code = _tell(told.followed(records, len(plan.jobs)), told, folder)
        for path in folder.iterdir():
            target.send(path, path.name)
    failed = told.close(len(plan.jobs) + len(plan.settled), target.uri)
    return code or failed


def _watch(planner: Planner, told: Told) -> int:
    """Colour what is there and what comes, until Ctrl-C."""
    from threading import Event

    from vermilion.archive.batch import check_watched, watch_batch

    options = planner.options
    refuse_together({"--watch": True, "--colors-from-folder": options.run.versions})
    folders = check_watched(planner.sources, options.plan.output, options.folder)
    with closing(watch_batch(planner.plan, options, folders, Event())) as records:
        code = _tell(records, told, options.folder)
    failed = told.close(0, str(options.folder))
    return code or failed


def _tell(records: "Iterable[Record | None]", told: Told, folder: Path) -> int:
    """Print records as they come, and write the report; return the exit code of what stopped it."""
    code = 0
    try:
        for record in records:
            if record is None:
                told.idle()
            else:
                told.add(record)
    except KeyboardInterrupt:
        say_error("Stopped. The same command continues from here.")
        code = INTERRUPTED
    told.report.write(folder)
    return code


def _show(planned: "Batch", folder: Path) -> int:
    from vermilion.archive.batch import is_planned

    left = 0
    for task, finished in is_planned(planned, folder):
        left += not finished
        page = f" page {task.page}" if task.every_page else ""
        say(f"{shown(task.source)}{page} -> {shown(task.target)}{'  (finished)' if finished else ''}")
    for record in planned.settled:
        say(f"{shown(Path(record.source))} {record.outcome}: {record.reason}")
    say(f"{left} to be done, {len(planned.tasks) - left} finished before; nothing was written")
    return 0
