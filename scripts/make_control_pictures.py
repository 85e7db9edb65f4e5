"""Make the pictures of single controls in docs/steering.md from the photographs in examples/.

python scripts/make_control_pictures.py [--model FOLDER] [--only suggestions|grey|strength|mask|...]
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vermilion import Colorizer, Controls, Hint, Mask, Session, Stroke
from vermilion.guidance import AnyHint
from vermilion.guidance.variants import Suggestion

ROOT = Path(__file__).resolve().parent.parent
CAR = ROOT / "examples" / "photographer_on_car_1936.jpg"
TENT = ROOT / "examples" / "mother_in_tent_1936.jpg"
PORTRAIT = ROOT / "examples" / "daguerreotype_portrait_1856.jpg"
VALLEY = ROOT / "examples" / "valley_town_1890_sepia.jpg"
HEIGHT = 420  # pixels of one picture
GAP = 6  # pixels between two
QUALITY = 82
SPOTS, COLORS = 3, 5  # that are asked for, and suggested at each
SWATCH = 64  # pixels
BACKDROP = (
    Stroke(((60, 1100), (250, 900), (190, 560), (190, 350), (300, 60)), "grey", 60),
    Stroke(((850, 40), (990, 300), (1000, 900), (1060, 1100)), "grey", 60),
)
CARDIGAN = ((290, 430), (265, 500), (300, 570), (400, 590)), "#4a7350", 20.0
PAN, DRESS = Hint(360, 730, "#8f897c", 30), Hint(500, 720, "#8a8078", 15)
TENT_BEHIND = Stroke(((60, 600), (205, 560), (225, 420), (300, 200)), "#6d675a", 20)
STRENGTHS = (0, 0.25, 0.5, 0.75, 1)
MOTHER = (150, 170, 640, 860)  # left, upper, right, lower
CRATE = ((34, 955), (528, 768), (536, 768), (534, 994), (34, 990))
CRATE_COLOR = "#35648a"
CRATE_TOP = Stroke(((40, 880), (480, 775)), "#8a7f70", 30)
TEMPERATURES = (0.2, None, 1.5)


def suggestions(colorizer: Colorizer) -> Image.Image:
    """The car with the spots that the session asks for, and the colours that are likely at each."""
    session = colorizer.open(CAR)
    spots = session.ask_me_here(SPOTS)
    picture = session.paint().to_pil()
    draw = ImageDraw.Draw(picture)
    for number, spot in enumerate(spots, 1):
        _number(draw, (spot.x, spot.y), number, 30)
    rows = [
        _swatches(number, session.suggest(spot.x, spot.y, COLORS)) for number, spot in enumerate(spots, 1)
    ]
    return beside([_reduced(picture), _stacked(rows)])


def grey(colorizer: Colorizer) -> Image.Image:
    """The portrait; where its backdrop is hinted grey; and what comes of it."""
    session = colorizer.open(PORTRAIT)
    automatic = session.paint().to_pil()
    marked = automatic.copy()
    for stroke in BACKDROP:
        ImageDraw.Draw(marked).line(stroke.points, "white", 8)
    return beside([_reduced(each) for each in (automatic, marked, _hinted(session, BACKDROP))])


def strength(colorizer: Colorizer) -> Image.Image:
    """The same stroke at five strengths; tent, dress and pan have hints, too."""
    session = colorizer.open(TENT)
    points, color, width = CARDIGAN
    beside_it = TENT_BEHIND, DRESS, PAN
    hinted = [_hinted(session, [*beside_it, Stroke(points, color, width, each)]) for each in STRENGTHS]
    return beside([_reduced(picture.crop(MOTHER), 330) for picture in hinted])


def mask(colorizer: Colorizer) -> Image.Image:
    """The tent; the mask, white where the colour goes; what comes of it and of three hints beside it."""
    session = colorizer.open(TENT)
    automatic = session.paint().to_pil()
    drawn = Image.new("L", automatic.size)
    ImageDraw.Draw(drawn).polygon(CRATE, fill=255)
    result = _hinted(session, [PAN, DRESS, CRATE_TOP, Mask.of(np.asarray(drawn), CRATE_COLOR)])
    return beside([_reduced(each) for each in (automatic, drawn.convert("RGB"), result)])


def temperature(colorizer: Colorizer) -> Image.Image:
    """The valley bold, at the model's own temperature, and cautious."""
    session = colorizer.open(VALLEY)
    return beside(
        [_reduced(session.paint(Controls(temperature=each)).to_pil(), 330) for each in TEMPERATURES]
    )


def palette_picture(colorizer: Colorizer) -> Image.Image:
    """The car; the valley; and the car painted with the valley's palette."""
    valley = colorizer.colorize(VALLEY).to_pil()
    session = colorizer.open(CAR)
    with tempfile.TemporaryDirectory() as folder:
        valley.save(Path(folder) / "valley.png")
        painted = session.paint(Controls(palette=f"{folder}/valley.png")).to_pil()
    return beside([_reduced(each) for each in (session.paint().to_pil(), valley, painted)])


def _hinted(session: Session, hints: Sequence[AnyHint]) -> Image.Image:
    return session.paint(Controls(hints=tuple(hints))).to_pil()


def _reduced(picture: Image.Image, height: int = HEIGHT) -> Image.Image:
    width = round(picture.width * height / picture.height)
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def beside(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a row, on white."""
    width = sum(each.width for each in pictures) + GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(each.height for each in pictures)), "white")
    left = 0
    for each in pictures:
        sheet.paste(each, (left, 0))
        left += each.width + GAP
    return sheet


def _stacked(rows: Sequence[Image.Image]) -> Image.Image:
    """Rows of swatches, spread over the height of a picture."""
    sheet = Image.new("RGB", (rows[0].width, HEIGHT), "white")
    for number, row in enumerate(rows):
        sheet.paste(row, (0, round((number + 0.5) * HEIGHT / len(rows) - row.height / 2)))
    return sheet


def _swatches(number: int, likely: Sequence[Suggestion]) -> Image.Image:
    """A row: the number of the spot, and its likely colours with their probabilities under them."""
    row = Image.new("RGB", (SWATCH + COLORS * (SWATCH + GAP), SWATCH + 24), "white")
    draw = ImageDraw.Draw(row)
    _number(draw, (SWATCH / 2, SWATCH / 2), number, 20)
    for place, each in enumerate(likely):
        left = SWATCH + place * (SWATCH + GAP)
        draw.rectangle((left, 0, left + SWATCH - 1, SWATCH - 1), fill=each.color)
        words = f"{each.probability:.0%}"
        draw.text((left + SWATCH / 2, SWATCH + 4), words, "black", ImageFont.load_default(16), anchor="ma")
    return row


def _number(draw: ImageDraw.ImageDraw, place: tuple[float, float], number: int, radius: float) -> None:
    x, y = place
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="white", outline="black", width=3)
    draw.text(place, str(number), "black", ImageFont.load_default(1.4 * radius), anchor="mm")


PICTURES: dict[str, Callable[[Colorizer], Image.Image]] = {
    "suggestions": suggestions,
    "grey": grey,
    "strength": strength,
    "mask": mask,
    "temperature": temperature,
    "palette-picture": palette_picture,
}


def main() -> None:
    """Write docs/images/steering-NAME.jpg for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    parser.add_argument("--only", choices=PICTURES)
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "images", help="folder to write into")
    args = parser.parse_args()
    colorizer = Colorizer(args.model)
    for name, make in PICTURES.items():
        if args.only in (None, name):
            make(colorizer).save(args.images / f"steering-{name}.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
