"""The files that one picture produces: names, clashes, order of writing, state, and the outcome."""

from vermilion.outputs.clashes import refuse_clashes
from vermilion.outputs.companions import Companions
from vermilion.outputs.folders import make_folder, refuse_existing
from vermilion.outputs.identity import Identities
from vermilion.outputs.names import Job, is_result_name, name_beside
from vermilion.outputs.outcome import Done, Failed, Outcome, Skipped, failed_by
from vermilion.outputs.outcome_json import outcome_from_json, outcome_to_json
from vermilion.outputs.save import refuse_before_painting, save_result
from vermilion.outputs.sheet import contact_sheet
from vermilion.outputs.state import Expected, is_done, is_own_result
from vermilion.outputs.suffixes import check_format, names_a_file, own_format, result_suffix

__all__ = [
    "Companions",
    "Done",
    "Expected",
    "Failed",
    "Identities",
    "Job",
    "Outcome",
    "Skipped",
    "check_format",
    "contact_sheet",
    "failed_by",
    "is_done",
    "is_own_result",
    "is_result_name",
    "make_folder",
    "name_beside",
    "names_a_file",
    "outcome_from_json",
    "outcome_to_json",
    "own_format",
    "refuse_before_painting",
    "refuse_clashes",
    "refuse_existing",
    "result_suffix",
    "save_result",
]
