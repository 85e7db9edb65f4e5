"""Writes docs/config.md from the settings of a training; a test compares the two.

Run it as: python scripts/make_config_page.py
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from vermilion.training.config.settings import (
    DataSettings,
    LossSettings,
    ModelSettings,
    Settings,
    StageSettings,
)

PAGE = Path(__file__).parents[1] / "docs" / "config.md"
TABLES = {Settings: "", DataSettings: "[data]", ModelSettings: "[model]", LossSettings: "[loss]"}
INTRODUCTION = """\
# Training configuration

<!-- Made by scripts/make_config_page.py from vermilion/training/config/settings.py; change that. -->

Every key of a config, as `vermilion train CONFIG` reads it. [Training](training.md) explains how to use one.

Paths are relative to the current folder. An unknown key is an error. Lengths are in *images*
(pictures seen) or *steps* (batches). `like = "other.toml"` takes everything that this config leaves
out from another one beside it. A list of stages replaces the other's; a stage of the same name takes
its keys.
"""


def make_page() -> str:
    """The whole page as Markdown."""
    tables = [_table(kind, name) for kind, name in TABLES.items()]
    return "\n".join([INTRODUCTION, *tables, _table(StageSettings, "[[stages]]", _shared_rows())])


def _table(kind: type, name: str, more: Iterable[str] = ()) -> str:
    """A row for each key that has a text."""
    texts = texts_of(kind)
    head = f"| Key of `{name}` |" if name else "| Key |"
    keys = [each for each in fields(kind) if each.name in texts]
    rows = [f"| `{each.name}` | {_default(each)} | {texts[each.name]} |" for each in keys]
    return "\n".join([f"{head} Default | Meaning |", "|---|---|---|", *rows, *more, ""])


def texts_of(kind: type) -> dict[str, str]:
    """The text below each field of a dataclass, in one line and without its final dot."""
    [found] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(found, ast.ClassDef)
    texts = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
        ):
            assert isinstance(text.value, ast.Constant)
            texts[field.target.id] = " ".join(str(text.value.value).split()).removesuffix(".")
    return texts


def _default(field: Field[Any]) -> str:
    """A default as TOML has it; a dash for a key that must be given."""
    value = field.default_factory() if field.default_factory is not MISSING else field.default
    return "–" if value is MISSING else json.dumps(value)


def _shared_rows() -> Iterator[str]:
    """The keys that a stage may set for itself, by the table that has them for the whole training."""
    own = [each.name for each in fields(StageSettings) if each.default is None]
    for kind, name in TABLES.items():
        shared = [f"`{key}`" for key in own if key in {each.name for each in fields(kind)}]
        if shared:
            yield f"| {', '.join(shared)} | {f'as in `{name}`' if name else 'as above'} | For this stage |"


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
