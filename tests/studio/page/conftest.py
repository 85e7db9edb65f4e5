"""A studio with the tiny model in a process of its own, and a real browser that opens its page."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.studio.page.hands import Hands

ROOT = Path(__file__).parents[3]
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
PICTURES = {"house.jpg": (640, 480), "coat.jpg": (480, 640), "large.jpg": (3000, 2000)}


@dataclass
class Server:
    """A studio that runs."""

    url: str
    out: Path
    process: subprocess.Popen


@contextmanager
def running(model, folder, port=0, archive=None):
    """Run `vermilion studio` as a person does; what it keeps lies in the folder."""
    out = folder / "out"
    command = [
        sys.executable,
        "-m",
        "vermilion",
        "studio",
        "--no-browser",
        "--port",
        str(port),
        "-o",
        out,
        "--model",
        model,
        *(["--archive", archive] if archive else []),
    ]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "VERMILION_STUDIO": str(folder / "kept"),
        "OMP_NUM_THREADS": "1",
    }
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            yield Server(url, out, process)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def server(tiny_model_folder, tmp_path_factory):
    with running(tiny_model_folder, tmp_path_factory.mktemp("studio")) as running_server:
        yield running_server


@pytest.fixture
def look(chromium):
    """Open an address in a new window; gives hands. What the page's console complains of fails the test."""
    opened = []

    def looking(url, size="wide", scheme="light", language="en"):
        width, height = SIZES[size]
        touch = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=language,
            reduced_motion="reduce",
            accept_downloads=True,
            **touch,
        )
        context.set_default_timeout(15_000)
        hands = Hands(context.new_page())
        opened.append((context, hands))
        hands.page.goto(url)
        hands.page.wait_for_selector("v-app.ready")
        return hands

    yield looking
    for context, hands in opened:
        context.close()
        assert hands.complaints == []


@pytest.fixture
def empty(look, server):
    """Hands at the page in which no picture is open, nor any saved; arguments: size, scheme, language."""

    def opening(*how, **more):
        shutil.rmtree(server.out, ignore_errors=True)
        hands = look(server.url, *how, **more)
        hands.close_all()
        return hands

    return opening


@pytest.fixture
def hands(empty, photographs):
    """Hands at the page in which one photograph is open."""
    hands = empty()
    hands.open(photographs / "house.jpg")
    return hands


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Made-up grey photographs by their names."""
    folder = tmp_path_factory.mktemp("photographs")
    for seed, (name, size) in enumerate(PICTURES.items()):
        content = made_up(*size, seed)
        (folder / name).write_bytes(content)
    Image.new("L", (160, 120), 246).save(folder / "bright.jpg")
    colors = Image.new("RGB", (64, 48), (180, 40, 30))
    colors.paste((30, 60, 150), (0, 0, 32, 48))
    colors.save(folder / "flag.png")
    house = Image.open(folder / "house.jpg").convert("RGB")
    house.paste((120, 60, 30), (320, 0, 640, 480), Image.new("L", (320, 480), 90))
    house.paste((30, 60, 150), (0, 0, 320, 480), Image.new("L", (320, 480), 90))
    house.save(folder / "house.color.png")
    bands = [Image.open(io.BytesIO(made_up(320, 240, seed))) for seed in (7, 8, 9)]
    Image.merge("RGB", bands).save(folder / "postcard.png")
    return folder


def made_up(width, height, seed):
    """A soft grey picture with a few large things in it, as a JPEG."""
    small = np.random.default_rng(seed).integers(40, 216, (6, 8), np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST)
    image = image.filter(ImageFilter.GaussianBlur(3))
    content = io.BytesIO()
    image.save(content, "jpeg", quality=85)
    return content.getvalue()
