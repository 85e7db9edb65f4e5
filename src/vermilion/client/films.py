"""The calls about films."""

import json
import time
from pathlib import Path

from vermilion.client.answers import OpenFilm, Result, error_of, film_of
from vermilion.client.bodies import id_of, query_of
from vermilion.client.connection import Connection
from vermilion.errors import OutputError

_PART = 1 << 20  # bytes of a film that are kept in memory


class Films:
    """Films on the server: opened, steered by the pictures of their shots, watched and coloured."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, path: str | Path) -> OpenFilm:
        """Send a film; its shots are then looked for, and a frame of each becomes an open picture.

        Raises:
            FilmError: it cannot be read.
        """
        return film_of(json.loads(self._connection.stream_file("/v1/films", Path(path)).content))

    def all(self) -> list[OpenFilm]:
        """Return all films that are open."""
        return [film_of(told) for told in self._connection.json("GET", "/v1/films")]

    def get(self, film: OpenFilm | str) -> OpenFilm:
        """Return a film as it is now.

        Raises:
            ServerError: there is none.
        """
        return film_of(self._connection.json("GET", _path(film)))

    def wait(self, film: OpenFilm | str, every: float = 1.0) -> OpenFilm:
        """Return a film once the server is done with it, asking every few seconds.

        Raises:
            VermilionError: what the server could not do, as the library would raise it.
        """
        while film_of(told := self._connection.json("GET", _path(film))).is_busy:
            time.sleep(every)
        if told["error"]:
            raise error_of(told["error"])
        return film_of(told)

    def look(self, film: OpenFilm | str, *, recolor: bool = False) -> OpenFilm:
        """Look for the shots again after a failure; ``recolor`` accepts a film in colour."""
        query = query_of({"recolor": recolor})
        return film_of(self._connection.json("POST", f"{_path(film)}/look{query}"))

    def watch(self, film: OpenFilm | str, shot: int) -> Result:
        """Return a few seconds of a shot (from 0) in its present colours, small and without sound, as MP4."""
        return self._connection.call("GET", f"{_path(film)}/shots/{shot}/watch")

    def color(self, film: OpenFilm | str) -> OpenFilm:
        """Colour the whole film; a second time only the shots of which something else was said."""
        return film_of(self._connection.json("POST", f"{_path(film)}/color"))

    def stop(self, film: OpenFilm | str) -> OpenFilm:
        """Stop the work on a film; the next colouring continues from there."""
        return film_of(self._connection.json("DELETE", f"{_path(film)}/color"))

    def save(self, film: OpenFilm | str, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the coloured film to a file, as it comes.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.part")
        if target.exists() and not overwrite:
            raise OutputError(f"{target} exists; choose another name, or overwrite it.")
        try:
            with part.open("wb") as file:
                for content in self._connection.parts(f"{_path(film)}/result", _PART):
                    file.write(content)
            part.replace(target)
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written ({error.strerror or error}); choose another name."
            ) from error
        finally:
            part.unlink(missing_ok=True)

    def close(self, film: OpenFilm | str) -> None:
        """Close a film and the pictures of its shots; the coloured film stays in the server's results."""
        self._connection.call("DELETE", _path(film))


def _path(film: OpenFilm | str) -> str:
    return f"/v1/films/{id_of(film)}"
