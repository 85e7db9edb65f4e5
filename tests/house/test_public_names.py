"""What a package exports stands in its __init__, few names of it, and other packages use nothing else."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "vermilion"
PACKAGES = sorted(folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists())
FOLDERS = sorted({".".join(path.parent.relative_to(SOURCE).parts) for path in SOURCE.rglob("*.py")})

MOST_NAMES = 30
FACES = {
    "vermilion." + ".".join(face.parent.relative_to(SOURCE).parts) for face in SOURCE.rglob("*/__init__.py")
}


def imports_of_packages(module: Path) -> Iterator[tuple[str, str]]:
    """The (module imported from, name) pairs of our own that a module imports."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vermilion."):
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_exports_is_there(package: str) -> None:
    module = importlib.import_module(f"vermilion.{package}")
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(module.__all__) == len(set(module.__all__))


def exports(package: str) -> int:
    """How many names a package, or a package in a package, exports."""
    return len(getattr(importlib.import_module(f"vermilion.{package}".rstrip(".")), "__all__", ()))


def test_a_package_exports_few_names() -> None:
    assert {package for package in FOLDERS if exports(package) > MOST_NAMES} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_uses_only_what_others_export(package: str) -> None:
    beyond = []
    for module in sorted((SOURCE / package).rglob("*.py")):
        for source, name in imports_of_packages(module):
            parts = source.split(".")
            if parts[1] != package and parts[1] in PACKAGES and source not in FACES:
                beyond.append(f"{module.relative_to(SOURCE)} takes {name} from {source}")
    assert beyond == []


def test_the_page_lists_the_public_names() -> None:
    import vermilion

    page = (SOURCE.parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
    table = page.partition("## What is public, thread-safe and stable")[2].partition("\n\n**Stable**")[0]
    listed = [name for row in table.splitlines() if row.startswith("| `") for name in _names(row)]
    assert sorted(listed) == sorted(vermilion.__all__)


def _names(row: str) -> list[str]:
    return re.findall(r"`(\w+)`", row.split("|")[1])


def test_the_package_offers_what_its_readers_are_told() -> None:
    import vermilion

    assert [name for name in vermilion.__all__ if not hasattr(vermilion, name)] == []
    assert "Colorizer" in vermilion.__all__
    with pytest.raises(AttributeError):
        getattr(vermilion, "no_such_name")  # noqa: B009
