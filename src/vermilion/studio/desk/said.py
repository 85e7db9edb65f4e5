"""Reads controls: JSON from a page or a program, checked by the validator of recipes."""

from dataclasses import fields
from typing import Any

from vermilion.assets import AssetReader
from vermilion.errors import SettingsError
from vermilion.guidance import AnyHint, Controls, controls_from_json, controls_to_json

_KINDS = (("mask", "mask"), ("points", "stroke"), ("x0", "box"), ("x", "point"))
"""Keys that only one kind of hint has, and the kind's name."""

Table = dict[str, Any]

_BLANK = Controls()


def controls_said(table: Table, read_asset: AssetReader) -> Controls:
    """Return the controls that a table says.

    Raises:
        SettingsError: a key is unknown, a value impossible, or an asset was not sent.
    """
    hints = table.get("hints")
    if isinstance(hints, list):
        table = table | {"hints": [_without_kind(hint, number) for number, hint in enumerate(hints, 1)]}
    return controls_from_json(table, read_asset)


def hint_said(table: Table, read_asset: AssetReader) -> AnyHint:
    """Return the one hint that a table says.

    Raises:
        SettingsError: it is none.
    """
    return controls_said({"hints": [table]}, read_asset).hints[0]


def controls_told(controls: Controls) -> Table:
    """Return controls as a table with all keys, each hint with its kind."""
    table = {entry.name: getattr(_BLANK, entry.name) for entry in fields(Controls)} | controls_to_json(
        controls
    )
    hints = [{"kind": _kind_of(hint)} | hint for hint in table.get("hints", [])]
    return table | {"hints": hints}


def _without_kind(hint: object, number: int) -> object:
    if not isinstance(hint, dict) or "kind" not in hint:
        return hint
    kind = _kind_of(hint)
    if hint["kind"] != kind:
        raise SettingsError(
            f"the controls: hints {number}: is called a {str(hint['kind'])[:20]!r}, but has the keys of a "
            f"{kind}; correct one of the two."
        )
    return {key: value for key, value in hint.items() if key != "kind"}


def _kind_of(hint: Table) -> str:
    return next((kind for key, kind in _KINDS if key in hint), "point")
