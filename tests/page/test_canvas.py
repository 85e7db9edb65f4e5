"""Browsers without an ImageDecoder hand out pixels by a canvas; some add noise to them, which is told."""

import base64
import gzip
import re

import numpy as np
import pytest

from tests.page.conftest import Page
from tests.page.files import EXACT, saved, soft, upright_luma, write
from vermilion.tone import luma_of_rgb

WITHOUT_DECODER = "delete self.ImageDecoder;"
WITH_NOISE = (
    WITHOUT_DECODER + "const own = OffscreenCanvasRenderingContext2D.prototype.getImageData;"
    "OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...place) {"
    "const image = own.apply(this, place);"
    "for (let byte = 0; byte < image.data.length; byte += 404) image.data[byte] ^= 3; return image; };"
)


def changed(built, first, target):
    """The page with a worker that begins with some script."""
    text = built.read_text("utf-8")
    found = re.search(r'<script id="worker" type="text/plain">([^<]+)<', text)
    assert found
    worker = gzip.compress(first.encode() + gzip.decompress(base64.b64decode(found[1])))
    target.write_text(
        text[: found.start(1)] + base64.b64encode(worker).decode() + text[found.end(1) :], "utf-8"
    )
    return target


@pytest.fixture(params=[WITHOUT_DECODER, WITH_NOISE], ids=["canvas", "noise"], scope="module")
def other(request, built, chromium, tmp_path_factory):
    """The page in another browser, and whether that one is honest."""
    context = chromium.new_context(locale="en", reduced_motion="reduce")
    context.set_default_timeout(60_000)
    target = tmp_path_factory.mktemp("other") / "vermilion.html"
    yield (
        Page(context.new_page(), changed(built, request.param, target).as_uri()),
        request.param != WITH_NOISE,
    )
    context.close()


def test_noise_against_fingerprinting_is_found_and_told(other, tmp_path):
    page, is_honest = other
    opened = page.open(write(tmp_path, "aunt.png", saved(soft((120, 90)), "png")))
    notes = [entry["text"] for entry in opened["notes"]]
    assert any("against fingerprinting" in note for note in notes) != is_honest


@pytest.mark.parametrize("other", [WITHOUT_DECODER], ids=["canvas"], indirect=True)
@pytest.mark.parametrize("name", ["gamma-toned.png", "profile.png", "turned-6.jpg", "tall.png"])
def test_a_canvas_keeps_the_greys_too(name, other, tmp_path):
    page, _ = other
    content = EXACT[name]()
    opened = page.open(write(tmp_path, name, content))
    assert np.array_equal(luma_of_rgb(page.colors(opened)), upright_luma(content))
