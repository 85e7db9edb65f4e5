"""What several routes share: parameters, files that are sent, and errors as ``/openapi.json`` has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Path, Request
from starlette.datastructures import UploadFile

from vermilion.studio.faults import StudioError, TooLargeError
from vermilion.studio.shapes import EXAMPLE_ID, ProblemTable
from vermilion.studio.web.problems import MEDIA

PictureId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="Of a picture.", examples=[EXAMPLE_ID])]

_MOST_FILES = 500
FORM = "multipart/form-data"

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemTable, "description": text, "content": {MEDIA: {}}}
    for status, text in {
        "4XX": "What was wrong, and what to do",
        "5XX": "The server could not do it",
    }.items()
}

IMAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "The image"}
}


def file_body(
    *, several: bool = False, extra: dict[str, Any] | None = None, raw: bool = False
) -> dict[str, Any]:
    """Return what ``/openapi.json`` says of a body that brings files."""
    binary = {"type": "string", "format": "binary"}
    file = {"type": "array", "items": binary, "minItems": 1} if several else binary
    form = {"schema": {"type": "object", "properties": {"file": file} | (extra or {}), "required": ["file"]}}
    content: dict[str, Any] = {FORM: form}
    if raw:
        content["application/octet-stream"] = {"schema": binary}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def sent_files(request: Request) -> AsyncIterator[tuple[list[UploadFile], dict[str, str]]]:
    """Yield the files and the texts of a form; what was kept of them on disk is removed at the end.

    Raises:
        StudioError: the body is no such form, or has no file.
    """
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        raise StudioError(f"Files are sent as {FORM} with the field file; send them so.")
    async with request.form(max_files=_MOST_FILES, max_fields=16) as form:
        files = [
            value for name, value in form.multi_items() if isinstance(value, UploadFile) and name == "file"
        ]
        texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        if not files:
            raise StudioError("The form has no field file with a file; add one.")
        yield files, texts


def check_bytes(content: bytes, limit: int, what: str) -> None:
    """Refuse content that is too large.

    Raises:
        TooLargeError: it is.
    """
    if len(content) > limit:
        raise TooLargeError(
            f"{what} has {len(content):,} bytes, more than the allowed {limit:,}; make it smaller."
        )
