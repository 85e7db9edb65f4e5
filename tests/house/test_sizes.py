"""Small things with plain names: limits on modules, functions and parameters, and on places of a name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "vermilion"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_and_its_functions_are_small_enough(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    lengths = {node.name: length(node) for node in functions(module)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_nine_of_ten_functions_fit_in_twenty_lines() -> None:
    lengths = sorted(length(node) for module in MODULES for node in functions(module))
    assert lengths[round(0.9 * len(lengths))] <= 20


@pytest.mark.parametrize("option", ["drop_depth", "drop_alpha"])
def test_an_option_of_saving_is_declared_and_then_passed_on_as_one_value(option: str) -> None:
    """Where it means something, where Python says it, and where the command line does."""
    named = {
        path.relative_to(SOURCE).as_posix() for path in MODULES if option in path.read_text(encoding="utf-8")
    }
    assert named == {"pictures/write/options.py", "picture/picture.py", "cli/options.py"}
