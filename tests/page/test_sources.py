"""The sources of the page without a server: small, and nothing of it comes from elsewhere."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL.ImageColor import colormap, getrgb

from vermilion.guidance.looks import look_names

WEB = Path(__file__).parents[2] / "web"
SCRIPTS = sorted(path for path in WEB.rglob("*.js") if "node_modules" not in path.parts)
LONGEST = 300
WIDEST = 120


ASKING = [WEB / "page" / "sw.js", WEB / "page" / "gpu.js"]
"""They alone ask for anything, and only for the page's own files in its own web space."""


@pytest.mark.parametrize("path", SCRIPTS, ids=[str(path.relative_to(WEB)) for path in SCRIPTS])
def test_a_module_is_small_and_asks_nothing_of_the_network(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert max(map(len, text.splitlines())) <= WIDEST
    if path not in ASKING:
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


def test_the_pages_own_notes_have_german_words():
    """What Python says too, the studio's page translates; those of the page stand in a table of its own."""
    said = json.loads((WEB / "page" / "notes.de.json").read_text("utf-8"))
    engine = "".join(path.read_text("utf-8") for path in sorted((WEB / "engine").rglob("*.js")))
    engine = re.sub(r"[\"`] \+\s+[\"`]", "", engine)
    for english, german in said.items():
        assert re.sub(r"\{\w+\}", "", german) != re.sub(r"\{\w+\}", "", english)
        assert re.search(re.sub(r"\\{\w+\\}", r"\\$\\{[^}]+\\}", re.escape(english)), engine), english


def test_every_look_is_built_in():
    named = re.search(r"const LOOKS = (\[.*\]);", (WEB / "build.js").read_text("utf-8"))
    assert named
    assert tuple(json.loads(named[1])) == look_names()


def test_an_old_node_is_refused_in_one_sentence(tmp_path):
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v16.20.2\n")
        program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", str(WEB.parent / "scripts" / "build_page"), str(tmp_path / "page.html")]
    run = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == (
        "scripts/build_page needs Node.js 18 or newer, and this is v16.20.2; "
        "install a newer one from nodejs.org.\n"
    )
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--help"], 0, "scripts/build_page [--site] [OUTPUT [MODEL]]"),
        (["--sight"], 1, "takes no '--sight'; it takes --site, OUTPUT and MODEL."),
        (["a", "b", "c"], 1, "takes two paths at most, OUTPUT and MODEL; leave 'c' out."),
    ],
)
def test_what_the_builder_takes_is_said(words, code, said):
    command = ["bash", str(WEB.parent / "scripts" / "build_page"), *words]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == code
    assert said in (run.stderr if code else run.stdout)
