"""The two files of a report: its figures as JSON, and the page for people."""

from pathlib import Path

from vermilion.evaluation.report.page import page_of
from vermilion.evaluation.result import Evaluation
from vermilion.outputs import make_folder, refuse_existing
from vermilion.pictures import publish

JSON_NAME, PAGE_NAME = "report.json", "report.html"


def save_report(found: Evaluation, folder: str | Path, *, overwrite: bool = False) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.html`` into a folder, and make it if necessary.

    Returns:
        Where they are.

    Raises:
        OutputError: one is there already, or cannot be written.
    """
    data, page = report_files(folder)
    check_report(folder, overwrite=overwrite)
    make_folder(Path(folder))
    publish([found.to_json().encode()], data, overwrite=overwrite)
    publish([page_of(found).encode()], page, overwrite=overwrite)
    return data, page


def report_files(folder: str | Path) -> tuple[Path, Path]:
    """Where the JSON and the page of a report go."""
    return Path(folder) / JSON_NAME, Path(folder) / PAGE_NAME


def check_report(folder: str | Path, *, overwrite: bool = False) -> None:
    """Refuse at once what ``save_report`` would refuse after all the work.

    Raises:
        OutputError: a report is there already.
    """
    refuse_existing(report_files(folder), overwrite=overwrite)
