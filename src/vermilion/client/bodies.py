"""What is sent to a server: queries, and files as forms."""

import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import SEEK_END
from itertools import chain
from pathlib import Path
from typing import Any

from vermilion.client.answers import Job, OpenFilm, OpenPicture
from vermilion.errors import FilmError, PictureError

_PART = 1 << 20  # bytes that are sent at once


def id_of(thing: OpenPicture | OpenFilm | Job | str) -> str:
    """Return the id of what is named, as a part of a URL."""
    return urllib.parse.quote(thing if isinstance(thing, str) else thing.id, safe="")


def query_of(options: Mapping[str, Any]) -> str:
    """Return the query of a URL that holds options."""
    texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in options.items()}
    return f"?{urllib.parse.urlencode(texts)}" if texts else ""


def content_of(file: str | Path | bytes, name: str) -> tuple[bytes, str]:
    """Return the content of a file, and what it is called.

    Raises:
        PictureError: it cannot be read.
    """
    if isinstance(file, bytes):
        return file, name or "picture"
    try:
        return Path(file).read_bytes(), name or Path(file).name
    except OSError as error:
        raise PictureError(f"{file} cannot be read ({error.strerror}); check the path.") from error


def form_of(boundary: str, content: bytes, name: str, texts: Mapping[str, str]) -> Iterator[bytes]:
    """Yield a body of multipart/form-data (RFC 7578) with the field ``file`` and some texts."""
    for key, text in texts.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'
        yield f"{head}{text}\r\n".encode()
    begin, end = _around(boundary, name)
    yield begin
    yield content
    yield end


@contextmanager
def streamed_form(boundary: str, path: Path) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Give the length of a body like that, with a file alone, and the body itself, read as it is sent.

    Raises:
        FilmError: the file cannot be read.
    """
    begin, end = _around(boundary, path.name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise FilmError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    with file:
        size = file.seek(0, SEEK_END)
        file.seek(0)
        parts = iter(partial(file.read, _PART), b"")
        yield len(begin) + size + len(end), chain([begin], parts, [end])


def _around(boundary: str, name: str) -> tuple[bytes, bytes]:
    """Return what stands before and behind the content of the last field, ``file``."""
    plain = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
    begin = f"{head}Content-Type: application/octet-stream\r\n\r\n".encode("utf-8", "replace")
    return begin, f"\r\n--{boundary}--\r\n".encode()
