"""The report of an evaluation: rows of figures, a page, and the files of both."""

from vermilion.evaluation.report.files import check_report, save_report
from vermilion.evaluation.report.page import page_of
from vermilion.evaluation.report.words import Row, figure_rows

__all__ = ["Row", "check_report", "figure_rows", "page_of", "save_report"]
