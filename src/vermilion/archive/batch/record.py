"""One line of a manifest: the outcome of one picture, as a value and as JSON.

    {"source": "/box/a.tif", "page": 1, "outcome": "done", "outputs": [{"path": "a.tif", …}], …}

Lines come from a file that anybody may have edited, so everything is checked.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from vermilion.errors import SettingsError

FORMAT = 1
"""Of the manifest; another number is another form."""

DONE, SKIPPED, FAILED = "done", "skipped", "failed"
KILLED = "killed"
"""The code of a picture that ended the process which read it."""


def killed_reason(source: object, how: str) -> str:
    """Return what to say of a scan that ended the process which painted it."""
    return f"{source} ended the process that painted it ({how}); save it as TIFF, or leave it out."


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written.

    Attributes:
        path: from the folder of the manifest, with slashes.
        sha256: of its content, in hexadecimal.
        size: in bytes.
    """

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one page of a scan.

    Attributes:
        source: the scan, an absolute path.
        page: counted from 1.
        outcome: "done", "skipped" or "failed".
        code: of what went wrong, for programs (``VermilionError.code``); empty if nothing did.
        reason: the same in a sentence.
        scan_sha256: of the scan as it was read.
        scan_sha256_after: of the scan once its result was written.
        scan_size: of the scan in bytes.
        scan_mtime_ns: when the scan was last changed, as its disk says.
        options_sha256: of all options.
        model_sha256: of the model.
        outputs: what was written, the result last.
        seconds: that it took.
        remarks: what a person should know.
        recovered: whether a later run found it finished, and proved that by its hashes.
        identifier: by which an archive knows the picture.
    """

    source: str
    page: int
    outcome: str
    code: str = ""
    reason: str = ""
    scan_sha256: str = ""
    scan_sha256_after: str = ""
    scan_size: int = 0
    scan_mtime_ns: int = 0
    options_sha256: str = ""
    model_sha256: str = ""
    outputs: tuple[Output, ...] = ()
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    recovered: bool = False
    identifier: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What tells pictures apart."""
        return self.source, self.page


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a manifest.

    Attributes:
        options: all that decides what is written and how it is called, by name; a text each.
        model_sha256: of the model.
        vermilion: the version that began it.
        may_differ: the checks of a proof that the options give up.
        crop_print: whether prints are taken out of their photos.
    """

    options: dict[str, str]
    model_sha256: str
    vermilion: str = ""
    may_differ: tuple[str, ...] = ()
    crop_print: bool = False
    manifest: int = FORMAT


_KINDS: dict[str, type | tuple[type, ...]] = {
    "page": int,
    "scan_size": int,
    "scan_mtime_ns": int,
    "outputs": list,
    "seconds": (int, float),
    "remarks": list,
    "recovered": bool,
}
_FIELDS = {entry.name: _KINDS.get(entry.name, str) for entry in fields(Record)}


def to_json(line: Record | Header) -> str:
    """Return a record or a header as JSON in one line of ASCII."""
    return json.dumps(asdict(line), allow_nan=False, separators=(",", ":"))


def record_of(facts: Any) -> Record:  # noqa: ANN401 - whatever stood there
    """Return the record that a line holds.

    Raises:
        SettingsError: it holds none.
    """
    if not isinstance(facts, dict) or not {"source", "page", "outcome"} <= facts.keys():
        raise SettingsError("it is not a record")
    for name, value in facts.items():
        kind = _FIELDS.get(name)
        if kind is None or not isinstance(value, kind):
            raise SettingsError(f"{name!r} is not what it must be")
    if facts["outcome"] not in (DONE, SKIPPED, FAILED):
        raise SettingsError(f"'outcome' is {facts['outcome']!r}")
    outputs = tuple(_output_of(each) for each in facts.get("outputs", ()))
    remarks = tuple(map(str, facts.get("remarks", ())))
    return Record(**(facts | {"outputs": outputs, "remarks": remarks}))


def _output_of(facts: object) -> Output:
    if not isinstance(facts, dict) or facts.keys() != {"path", "sha256", "size"}:
        raise SettingsError("'outputs' are not what they must be")
    path, sha256, size = facts["path"], facts["sha256"], facts["size"]
    if not (isinstance(path, str) and isinstance(sha256, str) and isinstance(size, int)):
        raise SettingsError("'outputs' are not what they must be")
    return Output(path, sha256, size)


def header_of(facts: Any) -> Header:  # noqa: ANN401
    """Return the header that the first line holds.

    Raises:
        SettingsError: it holds none, or that of another form.
    """
    if not isinstance(facts, dict) or not isinstance(facts.get("options"), dict):
        raise SettingsError("its first line is not a header")
    if facts.get("manifest") != FORMAT:
        raise SettingsError(f"it has form {facts.get('manifest')}, and this version reads {FORMAT}")
    return Header(
        options={str(name): str(value) for name, value in facts["options"].items()},
        model_sha256=str(facts.get("model_sha256", "")),
        vermilion=str(facts.get("vermilion", "")),
        may_differ=tuple(map(str, facts.get("may_differ", ()))),
        crop_print=facts.get("crop_print") is True,
    )
