"""Addresses and tokens: how to reach this machine, and who may enter."""

import ipaddress
import secrets
import socket
from pathlib import Path

import segno

from vermilion.errors import SettingsError

_SHORTEST = 16  # characters of a token that somebody chose
_ANYWHERE = "192.0.2.1"  # RFC 5737: belongs to nobody; nothing is sent to it


def new_token() -> str:
    """Return a secret that nobody can guess."""
    return secrets.token_urlsafe(32)


def read_token(file: Path | None, host: str) -> str:
    """Return the token of a file; empty if there is none, and none is needed.

    Raises:
        SettingsError: the file cannot be read or its token is too short, or an address that others reach has
            no token.
    """
    if file is None:
        if not is_loopback(host):
            raise SettingsError(
                f"Others can reach {host}, so callers need a token; put one into a file and name it "
                "with --token-file."
            )
        return ""
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The token file {file} cannot be read ({error}); name a file with one line of ASCII."
        ) from error
    if len(token) < _SHORTEST or any(character.isspace() for character in token):
        raise SettingsError(
            f"The token in {file} must be one word of {_SHORTEST} characters at least; make one with "
            '`python -c "import secrets; print(secrets.token_urlsafe(32))"`.'
        )
    return token


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def lan_address() -> str:
    """Return this machine's address in the house.

    Raises:
        SettingsError: it is in no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ANYWHERE, 9))  # chooses the way out; UDP sends nothing yet
            return str(probe.getsockname()[0])
        except OSError as error:
            raise SettingsError(
                "This machine is in no network, so no phone can reach it; connect it, or leave out --lan."
            ) from error


def port_or_any(host: str, port: int) -> int:
    """Return a port if it is free, else 0, which takes any."""
    try:
        with socket.create_server((host, port)):
            return port
    except OSError:
        return 0


def qr_text(url: str) -> str:
    """Return a QR code in characters, two rows in a line, for a terminal."""
    matrix = [list(row) for row in segno.make(url, error="m").matrix_iter(border=2)]
    rows = [*matrix, [0] * len(matrix[0])] if len(matrix) % 2 else matrix
    # Dark modules are left out and light ones drawn, as terminals are dark; phones read both.
    signs = {(1, 1): " ", (1, 0): "▄", (0, 1): "▀", (0, 0): "█"}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "".join(signs[int(upper), int(lower)] for upper, lower in zip(above, below, strict=True))
        for above, below in pairs
    )


def qr_svg(url: str) -> str:
    """Return a QR code as an SVG image, dark on white."""
    return str(segno.make(url, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff"))
