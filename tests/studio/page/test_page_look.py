"""The look of the colours, colours from files, full screen, notes, and hints without a mouse."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.studio.page.hands import STUDIO
from tests.versions import made_scene, warped
from vermilion.tone import luma_of_rgb

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]


SLIDERS = [
    ("Vividness", "vividness", "1.4", 1.4),
    ("Warmth", "warmth", "-7", -7),
    ("Tint (green to magenta)", "tint", "11", 11),
    ("Temperature (low is bold)", "temperature", "0.2", 0.2),
    ("Fade unsure colours", "fade_unsure", "0.5", 0.5),
]


def test_each_slider_says_its_control_changes_the_picture_and_is_reset(hands):
    hands.page.locator("#tab-look").click()
    plain = hands.ask(f"{STUDIO}.current.picture.revision")
    seen = {plain}
    for label, name, typed, meant in SLIDERS:
        slider = hands.page.get_by_label(label, exact=True)
        slider.fill(typed)
        hands.until_painted()
        assert hands.controls == {name: meant}
        seen.add(hands.ask(f"{STUDIO}.current.picture.revision"))
        hands.page.get_by_label(f"Reset: {label}").click()
        hands.until_painted()
        assert hands.controls == {}
    assert len(seen) == 1 + len(SLIDERS)
    hands.page.get_by_label("Temperature (low is bold)", exact=True).focus()
    hands.page.keyboard.press("ArrowRight")
    hands.until_painted()
    assert hands.controls == {"temperature": pytest.approx(0.45)}


def test_a_reference_is_dropped_on_its_row_and_undone(hands, photographs):
    hands.page.locator("#tab-look").click()
    hands.drop(photographs / "flag.png", onto=".file-row >> nth=0")
    hands.page.get_by_label("Remove flag.png").wait_for()
    hands.until_painted()
    assert hands.controls["reference"]["name"] == "flag.png"
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    assert hands.controls == {}


@pytest.fixture
def versions(tmp_path):
    """A grey scan and two versions of it in colour, as files."""
    scene = made_scene()
    made = {"anna.png": luma_of_rgb(scene), "edited.png": warped(scene), "later.png": scene[..., ::-1]}
    for name, pixels in made.items():
        Image.fromarray(np.ascontiguousarray(pixels)).save(tmp_path / name)
    return tmp_path


ROW = ".versions .file-row"


def test_an_edited_version_is_dropped_and_taken_away(empty, versions):
    hands = empty()
    hands.open(versions / "anna.png")
    hands.page.locator("#tab-look").click()
    hands.drop(versions / "edited.png", onto=ROW)
    hands.page.get_by_label("Remove edited.png").wait_for()
    hands.until_painted()
    assert hands.controls["colors_from"]["name"] == "edited.png"
    version = hands.controls["colors_from"]
    said = json.dumps({"colors_from": version, "trust": 0.7, "neutralize": True})
    hands.page.evaluate(
        f"""(body) => fetch('/v1/pictures/' + {STUDIO}.current.id + '/controls', {{
            method: 'PUT', body, headers: {{ 'content-type': 'application/json' }} }}).then(() => 0)""",
        said,
    )
    hands.reload()  # what was said elsewhere is kept
    hands.page.locator("#tab-look").click()
    assert hands.page.get_by_role("slider", name="Strength").input_value() == "0.7"
    assert hands.page.get_by_label("Remove the colour cast").is_checked()
    hands.page.get_by_label("Warmth", exact=True).fill("9")
    hands.until_painted()
    assert hands.controls == {"colors_from": version, "trust": 0.7, "neutralize": True, "warmth": 9}
    hands.page.keyboard.press("Control+z")
    hands.until_painted()
    hands.page.get_by_label("Remove edited.png").click()
    hands.until_painted()
    assert hands.controls == {}


def test_several_versions_have_a_strength_each_and_all_of_it_is_undone(empty, versions):
    hands = empty()
    hands.open(versions / "anna.png")
    hands.page.locator("#tab-look").click()
    names = ["edited.png", "later.png"]
    for name in names:
        hands.drop(versions / name, onto=ROW)
        hands.page.get_by_label(f"Remove {name}").wait_for()
        hands.until_painted()
    assert [file["name"] for file in hands.controls["colors_from"]] == names
    strength = hands.page.get_by_role("group", name="later.png").get_by_role("slider")
    assert strength.get_attribute("aria-valuetext") == "Where both show the same"
    strength.focus()
    hands.page.keyboard.press("ArrowLeft")
    hands.until_painted()
    assert hands.controls["trust"] == [None, 0.95]
    hands.page.get_by_label("Remove edited.png").click()
    hands.until_painted()
    assert hands.controls["colors_from"]["name"] == "later.png"
    assert hands.controls["trust"] == 0.95
    for meant in ([None, 0.95], None):
        hands.page.keyboard.press("Control+z")
        hands.until_painted()
        assert hands.controls.get("trust") == meant
    assert len(hands.controls["colors_from"]) == 2
    hands.page.get_by_label("Remove the colour cast").click()
    hands.until_painted()
    assert hands.controls["neutralize"]


def test_a_picture_in_colour_that_is_dropped_on_the_open_one_may_give_it_its_colours(empty, versions):
    hands = empty()
    hands.open(versions / "anna.png")
    hands.drop(versions / "edited.png")
    offer = hands.page.get_by_role("dialog", name="A picture in colour")
    offer.wait_for()
    hands.page.keyboard.press("Enter")  # the first answer has the focus
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Remove edited.png").wait_for()
    hands.until_painted()
    assert hands.controls["colors_from"]["name"] == "edited.png"
    hands.drop(versions / "later.png")
    offer.wait_for()
    hands.page.keyboard.press("Escape")
    assert offer.count() == 0
    hands.drop(versions / "later.png", onto=".strip")
    hands.page.locator(".message.error", has_text="later.png").wait_for()  # opened, as it is in colour
    assert hands.controls["colors_from"]["name"] == "edited.png"
    hands.drop(versions / "anna.png")  # grey, so it is opened at once
    hands.until(f"{STUDIO}.pictures.length === 3")


def test_the_map_shows_where_versions_count(empty, versions):
    hands = empty()
    hands.open(versions / "anna.png")
    hands.page.keyboard.press("t")
    hands.page.locator(".legend", has_text="from no version").wait_for()
    hands.page.locator("#tab-look").click()
    hands.drop(versions / "edited.png", onto=ROW)
    hands.page.locator(".legend", has_text="blue veil").wait_for()
    hands.until_painted()
    hands.until("document.querySelector('v-stage').layers.previews.trust")
    hands.page.wait_for_timeout(100)
    veiled = hands.pixel(0.01, 0.02)  # which the version was cut by
    button = hands.page.get_by_role("button", name="Show where versions count")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    hands.page.locator(".legend").wait_for(state="detached")
    plain = hands.pixel(0.01, 0.02)
    assert veiled[2] - veiled[0] > plain[2] - plain[0] + 40
    hands.page.keyboard.press("m")  # one overlay at a time
    hands.page.keyboard.press("t")
    assert hands.ask(f"{STUDIO}.show.overlay") == "trust"
    hands.page.get_by_label("Remove edited.png").click()
    hands.until("!document.querySelector('v-stage').layers.previews.trust")


def test_a_file_that_is_no_cube_changes_nothing(hands, tmp_path):
    (tmp_path / "film.cube").write_text("LUT_3D_SIZE many")
    hands.page.locator("#tab-look").click()
    hands.drop(tmp_path / "film.cube", onto=".file-row >> nth=2")
    hands.page.locator(".message.error", has_text="film.cube").wait_for()
    hands.until_painted()
    assert hands.controls == {}
    assert hands.page.get_by_label("Remove film.cube").count() == 0


def test_colours_are_added_to_the_palette_and_taken_away(hands):
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Add a colour to the palette").fill("#204060")
    hands.until_painted()
    assert hands.controls["palette"] == ["#204060"]
    hands.page.locator(".page:visible .swatch-row .swatch").click()
    hands.until_painted()
    assert hands.controls == {}


def test_full_screen_shows_the_picture_and_hints_can_be_said_there(hands):
    before = hands.ask("document.querySelector('v-stage').clientWidth")
    hands.page.keyboard.press("f")
    hands.until("document.fullscreenElement === document.querySelector('.room')")
    hands.until(f"document.querySelector('v-stage').clientWidth > {before}")
    assert hands.page.locator(".panel").bounding_box()["x"] >= 0
    hands.click(0.5, 0.5)
    hands.say("red")
    assert [hint["color"] for hint in hands.hints] == ["#ff0000"]
    hands.page.keyboard.press("Escape")
    hands.page.get_by_label("Full screen").click()
    hands.until("!document.fullscreenElement")
    hands.until(f"document.querySelector('v-stage').clientWidth === {before}")


def test_a_note_stands_at_its_hint(empty, photographs):
    hands = empty()
    hands.open(photographs / "bright.jpg")
    hands.click(0.5, 0.5)
    hands.say("navy")
    hands.page.keyboard.press("Escape")
    handle = hands.page.locator(".handle.noted")
    handle.wait_for()
    assert "cannot exist where the scan is so light" in handle.get_attribute("aria-label")
    assert "so light" in hands.page.locator(".hint-row .note").inner_text()
    handle.click()
    assert "so light" in hands.page.locator(".popover .note").inner_text()


def test_a_hint_is_muted_edited_moved_and_deleted_by_keyboard(hands):
    hands.click(0.5, 0.5)
    hands.say("red")
    hands.page.keyboard.press("Escape")
    hands.page.locator(".hint-row [data-focus$=mute]").focus()
    hands.page.keyboard.press("Enter")
    hands.until_painted()
    assert hands.hints == []
    assert hands.ask("document.activeElement.dataset.focus.endsWith('mute')")
    hands.page.keyboard.press("Space")
    hands.until_painted()
    assert len(hands.hints) == 1
    hands.page.locator(".handle").focus()
    hands.page.keyboard.press("Enter")
    hands.suggestions()
    hands.page.get_by_label("Strength", exact=True).focus()
    for _ in range(4):
        hands.page.keyboard.press("ArrowLeft")
    hands.until_painted()
    assert hands.hints[0]["strength"] == pytest.approx(0.8)
    hands.page.keyboard.press("Escape")
    hands.page.locator(".handle").focus()
    hands.page.keyboard.press("Shift+ArrowLeft")
    hands.until_painted()
    assert hands.hints[0]["x"] < 315
    hands.page.locator(".hint-row [data-focus$=delete]").focus()
    hands.page.keyboard.press("Enter")
    hands.until_painted()
    assert hands.hints == []


def test_picking_a_colour_can_be_given_up(hands):
    hands.click(0.3, 0.3)
    hands.suggestions()
    hands.page.get_by_label("Take a colour from the picture").click()
    hands.page.keyboard.press("Escape")
    hands.click(0.6, 0.6)
    hands.suggestions()
    assert hands.page.locator(".picking").count() == 0


def test_the_look_goes_to_the_ticked_pictures_alone(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg", photographs / "bright.jpg")
    hands.page.get_by_label("Select coat.jpg").check()
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Warmth", exact=True).fill("9")
    hands.until_painted()
    hands.page.locator("#tab-colors").click()
    hands.page.get_by_text("To the other picture you selected").wait_for()
    hands.page.get_by_role("button", name="All but the hints").click()
    hands.page.locator(".message", has_text="Applied to 1").wait_for()
    warmth = hands.ask(f"{STUDIO}.pictures.map((open) => open.picture.controls.warmth)")
    assert warmth == [9, 9, 0]


def test_long_work_tells_how_far_it_is(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg", photographs / "coat.jpg")
    hands.ask(
        """(() => {
            window.told = [];
            const studio = document.querySelector('v-app').studio;
            const places = 'dialog .quiet[role=status], #page-variants [role=status]';
            const look = () => {
                const said = [...document.querySelectorAll(places)];
                window.told.push(said.map((one) => one.textContent).join(' '));
            };
            studio.addEventListener('progress', () => queueMicrotask(look));
        })()"""
    )
    hands.page.locator("#tab-variants").click()
    hands.page.locator(".thumb[data-rank='1']").wait_for()
    assert any("Painting" in text for text in hands.ask("window.told"))
    hands.page.keyboard.press("Control+s")
    hands.page.get_by_label("What", exact=True).select_option("all")
    hands.page.locator("dialog .button.primary").click()
    hands.page.locator(".message", has_text="Saved in").wait_for()
    told = hands.ask("window.told")
    assert any("Saving 1 of 2" in text for text in told)
    assert any("Saving 2 of 2" in text for text in told)
