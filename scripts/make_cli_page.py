"""Writes docs/cli.md from the commands themselves; a test compares the two.

Run it as: python scripts/make_cli_page.py
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from vermilion.cli.app import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
INTRODUCTION = """\
# The command line

<!-- Made by scripts/make_cli_page.py from the commands' own help; change that, not this. -->

`vermilion --help` and `vermilion COMMAND --help` say the same in a terminal.
`vermilion --install-completion` teaches the shell to complete commands and options
(bash, zsh, fish and PowerShell).

Errors are one sentence on standard error, after `error:`. Exit codes: 0, all went well (or was
skipped); 1, something could not be done; 2, the command was not understood; 130, stopped by Ctrl-C.
"""


def make_page() -> str:
    """The whole page as Markdown."""
    group: Any = get_command(app)
    return "\n".join([INTRODUCTION, *_sections(group)])


def _sections(group: Any, above: str = "") -> Iterator[str]:
    """A section for each command, and after it one for each command of its own."""
    for name, command in group.commands.items():
        yield _section(above + name, command)
        if hasattr(command, "commands"):
            yield from _sections(command, f"{above}{name} ")


def _section(name: str, command: Any) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    text, examples = _help_and_examples(command)
    usage = " ".join(["vermilion", name, *map(_usage, arguments), "[OPTIONS]"])
    rows = [f"| `{_usage(param)}` | {_cell(param.help)} |" for param in arguments]
    rows += [f"| {_spelling(param)} | {_cell(param.help)} |" for param in options]
    table = ["| | |", "|---|---|", *rows]
    lines = [f"## vermilion {name}", "", f"    {usage}", "", text, "", "```sh", examples, "```", ""]
    return "\n".join([*lines, *table, ""] if rows else lines)


def _help_and_examples(command: Any) -> tuple[str, str]:
    text, _, examples = inspect.cleandoc(command.help).partition("\b\nExamples:\n")
    return text.strip(), inspect.cleandoc(examples)


def _usage(argument: Any) -> str:
    return f"{argument.metavar}..." if argument.nargs == -1 else str(argument.metavar)


def _spelling(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return _cell(f"`{names} {option.metavar}`" if option.metavar else f"`{names}`")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
