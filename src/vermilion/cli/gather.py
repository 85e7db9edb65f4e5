"""Options that are declared once and reach a command as one value."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

Command = Callable[..., None]


def gathered(**readers: Callable[..., object]) -> Callable[[Command], Command]:
    """Give a command the options of each reader, and the reader's value as one argument.

    ``@gathered(save=read_save_options)`` puts the options of ``read_save_options`` where the command has its
    argument ``save``. typer reads the options from the signature, so the signature is extended.

    Args:
        readers: by the names of the arguments; each takes options and returns the value.
    """

    def decorate(command: Command) -> Command:
        own = inspect.signature(command)
        extra = {name: inspect.signature(reader).parameters for name, reader in readers.items()}

        @wraps(command)
        def wrapped(**given: Any) -> None:  # noqa: ANN401 - whatever typer has parsed
            for name, reader in readers.items():
                given[name] = reader(**{option: given.pop(option) for option in extra[name]})
            command(**given)

        parameters: list[inspect.Parameter] = []
        for name, parameter in own.parameters.items():
            parameters += extra[name].values() if name in extra else [parameter]
        wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return wrapped

    return decorate
