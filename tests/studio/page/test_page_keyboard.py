"""A photograph from the folder to the saved recipe without a mouse."""

import json

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


def press(hands, *keys):
    for key in keys:
        hands.page.keyboard.press(key)


def test_everything_is_done_by_keyboard(empty, photographs, server):
    hands = empty()
    press(hands, "Tab")
    with hands.page.expect_file_chooser() as chooser:
        press(hands, "Control+o")
    chooser.value.set_files(photographs / "house.jpg")
    hands.until_painted()
    press(hands, "c", "ArrowRight", "ArrowRight", "Enter")
    hands.suggestions()
    hands.until("document.activeElement.classList.contains('swatch')")
    press(hands, "Enter")
    hands.until_painted()
    assert len(hands.hints) == 1
    press(hands, "Escape", "x", "Shift+ArrowLeft", "Enter", "Shift+ArrowDown", "Shift+ArrowRight", "Enter")
    hands.suggestions()
    hands.until("document.activeElement.classList.contains('swatch')")
    press(hands, "Enter")
    hands.until_painted()
    assert {"x0", "y0", "x1", "y1"} <= hands.hints[1].keys()
    press(hands, "Escape", "l", "Enter", "Shift+ArrowUp", "Enter", "Shift+ArrowLeft", "Enter", "Enter")
    hands.suggestions()
    hands.until("document.activeElement.classList.contains('swatch')")
    press(hands, "Enter")
    hands.until_painted()
    assert "mask" in hands.hints[2]
    press(hands, "Escape", "Control+z")
    hands.until_painted()
    assert len(hands.hints) == 2
    press(hands, "Control+s")
    hands.until("document.activeElement.type === 'submit'")
    press(hands, "Enter")
    hands.page.locator(".message", has_text="Saved in").wait_for()
    recipes = [json.loads(path.read_text()) for path in server.out.glob("house*.recipe.json")]
    assert max(len(recipe["controls"]["hints"]) for recipe in recipes) == 2


def test_a_handle_is_moved_and_deleted_by_keys(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.click(0.5, 0.5)
    hands.say("red")
    press(hands, "Escape")
    hands.page.locator(".handle").focus()
    press(hands, "ArrowRight", "ArrowRight", "ArrowDown")
    hands.until_painted()
    [hint] = hands.hints
    assert hint["x"] > 325
    assert hint["y"] > 242
    press(hands, "Delete")
    hands.until_painted()
    assert hands.hints == []


def test_the_sheet_of_keys_opens_and_single_letters_can_be_turned_off(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    press(hands, "?")
    sheet = hands.page.get_by_role("dialog", name="Keyboard")
    assert sheet.locator("kbd").count() > 30
    press(hands, "Escape")
    sheet.wait_for(state="detached")
    hands.page.get_by_role("button", name="Settings").click()
    hands.page.get_by_label("Keys with a single letter").uncheck()
    press(hands, "Escape", "d")
    assert hands.ask("document.querySelector('v-app').studio.show.compare") == "slider"


def test_focus_is_always_visible_and_reaches_every_button(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator(".surface").focus()
    names = set()
    for _ in range(60):
        press(hands, "Tab")
        name, outline = hands.ask(
            """(() => {
                const one = document.activeElement;
                const name = one.getAttribute('aria-label') || one.textContent.trim();
                return [name, getComputedStyle(one).outlineStyle];
            })()"""
        )
        names.add(name)
        assert outline != "none" or hands.ask("document.activeElement === document.body"), name
    for wanted in (
        "Save",
        "Share before and after",
        "Settings",
        "Keyboard",
        "Full screen",
        "Hold to see before",
    ):
        assert any(name.startswith(wanted) for name in names), wanted
