"""The settings of a server: access, folders and limits."""

from dataclasses import dataclass, field
from pathlib import Path

from vermilion.pictures import DEFAULT_MAX_PIXELS

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server.

    Attributes:
        body: bytes of a body that brings pictures.
        json: bytes of any other body; hints may hold masks.
        state: bytes that the page may keep for a picture.
        asset: bytes of a reference, a palette, a cube, a look, a mask or an album.
        pixels: of a picture.
        pictures: that are open at the same time.
        held: bytes of open pictures that are kept ready; others are read again when they are shown.
        workers: threads that compute.
        waiting: requests that wait for one of them; more are answered with 429.
        connections: at the same time.
        seconds: that a request may compute.
        header_seconds: in which the head of a request must have come.
        body_rate: bytes a second that a body must come at, after its first half minute.
    """

    body: int = 1024 * MIB
    json: int = 16 * MIB
    state: int = MIB // 4
    asset: int = 64 * MIB
    pixels: int = DEFAULT_MAX_PIXELS
    pictures: int = 2000
    held: int = 1536 * MIB
    workers: int = 2
    waiting: int = 32
    connections: int = 200
    seconds: float = 120.0
    header_seconds: float = 10.0
    body_rate: int = 16 << 10


@dataclass(frozen=True, slots=True)
class Settings:
    """One server.

    Attributes:
        host: address that it listens on.
        port: of it.
        token: secret that everybody must know; empty where none is needed.
        page: whether it shows the page; else it serves programs alone.
        paths: pictures, folders and patterns to open at once.
        out: folder of results; None where they can only be downloaded.
        archive: folder that jobs may colour; None where there are none.
        model: that colours it, as ``Colorizer`` takes it.
        device: that computes.
        work: folder that holds what is open.
        names: other names by which it may be called, such as that of a proxy.
        lan_host: address at which other devices in the house reach it; empty if they may not.
        limits: what is too much.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    page: bool = True
    paths: tuple[str, ...] = ()
    out: Path | None = None
    archive: Path | None = None
    model: str | None = None
    device: str = "auto"
    work: Path = field(default_factory=Path)
    names: tuple[str, ...] = ()
    lan_host: str = ""
    limits: Limits = field(default_factory=Limits)

    @property
    def cookie(self) -> str:
        """Name of the cookie that holds the token: cookies of all ports of a host are in one pot."""
        return f"vermilion-{self.port}"

    @property
    def url(self) -> str:
        """The address on this machine; that of a page opens it, the token included."""
        return self._url("[::1]" if self.host == "::1" else "127.0.0.1" if self.lan_host else self.host)

    @property
    def lan_url(self) -> str | None:
        """The address that opens the page on another device."""
        return self._url(self.lan_host) if self.lan_host else None

    def _url(self, host: str) -> str:
        return f"http://{host}:{self.port}/" + (f"?token={self.token}" if self.token and self.page else "")
