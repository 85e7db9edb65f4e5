"""The walks of docs/architecture.md: every function that they name is there, and an earlier step uses it."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
NAMED = re.compile(r"`(vermilion[\w.]*):([\w.]+)`")
MOST_LINES = 10


class Step(NamedTuple):
    """A function, class or method that a line names."""

    place: str
    name: str

    def found(self) -> object:
        """The object; methods by way of their class."""
        there: object = import_module(self.place)
        for part in self.name.split("."):
            there = inspect.getattr_static(there, part) if inspect.isclass(there) else getattr(there, part)
        return there.__func__ if isinstance(there, classmethod | staticmethod) else there

    def module(self) -> ModuleType:
        """The module in which it is defined, whichever package exports it."""
        found = self.found()
        if isinstance(found, property):
            found = found.fget
        module = inspect.getmodule(inspect.unwrap(found) if callable(found) else found)
        assert module is not None, self
        return module


def walks() -> dict[str, list[list[Step]]]:
    """The steps of each numbered line, by the heading of the walk."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## Four walks\n")[2].partition("\n## ")[0]
    found = {}
    for part in section.split("\n### ")[1:]:
        lines = re.findall(r"^\d+\. (.*(?:\n   .*)*)", part, re.MULTILINE)
        found[part.partition("\n")[0]] = [[Step(*pair) for pair in NAMED.findall(line)] for line in lines]
    return found


def used_names(module: ModuleType) -> set[str]:
    """The names that a module reads, bare or behind a dot; imports and definitions are not among them."""
    tree = ast.parse(inspect.getsource(module))
    bare = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return bare | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_there_are_the_walks_of_a_newcomer() -> None:
    assert set(walks()) == {"A scan", "A hint", "A setting", "A training image"}


@pytest.mark.parametrize("walk", walks().values(), ids=walks().keys())
def test_a_walk_is_short_and_each_of_its_lines_names_what_does_it(walk: list[list[Step]]) -> None:
    assert 5 <= len(walk) <= MOST_LINES
    assert all(walk)


@pytest.mark.parametrize("walk", walks().values(), ids=walks().keys())
def test_each_step_is_used_in_the_module_of_an_earlier_one(walk: list[list[Step]]) -> None:
    first, *others = [step for line in walk for step in line]
    seen = used_names(first.module())
    lost = []
    for step in others:
        if step.name.rpartition(".")[2] not in seen:
            lost.append(f"{step.place}:{step.name}")
        seen |= used_names(step.module())
    assert lost == []


def test_a_step_that_nothing_uses_would_be_found() -> None:
    colorizer = Step("vermilion.colorizer", "Colorizer.open").module()
    assert "read_scan" in used_names(colorizer)
    assert "run_plan" not in used_names(colorizer)
