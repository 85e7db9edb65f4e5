"""Made-up photographs and hints of all kinds, the same for the same seed."""

import base64
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

COLORS = ("navy", "#c2553a", "grey", "teal", "#e8c39e", (18.5, -31.25), "olive", "crimson")


def photograph(seed: int) -> Image.Image:
    """A grey picture of 40 to 420 pixels a side: large soft things, sharp edges, grain; some faded."""
    rng = np.random.default_rng(seed)
    width, height = (int(side) for side in rng.integers(40, 420, 2))
    things = rng.integers(0, 256, (int(rng.integers(2, 9)), int(rng.integers(2, 9))), np.uint8)
    image = Image.fromarray(things).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 6))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        across, down = rng.uniform(5, width / 2), rng.uniform(5, height / 2)
        pen.ellipse((x, y, x + across, y + down), fill=int(rng.integers(0, 256)))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.5))))
    grain = np.asarray(image, np.float64) + rng.normal(0, rng.uniform(0, 12), (height, width))
    if seed % 5 == 4:  # faded
        grain = 90 + grain * 0.3
    return Image.fromarray(grain.clip(0, 255).astype(np.uint8))


def controls(seed: int, size: tuple[int, int]) -> dict[str, object]:
    """Controls as recipes hold them: hints of all kinds, and every setting of the page now and then.

    Args:
        seed: of all choices.
        size: width and height of the picture.
    """
    rng = np.random.default_rng(1000 + seed)
    kinds = (point, stroke, box, mask)
    chosen = rng.permutation(len(kinds))[: int(rng.integers(1, 5))]
    hints = [{"color": COLORS[int(rng.integers(len(COLORS)))]} | kinds[kind](rng, *size) for kind in chosen]
    for hint in hints:
        if rng.random() < 0.3:
            hint["strength"] = round(float(rng.uniform(0, 1)), 2)
    looks = (None, "autochrome", "faded-print", "hand-tinted", "muted", "two-strip", "vivid")
    settings = {
        "vividness": round(float(rng.uniform(0.2, 2)), 2),
        "warmth": round(float(rng.uniform(-20, 20)), 1),
        "tint": round(float(rng.uniform(-20, 20)), 1),
        "fade_unsure": round(float(rng.uniform(0, 1)), 2),
        "temperature": round(float(rng.uniform(0.1, 1.5)), 2),
        "look": looks[seed % len(looks)],
        "corner_mark": seed % 7 == 3,
    }
    return {"hints": hints} | {
        name: value for name, value in settings.items() if rng.random() < 0.4 and value
    }


def point(rng, width, height):
    place = {"x": spot(rng, width), "y": spot(rng, height)}
    return place | ({"radius": round(float(rng.uniform(0, 40)), 1)} if rng.random() < 0.5 else {})


def stroke(rng, width, height):
    points = [[spot(rng, width), spot(rng, height)] for _ in range(int(rng.integers(1, 5)))]
    return {"points": points} | ({"width": round(float(rng.uniform(0, 30)), 1)} if rng.random() < 0.5 else {})


def box(rng, width, height):
    return {"x0": spot(rng, width), "y0": spot(rng, height), "x1": spot(rng, width), "y1": spot(rng, height)}


def mask(rng, width, height):
    scale = float(rng.choice([0.25, 0.5, 1.0]))
    image = Image.new("L", (max(4, round(width * scale)), max(4, round(height * scale))))
    x, y = rng.uniform(0, 0.7, 2)
    across, down = rng.uniform(0.1, 0.3, 2)
    corners = (x * image.width, y * image.height, (x + across) * image.width, (y + down) * image.height)
    ImageDraw.Draw(image).ellipse(corners, fill=255)
    content = io.BytesIO()
    image.save(content, "png")
    return {"mask": "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()}


def spot(rng, length):
    return round(float(rng.uniform(0, length - 0.01)), 2)
