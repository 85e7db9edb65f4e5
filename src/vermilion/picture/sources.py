"""What the versions that colours come from say of themselves, for the mark of a result."""

import re
import sys
from dataclasses import dataclass

from vermilion.assets import Asset
from vermilion.guidance import Controls
from vermilion.pictures import NamedBytes, read_provenance

_BETWEEN = "; "
_NOTHING = "none"
_TERM = re.compile(r"[!-:<-~]{1,200}")  # a URL or a word; whatever else a file says is not passed on


@dataclass(frozen=True, slots=True)
class Statements:
    """What is said of versions; empty texts where nothing is.

    Attributes:
        sha256: of their files.
        source_type: IPTC's term for how each was made.
        credentials: whether each carries a C2PA manifest.
    """

    sha256: str = ""
    source_type: str = ""
    credentials: str = ""


def statements_of(controls: Controls) -> Statements:
    """Return what the versions that controls name say of themselves.

    Raises:
        SettingsError: a large file is no longer there.
        PictureError: one is no picture.
    """
    files = [version.file for version in controls.versions]
    said = [_said(file) for file in files]
    return Statements(
        _BETWEEN.join(file.sha256 for file in files),
        _joined([source_type for source_type, _ in said]),
        _joined([credentials for _, credentials in said]),
    )


def _said(file: Asset) -> tuple[str, str]:
    content = NamedBytes(file.content, file.name or "The version")
    found = read_provenance(content, verify=False, max_pixels=sys.maxsize)  # it was read before
    return found.source_type if _TERM.fullmatch(found.source_type) else "", found.credentials


def _joined(texts: list[str]) -> str:
    return _BETWEEN.join(text or _NOTHING for text in texts) if any(texts) else ""
