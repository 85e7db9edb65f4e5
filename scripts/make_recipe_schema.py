"""Writes the schemas of recipes and albums in src/vermilion/guidance from their dataclasses; tests compare.

Run it as: python scripts/make_recipe_schema.py
"""

import dataclasses
import inspect
import json
import re
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from vermilion.assets import Asset
from vermilion.guidance import Album, Recipe
from vermilion.guidance.album import ALBUM_SCHEMA
from vermilion.guidance.recipe import SCHEMA

FILE = Path(__file__).parents[1] / "src" / "vermilion" / "guidance" / "recipe.schema.json"
ALBUM_FILE = FILE.with_name("album.schema.json")
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def make_schema() -> str:
    """The whole schema of recipes as JSON."""
    definitions: dict[str, Any] = {}
    _of(Recipe, definitions)
    return _whole("Recipe", "A recipe of vermilion", SCHEMA, definitions)


def make_album_schema() -> str:
    """The whole schema of albums as JSON; a hint in it may leave its colour to the entry."""
    definitions: dict[str, Any] = {}
    _of(Album, definitions)
    for name in ("Hint", "Stroke", "Box", "Mask"):
        definitions[name]["required"].remove("color")
    return _whole("Album", "An album of vermilion", ALBUM_SCHEMA, definitions)


def _whole(name: str, title: str, version: int, definitions: dict[str, Any]) -> str:
    whole = definitions.pop(name)
    whole["properties"]["schema"]["const"] = version
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps(head | whole | {"$defs": definitions}, indent=2, ensure_ascii=False) + "\n"


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; dataclasses are put into the definitions and referred to."""
    if get_origin(kind) in (Union, types.UnionType):
        return {"anyOf": [_of(part, definitions) for part in get_args(kind)]}
    if get_origin(kind) is tuple:
        return _of_tuple(get_args(kind), definitions)
    if kind is Asset:
        return _of_asset(definitions)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        name = kind.__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _of_dataclass(kind, definitions)
        return {"$ref": f"#/$defs/{name}"}
    return {"type": _TYPES[kind]}


def _of_asset(definitions: dict[str, Any]) -> dict[str, Any]:
    """A file: its path, its path and hash, or its content."""
    definitions["Asset"] = {
        "description": "A file by its path and the SHA-256 of its content; an empty hash takes any content.",
        "type": "object",
        "properties": {"path": {"type": "string"}, "sha256": {"type": "string", "default": ""}},
        "required": ["path"],
        "additionalProperties": False,
    }
    return {"$ref": "#/$defs/Asset"}


def _of_tuple(kinds: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if kinds[-1] is Ellipsis:
        return {"type": "array", "items": _of(kinds[0], definitions)}
    count = len(kinds)
    parts = [_of(kind, definitions) for kind in kinds]
    return {"type": "array", "prefixItems": parts, "minItems": count, "maxItems": count}


def _of_dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints, texts = get_type_hints(kind), _descriptions(kind)
    properties, required = {}, []
    for entry in dataclasses.fields(kind):
        schema = _of(hints[entry.name], definitions) | {"description": texts[entry.name]}
        if entry.default is not dataclasses.MISSING:
            schema["default"] = _plain(entry.default)
        elif entry.default_factory is dataclasses.MISSING:
            required.append(entry.name)
        properties[entry.name] = schema
    summary = (inspect.getdoc(kind) or "").split("\n")[0]
    return {
        "description": summary,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _plain(default: Any) -> Any:
    if dataclasses.is_dataclass(default) and not isinstance(default, type):
        return dataclasses.asdict(default)
    return list(default) if default == () else default


def _descriptions(kind: Any) -> dict[str, str]:
    """What a docstring's section Attributes says of each field."""
    _, _, section = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    parts = re.split(r"^    (\w+): ", section, flags=re.MULTILINE)[1:]
    return {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


if __name__ == "__main__":
    FILE.write_text(make_schema(), encoding="utf-8")
    ALBUM_FILE.write_text(make_album_schema(), encoding="utf-8")
