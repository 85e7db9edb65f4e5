"""The packages are those of docs/architecture.md, in its order, which import-linter checks."""

import re
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "vermilion"
MOST_FILES = 15


def rows_of_the_page() -> list[set[str]]:
    """The packages of each line of the table, from top to bottom."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("\n| Package |")[2].partition("\n\n")[0]
    return [set(re.findall(r"`(\w+)`", line.split("|")[1])) for line in table.splitlines()[2:]]


def folders_of_pictures_on_the_page() -> list[str]:
    """The folders of the table "Inside `pictures`"."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("\n### Inside `pictures`")[2].partition("\n|---|---|\n")[2].partition("\n\n")[0]
    return [re.findall(r"`([\w/]+)`", line.split("|")[1])[0] for line in table.splitlines()]


def layers() -> list[set[str]]:
    """The layers that import-linter keeps apart, from top to bottom."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [found] = [
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["vermilion"]
    ]
    assert found["exhaustive"]
    assert found["exhaustive_ignores"] == ["__main__"]
    return [set(re.findall(r"\w+", layer)) for layer in found["layers"]]


def packages() -> set[str]:
    """The packages and modules at the root."""
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    return folders | {path.stem for path in SOURCE.glob("*.py")} - {"__init__", "__main__"}


def test_the_table_lists_the_packages_that_there_are() -> None:
    rows = rows_of_the_page()
    assert sorted(name for row in rows for name in row) == sorted(packages())


def test_packages_may_import_what_the_table_says() -> None:
    assert rows_of_the_page() == layers()


def test_the_page_lists_the_folders_of_pictures() -> None:
    pictures = SOURCE / "pictures"
    folders = [face.parent.relative_to(pictures).as_posix() for face in pictures.rglob("*/__init__.py")]
    assert sorted(folders_of_pictures_on_the_page()) == sorted(folders)


def test_a_folder_holds_few_files() -> None:
    files = Counter(path.parent.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
    assert {folder for folder, count in files.items() if count > MOST_FILES} == set()
