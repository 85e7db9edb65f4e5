"""Fields of several types: the form of the value decides which one is meant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vermilion.plain.kinds import Kind, lists_in, members_of, required_keys, tables_in


def tag(name: str) -> str:
    """Return pydantic's name for one of several types in the place of an error; no field has such a name."""
    return f"<{name}>"


def is_tag(step: object) -> bool:
    """Whether a step of an error's place is a tag."""
    return isinstance(step, str) and step.startswith("<") and step.endswith(">")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a union of a text, a number, a tuple and dataclasses: ``Annotated[str | float, OneOf()]``.

    Of several dataclasses that one is meant whose required keys are all there.
    """

    def __get_pydantic_core_schema__(self, source: Kind, handler: Any) -> Any:  # noqa: ANN401
        """Pydantic's hook: one schema for each type, chosen by ``choose``."""
        return chosen(source, self.choices(source, handler), self.choose)

    def choices(self, source: Kind, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's
        """Return the schema of each type by its tag."""
        return {tag(part.__name__): handler.generate_schema(part) for part in members_of(source)}

    def choose(self, source: Kind, value: object) -> str | None:
        """Return the tag of the type that a value has the form of, if there is one."""
        if isinstance(value, str):
            return tag(str.__name__)
        if isinstance(value, list | tuple) and lists_in(source):
            return tag(tuple.__name__)
        if isinstance(value, dict):
            fitting = [kind for kind in tables_in(source) if required_keys(kind) <= value.keys()]
            return tag(fitting[0].__name__) if fitting else None
        if isinstance(value, int | float) and not isinstance(value, bool) and float in members_of(source):
            return tag(float.__name__)
        return None


def chosen(source: Kind, choices: dict[str, Any], choose: Callable[[Kind, object], str | None]) -> Any:  # noqa: ANN401
    """Return pydantic's schema of a union in which a function names the type; None may be one of them."""
    from pydantic_core import core_schema  # noqa: PLC0415 - whoever reads nothing does not wait for it

    choices = {name: schema for name, schema in choices.items() if name != tag("NoneType")}
    union = core_schema.tagged_union_schema(choices, lambda value: choose(source, value))
    return core_schema.nullable_schema(union) if type(None) in members_of(source) else union
