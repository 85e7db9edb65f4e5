"""Options that cost nothing unless they are given.

typer builds a pydantic validator for every option, even for those that nobody gave. Loading pydantic and
building them takes a sixth of a cold start, and texts and defaults do not need it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from typer.core import TyperCommand


class QuickCommand(TyperCommand):
    """A command that leaves values which need no conversion as they are."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's context has moved between its versions
        """Return the parameters, and the option for help."""
        return converted_late(super().get_params(ctx))


def converted_late(parameters: list[Any]) -> list[Any]:
    """Let parameters of a command convert only values that are not yet what they should be."""
    for parameter in parameters:
        # A version of typer that converts in another way ignores this, and works as usual.
        own = getattr(parameter, "get_runtime_param", None)
        if own is not None and "get_runtime_param" not in vars(parameter):
            vars(parameter)["get_runtime_param"] = partial(_Conversion, own)
    return parameters


class _Conversion:
    """Stands for typer's own conversion, which ``make`` makes only where something is to be converted."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as typer calls it
        descriptor = param.type_descriptor
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if descriptor.parameter_info.parser is None and _is_plain(value, descriptor.annotation):
            return value
        return self._make().coerce(value, param=param, ctx=ctx)


def _is_plain(value: object, wanted: object) -> bool:
    """Whether a value is what its parameter is annotated with: texts, and defaults that are numbers."""
    if wanted == list[str]:
        return isinstance(value, list | tuple) and all(type(each) is str for each in value)
    return type(value) is wanted and wanted in {str, int, float, bool}
