"""Errors as RFC 9457 has them: our sentence as ``detail``, and a stable ``code`` for programs."""

from http import HTTPStatus

from starlette.responses import JSONResponse

MEDIA = "application/problem+json"


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells an error.

    Args:
        status: of HTTP.
        code: for programs; it stays what it is.
        detail: one sentence for people.
        headers: of the answer, besides.
    """
    return JSONResponse(facts_of(status, code, detail), status, headers, MEDIA)


def facts_of(status: int, code: str, detail: str) -> dict[str, str | int]:
    """Return what such an answer holds."""
    return {
        "type": f"urn:vermilion:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
