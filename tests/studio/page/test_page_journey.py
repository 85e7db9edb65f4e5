"""From the drop of a photograph to the saved recipe, by mouse."""

import json

import pytest
from PIL import Image

from tests.studio.page.hands import STUDIO

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


def is_grey(pixel):
    return max(pixel) - min(pixel) <= 2


def test_a_dropped_picture_is_shown_in_colour_at_once(empty, photographs):
    hands = empty()
    hands.drop(photographs / "house.jpg")
    hands.until_painted()
    assert not is_grey(hands.pixel(0.3, 0.4))
    assert "house.jpg" in hands.page.title()


def test_a_pasted_picture_is_opened(empty, photographs):
    hands = empty()
    transfer = hands.page.evaluate_handle(
        """async () => {
            const canvas = new OffscreenCanvas(64, 48);
            canvas.getContext('2d').fillRect(0, 0, 9, 9);
            const transfer = new DataTransfer();
            transfer.items.add(new File([await canvas.convertToBlob()], 'image.png', { type: 'image/png' }));
            return transfer;
        }"""
    )
    hands.page.evaluate(
        """(clipboardData) =>
            document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))""",
        transfer,
    )
    hands.until_painted()


def test_a_hint_from_a_suggestion_colours_its_place_and_undo_takes_it_back(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    before = hands.pixel(0.5, 0.5)
    hands.click(0.5, 0.5)
    swatches = hands.suggestions()
    assert "%" in swatches.first.inner_text()
    color = swatches.nth(1).get_attribute("aria-label")
    swatches.nth(1).click()
    hands.until_painted()
    [hint] = hands.hints
    assert hint["color"] in color
    assert (hint["x"], hint["y"]) == pytest.approx((320, 240), abs=1.5)
    hands.page.keyboard.press("Escape")
    hands.page.locator(".handle").wait_for()
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.hints == []
    assert hands.pixel(0.5, 0.5) == before
    hands.page.keyboard.press("Control+Shift+z")
    hands.until_painted()
    assert [one["color"] for one in hands.hints] == [hint["color"]]


def test_any_way_of_writing_a_colour_is_understood_and_nonsense_is_refused(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.click(0.3, 0.3)
    for typed, meant in (
        ("navy", "#000080"),
        ("#36c", "#3366cc"),
        ("12, 34, 56", "#0c2238"),
        ("grey", "grey"),
    ):
        hands.say(typed)
        assert [hint["color"] for hint in hands.hints] == [meant]
    field = hands.page.locator(".popover .text-input")
    field.fill("blurple")
    field.press("Enter")
    assert "blurple" in hands.page.locator(".field-error").inner_text()
    assert [hint["color"] for hint in hands.hints] == ["grey"]


def test_a_variant_is_chosen_from_its_thumbnail(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator("#tab-variants").click()
    thumbs = hands.page.locator(".thumb[data-rank='1']")
    thumbs.wait_for()
    thumbs.click()
    hands.until_painted()
    assert hands.controls["variant"] == 1
    assert thumbs.get_attribute("aria-pressed") == "true"
    hands.page.locator(".thumb[data-rank='']").click()
    hands.until_painted()
    assert "variant" not in hands.controls


def test_a_saved_recipe_is_opened_again(empty, photographs, server, tmp_path):
    hands = empty()
    hands.open(photographs / "coat.jpg")
    hands.click(0.4, 0.6)
    hands.say("navy")
    hands.page.keyboard.press("Escape")
    hands.page.keyboard.press("Control+s")
    hands.page.locator("dialog .button.primary").click()
    hands.page.locator(".message", has_text="Saved in").wait_for()
    [recipe] = server.out.glob("coat*.recipe.json")
    [picture] = [path for path in server.out.glob("coat*") if path.suffix == ".jpg"]
    with Image.open(picture) as saved:
        assert saved.size == (480, 640)
    hints = json.loads(recipe.read_text())["controls"]["hints"]
    assert [hint["color"] for hint in hints] == ["#000080"]
    assert hands.ask("document.querySelector('v-app').studio.current.picture.state") == "saved"
    hands.close_all()
    hands.open(photographs / "coat.jpg")
    assert hands.hints == []
    hands.drop(recipe)
    hands.page.locator(".handle").wait_for()
    hands.until_painted()
    assert [hint["color"] for hint in hands.hints] == ["#000080"]
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.hints == []


def test_a_picture_and_its_comparison_are_downloaded(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.keyboard.press("Control+s")
    hands.page.get_by_label("To", exact=True).select_option("download")
    hands.page.get_by_label("Format", exact=True).select_option("png")
    hands.page.get_by_text("More", exact=True).click()
    for box in hands.page.locator("dialog input[type=checkbox]").all():
        box.uncheck()
    with hands.page.expect_download() as download:
        hands.page.locator("dialog .button.primary").click()
    with Image.open(download.value.path()) as saved:
        assert (saved.format, saved.size) == ("PNG", (640, 480))
    assert download.value.suggested_filename.startswith("house")
    with hands.page.expect_download() as shared:
        hands.page.get_by_label("Share before and after").click()
    with Image.open(shared.value.path()) as both:
        assert both.format == "JPEG"


def test_the_look_of_one_picture_is_applied_to_the_others(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.page.locator("#tab-look").click()
    hands.page.get_by_role("combobox", name="Look").select_option("muted")
    hands.until_painted()
    hands.page.locator("#tab-colors").click()
    hands.page.get_by_role("button", name="Look only").click()
    hands.page.locator(".message", has_text="Applied").wait_for()
    hands.page.keyboard.press("]")
    hands.until_painted()
    assert hands.controls == {"look": "muted"}
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.controls == {}


def test_a_palette_is_dropped_on_its_row_and_taken_away(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator("#tab-look").click()
    hands.drop(photographs / "flag.png", onto=".file-row >> nth=1")
    hands.page.get_by_label("Remove flag.png").wait_for()
    hands.until_painted()
    assert hands.controls["palette"]["name"] == "flag.png"
    hands.page.get_by_label("Remove flag.png").click()
    hands.until_painted()
    assert hands.controls == {}


def test_what_the_server_refuses_is_told_in_its_words_and_taken_back(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Vividness", exact=True).fill("0.5")
    hands.until_painted()
    hands.drop(photographs / "coat.jpg", onto=".file-row >> nth=1")
    hands.page.locator(".message.error", has_text="coat.jpg has no colours").wait_for()
    hands.page.get_by_label("Remove coat.jpg").wait_for(state="detached")
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.controls == {}


def test_a_colour_that_was_agreed_on_arrives_in_the_other_pictures_and_outlives_undo(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.click(0.4, 0.4)
    hands.say("navy")
    hands.page.keyboard.press("Escape")
    hands.page.locator(".hint-row [data-focus$=album]").click()
    hands.page.get_by_label("What is this?").fill("Grandmother’s coat")
    hands.page.keyboard.press("Enter")
    hands.page.locator(".message", has_text="Agreed on: Grandmother’s coat").wait_for()
    hands.page.keyboard.press("]")
    hands.until_painted()
    hands.until(f"{STUDIO}.current.doc.settings.album !== null")
    [entry] = hands.controls["album"]["entries"]
    assert entry["name"] == "Grandmother’s coat"
    hands.click(0.2, 0.2)
    hands.say("red")
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.hints == []
    assert "album" in hands.controls
    hands.page.get_by_label("Forget Grandmother’s coat").click()
    hands.until(f"{STUDIO}.current.doc.settings.album === null")
    assert hands.controls == {}


def test_all_pictures_are_saved_at_once(empty, photographs, server):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.page.keyboard.press("Control+s")
    hands.page.get_by_label("What", exact=True).select_option("all")
    hands.page.get_by_label("Format", exact=True).select_option("webp")
    hands.page.locator("dialog .button.primary").click()
    hands.page.locator(".message", has_text="Saved in").wait_for()
    assert {path.name.split(".")[0] for path in server.out.glob("*.webp")} >= {"house", "coat"}


def test_a_cube_that_is_dropped_anywhere_is_used_for_the_picture_that_is_shown(empty, photographs, tmp_path):
    corners = (f"{red} {green} {blue}" for blue in (0, 1) for green in (0, 1) for red in (0, 1))
    (tmp_path / "film.cube").write_text("\n".join(["LUT_3D_SIZE 2", *corners]))
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.drop(tmp_path / "film.cube")
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Remove film.cube").wait_for()
    hands.until_painted()
    assert hands.controls["cube"]["name"] == "film.cube"
