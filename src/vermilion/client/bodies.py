"""What is sent to a server: queries, and files as forms."""

import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vermilion.errors import PictureError


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
    plain = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
    yield f"{head}Content-Type: application/octet-stream\r\n\r\n".encode("utf-8", "replace")
    yield content
    yield f"\r\n--{boundary}--\r\n".encode()
