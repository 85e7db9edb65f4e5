"""A studio with the tiny model, and small photographs."""

import io
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from vermilion.studio import Settings
from vermilion.studio.app import create_app, create_studio

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
