"""`vermilion studio` and `vermilion serve`: the page for people, and the same server for programs."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.loading import loading
from vermilion.cli.say import say, say_aside, say_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vermilion.colorizer import Colorizer
    from vermilion.studio import Settings

Archive = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="FOLDER",
        help="Folder that jobs of the API may colour, each into a folder of its own in OUT. See docs/api.md.",
    ),
]

STUDIO_PORT = 8484
"""Where the page is by default: always the same, as browsers keep a page's settings by its address."""


def studio(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Pictures, films, folders or quoted patterns to open at once."),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="Folder to save results in. By default, you download them."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=0,
            max=65535,
            help=f"Port of the page. By default, {STUDIO_PORT}, or any if that is taken.",
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    archive: Archive = None,
    lan: Annotated[
        bool,
        typer.Option("--lan", help="Also let a phone in your network open it, by a link shown as a QR code."),
    ] = False,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    threads: opt.Threads = None,
) -> None:
    """Open the studio: a private page in your browser where you colour photographs.

    \b
    Examples:
      vermilion studio                              # then drop photographs on the page
      vermilion studio shoebox -o shoebox-color     # a folder, results saved in another
      vermilion studio --lan                        # and open it on the phone, too
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with loading():
        from vermilion.studio import Settings, lan_address, new_token, port_or_any, run_server

    host = "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104 - who is let in must know the token
    settings = Settings(
        host=host,
        port=port_or_any(host, STUDIO_PORT) if port is None else port,
        token=new_token(),
        paths=tuple(paths or ()),
        out=output,
        archive=archive,
        model=model,
        device=device,
        lan_host=lan_address() if lan else "",
    )
    run_server(settings, partial(_start_engine, device, model, threads), _say_page, browser=not no_browser)


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address of this machine to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port to listen on; 0 takes any.")
    ] = 8000,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="F",
            help="File with the token that callers must send. Needed for any address but loopback.",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            help="Another name by which callers reach it, such as that of a proxy. Repeatable.",
        ),
    ] = None,
    archive: Archive = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Folder for the results of jobs.")
    ] = None,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    threads: opt.Threads = None,
) -> None:
    """Serve the HTTP API for programs, without the studio's page. See docs/api.md.

    \b
    Examples:
      vermilion serve                               # on http://127.0.0.1:8000, for this machine
      vermilion serve --host 0.0.0.0 --token-file token.txt
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with loading():
        from vermilion.studio import Settings, read_token, run_server

    token, names = read_token(token_file, host), tuple(each.lower() for each in name or ())
    settings = Settings(
        host=host, port=port, token=token, page=False, names=names,
        archive=archive, out=output, model=model, device=device,
    )  # fmt: skip
    run_server(settings, partial(_start_engine, device, model, threads), _say_service)


def _start_engine(device: str, model: str | None, threads: int | None) -> "Colorizer":
    from vermilion.colorizer import Colorizer

    with loading():
        return Colorizer(model, device=device, threads=threads)


def _say_page(settings: "Settings", unread: "Sequence[Path]") -> None:
    say(settings.url)
    for path in unread:
        say_error(f"{path} describes an open picture, but is damaged; remove it, or restore it.")
    say_aside("Keep this window open; Ctrl-C ends the studio.")
    if settings.lan_url:
        from vermilion.studio import qr_text

        say_aside(f"On a phone in this house: {settings.lan_url}")
        for row in qr_text(settings.lan_url).splitlines():
            say_aside(row)


def _say_service(settings: "Settings", _: "Sequence[Path]") -> None:
    say(settings.url)
