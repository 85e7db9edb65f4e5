"""Access: only this server's own pages and programs, and only with the token if there is one.

Checked for every request, in this order: the name by which the server was called (a foreign one is DNS
rebinding), the page that the call comes from, and the token.
"""

import hmac
import ipaddress
from collections.abc import Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vermilion.studio.settings import Settings
from vermilion.studio.web.problems import problem

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OWN_SITE = frozenset({"", "same-origin", "none"})
_OPEN = frozenset({"/healthz"})
_FAULT = problem(500, "fault", "This is a fault of vermilion; open pictures are kept. Please report it.")


class Security:
    """ASGI middleware that refuses strangers and puts the headers of security on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSocket is spoken here
            return
        answer, sending = self._refusal(scope) or self._entry(scope), _Sending(send)
        try:
            await (answer or self._app)(scope, receive, sending)
        except Exception:
            if not sending.started:
                await _FAULT(scope, receive, sending)
            raise  # to be logged

    def _refusal(self, scope: Scope) -> Response | None:
        headers = _headers(scope)
        host = headers.get("host", "")
        if not self._is_own_host(host):
            return problem(403, "host", "This server was called by a name that is not its own; use its URL.")
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return problem(403, "origin", "Another page called this server; open the studio by its own URL.")
        if headers.get("sec-fetch-site", "") not in _OWN_SITE:
            return problem(403, "cross-site", "Another site called this server; type or paste its own URL.")
        if not self._is_known(scope, headers):
            return problem(403, "token", "This server opens by a URL with its token; use the one it printed.")
        return None

    def _entry(self, scope: Scope) -> Response | None:
        """The answer to the URL with the token: a cookie, and the same page without the token in its URL."""
        if not self._settings.token or scope["path"] != "/" or _query_token(scope) is None:
            return None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._settings.cookie, self._settings.token, httponly=True, samesite="strict")
        return answer

    def _is_own_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        known = {*_LOOPBACK, self._settings.host, self._settings.lan_host, *self._settings.names}
        if name in known:
            return bool(name)
        # Who listens to the network is called by its numbers, which nobody can bind to another name.
        return self._settings.host not in _LOOPBACK and _is_address(name)

    def _is_known(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        wanted = self._settings.token
        if not wanted or (scope["path"] in _OPEN and not self._settings.page):
            return True
        given = [_bearer(headers), _cookie(headers, self._settings.cookie)]
        if scope["path"] == "/":
            given.append(_query_token(scope) or "")
        return any(hmac.compare_digest(each.encode(), wanted.encode()) for each in given)


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by their names in small letters; of several by one name all, so that none is hidden."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _bearer(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _cookie(headers: Mapping[str, str], name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _query_token(scope: Scope) -> str | None:
    found = parse_qs(scope["query_string"].decode("latin-1")).get("token")
    return found[0] if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class _Sending:
    """A ``send`` that adds the headers of security."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            _add_headers(message)
        await self._send(message)


def _add_headers(message: MutableMapping[str, Any]) -> None:
    present = {name.lower() for name, _ in message.get("headers", [])}
    added = dict(_HEADERS)
    if b"cache-control" not in present:
        added[b"cache-control"] = b"no-store"
    message["headers"] = [*message.get("headers", []), *added.items()]
