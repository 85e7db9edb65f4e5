"""Bad days: reloads, crashes, no network, files that are no pictures. And what everybody needs."""

from itertools import chain

import pytest

from tests.studio.page.conftest import running
from vermilion.studio.web.addresses import qr_svg

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


def test_everything_survives_a_reload(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.page.keyboard.press("]")
    hands.until_painted()
    for place, color in ((0.3, "red"), (0.7, "navy")):
        hands.click(place, 0.5)
        hands.say(color)
        hands.page.keyboard.press("Escape")
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    hands.reload()
    assert hands.ask("document.querySelector('v-app').studio.pictures.length") == 2
    hands.page.keyboard.press("]")
    hands.until_painted()
    assert [hint["color"] for hint in hands.hints] == ["#ff0000"]
    hands.page.keyboard.press("Control+Shift+z")
    hands.until_painted()
    assert [hint["color"] for hint in hands.hints] == ["#ff0000", "#000080"]


def test_everything_survives_a_crash_of_the_server(look, photographs, tiny_model_folder, tmp_path):
    with running(tiny_model_folder, tmp_path) as server:
        hands = look(server.url)
        hands.open(photographs / "house.jpg")
        hands.click(0.3, 0.5)
        hands.say("red")
        hands.page.wait_for_timeout(800)
        server.process.kill()
        hands.page.keyboard.press("Escape")
        hands.click(0.8, 0.5)
        hands.page.locator(".banner", has_text="does not answer").wait_for()
    port = server.url.split(":")[2].split("/")[0]
    with running(tiny_model_folder, tmp_path, port) as server:
        hands.page.locator(".banner", has_text="started again").wait_for()
        again = look(server.url)
        again.until_painted()
        assert [hint["color"] for hint in again.hints] == ["#ff0000"]
        again.page.keyboard.press("Control+z")
        again.until_painted()
        assert again.hints == []


def test_what_is_done_without_the_server_is_sent_once_it_is_back(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator("#tab-look").click()
    hands.page.context.set_offline(True)
    hands.page.get_by_label("Warmth", exact=True).fill("9")
    hands.page.locator(".banner", has_text="does not answer").wait_for()
    assert hands.page.locator(".page:visible").inner_text().find("+9") >= 0
    hands.page.context.set_offline(False)
    hands.page.locator(".banner").wait_for(state="hidden")
    hands.until("!document.querySelector('v-app').studio.current.unsent")
    hands.until_painted()
    assert hands.controls == {"warmth": 9}


def test_a_file_that_is_no_picture_is_told_in_the_servers_words(empty, photographs, tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear grandmother")
    hands = empty()
    hands.open(photographs / "house.jpg", tmp_path / "letter.jpg")
    hands.page.locator(".message.error", has_text="letter.jpg").wait_for()
    hands.page.get_by_label("Close letter.jpg").click()
    hands.until("document.querySelector('v-app').studio.pictures.length === 1")


def test_a_picture_in_colour_is_refused_until_a_person_wants_it_coloured_all_the_same(empty, photographs):
    hands = empty()
    hands.page.set_input_files("input[type=file] >> nth=0", photographs / "postcard.png")
    hands.page.get_by_role("button", name="Colour it anyway").click()
    hands.until_painted()
    assert hands.page.locator(".strip-name").count() == 0


def test_the_page_speaks_german(empty, photographs):
    hands = empty(language="de")
    assert hands.page.locator(".welcome-box h2").inner_text() == "Sehen Sie Ihre alten Fotografien in Farbe"
    hands.open(photographs / "house.jpg")
    hands.click(0.5, 0.5)
    hands.suggestions()
    assert hands.page.get_by_role("dialog", name="Welche Farbe war das?").is_visible()
    assert hands.ask("document.documentElement.lang") == "de"


def test_what_the_server_says_is_german_on_the_german_page(empty, photographs, tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear grandmother")
    hands = empty(language="de")
    hands.open(photographs / "bright.jpg", tmp_path / "letter.jpg")
    hands.page.locator(
        ".message.error", has_text="Diese Datei lässt sich nicht öffnen: letter.jpg"
    ).wait_for()
    hands.page.locator(".message.error").get_by_label("Schließen").click()
    hands.click(0.5, 0.5)
    hands.say("navy")
    note = hands.page.locator(".popover .note")
    hands.until("!document.querySelector('.popover .note').hidden")
    assert note.inner_text().startswith(
        "Diese Farbe kann nicht bestehen, wo der Scan so hell ist (der Hinweis bei"
    )
    hands.page.keyboard.press("Escape")
    hands.page.locator(".handle.noted").wait_for()
    assert "so hell ist" in hands.page.locator(".hint-row .note").inner_text()
    assert "so hell ist" in hands.page.locator(".handle.noted").get_attribute("aria-label")


def test_nothing_is_asked_of_anyone_else(look, server):
    hands = look(server.url)
    addresses = hands.ask("performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)")
    assert set(addresses) == {hands.ask("location.host")}


def test_the_link_for_a_phone_is_shown_as_a_code(empty):
    hands = empty()
    told = {"lan_url": "http://192.0.2.2:8484/?token=x", "lan_qr": qr_svg("http://192.0.2.2:8484/?token=x")}
    hands.page.evaluate(
        "(told) => void Object.assign(document.querySelector('v-app').studio.session, told)", told
    )
    hands.page.get_by_role("button", name="Settings").click()
    hands.until("document.querySelector('.qr').naturalWidth > 0")
    assert hands.page.get_by_text("192.0.2.2").is_visible()


def states(hands, photographs):
    """Bring the page from state to state."""
    yield "empty"
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    yield "coloured"
    hands.click(0.5, 0.5)
    hands.suggestions().nth(1).click()
    hands.until_painted()
    yield "hint"
    hands.page.keyboard.press("Escape")
    for tab in ("colors", "variants", "look", "picture"):
        hands.page.locator(f"#tab-{tab}").click()
        yield tab
    hands.page.locator("#tab-look").click()
    hands.drop(photographs / "house.color.png")
    yield "offer"
    hands.page.keyboard.press("Enter")
    hands.page.get_by_label("Remove house.color.png").wait_for()
    hands.page.keyboard.press("t")
    yield "version"
    hands.page.keyboard.press("t")
    hands.page.locator("#tab-picture").click()
    hands.page.get_by_role("button", name="Edit frames").click()
    yield "frames"
    hands.page.keyboard.press("Escape")
    for keys, name in (("d", "side"), ("Control+s", "save"), ("?", "help")):
        hands.page.keyboard.press(keys)
        yield name
        hands.page.keyboard.press("Escape")
    hands.page.get_by_role("button", name="Settings").click()
    yield "settings"
    hands.page.keyboard.press("Escape")


def bad_days(hands, folder):
    """Bring the page, with a picture open, from one bad day to another."""
    hands.page.keyboard.press("m")
    hands.page.wait_for_timeout(300)
    yield "unsure"
    hands.page.keyboard.press("m")
    (folder / "letter.jpg").write_text("Dear grandmother")
    hands.page.set_input_files("input[type=file] >> nth=0", folder / "letter.jpg")
    hands.page.locator(".message.error").wait_for()
    yield "error"
    hands.page.context.set_offline(True)
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Warmth", exact=True).fill("9")
    hands.page.locator(".banner", has_text="does not answer").wait_for()
    yield "offline"
    hands.page.context.set_offline(False)


def lasting_violations(page, axe, options):
    """What axe finds twice: colours that are on their way from one theme to the other are no fault."""
    found = []
    for milliseconds in (150, 700):
        page.wait_for_timeout(milliseconds)
        found = axe.run(page, options=options).response["violations"]
        if not found:
            break
    return found


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_each_state_is_accessible_in_light_and_dark(empty, photographs, tmp_path, size):
    from axe_playwright_python.sync_playwright import Axe

    axe, hands, found = Axe(), empty(size), {}
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    for state in chain(states(hands, photographs), bad_days(hands, tmp_path)):
        for scheme, options in (("dark", contrast), ("light", rules)):
            hands.ask(f"void (document.documentElement.dataset.theme = '{scheme}')")
            for one in lasting_violations(hands.page, axe, options):
                found[state, scheme, one["id"]] = [(node["html"][:160], node["any"]) for node in one["nodes"]]
    assert found == {}
