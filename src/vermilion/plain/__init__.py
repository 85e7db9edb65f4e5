"""Checks plain data from JSON and TOML and turns it into options: the one validator, and schemas.

Options are frozen dataclasses. pydantic builds a validator of each, when the first such text is read.
"""

from vermilion.plain.choices import OneOf
from vermilion.plain.declared import as_declared
from vermilion.plain.files import NamedFile
from vermilion.plain.limits import Limits
from vermilion.plain.schema import json_schema
from vermilion.plain.sentences import Placed, dotted
from vermilion.plain.texts import parse_json, parse_toml, read_json, read_text, shown, text_of
from vermilion.plain.validator import from_plain

__all__ = [
    "Limits",
    "NamedFile",
    "OneOf",
    "Placed",
    "as_declared",
    "dotted",
    "from_plain",
    "json_schema",
    "parse_json",
    "parse_toml",
    "read_json",
    "read_text",
    "shown",
    "text_of",
]
