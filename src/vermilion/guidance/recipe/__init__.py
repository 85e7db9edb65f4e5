"""Recipes: everything that made the colours of one picture, written and read."""

from vermilion.guidance.recipe.convert import convert_recipe
from vermilion.guidance.recipe.recipe import (
    RECIPE_SUFFIX,
    SCHEMA,
    Made,
    Recipe,
    UsedFile,
    UsedModel,
    load_recipe,
    parse_recipe,
)

__all__ = [
    "RECIPE_SUFFIX",
    "SCHEMA",
    "Made",
    "Recipe",
    "UsedFile",
    "UsedModel",
    "convert_recipe",
    "load_recipe",
    "parse_recipe",
]
