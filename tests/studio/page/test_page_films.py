"""A film on the page: its shots in the strip, a hint on one, watching it, and the whole in colour."""

import av
import pytest

from tests.film.clips import frame_at, write_clip
from tests.studio.page.hands import STUDIO

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]

BAR = "document.querySelector('v-film-bar')"


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    frames = [frame_at(number, size=(180, 320)) for number in range(18)]
    frames += [frame_at(number, seed=5, size=(180, 320)) for number in range(18)]
    return write_clip(tmp_path_factory.mktemp("clip") / "dance.mp4", frames, codec="libx264")


@pytest.fixture
def film(empty, clip):
    hands = empty()
    show(hands, clip)
    yield hands
    hands.ask("fetch('/v1/films').then((all) => all.json()).then((all) => Promise.all(all.map("
              "(film) => fetch('/v1/films/' + film.id, { method: 'DELETE' })))).then(() => 0)")  # fmt: skip


def show(hands, clip):
    hands.page.set_input_files("input[type=file] >> nth=0", [clip])
    hands.until(f"{STUDIO}.pictures.length === 2")
    hands.until_painted()


def bar(hands):
    return hands.page.get_by_role("region", name="Film", exact=True)


def test_a_film_is_steered_watched_and_coloured(film, server):
    hands = film
    assert bar(hands).inner_text().split("\n")[:2] == ["dance.mp4", "Shot 1 of 2, 0:00 to 0:00"]
    hands.ask(f"void {STUDIO}.step(1)")
    hands.until_painted()
    assert "Shot 2 of 2" in bar(hands).inner_text()
    hands.click(0.7, 0.3)
    hands.say("navy")
    bar(hands).get_by_role("button", name="Watch this shot").click()
    hands.until("document.querySelector('.film-watch video')?.readyState > 1")
    assert hands.ask("document.querySelector('.film-watch video').videoWidth") == 320
    hands.page.keyboard.press("Escape")
    bar(hands).get_by_role("button", name="Colour the film").click()
    hands.until(f"{STUDIO}.films.all[0].result")
    hands.page.get_by_text("Saved as dance.color.mp4").wait_for()
    with av.open(str(server.out / "dance.color.mp4")) as colored:
        assert sum(1 for _ in colored.decode(video=0)) == 36
    assert bar(hands).get_by_role("button", name="Colour it again").is_visible()
    bar(hands).get_by_role("button", name="Close dance.mp4 and its shots").click()
    hands.page.wait_for_selector(".welcome-box h2")
    assert bar(hands).count() == 0


def test_a_film_in_colour_is_coloured_only_if_somebody_wants_it(empty, tmp_path):
    def paint(planes):
        planes[0][:, ::2] = 80
        planes[1][::2] = 180
        return planes

    clip = write_clip(tmp_path / "red.mkv", [frame_at(number) for number in range(8)], fill=paint)
    hands = empty()
    hands.page.set_input_files("input[type=file] >> nth=0", [clip])
    hands.page.locator(".message.error").wait_for()
    hands.page.locator(".message.error").get_by_role("button").first.click()
    hands.until(f"{STUDIO}.pictures.length === 1")
    hands.until_painted()
    bar(hands).get_by_role("button", name="Close red.mkv and its shots").click()
    hands.page.wait_for_selector(".welcome-box h2")


def test_pictures_without_a_film_have_no_bar(hands):
    assert hands.ask(f"{BAR}.hidden")


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_bar_is_accessible_and_fits(empty, clip, size):
    from axe_playwright_python.sync_playwright import Axe

    hands = empty(size, language="de")
    show(hands, clip)
    assert (
        Axe().run(hands.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]}).response["violations"]
        == []
    )
    wide = hands.ask("innerWidth")
    for button in hands.page.locator("v-film-bar button:visible").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= wide
    hands.page.locator("v-film-bar").get_by_role("button", name="dance.mp4").click()
    hands.page.wait_for_selector(".welcome-box h2")
