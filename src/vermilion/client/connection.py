"""One connection to a server: requests, answers, and its errors."""

import http.client
import json
import secrets
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from vermilion.client.answers import Result, ServerError, error_of, problem_of
from vermilion.client.bodies import content_of, form_of, streamed_form
from vermilion.errors import SettingsError


class Connection:
    """One of a ``Client``, which says what the arguments are; to be used by one thread at a time.

    Raises:
        SettingsError: the URL is none of HTTP.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"{url!r} is not the URL of a server; write it as http://127.0.0.1:8000.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._make = partial(kind, parts.hostname, parts.port, timeout=timeout)
        self._connection = self._make()
        self._url = f"{parts.scheme}://{parts.netloc}"
        self._token = token or urllib.parse.parse_qs(parts.query).get("token", [""])[0]

    def close(self) -> None:
        """End the connection; the next call makes a new one."""
        self._connection.close()

    def json(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - as JSON has it
        """Send a body as JSON, and return the answer's."""
        content = None if body is None else json.dumps(body).encode()
        return json.loads(self.call(method, path, content, "application/json").content)

    def send_file(self, path: str, file: str | Path | bytes, name: str, texts: Mapping[str, str]) -> Result:
        """Send a file as a form, with some texts."""
        content, called = content_of(file, name)
        boundary = secrets.token_hex(16)
        return self._post_form(path, boundary, b"".join(form_of(boundary, content, called, texts)))

    def stream_file(self, path: str, file: Path) -> Result:
        """Send a file as a form, as it is read: it may be larger than the memory."""
        boundary = secrets.token_hex(16)
        with streamed_form(boundary, file) as (length, body):
            return self._post_form(path, boundary, body, length)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        kind: str = "",
        length: int | None = None,
    ) -> Result:
        """Send a body, with its ``length`` if it is streamed, and return the answer as a file."""
        try:
            answer = self._ask(self._connection, method, path, body, kind, length)
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise self.lost(error) from error
        return Result(content, answer.headers.get_filename() or "", answer.headers.get_content_type())

    def parts(self, path: str, size: int) -> Iterator[bytes]:
        """Yield an answer as it comes, in parts of a size; other calls may be made meanwhile."""
        with self._apart(path) as answer:
            while part := answer.read(size):
                yield part

    def lines(self, path: str) -> Iterator[bytes]:
        """Yield the lines of an answer as they come; other calls may be made meanwhile."""
        with self._apart(path) as answer:
            yield from answer

    def lost(self, error: Exception | None) -> ServerError:
        """Return the error of a server that stopped to answer."""
        reason = "it has stopped" if error is None else error or type(error).__name__
        return ServerError(
            f"{self._url} does not answer ({reason}); start it with `vermilion serve`, or correct the URL.",
            "unreachable",
        )

    def _post_form(
        self, path: str, boundary: str, body: bytes | Iterable[bytes], length: int | None = None
    ) -> Result:
        return self.call("POST", path, body, f"multipart/form-data; boundary={boundary}", length)

    @contextmanager
    def _apart(self, path: str) -> Iterator[http.client.HTTPResponse]:
        """Yield one answer on a connection of its own."""
        apart = self._make()
        try:
            yield self._ask(apart, "GET", path)
        except (OSError, http.client.HTTPException) as error:
            raise self.lost(error) from error
        finally:
            apart.close()

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        kind: str = "",
        length: int | None = None,
    ) -> http.client.HTTPResponse:
        """Send a request, and return the answer before its content is read."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = kind
        if length is not None:
            headers["Content-Length"] = str(length)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise error_of(problem_of(answer.read(), answer.status))
        return answer
