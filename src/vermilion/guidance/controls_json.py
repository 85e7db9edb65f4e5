"""Controls as JSON, there and back: what a recipe says of them, and what a page and its server exchange.

    {"hints": [{"x": 120, "y": 80, "color": "navy"}], "reference": {"sha256": "9f86...", "name": "aunt.jpg"}}

A file is named by the hash of its content, or its content stands there as text. Nothing is opened but by the
caller's reader.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from vermilion.assets import Asset, AssetReader, no_files
from vermilion.guidance.controls import Controls
from vermilion.plain import as_declared, from_plain, parse_json


def controls_from_json(
    said: bytes | Mapping[str, object], read_asset: AssetReader = no_files, where: str = "the controls"
) -> Controls:
    """Return the controls of a JSON text or table.

    Args:
        said: UTF-8, or what ``json.loads`` made of it; what is left out is left to its default.
        read_asset: gives the asset of a name, which may be empty, and a SHA-256; by default there are none.
        where: what to call it in messages.

    Raises:
        SettingsError: it is no JSON, a key is unknown, a value is impossible, or an asset is not there.
    """
    table = parse_json(said, where) if isinstance(said, bytes) else dict(said)
    return from_plain(Controls, table, where, read_asset)


def controls_to_json(controls: Controls) -> dict[str, Any]:
    """Return controls as ``json.dumps`` takes them; assets stand in it by name and hash, never by path.

    What is at its default is left out.
    """
    blank = Controls()
    controls = as_declared(controls)
    said = {entry.name: getattr(controls, entry.name) for entry in fields(Controls)}
    return {key: _plain(value) for key, value in said.items() if value != getattr(blank, key)}


def _plain(value: object) -> object:
    if isinstance(value, Asset):
        return value.to_named()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        parts = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return {key: _plain(part) for key, part in parts.items() if part is not None}
    return value
