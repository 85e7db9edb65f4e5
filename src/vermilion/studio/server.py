"""Starting and stopping a server."""

import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import FrameType

import uvicorn

from vermilion.archive.batch import locked
from vermilion.colorizer import Colorizer
from vermilion.errors import OutputError, SettingsError
from vermilion.extras import FILM_SUFFIXES
from vermilion.outputs import make_folder
from vermilion.studio.app import create_app, create_studio
from vermilion.studio.desk.folder import work_folder
from vermilion.studio.desk.named import check_folder, open_named
from vermilion.studio.settings import Settings
from vermilion.studio.studio import Studio
from vermilion.studio.web.protocol import patient_protocol

_STOPPING = 5  # seconds that open requests get to end


def run_server(
    settings: Settings,
    make_colorizer: Callable[[], Colorizer],
    started: Callable[[Settings, Sequence[Path]], None],
    *,
    browser: bool = False,
) -> None:
    """Serve until the process is told to stop.

    Args:
        settings: of the server; port 0 takes any that is free.
        make_colorizer: called once.
        started: called once the server listens, with the settings and with files of pictures that were open
            at an earlier time and cannot be opened again.
        browser: whether to open the page.

    Raises:
        SettingsError: the port is taken, the address is none of this machine, or the archive no folder.
        OutputError: the folder of results cannot be used.
    """
    check_folder(settings.out)
    with _held(settings), _listen(settings) as listening, work_folder(keep=settings.page) as folder:
        settings = replace(settings, port=listening.getsockname()[1], work=folder)
        studio = create_studio(settings, make_colorizer())
        open_named(studio.desk, without_films(studio, settings.paths), settings.out)
        started(settings, studio.desk.unread)
        if browser:
            # Some browsers run in the terminal, and end when the person ends them.
            Thread(target=webbrowser.open, args=(settings.url,), daemon=True).start()
        make_server(studio).run([listening])


def without_films(studio: Studio, paths: Sequence[str]) -> list[str]:
    """Open the films among the paths; returns the others."""
    films = [path for path in paths if Path(path).suffix.lower() in FILM_SUFFIXES and Path(path).is_file()]
    for film in films:
        studio.films.open_named(Path(film))
    return [path for path in paths if path not in films]


@contextmanager
def _held(settings: Settings) -> Iterator[None]:
    """Hold the folder of results if jobs go there: two servers would do the same ones.

    Raises:
        SettingsError: the archive is no folder, or no folder of results was named.
        OutputError: another server holds it, or it lies among the scans.
    """
    if settings.archive is None:
        yield
        return
    if not settings.archive.is_dir():
        raise SettingsError(f"{settings.archive} is not a folder; name the archive's with --archive.")
    if settings.out is None:
        raise SettingsError("Jobs need a folder of results; name one with -o OUT.")
    if settings.out.resolve().is_relative_to(settings.archive.resolve()):
        raise OutputError(
            f"{settings.out} lies in the archive {settings.archive}; name another folder with -o."
        )
    make_folder(settings.out)
    with locked(settings.out):
        yield


def make_server(studio: Studio) -> uvicorn.Server:
    """Return the server of a studio; its ``run`` takes the socket on which it listens."""
    limits = studio.settings.limits
    config = uvicorn.Config(
        create_app(studio),
        http=patient_protocol(limits.header_seconds),
        ws="none",
        log_level="warning",
        access_log=False,  # it would print the token
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_graceful_shutdown=_STOPPING,
    )
    return _Server(config, studio)


class _Server(uvicorn.Server):
    """Ends the streams of events when it has to stop; else it would wait for pages to close them."""

    def __init__(self, config: uvicorn.Config, studio: Studio) -> None:
        super().__init__(config)
        self._studio = studio

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signals call it
        """Stop as soon as the requests in progress are answered; on a second Ctrl-C at once.

        The signal is not raised again afterwards, as uvicorn would do: this is how a server ends.
        """
        self._studio.events.close()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=128)
    except OSError as error:
        raise SettingsError(
            f"The address {settings.host} with port {settings.port} cannot be used "
            f"({error.strerror or error}); choose another --port, or an address of this machine."
        ) from error
