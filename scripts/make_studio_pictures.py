"""Makes the pictures of docs/studio.md: the real page in Chromium, with the photographs in examples/.

Run it as: PYTHONPATH=src python scripts/make_studio_pictures.py
It needs Debian's chromium, and playwright from PyPI (the extra "test").
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CAR, TENT, TOWN, PORTRAIT = (
    ROOT / "examples" / name
    for name in (
        "photographer_on_car_1936.jpg",
        "mother_in_tent_1936.jpg",
        "valley_town_1890_sepia.jpg",
        "daguerreotype_portrait_1856.jpg",
    )
)
STUDIO = "document.querySelector('v-app').studio"
LARGEST = 150_000  # bytes
PATIENCE = 60  # seconds


@contextmanager
def studio() -> Iterator[str]:
    """Run a studio of its own; gives the address of its page."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "vermilion",
            "studio",
            "--no-browser",
            "--port",
            "0",
            "-o",
            f"{folder}/out",
        ]
        environment = os.environ | {"VERMILION_STUDIO": f"{folder}/kept"}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
            process.terminate()


class Window:
    """A window of the page."""

    def __init__(self, browser: Browser, url: str, size: tuple[int, int], scheme: str) -> None:
        narrow = size[0] < 760
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en",
            has_touch=narrow,
            is_mobile=narrow,
        )
        self.page = context.new_page()
        self.page.goto(url)
        self.page.wait_for_selector("v-app.ready")

    def until(self, script: str) -> None:
        """Wait until a script gives something true."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            self.page.wait_for_timeout(50)

    def open(self, *paths: Path) -> None:
        """Open pictures and wait for the first one's colours."""
        self.page.set_input_files("input[type=file] >> nth=0", [str(path) for path in paths])
        self.until(f"{STUDIO}.pictures.length >= {len(paths)} && !{STUDIO}.isOpening")
        self.settle()

    def settle(self) -> None:
        """Wait until all is painted and drawn."""
        self.until(
            f"!{STUDIO}.current.busy && document.querySelector('v-stage').layers.previews.color?.version"
            f" === {STUDIO}.current.picture.revision"
        )
        self.page.wait_for_timeout(1500)

    def click(self, across: float, down: float) -> None:
        """Click a place of the picture, in shares of its sides."""
        at: Any = self.page.evaluate(
            """([across, down]) => {
                const stage = document.querySelector('v-stage');
                const box = stage.getBoundingClientRect();
                const { width, height } = stage.viewport.image;
                const at = stage.toScreen({ x: width * across, y: height * down });
                return [at.x + box.left, at.y + box.top];
            }""",
            [across, down],
        )
        self.page.mouse.click(*at)
        self.page.wait_for_selector(".popover .swatches:not([aria-busy]) .swatch")
        self.page.wait_for_timeout(800)

    def choose(self, number: int) -> None:
        """Take one of the likeliest colours."""
        self.page.locator(".popover .swatches .swatch").nth(number).click()
        self.settle()

    def show(self, changes: str) -> None:
        """Look at the picture in another way."""
        self.page.evaluate(f"void {STUDIO}.showAs({changes})")
        self.page.wait_for_timeout(500)

    def shot(self) -> Image.Image:
        """The window as it is."""
        return Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")


def keep(name: str, image: Image.Image) -> None:
    """Write a picture as a JPEG that is small enough."""
    for quality in (88, 82, 76, 70, 60):
        content = io.BytesIO()
        image.save(content, "jpeg", quality=quality, optimize=True, progressive=True)
        if content.tell() <= LARGEST:
            break
    path = IMAGES / f"studio-{name}.jpg"
    path.write_bytes(content.getvalue())
    print(f"{path.relative_to(ROOT)}: {content.tell() / 1000:.0f} kB")


def make_wide(browser: Browser, url: str) -> None:
    """The pictures of a window on a desk."""
    window = Window(browser, url, (1200, 750), "light")
    window.open(CAR, TENT, TOWN, PORTRAIT)
    window.show("{ divider: 45 }")
    keep("slider", window.shot())
    window.show("{ divider: 0 }")
    window.click(0.62, 0.5)
    keep("suggestions", window.shot())
    window.choose(1)
    keep("hint", window.shot())
    window.page.keyboard.press("Escape")
    window.page.locator("#tab-variants").click()
    window.page.wait_for_selector(".thumb img")
    window.page.wait_for_timeout(500)
    keep("variants", window.shot())


def make_dark(browser: Browser, url: str) -> None:
    """A window in the dark, with another picture."""
    window = Window(browser, url, (1200, 750), "dark")
    window.page.keyboard.press("]")
    window.settle()
    window.page.locator("#tab-look").click()
    window.show("{ compare: 'side' }")
    keep("dark", window.shot())


def make_phone(browser: Browser, url: str) -> None:
    """Three states on a phone, side by side."""
    window = Window(browser, url, (390, 780), "light")
    window.page.evaluate(f"void {STUDIO}.select({STUDIO}.pictures[1])")
    window.settle()
    shots = [window.shot()]
    window.click(0.3, 0.55)
    shots.append(window.shot())
    window.page.keyboard.press("Escape")
    window.page.locator("#tab-variants").click()
    window.page.wait_for_selector(".thumb img")
    window.page.wait_for_timeout(500)
    shots.append(window.shot())
    sheet = Image.new("RGB", (3 * 390 + 2 * 24, 780), "white")
    for number, image in enumerate(shots):
        sheet.paste(image, (number * 414, 0))
    keep("phone", sheet)


def main() -> None:
    """Make all six."""
    with studio() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for make in (make_wide, make_dark, make_phone):
            make(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
