"""The examples of docs/api.md run, against a server and in a folder with the picture."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.studio.conftest import grey_jpeg, running
from vermilion.studio import Settings

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8000"
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_colorizer):
    settings = Settings(page=False, work=tmp_path_factory.mktemp("work"))
    with running(settings, tiny_colorizer) as server:
        yield server


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grandma.jpg").write_bytes(grey_jpeg())
    grey = Image.linear_gradient("L")
    Image.merge("RGB", [grey, grey.rotate(90), grey]).save(tmp_path / "postcard.jpg")
    return tmp_path


@pytest.mark.needs("curl", "curl")
@pytest.mark.parametrize("block", blocks("bash"))
def test_the_calls_of_the_page_do_what_it_says(block, folder, server):
    script = block.replace(ADDRESS, f"http://127.0.0.1:{server.port}")
    environment = {name: os.environ[name] for name in os.environ if "proxy" not in name.lower()}
    words = ["bash", "-euo", "pipefail", "-c", script]
    result = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for name in re.findall(r"-o (\S+)", block):
        assert (folder / name).stat().st_size > 100


@pytest.mark.parametrize("block", blocks("py"))
def test_the_python_of_the_page_runs(block, folder, server):
    exec(compile(block.replace(ADDRESS, f"http://127.0.0.1:{server.port}"), "<docs>", "exec"), {})
    assert {"vivid.jpg", "navy.png"} <= {path.name for path in folder.iterdir()}


def test_the_pages_are_short():
    assert len(re.findall(r"\S*\w\S*", PAGE)) <= 600
    assert len(re.findall(r"\S*\w\S*", (ROOT / "docs" / "security.md").read_text("utf-8"))) <= 430
