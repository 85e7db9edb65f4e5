"""How much there is to read, and how long its sentences are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
LAB = sorted((ROOT / "docs" / "lab").glob("*.md"))
# Scripts write these references from the code. People look things up in them.
GENERATED = {"cli", "config"}
# Features with a page of their own; a later one adds its name here.
FEATURES = {"studio", "api", "security", "film", "archive", "cluster", "page"}
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.stem not in GENERATED]
FEATURE_PAGES = [page for page in PAGES if page.stem in FEATURES]
GUIDES = [README, *(page for page in PAGES if page.stem not in FEATURES)]
OTHERS = [ROOT / name for name in ("MODEL_CARD.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]

FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:\A|(?<=\n\n))(?: {4}\S.*(?:\n|\Z)|\n(?= {4}\S))+", re.MULTILINE)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. ))")
LONGEST_SENTENCE = 35


def prose_of(markdown: str) -> str:
    """What is read of a page: without blocks of code, and of links and pictures only the text."""
    return LINK.sub(r"\1", INDENTED.sub("", FENCED.sub("", markdown)))


def words_of(text: str) -> list[str]:
    """Everything between spaces that holds a letter or a digit: the bars of tables are no words."""
    return [word for word in text.split() if re.search(r"\w", word)]


def count(pages: list[Path]) -> int:
    return sum(len(words_of(prose_of(page.read_text(encoding="utf-8")))) for page in pages)


def sentences_of(markdown: str) -> list[str]:
    """The sentences of paragraphs and lists; headings and tables have none."""
    blocks = BLOCK.split(prose_of(markdown))
    texts = [" ".join(block.split()) for block in blocks if not re.match(r"\s*[|#]", block)]
    parts = (re.split(r"(?<=[.!?:])[*)]* +(?=[^a-z]|vermilion)", text) for text in texts)
    return [sentence for part in parts for sentence in part if sentence]


def test_what_is_counted() -> None:
    page = "# A head\n\nOne [two](three.md) ![four](five.jpg).\n\n```sh\nsix\n```\n\n    seven\n\n"
    page += "| a | 8 |\n|---|---|\n"
    assert words_of(prose_of(page)) == ["A", "head", "One", "two", "four.", "a", "8"]


def test_what_a_sentence_is() -> None:
    page = "# A head\n\nIt is 3.5 wide. **Bold.** Then:\n\n- one; two\n- see `a.b`. More\n  text\n\n"
    page += "| a. | b. |\n|---|---|\n"
    found = ["It is 3.5 wide.", "**Bold.", "Then:", "- one; two", "- see `a.b`.", "More text"]
    assert sentences_of(page) == found


def test_the_readme_is_read_in_two_minutes() -> None:
    assert count([README]) <= 500


def test_readme_and_docs_are_at_most_12000_words() -> None:
    assert count(GUIDES) <= 12_000


@pytest.mark.parametrize("page", FEATURE_PAGES, ids=lambda page: page.stem)
def test_the_page_of_a_feature_is_short(page: Path) -> None:
    assert count([page]) <= 1_200


def test_the_laboratory_is_at_most_8000_words() -> None:
    assert count(LAB) <= 8_000


@pytest.mark.parametrize("page", [*GUIDES, *FEATURE_PAGES, *LAB, *OTHERS], ids=lambda page: page.stem)
def test_no_sentence_needs_a_second_breath(page: Path) -> None:
    sentences = sentences_of(page.read_text(encoding="utf-8"))
    assert [each for each in sentences if len(words_of(each)) > LONGEST_SENTENCE] == []
