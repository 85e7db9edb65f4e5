"""Lays out the Markdown of this repository as the pages of a web site, for MkDocs (scripts/site calls it).

python scripts/make_site.py FOLDER

GitHub shows the same files, so their links lead to files of the repository. Here they are turned into links
between pages; any other file that a page links to is copied to `files/`. The home page is README.md.
"""

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# Pages that stand outside docs/, and what they become.
MOVED = {
    "README.md": "index.md",
    "MODEL_CARD.md": "project/model-card.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/report-a-weakness.md",
    "THIRD_PARTY_LICENSES.md": "project/licences.md",
    "examples/LICENSES.md": "project/sources.md",
}
FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")
# These fill the whole width: their tabs have no other pages.
ALONE = "---\nhide:\n  - navigation\n---\n\n"
# The pages whose pictures the gallery shows after the photographs.
SHOWN = ("steering", "looks", "studio", "film", "finetune", "recipes")


class Photograph(NamedTuple):
    """A row of examples/LICENSES.md."""

    file: str
    shows: str
    source: str
    free: str


def make_pages(root: Path, folder: Path) -> None:
    """Write every page, and all that pages link to, into an empty folder.

    Raises:
        FileNotFoundError: a page links to a file that is not there.
    """
    for page in pages_of(root):
        head = ALONE if page == "README.md" else ""
        _write(folder / site_path(page), head + moved_links(root, page, folder))
    _write(folder / "gallery.md", ALONE + make_gallery(root))
    shutil.copyfile(root / "scripts" / "site.css", folder / "site.css")
    shutil.copytree(root / "docs" / "images", folder / "images", dirs_exist_ok=True)


def pages_of(root: Path) -> list[str]:
    """The pages of the site by their paths in the repository."""
    docs = (path.relative_to(root).as_posix() for path in (root / "docs").rglob("*.md"))
    return sorted(docs) + [name for name in MOVED if (root / name).exists()]


def site_path(file: str) -> str:
    """Where a file of the repository lies on the site."""
    if file in MOVED:
        return MOVED[file]
    return file.removeprefix("docs/") if file.startswith("docs/") else f"files/{file}"


def moved_links(root: Path, page: str, folder: Path) -> str:
    """The text of a page whose links lead to the places that files have on the site.

    Files that are no pages are copied there.
    """

    def moved(found: re.Match[str]) -> str:
        file = os.path.normpath(PurePosixPath(page).parent / found[1]).replace(os.sep, "/")
        target = site_path(file)
        if target.startswith("files/"):
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / file, folder / target)
        return relative(target, site_path(page))

    text = (root / page).read_text(encoding="utf-8")
    ends = [0, *(place for block in FENCED.finditer(text) for place in block.span()), len(text)]
    parts = (text[start:end] for start, end in pairwise(ends))
    return "".join(part if number % 2 else LINK.sub(moved, part) for number, part in enumerate(parts))


def relative(target: str, page: str) -> str:
    """A link from a page to a target, both by their places on the site."""
    return os.path.relpath(target, PurePosixPath(page).parent).replace(os.sep, "/")


def make_gallery(root: Path) -> str:
    """The page of pictures: each free photograph with its source, then the pictures of the guides."""
    lines = [
        "# Gallery",
        "",
        "Left the scan, right the result, untouched by hand. The colours are guesses, not records.",
        "",
    ]
    for photograph in photographs(root):
        picture = f"images/{PurePosixPath(photograph.file).name}"
        lines += [f"![{photograph.shows}, scan and result]({picture})", ""]
        lines += [f"**{photograph.shows}.** {photograph.source}. {photograph.free}.", ""]
    for name in SHOWN:
        lines += _pictures_of((root / "docs" / f"{name}.md").read_text(encoding="utf-8"), name)
    return "\n".join(lines)


def photographs(root: Path) -> list[Photograph]:
    """The rows of examples/LICENSES.md."""
    text = (root / "examples" / "LICENSES.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if "`" in line
    ]
    return [Photograph(row[0].strip("`"), *row[1:]) for row in rows if len(row) == len(Photograph._fields)]


def _pictures_of(text: str, name: str) -> Iterator[str]:
    """A heading that leads to a guide, and its pictures with their descriptions."""
    title = text.partition("\n")[0].removeprefix("# ")
    yield from (f"## [{title}]({name}.md)", "")
    for description, place in PICTURE.findall(text):
        yield from (f"![{description}]({place})", "", f"{description}.", "")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Make the pages again."""
    parser = argparse.ArgumentParser(description="Lay out the Markdown of this repository for MkDocs.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    shutil.rmtree(folder, ignore_errors=True)
    make_pages(ROOT, folder)


if __name__ == "__main__":
    main()
