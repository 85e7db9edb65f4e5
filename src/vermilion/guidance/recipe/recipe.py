"""A recipe: everything that made the colours of one picture, as a text file that can be replayed."""

import hashlib
import json
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from vermilion.assets import Asset, AssetReader, files_from, no_files
from vermilion.errors import SettingsError
from vermilion.guidance.controls import Controls
from vermilion.plain import as_declared, from_plain, read_text, text_of
from vermilion.view import View, ViewOptions

SCHEMA = 2
"""Version of the form of a recipe; it grows whenever an older vermilion could misread a newer recipe."""

RECIPE_SUFFIX = ".recipe.json"


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that took part.

    Attributes:
        path: as it was given: absolute, or from the folder in which the command was called.
        sha256: of its content, in hexadecimal; empty takes any file.
    """

    path: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """The model that painted.

    Attributes:
        name: from its card.
        version: from its card.
        sha256: of the whole model, as `vermilion info` shows it; empty takes any model.
    """

    name: str
    version: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What the recipe gave when it was written. A replay is compared with it.

    Attributes:
        engine: what computed.
        recipe: hash of the recipe then; another one now means that it was edited since.
        colors: SHA-256 of the painted chroma.
    """

    engine: str
    recipe: str
    colors: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that made the colours of one picture.

    Attributes:
        schema: version of this form.
        vermilion: version of the program.
        input: the scan.
        model: what painted.
        page: of a scan with several, counted from 1.
        recolor: whether a picture that is in real colour already is accepted.
        crop_print: whether a grey print on a coloured background is taken out of its photo.
        size: pixels of the short side at which the network looks; null for the model's own.
        view: what was asked of how the network sees the scan.
        seen: the pictures that were seen, each with its frame, its way up and its contrast, which a replay
            sees again; empty in a recipe that was never run, and where they are to be found again.
        controls: all that a person said about the colours.
        made: what came of it; null in a recipe that was never run.
    """

    vermilion: str
    input: UsedFile
    model: UsedModel
    schema: int = SCHEMA
    page: int = 1
    recolor: bool = False
    crop_print: bool = False
    size: int | None = None
    view: ViewOptions = field(default_factory=ViewOptions)
    seen: tuple[View, ...] = ()
    controls: Controls = field(default_factory=Controls)
    made: Made | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of all but ``made``, in hexadecimal: the same however the file is laid out.

        What is left at its default does not count, so that a control which a later version brings does not
        change the hashes of older recipes.
        """
        return _hash_of(_facts(replace(self, made=None).normal()))

    @property
    def options_hash(self) -> str:
        """SHA-256 of what was asked for, in hexadecimal: page, size, view and controls, files by content.

        Whatever picture, model and version it was asked of, and wherever the files lay. ``recolor`` and
        ``crop_print`` do not count: they accept more pictures.
        """
        asked = replace(
            self,
            vermilion="",
            input=UsedFile(""),
            model=UsedModel("", ""),
            recolor=False,
            crop_print=False,
            seen=(),
            made=None,
        )
        return _hash_of(_facts(asked.normal()))

    def normal(self) -> "Recipe":
        """Return the recipe in the form that it has after writing and reading: 2 becomes 2.0 for a length."""
        return as_declared(self)

    def completed(self, scan_sha256: str, colors: bytes, engine: str) -> "Recipe":
        """Return the recipe of a finished run.

        Args:
            scan_sha256: of the scan.
            colors: what was painted; only its hash is kept.
            engine: what computed.
        """
        recipe = replace(self, input=replace(self.input, sha256=scan_sha256)).normal()
        return replace(recipe, made=Made(engine, recipe.hash, hashlib.sha256(colors).hexdigest()))

    def difference(self, again: "Recipe") -> str:
        """Say in a sentence why a replay did not give the same colours; empty if it did.

        Args:
            again: the recipe of the replayed picture.
        """
        then, now = self.made, again.made
        if then is None or now is None or then.colors == now.colors:
            return ""
        if then.recipe != self.hash:
            return "The colours are not those of the first run, because the recipe was edited since."
        if self.model.sha256 != again.model.sha256 or self.input.sha256 != again.input.sha256:
            return (
                "The colours are not those of the first run, because the recipe takes any model or picture."
            )
        if (self.vermilion, then.engine) != (again.vermilion, now.engine):
            return (
                f"The colours may differ a little from those of the first run: that was vermilion "
                f"{self.vermilion} on {then.engine}, and this is vermilion {again.vermilion} on {now.engine}."
            )
        return "The colours differ from those of the first run for no reason that is known; please report it."

    def to_json(self) -> str:
        """Return the recipe as it is written to a file; a number of variants only where it was asked for."""
        facts = json.loads(json.dumps(asdict(self.normal()), default=Asset.to_plain))
        if self.controls.variant is None and self.controls.variants == Controls().variants:
            del facts["controls"]["variants"]
        text = json.dumps(facts, indent=2, ensure_ascii=False)
        # Names from old disks may hold bytes that are no text; JSON holds them as escapes.
        whole = text.encode("utf-8", "ignore").decode() == text
        return (text if whole else json.dumps(facts, indent=2)) + "\n"


def load_recipe(path: str | Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        SettingsError: the file is missing, is no JSON, or holds a key or value that no recipe has.
    """
    cure = f"give the path of a NAME{RECIPE_SUFFIX}"
    content = read_text(Path(path), str(path), cure)
    text = text_of(content, str(path), f"is not text in UTF-8; {cure}")
    return parse_recipe(text, str(path), files_from(Path()))


def parse_recipe(text: str, where: str = "the recipe", read_asset: AssetReader = no_files) -> Recipe:
    """Read and check the text of a recipe.

    Args:
        text: JSON.
        where: what to call it in messages.
        read_asset: opens the files that it names; by default none may be opened, as the text may be anyone's.

    Raises:
        SettingsError: it is no JSON, or holds a key or value that no recipe has.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{where}: is not valid JSON ({error}); correct it or write it again.") from error
    if isinstance(table, dict) and table.get("schema", SCHEMA) != SCHEMA:
        older = table["schema"] in range(1, SCHEMA)
        cure = "convert it with `vermilion models convert`" if older else "update vermilion"
        raise SettingsError(
            f"{where}: has schema {table['schema']!r}, and this vermilion reads {SCHEMA}; {cure}."
        )
    return from_plain(Recipe, table, where, read_asset)


def _hash_of(facts: object) -> str:
    plain = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def _facts(value: object) -> object:
    """A dataclass as plain data, without what is left at its default; an asset is its hash alone."""
    if isinstance(value, Asset):
        return value.sha256
    if isinstance(value, tuple):
        return [_facts(part) for part in value]
    if not is_dataclass(value):
        return value
    entries = [(entry, getattr(value, entry.name)) for entry in fields(value)]
    return {entry.name: _facts(part) for entry, part in entries if part != _default(entry)}


def _default(entry: Field[Any]) -> object:
    return entry.default if entry.default_factory is MISSING else entry.default_factory()
