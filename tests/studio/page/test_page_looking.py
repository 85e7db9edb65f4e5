"""Before and after, zoom to single pixels, which way up, and frames."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


def is_grey(pixel):
    return max(pixel) - min(pixel) <= 3


def comes_true(hands, seen):
    """Whether something is seen within some seconds: a busy machine paints late."""
    for _ in range(60):
        if seen():
            return True
        hands.page.wait_for_timeout(100)
    return False


def test_the_slider_is_a_range_that_keys_move(hands):
    slider = hands.page.get_by_role("slider", name="Slider between before and after")
    assert comes_true(hands, lambda: not is_grey(hands.pixel(0.2, 0.4)))
    slider.focus()
    for _ in range(5):
        hands.page.keyboard.press("PageUp")
    assert slider.input_value() == "50"
    assert slider.get_attribute("aria-valuetext") == "50 % before"
    assert comes_true(hands, lambda: is_grey(hands.pixel(0.2, 0.4)))
    assert not is_grey(hands.pixel(0.8, 0.4))


def test_the_slider_is_dragged_by_its_handle_and_clicks_beside_it_reach_the_picture(hands):
    x, y = hands.place(0, 0.5)
    hands.page.mouse.move(x, y)
    hands.page.mouse.down()
    hands.page.mouse.move(*hands.place(0.6, 0.5), steps=5)
    hands.page.mouse.up()
    assert comes_true(hands, lambda: is_grey(hands.pixel(0.3, 0.4)))
    hands.click(0.9, 0.9)
    hands.suggestions()


def test_before_is_seen_as_long_as_the_key_is_held(hands):
    hands.page.keyboard.down("b")
    assert comes_true(hands, lambda: is_grey(hands.pixel(0.3, 0.4)))
    hands.page.keyboard.up("b")
    assert comes_true(hands, lambda: not is_grey(hands.pixel(0.3, 0.4)))


def test_side_by_side_shows_both_and_takes_hints_in_each(hands):
    hands.page.keyboard.press("d")
    pane = hands.settled("document.querySelector('v-stage').pane.x")
    x, y = hands.place(0.5, 0.5)
    hands.page.mouse.click(x - pane, y)
    hands.say("red")
    [hint] = hands.hints
    assert (hint["x"], hint["y"]) == pytest.approx((320, 240), abs=2)


def test_zoom_shows_single_pixels_by_tiles(empty, photographs):
    hands = empty()
    hands.open(photographs / "large.jpg")
    hands.page.keyboard.press("1")
    tiles = "document.querySelector('v-stage').layers.tiles.kept"
    hands.until(f"[...{tiles}.keys()].some((key) => key.startsWith('color/') && key.endsWith('/512/512'))")
    assert hands.page.locator(".zoom-value").inner_text() == "100%"
    x, y = hands.place(0.5, 0.5)
    hands.page.mouse.move(x, y)
    hands.page.mouse.wheel(0, -600)
    hands.page.wait_for_timeout(200)
    assert hands.ask("document.querySelector('v-stage').viewport.scale") > 2
    assert hands.place(0.5, 0.5) == pytest.approx((x, y), abs=1)
    hands.page.keyboard.press("0")
    assert hands.ask("document.querySelector('v-stage').viewport.isFitted")


def test_new_colours_are_seen_in_a_close_view_at_once(empty, photographs):
    hands = empty()
    hands.open(photographs / "large.jpg")
    hands.page.keyboard.press("1")
    hands.until("document.querySelector('v-stage').layers.tiles.kept.size > 3")
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Vividness", exact=True).fill("0")
    hands.until_painted()
    assert is_grey(hands.pixel(0.5, 0.5))


def test_the_picture_is_turned_for_the_eye_and_hints_stay_where_they_were_said(hands):
    hands.page.keyboard.press("r")
    hands.until("document.querySelector('v-stage').viewport.turn === 1")
    hands.until_painted()
    hands.click(0.25, 0.5)
    hands.say("red")
    [hint] = hands.hints
    assert (hint["x"], hint["y"]) == pytest.approx((160, 240), abs=2)
    told = hands.ask("document.querySelector('v-app').studio.current.picture")
    assert told["view_options"]["way_up"] == 90


def test_frames_are_added_and_dragged(hands):
    hands.page.locator("#tab-picture").click()
    hands.page.get_by_role("button", name="Edit frames").click()
    hands.page.get_by_role("button", name="Add a frame").click()
    frames = "document.querySelector('v-app').studio.current.picture.view_options.frames"
    hands.until(f"{frames}.length === 1")
    hands.until_painted()
    hands.drag((0.5, 0.5), (0.55, 0.5), (0.6, 0.6))
    hands.until(f"{frames}[0].x > 200")
    frame = hands.ask(f"{frames}[0]")
    assert (frame["x"], frame["y"]) == pytest.approx((224, 168), abs=3)
    hands.page.locator(".frame").focus()
    hands.page.keyboard.press("ArrowLeft")
    hands.until(f"{frames}[0].x < {frame['x']}")


def test_the_confidence_is_laid_over(hands):
    before = hands.pixel(0.5, 0.5)
    hands.page.keyboard.press("m")
    hands.until("Boolean(document.querySelector('v-stage').layers.previews.confidence)")
    hands.page.wait_for_timeout(100)
    assert hands.pixel(0.5, 0.5) != before


WAY_UP = "document.querySelector('v-app').studio.current.picture.view_options.way_up"


def test_a_turn_is_seen_at_once_and_is_a_step_of_undo(hands):
    for _ in range(2):  # faster than the picture is painted
        hands.page.keyboard.press("r")
    assert hands.ask("document.querySelector('v-stage').viewport.turn") == 2
    hands.until_painted()
    assert hands.ask(WAY_UP) == 180
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(WAY_UP) == 90
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(WAY_UP) == "auto"
    for _ in range(2):
        hands.page.keyboard.press("Control+Shift+z")
    hands.until_painted()
    assert hands.ask(WAY_UP) == 180


def test_a_hint_and_a_turn_are_undone_in_their_order_after_a_reload(hands):
    hands.page.keyboard.press("r")
    hands.until_painted()
    hands.click(0.25, 0.5)
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.page.wait_for_timeout(600)
    hands.reload()
    hands.page.locator(".surface").focus()
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.hints == []
    assert hands.ask(WAY_UP) == 90
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(WAY_UP) == "auto"


def test_frames_that_were_added_dragged_and_deleted_come_back_by_undo(hands):
    hands.page.locator("#tab-picture").click()
    hands.page.get_by_role("button", name="Edit frames").click()
    hands.page.get_by_role("button", name="Add a frame").click()
    hands.until_painted()
    hands.drag((0.5, 0.5), (0.55, 0.5), (0.6, 0.6))
    hands.until_painted()
    hands.page.get_by_label("Delete this frame").click()
    hands.until_painted()
    frames = "document.querySelector('v-app').studio.current.picture.view_options.frames.map((one) => one.x)"
    assert hands.ask(frames) == []
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(frames) == pytest.approx([224], abs=3)
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(frames) == pytest.approx([160], abs=1)
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.ask(frames) == []
