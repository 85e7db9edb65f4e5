"""Answers that are files or images."""

from urllib.parse import quote

from fastapi import Response

KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
}
"""Media types of results by their suffixes."""

_PNG = b"\x89PNG"
_WEEK = 7 * 24 * 3600


def image(content: bytes, *, lasting: bool) -> Response:
    """Return an image; where its address names its colours, a browser may keep it."""
    kind = "image/png" if content.startswith(_PNG) else "image/jpeg"
    kept = f"private, max-age={_WEEK}, immutable" if lasting else "no-store"
    return Response(content, media_type=kind, headers={"Cache-Control": kept})


def attachment(content: bytes, name: str, kind: str) -> Response:
    """Return a file to be saved under a name."""
    return Response(content, media_type=kind, headers=naming(name))


def naming(name: str) -> dict[str, str]:
    """Return the header that names a file, in ASCII for old programs and whole for all others (RFC 6266)."""
    plain = "".join(
        sign if sign.isascii() and sign.isprintable() and sign not in '"\\;%' else "_" for sign in name
    )
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}
