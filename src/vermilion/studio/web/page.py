"""The page's files, held in memory by name: requests look them up and open nothing."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

INDEX = "index.html"

_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page.

    Attributes:
        content: all bytes.
        media_type: as HTTP has it.
        etag: names the content.
    """

    content: bytes
    media_type: str
    etag: str


def read_page() -> Mapping[str, PageFile]:
    """Return the files of the page by their paths in its folder, such as "engine/http.js"."""
    return dict(_files_in(files("vermilion.studio") / "page", ""))


def _files_in(folder: Traversable, prefix: str) -> list[tuple[str, PageFile]]:
    found: list[tuple[str, PageFile]] = []
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            found += _files_in(entry, f"{prefix}{entry.name}/")
        else:
            content = entry.read_bytes()
            found.append((f"{prefix}{entry.name}", PageFile(content, _type_of(entry.name), _etag(content))))
    return found


def _type_of(name: str) -> str:
    suffix = "." + name.rpartition(".")[2].lower()
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:20]}"'
