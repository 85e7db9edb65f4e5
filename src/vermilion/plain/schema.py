"""JSON Schema of options: types from the validator, descriptions from the docstrings."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from vermilion.plain.files import FileTable
from vermilion.plain.kinds import fields_of, members_of, tables_in


def json_schema(kind: type, title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a dataclass.

    Args:
        kind: the dataclass, which the docstring's section Attributes explains.
        title: of the schema.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - whoever wants no schema does not wait for it

    schema: dict[str, Any] = _plain(TypeAdapter(kind).json_schema())
    definitions = schema.pop("$defs", {})
    described = {entry.__name__: entry for entry in (kind, FileTable, *_tables_below(kind))}
    tables = {name: _described(table, described[name]) for name, table in definitions.items()}
    head: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | _described(schema, kind) | {"$defs": tables}


def _plain(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema without pydantic's titles, its forms in one list: several may fit a value."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {"oneOf", "anyOf", "title" if isinstance(schema.get("title"), str) else ""}
    plain = {key: _plain(value) for key, value in schema.items() if key not in dropped}
    if forms := _plain(schema.get("oneOf", schema.get("anyOf", []))):
        flat = [inner for form in forms for inner in form.get("anyOf", [form])]
        plain["anyOf"] = [form for number, form in enumerate(flat) if form not in flat[:number]]
    return plain


def _tables_below(kind: Any) -> Iterator[type]:  # noqa: ANN401 - an annotation
    """The dataclasses that the fields of one are of, and theirs."""
    for annotation in fields_of(kind).values():
        for member in _leaves(annotation):
            for table in tables_in(member):
                yield table
                yield from _tables_below(table)


def _leaves(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - annotations
    for member in members_of(annotation):
        parts = getattr(member, "__args__", ())
        if parts:
            yield from (leaf for part in parts if part is not Ellipsis for leaf in _leaves(part))
        else:
            yield member


def _described(table: dict[str, Any], kind: type) -> dict[str, Any]:
    """Return the schema of a dataclass with the words of its docstring, in an order of ours."""
    text = inspect.getdoc(kind) or ""
    section = text.partition("Attributes:\n")[2].partition("\n\n")[0]
    parts = re.split(r"^    (\w+): ", section, flags=re.MULTILINE)[1:]
    words = {name: " ".join(part.split()) for name, part in zip(parts[::2], parts[1::2], strict=True)}
    properties = table["properties"]
    return {
        "description": text.split("\n")[0],
        "type": "object",
        "properties": {
            name: properties[name] | ({"description": words[name]} if name in words else {})
            for name in fields_of(kind)
        },
        "required": table.get("required", []),
        "additionalProperties": False,
    }
