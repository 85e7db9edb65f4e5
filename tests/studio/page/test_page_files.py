"""The files of the page, without a browser: small, in two languages, and nothing from elsewhere."""

import ast
import json
import re
from pathlib import Path

import pytest

from vermilion.errors import VermilionError
from vermilion.studio.faults import StudioError

PAGE = Path(__file__).parents[3] / "src" / "vermilion" / "studio" / "page"
SCRIPTS = sorted(PAGE.rglob("*.js"))
SOURCES = [
    *SCRIPTS,
    *sorted(PAGE.rglob("*.css")),
    *sorted(PAGE.rglob("*.html")),
    *sorted(PAGE.rglob("*.svg")),
]
LANGUAGES = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((PAGE / "texts").glob("??.json"))
}
PLACE = re.compile(r"\{\w+\}")
LONGEST = 300
WIDEST = 120


def names(paths):
    return [str(path.relative_to(PAGE)) for path in paths]


@pytest.mark.parametrize("path", SCRIPTS, ids=names(SCRIPTS))
def test_a_module_is_small(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert max(map(len, lines)) <= WIDEST


def test_both_languages_say_the_same_things():
    english, german = LANGUAGES["en"], LANGUAGES["de"]
    assert english.keys() == german.keys()
    for key, text in english.items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(german[key])), key


def test_every_text_that_is_used_is_there_and_every_one_that_is_there_is_used():
    code = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    used = set(re.findall(r'\b(?:t|fact)\(\s*"([\w.-]+)"', code))
    used |= set(re.findall(r'\["([\w-]+\.[\w-]+)", \w+\]', code))  # the legends
    used |= set(re.findall(r'shown: "[^"]+",\s*text: "([\w.-]+)"', code))  # the table of keys
    for stem in re.findall(r'\bplural\(\s*"([\w.-]+)"', code):
        used |= {f"{stem}.one", f"{stem}.many"}
    families = set(re.findall(r"\bt\(\s*`([\w-]+)\.\$\{", code))
    known = LANGUAGES["en"].keys()
    assert used - known == set()
    assert {key for key in known - used if key.split(".")[0] not in families} == set()


def test_nothing_comes_from_elsewhere_and_nothing_is_written_into_the_markup():
    for path in SOURCES:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//cdn|@import|\beval\(|innerHTML|new Function", text), path
    page = (PAGE / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)


def test_every_icon_that_is_used_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (PAGE / "icons.svg").read_text("utf-8")))
    code = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    used = set(re.findall(r'\b(?:icon|iconButton)\("([\w-]+)"', code)) | set(
        re.findall(r'\bicon: "([\w-]+)"', code)
    )
    assert used <= drawn


def test_only_one_module_talks_to_the_server():
    talking = [
        path
        for path in SCRIPTS
        if re.search(r"(?<![#.])\bfetch\(|EventSource|XMLHttpRequest|WebSocket", path.read_text("utf-8"))
    ]
    assert names(talking) == ["engine/http.js", "surroundings.js"]  # texts are files of the page itself


def literals(path):
    """All texts of a module, each value that is put in as {}."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_every_note_that_is_translated_is_one_that_the_library_gives():
    """A note that is worded anew there must be worded anew here."""
    folders = ("session", "guidance", "pictures")
    known = {
        text
        for folder in folders
        for path in (PAGE.parents[1] / folder).rglob("*.py")
        for text in literals(path)
    }
    notes = json.loads((PAGE / "texts" / "notes.de.json").read_text("utf-8"))
    patterns = {english: PLACE.sub("{}", english) for english in notes}
    unknown = [
        english
        for english, pattern in patterns.items()
        if pattern not in known and pattern.removesuffix("{}") not in known
    ]
    assert unknown == []
    for english, german in notes.items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(german)), english


def test_every_code_of_an_error_has_its_words():
    codes = {"request", "method", "not-found", "system", "fault", "host", "origin", "cross-site", "token"}
    waiting = [VermilionError]
    while waiting:
        waiting += (error := waiting.pop()).__subclasses__()
        codes.add(error.code)
    aside = {"error", "training"}  # which no server gives
    assert StudioError.__subclasses__()
    assert {f"problem.{code}" for code in codes - aside} <= LANGUAGES["de"].keys()
