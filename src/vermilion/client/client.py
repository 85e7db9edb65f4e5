"""The calls of a client, over one connection."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from vermilion.client.answers import (
    Job,
    OpenPicture,
    Result,
    Table,
    error_of,
    job_of,
    picture_of,
)
from vermilion.client.bodies import id_of, query_of
from vermilion.client.connection import Connection
from vermilion.client.films import Films

Option = bool | int | str

_TIMEOUT = 300.0  # seconds without an answer


class Client:
    """Talks to one server over one connection; to be used by one thread at a time.

    Args:
        url: of the server; the URL that `vermilion studio` prints may be given with its token.
        token: what the server's token file holds; empty where none is needed.
        timeout: seconds to wait for an answer.

    Attributes:
        films: the calls about films.

    Raises:
        SettingsError: the URL is none of HTTP.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8000", token: str = "", timeout: float = _TIMEOUT
    ) -> None:
        self._connection = Connection(url, token, timeout)
        self.films = Films(self._connection)

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
        return self._connection.send_file("/v1/colorize" + query_of(options), picture, name, texts)

    def open(self, picture: str | Path | bytes, *, name: str = "", **reading: Option) -> OpenPicture:
        """Open a picture on the server, and colour it.

        Args:
            picture: its file, or the bytes of one.
            name: of bytes.
            reading: ``page``, ``recolor``, ``crop_print`` or ``size``.

        Raises:
            PictureError: it cannot be opened; it is closed again.
        """
        answer = self._connection.send_file("/v1/pictures" + query_of(reading), picture, name, {})
        [told] = json.loads(answer.content)
        if told["error"]:
            self.close(told["id"])
            raise error_of(told["error"])
        return picture_of(told)

    def pictures(self) -> list[OpenPicture]:
        """Return all pictures that are open."""
        return [picture_of(told) for told in self._connection.json("GET", "/v1/pictures")]

    def set_controls(self, picture: OpenPicture | str, controls: Table) -> OpenPicture:
        """Set the controls of a picture.

        Raises:
            HintError: a hint makes no sense for it.
            SettingsError: a control cannot be used.
        """
        return picture_of(self._connection.json("PUT", f"/v1/pictures/{id_of(picture)}/controls", controls))

    def preview(self, picture: OpenPicture | str, side: int = 1024, what: str = "color") -> Result:
        """Return the whole picture, small: what is "color", "scan" or "confidence"."""
        query = query_of({"side": side, "what": what})
        return self._connection.call("GET", f"/v1/pictures/{id_of(picture)}/preview{query}")

    def suggest(
        self, picture: OpenPicture | str, x: float, y: float, count: int = 5
    ) -> list[tuple[str, float]]:
        """Return the likeliest colours of a place, each with its probability.

        Raises:
            HintError: the place is not in the picture.
        """
        asked = {"x": x, "y": y, "count": count}
        told = self._connection.json("POST", f"/v1/pictures/{id_of(picture)}/suggest", asked)
        return [(each["color"], each["probability"]) for each in told]

    def variants(self, picture: OpenPicture | str, count: int = 6) -> list[Table]:
        """Return the controls of other plausible colourings, the likeliest first."""
        told = self._connection.json("POST", f"/v1/pictures/{id_of(picture)}/variants", {"count": count})
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
        return self._connection.call("POST", f"/v1/pictures/{id_of(picture)}/save", body, "application/json")

    def send(self, file: str | Path | bytes, kind: str, *, name: str = "") -> Table:
        """Send a file that controls name: kind is reference, palette, cube, look, mask or album."""
        answer = self._connection.send_file(f"/v1/assets?kind={kind}", file, name, {})
        told = json.loads(answer.content)
        return {"sha256": told["sha256"], "name": told["name"]}

    def close(self, picture: OpenPicture | str) -> None:
        """Close a picture on the server."""
        self._connection.call("DELETE", f"/v1/pictures/{id_of(picture)}")

    def models(self) -> list[Table]:
        """Return the models that are installed on the server."""
        return list(self._connection.json("GET", "/v1/models"))

    def submit(self, **asked: object) -> Job:
        """Have the server colour its archive by a job, which survives a restart.

        Args:
            asked: those of `POST /v1/jobs`: ``include``, ``exclude``, ``limit``, ``format``, ``controls``, …

        Raises:
            SettingsError: the controls cannot be used.
            ServerError: it was started without an archive, or something else that is asked is impossible.
        """
        return job_of(self._connection.json("POST", "/v1/jobs", asked))

    def jobs(self) -> list[Job]:
        """Return all jobs, in the order in which they came."""
        return [job_of(told) for told in self._connection.json("GET", "/v1/jobs")]

    def job(self, job: Job | str) -> Job:
        """Return a job as it is now.

        Raises:
            ServerError: there is none.
        """
        return job_of(self._connection.json("GET", f"/v1/jobs/{id_of(job)}"))

    def follow(self, job: Job | str) -> Iterator[Job]:
        """Yield a job as it is now and whenever it gets on, until it has ended.

        Raises:
            ServerError: there is none, or the server stops; the job goes on once it is started again.
        """
        for line in self._connection.lines(f"/v1/jobs/{id_of(job)}/events"):
            if not line.startswith(b"data:"):
                continue
            found = job_of(json.loads(line.removeprefix(b"data:"))["job"])
            if found.has_ended:
                yield self.job(found)
                return
            yield found
        raise self._connection.lost(None)

    def cancel(self, job: Job | str) -> Job:
        """End a job after the pictures in progress; what is finished stays."""
        return job_of(self._connection.json("DELETE", f"/v1/jobs/{id_of(job)}"))
