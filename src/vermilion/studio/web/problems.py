"""Errors as RFC 9457 has them: our sentence as ``detail``, and a stable ``code`` for programs."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from vermilion.errors import CancelledError, ExistsError, OutputError, VermilionError
from vermilion.studio.faults import BusyError, SlowError, StudioError

MEDIA = "application/problem+json"

STATUS_OF_OPENING = 422
"""Of a picture that cannot be opened."""

_GONE = 499  # what nginx says of a caller who left; nobody reads it
_RETRY = {"Retry-After": "1"}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells an error.

    Args:
        status: of HTTP.
        code: for programs; it stays what it is.
        detail: one sentence for people.
        headers: of the answer, besides.
    """
    return JSONResponse(facts_of(status, code, detail), status, headers, MEDIA)


def facts_of(status: int, code: str, detail: str) -> dict[str, Any]:
    """Return what such an answer holds."""
    return {
        "type": f"urn:vermilion:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }


def tell_problems(app: FastAPI) -> None:
    """Let an application tell every error as a problem."""
    app.add_exception_handler(VermilionError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(OSError, _of_system)


async def _of_ours(_: Request, error: Exception) -> Response:
    detail = f"{str(error).rstrip('.')}."
    code = getattr(error, "code", "error")
    if isinstance(error, CancelledError):
        return Response(status_code=_GONE)
    if isinstance(error, StudioError):
        headers = _RETRY if isinstance(error, BusyError | SlowError) else None
        return problem(error.status, code, detail, headers)
    return problem(409 if isinstance(error, ExistsError | OutputError) else 422, code, detail)


async def _of_validation(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    said = str(first["msg"]).rstrip(".")
    return problem(422, "request", f"The request is not as it must be, at {place}: {said}.")


async def _of_http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: "not-found", 405: "method"}
    code = codes.get(error.status_code, "request")
    return problem(error.status_code, code, f"{str(error.detail).rstrip('.')}.", dict(error.headers or {}))


async def _of_system(_: Request, error: Exception) -> Response:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return problem(
        507, "system", f"The system refused to keep or read a file ({reason}); make room and try again."
    )
