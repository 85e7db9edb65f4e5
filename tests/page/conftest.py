"""The page without a server, built once with the shipped model, and a browser that opens it as a file."""

import base64
import contextlib
import functools
import http.server
import io
import json
import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
STUDIO = "document.querySelector('v-app').studio"
SOFT_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
"""Arguments that give Chromium a graphics processor made of software."""
PATIENCE = 60  # seconds, for a picture of 24 million pixels on a busy machine


def pytest_collection_modifyitems(items):
    """Name the programs that these tests need."""
    for item in items:
        if "built" in item.fixturenames:
            item.add_marker(pytest.mark.needs("npm", "npm"))
            item.add_marker(pytest.mark.needs("chromium", "chromium"))
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The path of the page; in the folder ``page`` beside it lies that of a web space."""
    page = tmp_path_factory.mktemp("built") / "vermilion.html"
    command = ["bash", str(ROOT / "scripts" / "build_page"), "--site", str(page)]
    subprocess.run(command, check=True, capture_output=True)
    return page


class Page:
    """The page in one window, asked as its own parts ask its engine.

    Attributes:
        page: playwright's.
        requests: the addresses that were asked for, the page's own and blobs left out.
        complaints: what the console told of errors.
    """

    def __init__(self, page, address):
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url, address))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.goto(address)
        page.wait_for_selector("v-app.ready")

    def _note(self, url, address):
        if not url.startswith(("blob:", "data:", address)):
            self.requests.append(url)

    def _hear(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def ask(self, script):
        return self.page.evaluate(script)

    def open(self, path):
        """Choose a file as a person does; returns what the page knows of the picture."""
        count = self.ask(f"{STUDIO}.pictures.length")
        self.page.set_input_files("#open-pictures", str(path))
        end = time.monotonic() + PATIENCE
        while self.ask(f"{STUDIO}.pictures.length") == count or self.ask(f"{STUDIO}.isOpening"):
            assert time.monotonic() < end, "the picture was never opened"
            self.page.wait_for_timeout(20)
        return self.ask(f"{STUDIO}.pictures.at(-1).picture")

    def engine(self, method, *said):
        """Call a method of the page's engine."""
        return self.ask(f"{STUDIO}.engine.{method}({', '.join(map(json.dumps, said))})")

    def paint(self, picture, controls):
        said = json.dumps(controls)
        return self.ask(f"{STUDIO}.engine.setControls({picture['id']!r}, {said}, 0)")

    def save(self, picture, **options):
        """What is saved, by the names of its files."""
        said = json.dumps({"mark": True, "recipe": True, "confidence": False} | options)
        files = self.ask(
            f"{STUDIO}.engine.savedFiles([{picture['id']!r}], {said}).then((files) => "
            "Promise.all(files.map(({ name, blob }) => new Promise((done) => {"
            "const reader = new FileReader();"
            "reader.onload = () => done([name, reader.result.split(',')[1]]);"
            "reader.readAsDataURL(blob); }))))"
        )
        return {name: base64.b64decode(content) for name, content in files}

    def colors(self, picture):
        """The saved picture, uint8 [H,W,3]."""
        content = next(iter(self.save(picture, recipe=False).values()))
        return np.asarray(Image.open(io.BytesIO(content)))

    def close(self, picture):
        self.ask(f"{STUDIO}.close({STUDIO}.find({picture['id']!r}))")


@pytest.fixture(scope="package")
def chromium():
    """A browser for all tests of the page, closed after them: playwright's loop would hinder others."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *SOFT_GPU])
        yield browser
        browser.close()


@pytest.fixture
def new_window(chromium):
    """Open the page at an address in a window of its own, of which nothing may complain."""
    opened = []

    def opening(address, script="", *, may_ask=False, **options):
        context = chromium.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE * 1000)
        if script:
            context.add_init_script(script)
        page = Page(context.new_page(), address)
        opened.append((context, page, may_ask))
        return page

    yield opening
    for context, page, may_ask in opened:
        context.close()
        assert page.complaints == []
        assert may_ask or page.requests == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web_space_of(folder):
    """The address at which a folder is served."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="package")
def window(chromium, built):
    """The page, opened as a file, in one window: to load it takes five seconds of a processor."""
    context = chromium.new_context(locale="en", reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(PATIENCE * 1000)
    yield Page(context.new_page(), built.as_uri())
    context.close()


@pytest.fixture
def page(window):
    """The page in its one window, of which nothing may complain."""
    yield window
    assert window.complaints == []
    assert window.requests == []


@pytest.fixture(scope="session")
def again(built, tmp_path_factory):
    """The page, built once more."""
    page = tmp_path_factory.mktemp("again") / "vermilion.html"
    subprocess.run(["bash", str(ROOT / "scripts" / "build_page"), str(page)], check=True, capture_output=True)
    return page
