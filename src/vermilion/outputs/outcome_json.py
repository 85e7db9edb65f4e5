"""Outcomes as lines of JSON: what a manifest keeps and a server answers with.

    {"outcome": "done", "source": "a.tif", "target": "a.color.tif", "seconds": 0.81, "page": 1, ...}

Bytes of a name that are no UTF-8 become lone surrogates, as Python has them.
"""

import json
from dataclasses import fields
from pathlib import Path

from vermilion.errors import SettingsError
from vermilion.outputs.outcome import Done, Failed, Outcome, Skipped
from vermilion.plain import from_plain

_KINDS: dict[str, type[Done] | type[Skipped] | type[Failed]] = {
    "done": Done,
    "skipped": Skipped,
    "failed": Failed,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_KEY = "outcome"
_WHERE = "The outcome"


def outcome_to_json(outcome: Outcome) -> str:
    """Return an outcome as JSON in one line of ASCII."""
    facts = {entry.name: getattr(outcome, entry.name) for entry in fields(outcome)}
    return json.dumps({_KEY: _NAMES[type(outcome)], **facts}, default=_as_plain, allow_nan=False)


def outcome_from_json(text: str) -> Outcome:
    """Return the outcome that ``outcome_to_json`` wrote; no file that it names is opened.

    Raises:
        SettingsError: the text is no such outcome.
    """
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{_WHERE} is not valid JSON ({error}); leave it out.") from error
    if not isinstance(facts, dict):
        raise SettingsError(f"{_WHERE} must be a table {{...}}; leave it out.")
    name = facts.pop(_KEY, None)
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise SettingsError(f"{_WHERE} must be one of {', '.join(_KINDS)}, not {name!r}; leave it out.")
    return from_plain(kind, facts, _WHERE)


def _as_plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    message = f"{type(value).__name__} is no part of an outcome"
    raise TypeError(message)
