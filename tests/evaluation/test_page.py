import base64
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.evaluation.conftest import write_photos
from vermilion.evaluation import Evaluation, EvaluationOptions, evaluate
from vermilion.evaluation.report import figure_rows, page_of, plots

VOID = {"meta", "img", "circle", "polygon", "polyline", "path"}


class Balanced(HTMLParser):
    """Notes whether every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, tiny_colorizer) -> Evaluation:
    """All that a report can have."""
    folder = tmp_path_factory.mktemp("page")
    photos, theirs = (write_photos(folder / name) for name in ("photos", "theirs"))
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    (theirs / "broken.png").write_bytes(b"")
    (folder / "masks").mkdir()
    Image.new("L", (64, 48), 255).save(folder / "masks" / "door.png")
    options = EvaluationOptions(
        against=theirs, masks=folder / "masks", hints=True, extractor="resnet18:nowhere.safetensors"
    )
    return evaluate(photos, options, colorizer=tiny_colorizer)


def test_the_page_is_whole_and_needs_no_other_file(found) -> None:
    page = page_of(found)
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert parser.seen.count("svg") == 3
    assert "script" not in parser.seen
    assert all(link.startswith("data:image/jpeg;base64,") for link in parser.links)
    assert parser.links
    assert not re.search(r"url\(|@import|https?:", page)
    assert "default-src 'none'" in page


def test_the_page_reads_in_the_dark_and_on_a_phone(found) -> None:
    page = page_of(found)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport" content="width=device-width' in page
    assert "@media (max-width" in page


def test_the_page_tells_all_that_was_found(found) -> None:
    page = page_of(found)
    for row in figure_rows(found):
        assert f"<th>{row.name}</th>" in page
        assert f">{row.ours}</td>" in page
    assert "car &amp; &lt;dog&gt;" in page
    assert "<dog>" not in page
    assert "resnet18 are left out: nowhere.safetensors is no file." in page
    assert "1 of the pictures were left out" in page
    assert "all (the other)" in page
    assert "95 % interval" in page


def test_the_pictures_on_the_page_are_the_pictures(found) -> None:
    [first] = re.findall(r'alt="[^"]*: truth" src="data:image/jpeg;base64,([^"]+)"', page_of(found))[:1]
    content = np.frombuffer(base64.b64decode(first), np.uint8)
    shown = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert shown is not None
    assert np.abs(shown[:, :, ::-1].astype(int) - found.shown[0].views[-1][1]).mean() < 3


def test_a_histogram_counts_pictures() -> None:
    drawn = plots.histogram("corr", "corr", {"one": [0.01, 0.02, 0.95, 7.0]}, (-1, 1))
    [corners] = re.findall(r'class="area s0" points="([^"]+)"', drawn)
    heights = [float(corner.split(",")[1]) for corner in corners.split()]
    top, bottom = min(heights), max(heights)
    assert (top, bottom) == (10, 180)  # two pictures in a bin are the most
    assert heights[-2] == top  # beyond the span counts at its end


def test_a_scatter_draws_every_picture_and_the_line() -> None:
    drawn = plots.scatter("vivid", ("true", "painted"), {"a": [(0, 0), (20, 20)], "b": [(10, 5)]})
    assert drawn.count('class="dot s0"') == 2
    assert drawn.count('class="dot s1"') == 1
    assert 'cx="348.0" cy="10.0"' in drawn
    assert "NaN" not in plots.scatter("grey", ("true", "painted"), {"a": [(0, 0)]})


def test_a_curve_is_named_and_escaped() -> None:
    drawn = plots.curve("a & b", ("hints", "error"), {0: 10.0, 50: 5.0})
    assert "<title>a &amp; b</title>" in drawn
    assert ">10.00</text>" in drawn
    assert ">50</text>" in drawn
