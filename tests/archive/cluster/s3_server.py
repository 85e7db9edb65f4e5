"""A local S3 server that fails now and then, as real ones do."""

import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUSY = (
    b"""<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>"""
)


@dataclass
class Faults:
    """Which requests fail.

    Attributes:
        share: of all requests that are refused with 503.
        denied: words of which a path must hold none; such requests are refused for good with 403.
        seen: the method and path of each request that was let through.
    """

    share: float = 0.0
    denied: tuple[str, ...] = ()
    seen: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(31))


def flaky(app: Callable[..., Iterable[bytes]], faults: Faults) -> Callable[..., Iterable[bytes]]:
    """Let an application fail as it is told."""

    def wrapped(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"].encode("latin-1").decode()
        if faults.chance.random() < faults.share:
            faults.refused += 1
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            start("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(BUSY)))])
            return [BUSY]
        if method == "PUT" and any(word in path for word in faults.denied):
            body = BUSY.replace(b"SlowDown", b"AccessDenied")
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        faults.seen.append((method, path))
        return app(environment, start)

    return wrapped


@contextmanager
def s3_server(faults: Faults) -> Iterator[str]:
    """Run a server with one bucket, ``box``; yield its address."""
    app = DomainDispatcherApplication(create_backend_app)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, flaky(app, faults), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
