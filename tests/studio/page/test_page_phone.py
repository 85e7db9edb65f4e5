"""The page on a phone: tap for suggestions, long press to compare, pinch, and the sheet from below."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


@pytest.fixture
def hands(empty, photographs):
    hands = empty("phone")
    hands.open(photographs / "house.jpg")
    return hands


@pytest.fixture
def touches(hands):
    """Sends touches as the screen does."""
    session = hands.page.context.new_cdp_session(hands.page)

    def touching(kind, *points):
        places = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return touching


def test_a_tap_asks_for_the_colour_in_a_sheet_that_leaves_the_place_visible(hands):
    hands.page.touchscreen.tap(*hands.place(0.5, 0.8))
    swatches = hands.suggestions()
    hands.page.wait_for_timeout(100)
    box = hands.page.locator(".popover").bounding_box()
    assert box["width"] == 390
    assert hands.place(0.5, 0.8)[1] < box["y"]
    swatches.first.tap()
    hands.until_painted()
    assert len(hands.hints) == 1


def test_a_long_press_shows_before(hands, touches):
    x, y = hands.place(0.5, 0.4)
    touches("touchStart", (x, y))
    hands.until("document.querySelector('v-app').studio.show.before")
    touches("touchEnd")
    hands.until("!document.querySelector('v-app').studio.show.before")
    assert hands.page.locator(".popover").is_hidden()


def test_two_fingers_zoom(hands, touches):
    x, y = hands.place(0.5, 0.5)
    before = hands.ask("document.querySelector('v-stage').viewport.scale")
    touches("touchStart", (x - 40, y), (x + 40, y))
    for spread in (60, 90, 120):
        touches("touchMove", (x - spread, y), (x + spread, y))
    touches("touchEnd")
    assert hands.ask("document.querySelector('v-stage').viewport.scale") == pytest.approx(3 * before, rel=0.1)


def test_the_sheet_comes_up_and_goes_down(hands):
    body = hands.page.locator(".panel-body")
    assert body.is_hidden()
    hands.page.locator("#tab-look").tap()
    assert body.is_visible()
    hands.page.get_by_label("Warmth", exact=True).fill("12")
    hands.until_painted()
    assert hands.controls == {"warmth": 12}
    hands.page.locator("#tab-look").tap()
    assert body.is_hidden()


def test_nothing_is_wider_than_the_screen(hands):
    for tab in ("colors", "variants", "look", "picture"):
        hands.page.locator(f"#tab-{tab}").tap()
        assert hands.ask("document.documentElement.scrollWidth") <= 390
