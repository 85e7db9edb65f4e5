"""Errors as RFC 9457 has them: our sentence as ``detail``, and a stable ``code`` for programs."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from vermilion.errors import CancelledError, OutputError, VermilionError
from vermilion.studio.faults import BusyError, SlowError, StudioError

MEDIA = "application/problem+json"

STATUS_OF_OPENING = 422
"""Of a picture that cannot be opened."""

_GONE = 499  # nginx's status for a caller who left; nobody reads it
_RETRY = {"Retry-After": "1"}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer for an error.

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
    """Let an application answer every error as a problem."""
    app.add_exception_handler(VermilionError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(ClientDisconnect, _of_nobody)
    app.add_exception_handler(OSError, _of_system)


def facts_of_error(error: VermilionError) -> dict[str, Any]:
    """Return what the answer to one of our errors holds."""
    if isinstance(error, StudioError):
        status = error.status
    else:
        status = 409 if isinstance(error, OutputError) else 422
    return facts_of(status, error.code, f"{str(error).rstrip('.')}.")


async def _of_ours(_: Request, error: Exception) -> Response:
    if isinstance(error, CancelledError) or not isinstance(error, VermilionError):
        return Response(status_code=_GONE)
    facts = facts_of_error(error)
    headers = _RETRY if isinstance(error, BusyError | SlowError) else None
    return JSONResponse(facts, facts["status"], headers, MEDIA)


async def _of_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=_GONE)


async def _of_validation(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    said = str(first["msg"]).rstrip(".")
    return problem(422, "request", f"The request is not valid, at {place}: {said}.")


async def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, VermilionError):  # of a body that was too large or too slow to be parsed
        return await _of_ours(request, error.__cause__)
    codes = {404: "not-found", 405: "method"}
    code = codes.get(error.status_code, "request")
    return problem(error.status_code, code, f"{str(error.detail).rstrip('.')}.", dict(error.headers or {}))


async def _of_system(_: Request, error: Exception) -> Response:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return problem(
        507, "system", f"The system refused to keep or read a file ({reason}); make room and try again."
    )
