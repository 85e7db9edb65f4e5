"""Converts recipes of schema 1, in which files did not stand in place with their hashes."""

import json
from pathlib import Path
from typing import Any

from vermilion.assets import Asset
from vermilion.errors import SettingsError
from vermilion.guidance.looks import LOOK_SUFFIX
from vermilion.guidance.recipe.recipe import SCHEMA, parse_recipe
from vermilion.plain import parse_json

Table = dict[str, Any]


def convert_recipe(content: bytes, where: str) -> Table:
    """Turn a recipe of schema 1 into one that `parse_recipe` reads; no file that it names is opened.

    The files of an album get no hash, as they are named by the album itself. Such recipes saw scans whole.

    Args:
        content: of its file.
        where: what to call it in messages.

    Raises:
        SettingsError: it is not a recipe, or is up to date already.
    """
    table = parse_json(content, where)
    if not isinstance(table, dict) or not isinstance(table.get("controls", {}), dict):
        raise SettingsError(f"{where} is not a recipe; name the NAME.recipe.json of a picture.")
    schema = table.get("schema", 1 if "files" in table else SCHEMA)
    if schema != 1:
        form = "is up to date already" if schema == SCHEMA else f"has schema {schema!r}, not 1"
        raise SettingsError(f"{where} {form}; there is nothing to convert.")
    hashes = _hashes(table.pop("files", []), where)
    controls = _with_assets(table.get("controls", {}), hashes)
    converted = {"view": {"mode": "whole"}} | table | {"schema": SCHEMA, "controls": controls}
    _check(converted, where)
    return converted


def _hashes(files: object, where: str) -> dict[str, str]:
    try:
        return {str(used["path"]): str(used.get("sha256", "")) for used in files}  # type: ignore[attr-defined]
    except (TypeError, KeyError, AttributeError) as error:
        raise SettingsError(
            f"{where}: files must be a list of tables with path and sha256; restore it."
        ) from error


def _with_assets(controls: Table, hashes: dict[str, str]) -> Table:
    """Put files in place: a table with the path and the hash where schema 1 had a path."""

    def asset(path: object) -> object:
        if not isinstance(path, str) or path.startswith("data:"):
            return path
        return {"path": path, "sha256": hashes.get(path, "")}

    changed = dict(controls)
    for key in {"reference", "cube", "album"} & controls.keys():
        changed[key] = asset(controls[key])
    if str(controls.get("look", "")).endswith(LOOK_SUFFIX):
        changed["look"] = asset(controls["look"])
    palette = controls.get("palette")
    if isinstance(palette, list) and len(palette) == 1 and palette[0] in hashes:
        changed["palette"] = asset(palette[0])
    hints = controls.get("hints")
    if isinstance(hints, list):
        changed["hints"] = [
            hint | {"mask": asset(hint["mask"])} if isinstance(hint, dict) and "mask" in hint else hint
            for hint in hints
        ]
    return changed


def _check(table: Table, where: str) -> None:
    """Refuse what is still no recipe. An album is left out, which would be read at once."""
    controls = {key: value for key, value in table["controls"].items() if key != "album"}
    text = json.dumps(table | {"controls": controls})
    parse_recipe(text, where, lambda path, _: Asset(b"", str(Path(path))))
