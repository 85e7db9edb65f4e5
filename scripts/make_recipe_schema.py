"""Writes the schemas of recipes, albums and lists of shots from their dataclasses; tests compare.

Run it as: python scripts/make_recipe_schema.py
"""

import json
from pathlib import Path
from typing import Any

from vermilion.film import ShotList
from vermilion.film.shots import SHOTS_SCHEMA
from vermilion.guidance import Album, Recipe
from vermilion.guidance.album import ALBUM_SCHEMA
from vermilion.guidance.recipe import SCHEMA
from vermilion.plain import json_schema

FILE = Path(__file__).parents[1] / "src" / "vermilion" / "guidance" / "recipe.schema.json"
ALBUM_FILE = FILE.with_name("album.schema.json")
SHOTS_FILE = FILE.parents[1] / "film" / "shots.schema.json"


def make_schema() -> str:
    """The whole schema of recipes as JSON."""
    return _text(json_schema(Recipe, "A recipe of vermilion"), SCHEMA)


def make_album_schema() -> str:
    """The whole schema of albums as JSON; a hint in it may leave its colour to the entry."""
    schema = json_schema(Album, "An album of vermilion")
    for name in ("Hint", "Stroke", "Box", "Mask"):
        schema["$defs"][name]["required"].remove("color")
    return _text(schema, ALBUM_SCHEMA)


def make_shots_schema() -> str:
    """The whole schema of lists of shots as JSON."""
    return _text(json_schema(ShotList, "A list of shots of vermilion"), SHOTS_SCHEMA)


def _text(schema: dict[str, Any], version: int) -> str:
    schema["properties"]["schema"]["const"] = version
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(make_schema(), encoding="utf-8")
    ALBUM_FILE.write_text(make_album_schema(), encoding="utf-8")
    SHOTS_FILE.write_text(make_shots_schema(), encoding="utf-8")
