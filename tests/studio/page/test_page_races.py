"""Answers that come late, in another order, or not at all: what was said last is what is shown."""

import json

import pytest

from tests.studio.page.hands import STUDIO

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]

LIST = "**/v1/pictures"
DOCUMENT = f"{STUDIO}.current.doc.hints.map((hint) => hint.color)"


def is_grey(pixel):
    return max(pixel) - min(pixel) <= 2


def hold(hands, pattern, is_meant):
    """Have the server answer, but keep the answers back; gives the list of (route, answer)."""
    held = []

    def keep(route):
        if is_meant(route.request):
            held.append((route, route.fetch()))
        else:
            route.continue_()

    hands.page.route(pattern, keep)
    return held


def until_held(hands, held, count=1):
    for _ in range(300):
        if len(held) >= count:
            return
        hands.page.wait_for_timeout(30)
    raise AssertionError("nothing was held")


def release(hands, held):
    for route, answer in held:
        route.fulfill(response=answer)
    hands.page.wait_for_timeout(150)


def test_a_list_from_before_a_picture_was_painted_does_not_take_its_colours_away(hands, photographs):
    """A page that had just begun to ask what is open, when a picture came: it showed nothing for good."""
    [picture] = hands.ask("fetch('/v1/pictures').then((answer) => answer.json())")
    unpainted = picture | {"width": 0, "height": 0, "view": [], "state": "new", "serial": 0}
    hands.page.route(
        LIST,
        lambda route: route.fulfill(json=[unpainted]) if route.request.method == "GET" else route.continue_(),
    )
    hands.ask(f"{STUDIO}.start()")
    hands.page.wait_for_timeout(150)
    assert hands.ask(f"{STUDIO}.current.isUsable")
    assert not is_grey(hands.pixel(0.3, 0.4))


def test_a_list_from_before_a_hint_does_not_take_the_hint_away(hands):
    held = hold(hands, LIST, lambda request: request.method == "GET")
    hands.ask(f"void {STUDIO}.start()")
    until_held(hands, held)
    hands.click(0.5, 0.5)
    hands.say("red")
    release(hands, held)
    assert hands.ask(DOCUMENT) == ["#ff0000"]
    assert [hint["color"] for hint in hands.hints] == ["#ff0000"]


def test_a_list_from_before_a_picture_was_closed_does_not_bring_it_back(hands):
    held = hold(hands, LIST, lambda request: request.method == "GET")
    hands.ask(f"void {STUDIO}.start()")
    until_held(hands, held)
    hands.page.locator("#tab-picture").click()
    hands.page.get_by_role("button", name="Close this picture").click()
    hands.page.locator(".welcome-box h2").wait_for()
    release(hands, held)
    assert hands.ask(f"{STUDIO}.pictures.length") == 0


def test_a_picture_that_was_closed_elsewhere_while_nothing_was_heard_is_closed_here(hands):
    hands.page.route("**/v1/events", lambda route: route.abort())
    hands.reload()
    close = f"fetch('/v1/pictures/' + {STUDIO}.current.id, {{ method: 'DELETE' }}).then(() => 0)"
    hands.ask(close)
    hands.ask(f"{STUDIO}.start()")
    hands.page.locator(".welcome-box h2").wait_for()
    assert hands.ask(f"{STUDIO}.pictures.length") == 0


def test_answers_to_two_hints_that_come_in_the_other_order(hands):
    held = hold(hands, "**/controls?*", lambda request: len(request.post_data_json["hints"]) == 1)
    hands.click(0.3, 0.5)
    hands.page.locator(".popover .text-input").fill("red")
    hands.page.locator(".popover .text-input").press("Enter")
    until_held(hands, held)
    hands.page.keyboard.press("Escape")
    hands.click(0.7, 0.5)
    hands.say("navy")
    hands.page.wait_for_timeout(150)
    assert hands.ask(DOCUMENT) == ["#ff0000", "#000080"]
    assert len(hands.hints) == 2


def test_a_preview_that_is_out_of_date_is_asked_for_anew(hands):
    """The picture is changed by another page just as its preview is asked for."""
    where = f"'/v1/pictures/' + {STUDIO}.current.id + '/controls'"
    change = f"fetch({where}, {{ method: 'PUT', headers: {{ 'Content-Type': 'application/json' }}, body: "
    hands.page.route("**/v1/events", lambda route: route.abort())
    hands.reload()
    hands.ask(change + """'{"vividness": 0}' }).then(() => 0)""")
    hands.page.locator("#tab-look").click()
    hands.page.evaluate(f"void document.querySelector('v-stage').layers.set({STUDIO}.current)")
    hands.until(f"{STUDIO}.current.picture.controls.vividness === 0")
    hands.until_painted()
    assert is_grey(hands.pixel(0.3, 0.4))
    assert hands.page.get_by_label("Vividness", exact=True).input_value() == "0"


def test_a_server_that_is_busy_is_asked_again(hands):
    asked = []

    def busy(route):
        asked.append(route.request.url)
        if len(asked) > 1:
            return route.continue_()
        problem = {"status": 429, "code": "busy", "detail": "Too much to do."}
        return route.fulfill(status=429, headers={"Retry-After": "1"}, body=json.dumps(problem))

    hands.page.route("**/preview?*what=color*", busy)
    hands.click(0.5, 0.5)
    hands.say("red")
    assert len(asked) >= 2  # the film strip asks, too
    assert hands.page.locator(".message.error").count() == 0


def test_a_change_that_another_picture_overtook_is_sent_again(hands):
    refused: list[object] = []

    def overtake(route):
        if refused:
            return route.continue_()
        refused.append(route)
        problem = {"status": 409, "code": "superseded", "detail": "A newer change has replaced this one."}
        return route.fulfill(status=409, body=json.dumps(problem))

    hands.page.route("**/controls?*", overtake)
    hands.click(0.5, 0.5)
    hands.say("red")
    assert [hint["color"] for hint in hands.hints] == ["#ff0000"]
    assert hands.page.locator(".message.error").count() == 0


def test_a_tile_that_did_not_come_is_asked_for_again(empty, photographs):
    hands = empty()
    hands.open(photographs / "large.jpg")
    lost = []

    def lose(route):
        if route.request.url in lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    hands.page.route("**/v1/iiif/**", lose)
    hands.page.keyboard.press("1")
    kept = "[...document.querySelector('v-stage').layers.tiles.kept.keys()]"
    hands.until(f"{kept}.filter((key) => key.startsWith('color/')).length >= 4")


def test_tiles_wanted_before_a_change_are_not_shown_in_the_colours_after_it(empty, photographs):
    hands = empty()
    hands.open(photographs / "large.jpg")
    hands.page.keyboard.press("1")
    wanted = []
    hands.page.on("request", lambda request: wanted.append(request.url))
    revision = hands.ask(f"{STUDIO}.current.picture.revision")
    hands.ask(
        """(() => {
            const { layers } = document.querySelector('v-stage');
            const { open } = layers;
            const tile = { x: 0, y: 0, width: 512, height: 512, outWidth: 512, outHeight: 512 };
            const { picture } = open;
            layers.tiles.want([["color", picture.revision, tile]]);
            layers.tiles.asked.clear();
            open.picture = { ...picture, revision: "0123" };
            layers.tiles.want([["color", picture.revision, tile]]);
            open.picture = picture;
        })()"""
    )
    hands.page.wait_for_timeout(100)
    tiles = [url for url in wanted if url.endswith("color.jpg")]
    assert tiles
    assert all(revision in url for url in tiles)


def test_the_veil_of_a_reach_that_comes_late_is_not_shown(hands):
    hands.ask(
        """(() => {
            const decode = window.createImageBitmap;
            window.createImageBitmap = async (blob) => {
                window.decoding = (window.decoding || 0) + 1;
                await new Promise((done) => setTimeout(done, 400));
                return decode(blob);
            };
        })()"""
    )
    hands.page.mouse.move(*hands.place(0.5, 0.5))
    hands.until("window.decoding")
    hands.page.mouse.move(*hands.place(1.05, 0.5))
    hands.page.wait_for_timeout(700)
    assert hands.ask("document.querySelector('v-stage').layers.reach") is None


def test_what_is_undone_survives_a_reload_though_another_picture_agreed_on_a_colour(empty, photographs):
    """A picture that was not shown since the reload hears of the album; its undo must not be written over."""
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.page.keyboard.press("]")
    hands.until_painted()
    hands.click(0.3, 0.5)
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.page.wait_for_timeout(600)
    hands.reload()
    hands.click(0.5, 0.5)
    hands.say("navy")
    hands.page.locator(".popover-actions").get_by_label("Agree on this colour").click()
    hands.page.locator("#album-name").fill("coat")
    hands.page.locator("#album-name").press("Enter")
    hands.until(f"{STUDIO}.pictures[1].picture.controls.album")
    hands.page.wait_for_timeout(600)
    hands.page.keyboard.press("Escape")
    hands.page.locator(".surface").focus()
    hands.page.keyboard.press("]")
    hands.until(f"{STUDIO}.current === {STUDIO}.pictures[1]")
    hands.ask(f"{STUDIO}.current.restored.then(() => 0)")
    hands.page.keyboard.press("Control+z")
    hands.until(f"{STUDIO}.current.doc.hints.length === 0")
    hands.until_painted()
    assert hands.ask(f"Boolean({STUDIO}.current.doc.settings.album)")
    hands.ask("fetch('/v1/album/coat', { method: 'DELETE' }).then(() => 0)")
