"""What a person does with the page: looking, clicking, drawing, dropping."""

import base64
import json
import time
from dataclasses import asdict

from vermilion import Controls

STUDIO = "document.querySelector('v-app').studio"
PATIENCE = 20  # seconds


class Hands:
    """One window of the page.

    Attributes:
        page: playwright's.
        complaints: what the console told: errors, and what the page's rules for content refused.
    """

    def __init__(self, page):
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        # From the start, as playwright does not wait until the browser knows that it must tell of choosers.
        page.on("filechooser", lambda chooser: None)

    def _hear(self, message):
        expected = "Failed to load resource" in message.text  # as when the network is gone, or a file is none
        if message.type == "error" and not expected:
            self.complaints.append(message.text)

    def ask(self, script):
        return self.page.evaluate(script)

    def until(self, script):
        """Wait until a script gives something true; the page's rules forbid playwright's own way."""
        end = time.monotonic() + PATIENCE
        while not (value := self.ask(script)):
            assert time.monotonic() < end, f"never came true: {script}"
            self.page.wait_for_timeout(30)
        return value

    def settled(self, script):
        """Wait until a script gives the same true value twice, some frames apart; returns it."""
        before = self.until(script)
        while True:
            self.page.wait_for_timeout(200)
            if (value := self.until(script)) == before:
                return value
            before = value

    def reload(self):
        self.page.reload()
        self.page.wait_for_selector("v-app.ready")
        self.until_painted()

    def close_all(self):
        for picture in self.ask("fetch('/v1/pictures').then((answer) => answer.json())"):
            self.ask(f"fetch('/v1/pictures/{picture['id']}', {{ method: 'DELETE' }}).then(() => 0)")
        self.page.reload()
        self.page.wait_for_selector("v-app.ready")  # before that, the server is still being asked
        self.page.wait_for_selector(".welcome-box h2")

    def open(self, *paths):
        """Choose files, and wait until the first of them is shown in colour."""
        self.page.set_input_files("input[type=file] >> nth=0", list(paths))
        self.until(f"{STUDIO}.pictures.length && !{STUDIO}.isOpening")
        self.until_painted()

    def drop(self, path, onto="v-stage"):
        """Drop a file, as from a folder."""
        content = base64.b64encode(path.read_bytes()).decode()
        transfer = self.page.evaluate_handle(
            """async ([name, content]) => {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                const transfer = new DataTransfer();
                transfer.items.add(new File([bytes], name));
                return transfer;
            }""",
            [path.name, content],
        )
        for event in ("dragenter", "dragover", "drop"):
            self.page.dispatch_event(onto, event, {"dataTransfer": transfer})

    def until_painted(self):
        """Wait until the colours on the screen are those of what was said last."""
        self.until(
            f"(() => {{ const open = {STUDIO}.current, {{ layers }} = document.querySelector('v-stage');"
            "return open && !open.busy && layers.previews.color"
            " && layers.previews.color.version === open.picture.revision; })()"
        )
        self.page.wait_for_timeout(50)

    def place(self, across, down):
        """The point of the screen over a place of the picture, both as shares of its sides."""
        return self.page.evaluate(
            """([across, down]) => {
                const stage = document.querySelector('v-stage');
                const box = stage.getBoundingClientRect();
                const { width, height } = stage.viewport.image;
                const at = stage.toScreen({ x: width * across, y: height * down });
                return [at.x + box.left, at.y + box.top];
            }""",
            [across, down],
        )

    def click(self, across, down):
        self.page.mouse.click(*self.place(across, down))

    def drag(self, *places):
        """Press at the first place, move over the others, and let go."""
        points = [self.place(*place) for place in places]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=6)
        self.page.mouse.up()

    def suggestions(self):
        """The swatches of the likeliest colours, once they are there."""
        self.page.wait_for_selector(".popover .swatches:not([aria-busy]) .swatch")
        return self.page.locator(".popover .swatches .swatch")

    def say(self, color):
        """Type a colour into the field of the popover."""
        field = self.page.locator(".popover .text-input")
        field.fill(color)
        field.press("Enter")
        self.until_painted()

    def pixel(self, across, down):
        """Red, green and blue of the stage's canvas over a place of the picture."""
        return self.page.evaluate(
            """([x, y]) => {
                const surface = document.querySelector('.surface');
                const box = surface.getBoundingClientRect();
                const { data } = surface.getContext('2d').getImageData(x - box.left, y - box.top, 1, 1);
                return [...data].slice(0, 3);
            }""",
            self.place(across, down),
        )

    @property
    def controls(self):
        """What the server holds of the current picture, less what is at its default."""
        told = self.ask(f"fetch('/v1/pictures/' + {STUDIO}.current.id).then((answer) => answer.json())")
        plain = json.loads(json.dumps(asdict(Controls())))
        return {name: value for name, value in told["controls"].items() if value != plain[name]}

    @property
    def hints(self):
        return self.controls.get("hints", [])
