"""A client of `vermilion serve` and of a studio, for programs that have no model of their own.

    >>> from vermilion.client import Client
    >>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
    ...     client.colorize("grandma.jpg").save("grandma.color.jpg")

It uses Python's standard library alone. What the server refuses is raised as the error that the library
itself would raise, with the same sentence and code.
"""

import http.client
import json
import secrets
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vermilion import errors
from vermilion.errors import OutputError, PictureError, SettingsError, VermilionError

__all__ = ["Client", "OpenPicture", "Result", "ServerError"]

Table = Mapping[str, Any]
Option = bool | int | str

_KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, VermilionError) and kind is not VermilionError
]
_TIMEOUT = 300.0  # seconds without an answer


class ServerError(VermilionError):
    """What only a server refuses: it is busy, does not know the token, or is not there.

    Attributes:
        code: the server's own, such as "busy"; "unreachable" if there is none.
        status: of HTTP; 0 if there was no answer.
    """

    def __init__(self, message: str, code: str = "error", status: int = 0) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc] # of a class for all errors of the library, here of each
        self.status = status


@dataclass(frozen=True, slots=True)
class Result:
    """A file that the server sent.

    Attributes:
        content: all bytes.
        name: that the server gives it.
        media_type: as HTTP has it.
    """

    content: bytes
    name: str
    media_type: str

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write it to a file.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        try:
            with Path(path).open("wb" if overwrite else "xb") as file:
                file.write(self.content)
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written ({error.strerror or error}); choose another name."
            ) from error


@dataclass(frozen=True, slots=True)
class OpenPicture:
    """A picture that is open on the server.

    Attributes:
        id: names it.
        name: of its file.
        size: height and width in pixels as it is shown.
        state: "new", "coloured", "changed" or "saved".
        revision: names its present colours.
        controls: what was said about them.
        notes: what a person should know.
    """

    id: str
    name: str
    size: tuple[int, int]
    state: str
    revision: str
    controls: Table
    notes: tuple[str, ...]


class Client:
    """Talks to one server over one connection; to be used by one thread at a time.

    Args:
        url: of the server; the URL that `vermilion studio` prints may be given with its token.
        token: what the server's token file holds; empty where none is needed.
        timeout: seconds to wait for an answer.

    Raises:
        SettingsError: the URL is none of HTTP.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8000", token: str = "", timeout: float = _TIMEOUT
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"{url!r} is not the URL of a server; write it as http://127.0.0.1:8000.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._url = f"{parts.scheme}://{parts.netloc}"
        self._token = token or urllib.parse.parse_qs(parts.query).get("token", [""])[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()

    def disconnect(self) -> None:
        """End the connection; pictures stay open on the server."""
        self._connection.close()

    def colorize(
        self, picture: str | Path | bytes, controls: Table | None = None, *, name: str = "", **options: Option
    ) -> Result:
        """Colour one picture in one call.

        Args:
            picture: its file, or the bytes of one.
            controls: as a recipe has them.
            name: of bytes, for messages and the mark in the result.
            options: such as ``format="png"``, ``recolor=True``, ``mark=False``: those of `POST /v1/colorize`.

        Raises:
            PictureError: it cannot be read, or is in colour already.
            SettingsError: the controls cannot be used.
            ServerError: the server cannot be asked.
        """
        texts = {} if controls is None else {"controls": json.dumps(controls)}
        return self._send_file("/v1/colorize" + _query(options), picture, name, texts)

    def open(self, picture: str | Path | bytes, *, name: str = "", **reading: Option) -> OpenPicture:
        """Open a picture on the server, and colour it.

        Args:
            picture: its file, or the bytes of one.
            name: of bytes.
            reading: ``page``, ``recolor``, ``crop_print`` or ``size``.

        Raises:
            PictureError: it cannot be opened; it is closed again.
        """
        answer = self._send_file("/v1/pictures" + _query(reading), picture, name, {})
        [told] = json.loads(answer.content)
        if told["error"]:
            self.close(told["id"])
            raise _error_of(told["error"])
        return _picture_of(told)

    def pictures(self) -> list[OpenPicture]:
        """Return all pictures that are open."""
        return [_picture_of(told) for told in self._json("GET", "/v1/pictures")]

    def set_controls(self, picture: OpenPicture | str, controls: Table) -> OpenPicture:
        """Set the controls of a picture.

        Raises:
            HintError: a hint makes no sense for it.
            SettingsError: a control cannot be used.
        """
        return _picture_of(self._json("PUT", f"/v1/pictures/{_id(picture)}/controls", controls))

    def preview(self, picture: OpenPicture | str, side: int = 1024, what: str = "color") -> Result:
        """Return the whole picture, small: what is "color", "scan" or "confidence"."""
        query = _query({"side": side, "what": what})
        return self._call("GET", f"/v1/pictures/{_id(picture)}/preview{query}")

    def suggest(
        self, picture: OpenPicture | str, x: float, y: float, count: int = 5
    ) -> list[tuple[str, float]]:
        """Return the likeliest colours of a place, each with its probability.

        Raises:
            HintError: the place is not in the picture.
        """
        asked = {"x": x, "y": y, "count": count}
        told = self._json("POST", f"/v1/pictures/{_id(picture)}/suggest", asked)
        return [(each["color"], each["probability"]) for each in told]

    def variants(self, picture: OpenPicture | str, count: int = 6) -> list[Table]:
        """Return the controls of other plausible colourings, the likeliest first."""
        told = self._json("POST", f"/v1/pictures/{_id(picture)}/variants", {"count": count})
        return [each["controls"] for each in told]

    def result(self, picture: OpenPicture | str, **how: Option) -> Result:
        """Return the coloured picture as a file, or an archive of several.

        Args:
            picture: an open one.
            how: ``format``, ``depth``, ``mark``, ``recipe``, ``confidence``: those of `POST .../save`.

        Raises:
            OutputError: something would be lost that is not allowed.
        """
        body = json.dumps(how | {"target": "download"}).encode()
        return self._call("POST", f"/v1/pictures/{_id(picture)}/save", body, "application/json")

    def send(self, file: str | Path | bytes, kind: str, *, name: str = "") -> Table:
        """Send a file that controls name: kind is reference, palette, cube, look, mask or album."""
        answer = self._send_file(f"/v1/assets?kind={kind}", file, name, {})
        told = json.loads(answer.content)
        return {"sha256": told["sha256"], "name": told["name"]}

    def close(self, picture: OpenPicture | str) -> None:
        """Close a picture on the server."""
        self._call("DELETE", f"/v1/pictures/{_id(picture)}")

    def models(self) -> list[Table]:
        """Return the models that are installed on the server."""
        return list(self._json("GET", "/v1/models"))

    def _json(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - as JSON has it
        content = None if body is None else json.dumps(body).encode()
        return json.loads(self._call(method, path, content, "application/json").content)

    def _send_file(self, path: str, file: str | Path | bytes, name: str, texts: Mapping[str, str]) -> Result:
        content, called = _read(file, name)
        boundary = secrets.token_hex(16)
        body = b"".join(_form(boundary, content, called, texts))
        return self._call("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def _call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Result:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise ServerError(
                f"{self._url} does not answer ({error or type(error).__name__}); start it with `vermilion "
                "serve`, or correct the URL.",
                "unreachable",
            ) from error
        if answer.status >= 400:
            raise _error_of(_problem(content, answer.status))
        return Result(content, answer.headers.get_filename() or "", answer.headers.get_content_type())


def _id(picture: OpenPicture | str) -> str:
    return urllib.parse.quote(picture if isinstance(picture, str) else picture.id, safe="")


def _query(options: Mapping[str, Any]) -> str:
    texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in options.items()}
    return f"?{urllib.parse.urlencode(texts)}" if texts else ""


def _read(file: str | Path | bytes, name: str) -> tuple[bytes, str]:
    if isinstance(file, bytes):
        return file, name or "picture"
    try:
        return Path(file).read_bytes(), name or Path(file).name
    except OSError as error:
        raise PictureError(f"{file} cannot be read ({error.strerror}); check the path.") from error


def _form(boundary: str, content: bytes, name: str, texts: Mapping[str, str]) -> Iterator[bytes]:
    """A body of multipart/form-data (RFC 7578) with the field ``file`` and some texts."""
    for key, text in texts.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'
        yield f"{head}{text}\r\n".encode()
    plain = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
    yield f"{head}Content-Type: application/octet-stream\r\n\r\n".encode("utf-8", "replace")
    yield content
    yield f"\r\n--{boundary}--\r\n".encode()


def _picture_of(told: Table) -> OpenPicture:
    notes: Sequence[Table] = told["notes"]
    return OpenPicture(
        told["id"],
        told["name"],
        (told["height"], told["width"]),
        told["state"],
        told["revision"],
        told["controls"],
        tuple(note["text"] for note in notes),
    )


def _problem(content: bytes, status: int) -> Table:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if isinstance(told, dict) and "code" in told:
        return told
    return {"status": status, "code": "error", "detail": f"The server answered with {status}, and no reason."}


def _error_of(problem: Table) -> VermilionError:
    """The error of the library that has the code of a problem, or one of the server alone."""
    for kind in _KINDS:
        if kind.code == problem["code"]:
            return kind(problem["detail"])
    return ServerError(problem["detail"], problem["code"], problem.get("status", 0))
