"""The facts of an open picture, as plain values that are written to disk and read back."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from vermilion import __version__
from vermilion.assets import AssetReader
from vermilion.guidance import Controls, controls_to_json
from vermilion.plain import from_plain
from vermilion.view import View, ViewOptions

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Original:
    """The file of a picture.

    Attributes:
        place: where it lies.
        called: its name in recipes and messages.
        key: SHA-256 of what was sent; of a file of this machine that of its path, size and time.
        sent: whether it was sent here, and is kept as long as it is open.
    """

    place: str
    called: str
    key: str
    sent: bool

    @classmethod
    def on_disk(cls, path: Path) -> "Original":
        """Return the original that a person named on the command line.

        Raises:
            OSError: it cannot be looked at.
        """
        place, facts = path.absolute(), path.stat()
        text = f"{place}|{facts.st_size}|{facts.st_mtime_ns}"
        key = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return cls(str(place), str(path), key, sent=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read.

    Attributes:
        page: counted from 1.
        recolor: whether a picture in real colour is accepted.
        crop_print: whether a grey print on a coloured background is taken out of its photo.
        size: pixels of the short side at which the network looks; None for the model's own.
    """

    page: int = 1
    recolor: bool = False
    crop_print: bool = False
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found when the picture was last painted.

    Attributes:
        width: in pixels as it is shown, upright.
        height: of it.
        views: the pictures that were seen on it.
        notes: what a person should know.
        negative: how likely it is a negative; None where that is not believed.
    """

    width: int
    height: int
    views: tuple[View, ...]
    notes: tuple[str, ...] = ()
    negative: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a picture cannot be opened: the code and the sentence of an error."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One open picture.

    Attributes:
        id: names it in calls.
        name: for people; no two are alike.
        number: its place in the order in which pictures were opened.
        original: its file.
        target: path of its result in the folder of results, with the suffix of its own format.
        reading: how the file is read.
        view: what was asked of how it is seen.
        seen: the pictures that a recipe saw on it, to be seen so again.
        controls: all that was said about its colours.
        shown: what was found; None before it was painted.
        saved: the revision that was saved last.
        failure: why it cannot be opened.
        serial: grows with every change of these facts, so that of two of them the newer one is known.
    """

    id: str
    name: str
    number: int
    original: Original
    target: str
    reading: Reading = field(default_factory=Reading)
    view: ViewOptions = field(default_factory=ViewOptions)
    seen: tuple[View, ...] = ()
    controls: Controls = field(default_factory=Controls)
    shown: Shown | None = None
    saved: str = ""
    failure: Failure | None = None
    serial: int = 0

    def revision(self, model_hash: str) -> str:
        """Return what names the colours: a hash of the file, how it is seen, the controls and the model."""
        said = [
            __version__,
            model_hash,
            self.original.key,
            asdict(self.reading),
            asdict(self.view),
            [asdict(view) for view in self.seen],
            controls_to_json(self.controls),
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def is_changed(self) -> bool:
        """Whether the user changed anything."""
        return self.controls != Controls() or self.view != ViewOptions() or bool(self.seen)

    def to_json(self) -> bytes:
        """Return all of it, to be read by ``facts_from_json``."""
        plain = asdict(replace(self, controls=Controls())) | {"controls": controls_to_json(self.controls)}
        return json.dumps({"schema": SCHEMA, "facts": plain}, default=_as_number).encode()


def facts_from_json(content: bytes, read_asset: AssetReader) -> Facts:
    """Return the facts that ``to_json`` wrote.

    Raises:
        SettingsError: they are no such facts, or an asset is gone.
        ValueError: they are no JSON.
    """
    table: Any = json.loads(content)
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise ValueError("of another schema")
    return from_plain(Facts, table.get("facts"), "the picture", read_asset)


def _as_number(value: object) -> object:
    return value.item()  # type: ignore[attr-defined]  # NumPy's numbers have it
