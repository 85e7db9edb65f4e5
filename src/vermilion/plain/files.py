"""Fields that may name a file, which the caller's reader opens, or hold its content as text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vermilion.assets import Asset, AssetReader, no_files
from vermilion.errors import VermilionError
from vermilion.plain.choices import OneOf, chosen, tag
from vermilion.plain.kinds import Kind, members_of

FILE, PATH = tag("file"), tag("path")


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file by its path and the SHA-256 of its content; an empty hash takes any content.

    Attributes:
        path: from the folder in which the command was called.
        sha256: of its content, in hexadecimal.
        name: instead of a path, where files are known by their hash alone.
    """

    path: str = ""
    sha256: str = ""
    name: str = ""


def any_text(_: str) -> bool:
    """Say that every text names a file."""
    return True


@dataclass(frozen=True, slots=True)
class NamedFile(OneOf):
    """Marks a field that holds an ``Asset``, for one: ``Annotated[Asset | str | None, NamedFile()]``.

    Attributes:
        names_file: whether a text names a file, or is what the field holds itself.
        content: makes the field's value of an asset and what read it; None keeps the asset.
    """

    names_file: Callable[[str], bool] = any_text
    content: Callable[[Asset, AssetReader], object] | None = None

    def __get_pydantic_core_schema__(self, source: Kind, handler: Any) -> Any:  # noqa: ANN401
        """Pydantic's hook: a table, a path or content that stands for a file, or one of the other types."""
        return chosen(source, self.choices(source, handler), self.choose)

    def choices(self, source: Kind, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's
        """Return the schema of each type by its tag, and those of a file."""
        from pydantic_core import core_schema  # noqa: PLC0415 - see ``chosen``

        opened = core_schema.with_info_after_validator_function
        others = [part for part in members_of(source) if part not in (Asset, type(None))]
        return {
            FILE: opened(self._of_table, handler.generate_schema(FileTable)),
            PATH: opened(self._of_text, core_schema.str_schema()),
            **{tag(part.__name__): handler.generate_schema(part) for part in others},
        }

    def choose(self, source: Kind, value: object) -> str | None:
        """Return the tag of the type that a value has the form of, if there is one."""
        if isinstance(value, str) and (value.startswith("data:") or self.names_file(value)):
            return PATH
        if isinstance(value, dict) and {"path", "sha256"} & value.keys():
            return FILE
        return super(NamedFile, self).choose(source, value)  # with slots, super() knows no class

    def _of_table(self, table: FileTable, info: Any) -> object:  # noqa: ANN401 - pydantic's
        return self._read(lambda read: read(table.path or table.name, table.sha256), info)

    def _of_text(self, text: str, info: Any) -> object:  # noqa: ANN401 - pydantic's
        if text.startswith("data:"):
            return self._read(lambda _: Asset.from_text(text), info)
        return self._read(lambda read: read(text, ""), info)

    def _read(self, open_with: Callable[[AssetReader], Asset], info: Any) -> object:  # noqa: ANN401
        from pydantic_core import PydanticCustomError  # noqa: PLC0415 - see ``chosen``

        read = info.context or no_files
        try:
            asset = open_with(read)
            return asset if self.content is None else self.content(asset, read)
        except VermilionError as error:
            raise PydanticCustomError("refused", "refused", {"error": error}) from error
