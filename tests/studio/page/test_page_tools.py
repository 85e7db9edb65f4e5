"""Saying colours: strokes, boxes and lassos, and what can be done to a hint."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


def test_a_stroke_a_box_and_a_lasso_are_drawn(hands):
    hands.page.keyboard.press("s")
    hands.drag((0.2, 0.2), (0.3, 0.25), (0.4, 0.2))
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.page.keyboard.press("x")
    hands.drag((0.5, 0.5), (0.7, 0.8))
    hands.say("navy")
    hands.page.keyboard.press("Escape")
    hands.page.keyboard.press("l")
    hands.drag((0.2, 0.6), (0.4, 0.6), (0.4, 0.9), (0.2, 0.9))
    hands.say("olive")
    stroke, box, lasso = hands.hints
    assert len(stroke["points"]) > 3
    assert [box[key] for key in ("x0", "y0", "x1", "y1")] == pytest.approx([320, 240, 448, 384], abs=1.5)
    assert lasso["color"] == "#808000"
    assert "mask" in lasso
    assert hands.page.locator(".hint-row").count() == 3


def test_a_muted_hint_does_not_count_until_it_is_unmuted(hands):
    hands.click(0.5, 0.5)
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.page.locator(".hint-row [data-focus$=mute]").click()
    hands.until_painted()
    assert hands.hints == []
    assert hands.page.locator(".hint-row").count() == 1
    hands.reload()
    hands.page.locator(".hint-row.muted [data-focus$=mute]").click()
    hands.until_painted()
    assert [hint["color"] for hint in hands.hints] == ["#ff0000"]


def test_a_hint_is_dragged_in_one_step_of_undo(hands):
    hands.click(0.5, 0.5)
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.drag((0.5, 0.5), (0.6, 0.55), (0.75, 0.25))
    hands.until_painted()
    [hint] = hands.hints
    assert (hint["x"], hint["y"]) == pytest.approx((480, 120), abs=2)
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    [hint] = hands.hints
    assert (hint["x"], hint["y"]) == pytest.approx((320, 240), abs=2)


def test_strength_and_grey_are_said_and_a_hint_is_deleted(hands):
    hands.click(0.5, 0.5)
    hands.suggestions().last.click()
    hands.until_painted()
    assert hands.hints[0]["color"] == "grey"
    strength = hands.page.get_by_label("Strength", exact=True)
    strength.fill("0.4")
    hands.until_painted()
    assert hands.hints[0]["strength"] == pytest.approx(0.4)
    hands.page.locator(".popover-actions").get_by_label("Delete").click()
    hands.until_painted()
    assert hands.hints == []


def test_the_eyedropper_takes_a_colour_from_the_picture(hands):
    hands.click(0.3, 0.3)
    hands.suggestions()
    hands.page.get_by_label("Take a colour from the picture").click()
    hands.click(0.1, 0.8)
    hands.page.locator(".handle").wait_for()
    hands.until_painted()
    [hint] = hands.hints
    assert hint["x"] == pytest.approx(192, abs=1.5)
    assert hint["color"].startswith("#")


def test_a_colour_is_kept_for_later(hands):
    hands.click(0.3, 0.3)
    hands.say("teal")
    hands.page.get_by_label("Keep this colour").click()
    hands.reload()
    hands.click(0.6, 0.6)
    hands.suggestions()
    kept = hands.page.get_by_role("group", name="Kept")
    assert kept.get_by_role("button").count() == 1


def test_the_reach_is_shown_before_a_hint_is_laid(hands):
    hands.page.mouse.move(*hands.place(0.5, 0.5))
    hands.until("document.querySelector('v-stage').layers.reach !== null")
    hands.page.mouse.move(*hands.place(1.05, 0.5))
    hands.until("document.querySelector('v-stage').layers.reach === null")


def test_a_newer_gesture_overtakes_an_older_one(hands):
    hands.page.locator("#tab-look").click()
    vividness = hands.page.get_by_label("Vividness", exact=True)
    for value in ("0.2", "1.4", "0.6"):
        vividness.fill(value)
    hands.until_painted()
    assert hands.controls == {"vividness": 0.6}


def test_ask_me_walks_from_spot_to_spot(hands):
    hands.ask(
        "void (document.querySelector('v-app').studio.engine.ask ="
        " async () => [{ x: 100, y: 100 }, { x: 400, y: 300 }])"
    )
    hands.page.keyboard.press("a")
    hands.page.get_by_text("Place 1 of 2").wait_for()
    hands.suggestions().first.click()
    hands.page.get_by_role("button", name="Next place").click()
    hands.page.get_by_text("Place 2 of 2").wait_for()
    hands.page.get_by_role("button", name="Finish").click()
    hands.until_painted()
    assert [(hint["x"], hint["y"]) for hint in hands.hints] == [(100, 100)]
