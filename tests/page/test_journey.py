"""What a person does: opens the page from a disk or a web space, says a colour, and saves the picture."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.page.conftest import STUDIO, web_space_of
from tests.page.files import saved, soft, write
from vermilion.tone import luma_of_rgb

SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def served(built):
    """The address of the page in a web space."""
    with web_space_of(built.parent) as address:
        yield f"{address}/{built.name}"


@pytest.fixture
def visit(new_window, built, served):
    """Open the page in a window of its own: from where, by its size and language."""

    def visiting(place="file", size="wide", language="en"):
        touch = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
        address = built.as_uri() if place == "file" else served
        return new_window(address, viewport=SIZES[size], locale=language, accept_downloads=True, **touch)

    return visiting


def until(page, script):
    """Wait until a script gives something true; the page's rules forbid playwright's own way."""
    for _ in range(1200):
        if value := page.ask(script):
            return value
        page.page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {script}")


@pytest.mark.parametrize(("place", "size", "language"), [("file", "wide", "en"), ("served", "phone", "de")])
def test_a_colour_is_said_and_the_picture_saved(place, size, language, visit, tmp_path):
    page = visit(place, size, language)
    grey = soft((300, 200))
    page.open(write(tmp_path, "aunt.png", saved(grey, "png")))
    until(page, f"{STUDIO}.current?.isUsable")
    if size == "phone":
        page.page.get_by_role("tab", name="Bild").tap()
        page.page.get_by_role("button", name="Nach rechts drehen").tap()
    else:
        page.page.keyboard.press("r")
    until(page, f"{STUDIO}.current.picture.view_options.way_up === 90")
    assert page.ask("document.querySelector('v-stage').viewport.turn") == 1
    x, y = page.ask(
        "(() => { const stage = document.querySelector('v-stage'), box = stage.getBoundingClientRect();"
        "const { x, y } = stage.toScreen({ x: 150, y: 100 }); return [x + box.left, y + box.top]; })()"
    )
    (page.page.touchscreen.tap if size == "phone" else page.page.mouse.click)(x, y)
    page.page.wait_for_selector("v-color-popover .swatch-share")
    page.page.fill("v-color-popover input[type=text]", "teal")
    page.page.keyboard.press("Enter")
    until(page, f"{STUDIO}.current.picture.controls.hints?.length")
    page.page.keyboard.press("Control+s")
    with page.page.expect_download() as download:
        page.page.click("dialog button[type=submit]")
    with zipfile.ZipFile(download.value.path()) as files:
        assert files.testzip() is None
        assert files.namelist() == ["aunt.color.png", "aunt.color.recipe.json"]
        rgb = np.asarray(Image.open(io.BytesIO(files.read("aunt.color.png"))))
        assert json.loads(files.read("aunt.color.recipe.json"))["view"]["way_up"] == 90
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(grey))
    red, green, blue = rgb[95:106, 145:156].reshape(-1, 3).mean(axis=0)
    assert red < min(green, blue)


def test_what_only_a_server_offers_is_not_shown(page):
    assert page.ask("[...document.querySelectorAll('[role=tab]')].map((tab) => tab.id)") == [
        "tab-colors",
        "tab-look",
        "tab-picture",
    ]
    hidden = "[...document.querySelectorAll('v-picture-panel section')].filter((part) => part.hidden).length"
    assert page.ask(hidden) == 1
    page.page.get_by_role("button", name="Settings").click()
    said = page.page.locator("dialog [role=status]").inner_text()
    assert said == "Colours are computed on the processor; threads: 1."
    assert page.page.get_by_label("Compute colours on").count() == 0
    page.page.keyboard.press("Escape")


def test_a_recipe_turns_the_picture_and_frames_are_refused(page, tmp_path):
    opened = page.open(write(tmp_path, "aunt.png", saved(soft((60, 40)), "png")))
    recipe = json.loads(page.save(opened)["aunt.color.recipe.json"])

    def taken(view):
        file = f"new File([{json.dumps(json.dumps(recipe | {'view': view}))}], 'aunt.json')"
        return page.ask(f"{STUDIO}.engine.openRecipe({opened['id']!r}, {file}).catch(String)")

    assert taken({"mode": "auto", "frames": [], "way_up": 270})["view"][0]["way_up"] == 270
    framed = {"mode": "auto", "frames": [{"x": 1, "y": 1, "width": 20, "height": 20, "angle": 0}]}
    assert "cannot follow frames" in taken(framed)
    assert "A way up of 45 is impossible" in taken({"way_up": 45})
    page.close(opened)


def test_the_page_may_ask_nothing_of_the_network(page):
    script = "fetch('https://example.org').then(() => 'sent', () => 'refused')"
    assert page.ask(script) == "refused"
    assert page.complaints
    page.complaints.clear()
    page.requests.clear()


def test_a_page_of_a_web_space_works_without_a_network_later_and_with_threads(
    new_window, built, served, tmp_path
):
    scan = write(tmp_path, "aunt.png", saved(soft((300, 200)), "png"))
    page = new_window(served.removesuffix(built.name) + "page/", may_ask=True, locale="en")
    until(page, "navigator.serviceWorker.ready.then((ready) => Boolean(ready.active))")
    alone = made_by(page, scan)
    page.page.context.set_offline(True)
    page.page.reload()
    page.page.wait_for_selector("v-app.ready")
    assert page.ask("crossOriginIsolated")
    together = made_by(page, scan)
    threads = min(4, page.ask("navigator.hardwareConcurrency"))
    assert page.complaints == []
    assert together["colors"] == alone["colors"]
    assert together["engine"] == alone["engine"] + (f", {threads} threads" if threads > 1 else "")


def made_by(page, scan):
    """What a recipe says of who made the colours."""
    files = page.save(page.open(scan))
    return json.loads(files["aunt.color.recipe.json"])["made"]
