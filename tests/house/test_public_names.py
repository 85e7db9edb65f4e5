"""A room's face is its __init__: what it exports is there, and other rooms use nothing else."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "vermilion"
ROOMS = sorted(folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists())

MOST_NAMES = 30
STILL_TOO_WIDE = {"color", "pictures"}
FACES = {
    "vermilion." + ".".join(face.parent.relative_to(SOURCE).parts) for face in SOURCE.rglob("*/__init__.py")
}


def imports_of_rooms(module: Path) -> Iterator[tuple[str, str]]:
    """The (module imported from, name) pairs of our own that a module imports."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vermilion."):
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_exports_is_there(room: str) -> None:
    module = importlib.import_module(f"vermilion.{room}")
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(module.__all__) == len(set(module.__all__))


def test_a_room_shows_few_names() -> None:
    counts = {room: len(importlib.import_module(f"vermilion.{room}").__all__) for room in ROOMS}
    assert {room for room, count in counts.items() if count > MOST_NAMES} <= STILL_TOO_WIDE


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_faces_of_others(room: str) -> None:
    beyond = []
    for module in sorted((SOURCE / room).rglob("*.py")):
        for source, name in imports_of_rooms(module):
            parts = source.split(".")
            if parts[1] != room and parts[1] in ROOMS and source not in FACES:
                beyond.append(f"{module.relative_to(SOURCE)} takes {name} from {source}")
    assert beyond == []


def test_the_package_offers_what_its_readers_are_told() -> None:
    import vermilion

    assert [name for name in vermilion.__all__ if not hasattr(vermilion, name)] == []
    assert "Colorizer" in vermilion.__all__
    with pytest.raises(AttributeError):
        getattr(vermilion, "no_such_name")  # noqa: B009
