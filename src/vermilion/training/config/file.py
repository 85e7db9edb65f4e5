"""Reads configs: TOML tables, which may take all but some keys from another one."""

from pathlib import Path
from typing import Any

from vermilion.errors import SettingsError
from vermilion.plain import parse_toml, read_text

Table = dict[str, Any]


def read_config(path: Path, readers: tuple[Path, ...] = ()) -> Table:
    """The table of a TOML file, merged into that of the config that its key `like` names.

    Args:
        path: the file; `like` is relative to its folder.
        readers: configs that are like this one, and are being read.

    Raises:
        SettingsError: a file is missing or no TOML, or configs are like each other.
    """
    if path.resolve() in readers:
        raise SettingsError(f"{path}: is like itself; remove the key `like` from one of the configs.")
    table = parse_toml(read_text(path, str(path), "give the path of a TOML file"), str(path))
    other = table.pop("like", None)
    if other is None:
        return table
    if not isinstance(other, str):
        raise SettingsError(f"{path}: like: must be a text in quotes, not {other!r}.")
    return laid_over(read_config(path.parent / other, (*readers, path.resolve())), table)


def laid_over(below: Table, above: Table) -> Table:
    """Merge two tables; `above` wins, and tables in them are merged key by key.

    A list of tables replaces the one below; one of them that has the name of one below takes its keys.
    """
    both = {**below, **above}
    for key in below.keys() & above.keys():
        first, second = below[key], above[key]
        if isinstance(first, dict) and isinstance(second, dict):
            both[key] = laid_over(first, second)
        elif _are_tables(first) and _are_tables(second):
            named = {table.get("name"): table for table in first}
            both[key] = [laid_over(named.get(table.get("name"), {}), table) for table in second]
    return both


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
