"""Cleans names from outside: only the last part, without anything that a disk or a terminal acts on."""

import re
import unicodedata
from collections.abc import Container
from pathlib import PurePosixPath

_LONGEST = 120  # characters; with what is put behind it, every disk takes it
_REFUSED = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # of Windows
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")


def clean_name(name: str, otherwise: str = "picture") -> str:
    r"""Return the last part of a name, fit for every disk: ``..\secret/a:b.jpg`` becomes ``a_b.jpg``.

    Args:
        name: as somebody sent it.
        otherwise: what to call it if nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = _REFUSED.sub("_", last).strip(" .")
    if not cleaned.strip("_"):
        return otherwise
    if _DEVICES.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    suffix = suffix_of(cleaned)
    return cleaned.removesuffix(suffix)[: _LONGEST - len(suffix)].rstrip(" .") + suffix


def suffix_of(name: str) -> str:
    """Return the suffix of a name with its dot; empty if it is of no usual form."""
    suffix = PurePosixPath(name).suffix
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def unlike(name: str, taken: Container[str]) -> str:
    """Return a name that none has yet: "a (2).jpg" beside "a.jpg", in small letters or not."""
    suffix = suffix_of(name)
    stem, number, free = name.removesuffix(suffix), 1, name
    while free.lower() in taken:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free
