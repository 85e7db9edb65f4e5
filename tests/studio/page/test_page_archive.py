"""Jobs over the archive in the page: started, followed, ended; by keyboard, on a phone, in both languages."""

import json
from contextlib import contextmanager

import pytest

from tests.studio.page.conftest import made_up, running
from tests.studio.page.test_page_states import lasting_violations

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "chromium")]

TITLE = "Colour the archive"
MANY = 1500  # so many that nobody finishes them meanwhile


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    (folder / "scans" / "1931").mkdir(parents=True)
    for number in range(3):
        (folder / "scans" / "1931" / f"{number}.jpg").write_bytes(made_up(160, 120, number))
    content = made_up(160, 120, 9)
    (folder / "scans" / "torn.jpg").write_bytes(content[:300])
    for number in range(MANY):
        (folder / "scans" / f"many {number}.jpg").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def server(archive, tiny_model_folder):
    with running(tiny_model_folder, archive, archive=archive / "scans") as running_server:
        yield running_server


def opened(hands, title=TITLE):
    hands.page.get_by_role("button", name=title).click()
    return hands.page.get_by_role("dialog", name=title)


def submit(hands, **asked):
    """Start a job as another page would; returns its id."""
    return hands.page.evaluate(
        """(body) => fetch('/v1/jobs', {
            method: 'POST', body, headers: { 'content-type': 'application/json' }
        }).then((answer) => answer.json()).then(({ id }) => id)""",
        json.dumps(asked),
    )


@contextmanager
def one_more(hands):
    """Wait until there is one more job than before."""
    known = hands.ask("fetch('/v1/jobs').then((answer) => answer.json()).then((jobs) => jobs.length)")
    yield
    hands.until(f"document.querySelectorAll('.job').length === {known + 1}")


def test_a_job_is_started_by_keyboard_followed_and_its_failures_shown(empty, archive):
    hands = empty()
    hands.page.get_by_role("button", name=TITLE).focus()
    hands.page.keyboard.press("Enter")
    dialog = hands.page.get_by_role("dialog", name=TITLE)
    hands.page.keyboard.type("1931/*, torn.jpg")
    with one_more(hands):
        hands.page.keyboard.press("Enter")
    row = dialog.locator(".job").first
    row.locator(".job-state", has_text="done").wait_for()
    assert row.locator(".job-counts").inner_text() == "3 of 4 pictures coloured · 1 failed"
    assert "done" in dialog.get_by_role("status").inner_text()
    assert row.get_by_role("button").count() == 0, "there is nothing to cancel"
    row.locator("summary").focus()
    hands.page.keyboard.press("Enter")
    row.get_by_text("torn.jpg", exact=True).wait_for()
    place = row.locator(".mono").inner_text().removeprefix("out/")
    assert len(list((archive / "out" / place / "1931").iterdir())) == 3
    hands.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert hands.ask("document.activeElement.ariaLabel") == TITLE


def test_a_running_job_tells_its_pace_and_is_cancelled(empty):
    hands = empty()
    dialog = opened(hands)
    dialog.get_by_role("button", name="Start").click()
    row = dialog.locator(".job[data-state=running]")
    row.locator(".job-counts", has_text="a second").wait_for()
    assert "left" in row.locator(".job-counts").inner_text()
    assert hands.ask("document.querySelector('.job-bar').position") < 1
    row.get_by_role("button", name="Cancel the job of").click()
    dialog.locator(".job").first.locator(".job-state", has_text="cancelled").wait_for()
    assert f"of {MANY + 4:,} pictures coloured" in dialog.locator(".job-counts").first.inner_text()


def test_what_is_started_elsewhere_appears_and_its_end_is_told(empty):
    hands = empty()
    dialog = opened(hands)
    with one_more(hands):
        submit(hands, include=["1931/0.jpg"])
    dialog.locator(".job").first.locator(".job-state", has_text="done").wait_for()
    hands.page.keyboard.press("Escape")
    submit(hands, include=["1931/1.jpg"])
    hands.page.locator(".message", has_text="Archive done: 1 of 1 pictures coloured").wait_for()


def test_the_look_of_the_open_picture_goes_along_and_what_is_refused_is_told(empty, photographs):
    hands = empty()
    hands.open(photographs / "house.jpg")
    hands.page.locator("#tab-look").click()
    hands.page.get_by_label("Warmth", exact=True).fill("9")
    hands.until_painted()
    dialog = opened(hands)
    dialog.get_by_label("Only these").fill("1931/*")
    dialog.get_by_label("With the look of the picture").check()
    with one_more(hands):
        dialog.get_by_role("button", name="Start").click()
    dialog.locator(".job").first.locator(".job-state", has_text="done").wait_for()
    jobs = hands.ask("fetch('/v1/jobs').then((answer) => answer.json())")
    assert jobs[-1]["asked"]["controls"]["warmth"] == 9
    dialog.get_by_label("Only these").fill("/")
    dialog.get_by_role("button", name="Start").click()
    dialog.locator("[role=status] .field-error").wait_for()
    assert dialog.locator(".job").count() == len(jobs)


def test_without_an_archive_nothing_is_offered(look, tiny_model_folder, tmp_path):
    with running(tiny_model_folder, tmp_path) as plain:
        assert look(plain.url).page.get_by_role("button", name=TITLE).count() == 0


@pytest.mark.parametrize(("size", "language"), [("wide", "en"), ("phone", "de")])
def test_jobs_are_accessible_in_light_and_dark(empty, size, language):
    from axe_playwright_python.sync_playwright import Axe

    hands, found = empty(size, language=language), {}
    submit(hands, include=["torn.jpg"])
    dialog = opened(hands, {"en": TITLE, "de": "Das Archiv kolorieren"}[language])
    dialog.locator(".job .more:visible summary").first.click()
    dialog.locator(".job-failures li").first.wait_for()
    submit(hands)
    dialog.locator(".job[data-state=running]").wait_for()
    assert hands.ask("document.documentElement.scrollWidth") <= hands.page.viewport_size["width"]
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    for scheme in ("dark", "light"):
        hands.ask(f"void (document.documentElement.dataset.theme = '{scheme}')")
        for one in lasting_violations(hands.page, Axe(), rules):
            found[scheme, one["id"]] = [(node["html"][:160], node["any"]) for node in one["nodes"]]
    dialog.locator(".job[data-state=running] .button").click()
    dialog.locator(".job[data-state=cancelled]").first.wait_for()
    assert found == {}
