"""The one validator: pydantic's, made strict, with our own errors; only a given reader opens files."""

from functools import cache
from typing import Any, TypeVar, cast

from vermilion.assets import AssetReader, no_files
from vermilion.errors import SettingsError, VermilionError
from vermilion.plain.sentences import Placed, numbered, sentence_of

T = TypeVar("T")
Table = dict[str, Any]

_EXACT = 2**53  # whole numbers beyond are not exact as floats, and no option needs them
_DEEPEST = 32  # levels of tables and lists; a recipe has eight
_MOST = 1_000_000  # values, the points of strokes included

_STRICT: dict[Any, tuple[Table, Table]] = {  # of pydantic's types: what they have by default, and always
    "bool": ({}, {"strict": True}),
    "int": ({"ge": -_EXACT, "le": _EXACT}, {"strict": True}),
    "float": ({}, {"strict": True, "allow_inf_nan": False}),
    "dataclass-args": ({}, {"extra_behavior": "forbid"}),
}


def from_plain(
    kind: type[T],
    value: object,
    where: str,
    read_asset: AssetReader = no_files,
    placed: Placed = numbered,
) -> T:
    """Build a dataclass of tables, lists, texts, numbers, booleans and nulls.

    Nothing is converted but whole numbers where fractions are allowed; numbers are finite.

    Args:
        kind: the dataclass. Its fields may be of plain types, paths, tuples, dataclasses, ``OneOf`` of these,
            and ``NamedFile``.
        value: what was read; it is not changed.
        where: what to call it in messages.
        read_asset: opens the files that it names; by default none may be opened.
        placed: writes the place of an error.

    Raises:
        SettingsError: a key is unknown or missing, or a value is not of its kind or impossible.
    """
    from pydantic_core import ValidationError  # noqa: PLC0415 - whoever reads nothing does not wait for it

    _check_size(value, where)
    try:
        return cast("T", _validator(cast("type", kind)).validate_python(value, context=read_asset))
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise SettingsError(f"{where}{sentence_of(kind, found, placed, value)}") from error


def _check_size(value: object, where: str) -> None:
    """Refuse what is nested too deep, or holds too much, before anything else looks at it."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
        inner = [part for part in level if isinstance(part, dict | list | tuple)]
        level = [part for parts in inner for part in (parts.values() if isinstance(parts, dict) else parts)]
        count += len(level)
        if count > _MOST:
            raise SettingsError(f"{where}: holds more than {_MOST:,} values; leave some of them out.")
        if not level:
            return
    raise SettingsError(f"{where}: is nested more than {_DEEPEST} levels deep; write it as the schema says.")


@cache
def _validator(kind: type) -> Any:  # noqa: ANN401 - pydantic's, which waits until something is read
    from pydantic import TypeAdapter  # noqa: PLC0415
    from pydantic_core import SchemaValidator  # noqa: PLC0415

    return SchemaValidator(_tightened(TypeAdapter(kind).core_schema))


def _tightened(schema: Any) -> Any:  # noqa: ANN401 - as above
    """Return pydantic's schema with strict values.

    Its own strict mode also refuses tables for dataclasses and lists for tuples, which is all that JSON and
    TOML have; and its texts refuse bytes of file names that are no UTF-8, which Python keeps as surrogates.
    """
    if isinstance(schema, list):
        return [_tightened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: part if key == "metadata" else _tightened(part) for key, part in schema.items()}
    if whole.get("type") == "str":
        return {"type": "is-instance", "cls": str}
    if whole.get("type") == "dataclass" and whole["post_init"]:
        return _with_refusals(whole)
    usual, forced = _STRICT.get(whole.get("type"), ({}, {}))
    return usual | whole | forced


def _with_refusals(schema: Table) -> Any:  # noqa: ANN401 - as above
    """Return the schema of a dataclass that may refuse values itself: its error gets a place, too."""
    from pydantic_core import core_schema  # noqa: PLC0415

    ref = schema.pop("ref", None)
    return core_schema.no_info_wrap_validator_function(_refused, cast("Any", schema), ref=ref)


def _refused(value: object, build: Any) -> object:  # noqa: ANN401 - as above
    from pydantic_core import PydanticCustomError  # noqa: PLC0415

    try:
        return build(value)
    except VermilionError as error:
        raise PydanticCustomError("refused", "refused", {"error": error}) from error
