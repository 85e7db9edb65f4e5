"""The web site of the documentation: its pages, its links, its gallery, and that it asks no other server."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scripts_as_modules import load_script

ROOT = Path(__file__).parents[2]


# mkdocs.yml names Python objects by tags: here they are plain values.
LOADER: Any = type("Loader", (yaml.SafeLoader,), {})
LOADER.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)
SETTINGS = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), LOADER)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository, with links of every kind."""
    texts = {
        "README.md": "[a](docs/a.md#head) ![b](docs/images/b.png) [c](LICENSE)\n"
        "```text\n[d](docs/d.md)\n```\n",
        "LICENSE": "free",
        "SECURITY.md": "[b](docs/lab/b.md)",
        "docs/a.md": "# A\n\n[r](../README.md) [x](https://example.org) [here](#head) [b](lab/b.md)",
        "docs/lab/b.md": "[s](../../src/a.json) ![b](../images/b.png) [p](../../SECURITY.md)",
        "docs/images/b.png": "b",
        "src/a.json": "{}",
        "examples/LICENSES.md": "| `../docs/images/b.png` | A gate | An archive | Given away |\n",
        "scripts/site.css": "",
    }
    for name in load_script("make_site").SHOWN:
        texts[f"docs/{name}.md"] = f"# The {name}\n\n![What {name} does](images/b.png)\n"
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_links_lead_to_the_places_that_files_have_on_the_site(repository: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    load_script("make_site").make_pages(repository, site)
    first = (site / "index.md").read_text()
    assert "[a](a.md#head) ![b](images/b.png) [c](files/LICENSE)" in first
    assert "\n[d](docs/d.md)\n" in first  # code stays as it is
    assert (
        (site / "a.md")
        .read_text()
        .endswith("[r](index.md) [x](https://example.org) [here](#head) [b](lab/b.md)")
    )
    inner = (site / "lab" / "b.md").read_text()
    assert inner == "[s](../files/src/a.json) ![b](../images/b.png) [p](../project/report-a-weakness.md)"
    assert (site / "files" / "src" / "a.json").read_text() == "{}"
    assert (site / "project" / "report-a-weakness.md").read_text() == "[b](../lab/b.md)"


def test_the_gallery_shows_each_photograph_with_its_source(repository: Path) -> None:
    gallery = load_script("make_site").make_gallery(repository)
    assert "![A gate, scan and result](images/b.png)" in gallery
    assert "**A gate.** An archive. Given away." in gallery
    assert "## [The looks](looks.md)\n\n![What looks does](images/b.png)\n\nWhat looks does." in gallery


def test_all_photographs_of_the_examples_are_in_the_gallery() -> None:
    module = load_script("make_site")
    files = {Path(each.file).name for each in module.photographs(ROOT)}
    assert files == {path.name for path in (ROOT / "examples").glob("*.jpg")} | {"film_newsroom_1940.jpg"}
    assert all((ROOT / "docs" / "images" / name).exists() for name in files)


def test_the_navigation_lists_every_page() -> None:
    module = load_script("make_site")
    wanted = {module.site_path(page) for page in module.pages_of(ROOT)} | {"gallery.md"}
    assert sorted(re.findall(r"[\w/.-]+\.md", str(SETTINGS["nav"]))) == sorted(wanted)


def test_no_font_is_fetched() -> None:
    assert SETTINGS["theme"]["font"] is False
    assert SETTINGS["strict"] is True


class Requests(HTMLParser):
    """Collects what a browser would fetch for a page: everything but the links that one clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "srcset", "action", "data"} or (name == "href" and tag != "a"):
                self.fetched.append(str(value))


@pytest.mark.slow
def test_the_built_site_asks_no_other_server(tmp_path: Path) -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("build/site/", f"{tmp_path}/")
    (tmp_path / "mkdocs.yml").write_text(settings)
    load_script("make_site").make_pages(ROOT, tmp_path / "pages")
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(tmp_path / "mkdocs.yml")]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    pages = sorted((tmp_path / "html").rglob("*.html"))
    assert len(pages) > 30
    assert (tmp_path / "html" / "search" / "search_index.json").stat().st_size > 100_000
    for page in pages:
        requests = Requests()
        requests.feed(page.read_text(encoding="utf-8"))
        assert requests.fetched, page
        assert [
            url for url in requests.fetched if re.match(r"\w+:|//", url) and not url.startswith("data:")
        ] == []
    for sheet in (tmp_path / "html").rglob("*.css"):
        assert re.findall(r"(?:url\(|@import\s)['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")) == []
