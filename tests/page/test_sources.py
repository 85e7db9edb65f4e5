"""The sources of the page without a server: small, and nothing of it comes from elsewhere."""

import json
import re
from pathlib import Path

import pytest
from PIL.ImageColor import colormap, getrgb

from vermilion.guidance.looks import look_names

WEB = Path(__file__).parents[2] / "web"
SCRIPTS = sorted(path for path in WEB.rglob("*.js") if "node_modules" not in path.parts)
LONGEST = 300
WIDEST = 120


SERVICE_WORKER = WEB / "page" / "sw.js"
"""It alone asks for anything, and only for the page's own files in its own web space."""


@pytest.mark.parametrize("path", SCRIPTS, ids=[str(path.relative_to(WEB)) for path in SCRIPTS])
def test_a_module_is_small_and_asks_nothing_of_the_network(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert max(map(len, text.splitlines())) <= WIDEST
    if path != SERVICE_WORKER:
        assert not re.search(
            r"(?<![#.\w])fetch\(|EventSource|XMLHttpRequest|WebSocket|sendBeacon|\beval\(", text
        )


def test_the_lockfile_names_hashes_and_no_addresses():
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_names_of_colours_are_pillows():
    text = (WEB / "engine" / "guidance" / "names.js").read_text("utf-8")
    named = dict(re.findall(r'(\w+): "(#\w{6})"', text))
    assert named == {name: "#{:02x}{:02x}{:02x}".format(*getrgb(name)[:3]) for name in colormap}


def test_every_look_is_built_in():
    named = re.search(r"const LOOKS = (\[.*\]);", (WEB / "build.js").read_text("utf-8"))
    assert named
    assert tuple(json.loads(named[1])) == look_names()
