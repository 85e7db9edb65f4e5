"""A studio with the tiny model, and small photographs."""

import io
import signal
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from vermilion.studio import Settings
from vermilion.studio.app import create_app, create_studio
from vermilion.studio.server import make_server

TOKEN = "a-token-of-the-tests"
BASE = "http://127.0.0.1:8484"


def grey_jpeg(width=96, height=64, seed=0):
    y, x = np.mgrid[:height, :width]
    luma = (x * 2 + y + 40 * seed) % 256
    content = io.BytesIO()
    Image.fromarray(luma.astype(np.uint8)).save(content, "jpeg", quality=95)
    return content.getvalue()


@pytest.fixture
def settings(tmp_path):
    return Settings(port=8484, token=TOKEN, work=tmp_path / "work", out=tmp_path / "out")


@pytest.fixture
def start(tiny_colorizer, settings):
    """Start a studio; gives a client that knows the token."""
    clients = []

    def starting(**changes):
        studio = create_studio(replace(settings, **changes), tiny_colorizer)
        client = TestClient(create_app(studio), base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"})
        clients.append(client.__enter__())
        return client

    yield starting
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(start):
    return start()


@pytest.fixture
def opened(client):
    """The facts of one open picture, grandma.jpg."""
    [picture] = client.post("/v1/pictures", files={"file": ("grandma.jpg", grey_jpeg())}).json()
    return picture


class Running:
    """A server that really listens, and a client of it."""

    def __init__(self, studio, port, client, stop):
        self.studio, self.port, self.client, self.stop = studio, port, client, stop
        self.head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {TOKEN}\r\n"


@contextmanager
def running(settings, colorizer):
    """Run a server with uvicorn in a thread; what tests of sockets need."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    studio = create_studio(replace(settings, port=port), colorizer)
    server = make_server(studio)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()

    def stop():
        server.handle_exit(signal.SIGTERM, None)

    headers = {"authorization": f"Bearer {TOKEN}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            yield Running(studio, port, client, stop)
    finally:
        stop()
        thread.join(30)
        listening.close()
