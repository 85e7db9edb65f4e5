"""What is done to all colours of a picture, measured: palettes, looks, adjustments, temperature, marks.

All at the size of the pictures and through the public session.
"""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.known import Known, chroma_of
from benchmarks.scene import Floats, Picture, ab_of_rgb, mean
from vermilion import Colorizer, Controls, Hint
from vermilion.color import ab_error, colorfulness, palette, rgb_to_lab
from vermilion.guidance import ab_of, parse_recipe
from vermilion.guidance.canvas import existing_ab
from vermilion.guidance.looks import look_names
from vermilion.pictures import read_mark
from vermilion.tone import unit_range

PALETTES = (("#c2553a", "#2a5a8c", "#d9b866"), ("#3f6b3a", "#a9784a", "#7fa6c9"), ("#8a3fa0",))
HUE_NEAR = 30.0  # degrees within which a hue is a palette's
USED = 0.05  # share of all chroma from which a palette's colour is used
COLORED = 10.0  # chroma above which a hue can be told
NO_PALETTE = 3.0  # mean chroma up to which a picture is as good as grey: no palette is taken from it
VIVID, SHIFT = 1.3, 10.0  # of adjustments: the factor, and CIELAB units of warmth and of tint
STRONG = 20.0  # chroma of what takes most of a shift
MIDDLE = (0.4, 0.6)  # luma, likewise
NEARLY_ONE = 0.95  # of the wanted factor; what reaches less ran into the end of the gamut
GRADE = 0.3  # of the cube: how much redder lights and bluer shadows become
CUBE_SIDE = 9  # colours
SAME = 1.0  # ab units within which a colour counts as existing
TEMPERATURES = (0.3, 0.6, 1.0)
CHANGED = 6.0  # ab units by which the mark's line and triangle differ from what would be there
NEAR_VERMILION = 25.0  # ab units; a paler line, where luma allows no more, may be seen and is not counted
LIGHT, DARK = 0.8, 0.2  # luma of corners that have no room for vermilion
LEAST_LINE = 0.0005  # of the picture: less of the line does not count


def palette_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Do a palette's hues arrive, do all of them, and is the result more than one tint?"""
    knowns = [Known(colorizer, path) for path in paths]
    alone = mean([one_hue(known.automatic) for known in knowns])
    for colors in PALETTES:
        painted = [known.paint(Controls(palette=colors)) for known in knowns]
        before = mean([hue_share(known.automatic, colors) for known in knowns])
        used = mean([colors_used(ab, colors) for ab in painted])
        yield (
            f"{','.join(colors):24s}: {before:.0%} of all chroma within {HUE_NEAR:g} degrees of its hues, "
            f"then {mean([hue_share(ab, colors) for ab in painted]):.0%}; {used:.1f} of {len(colors)} used; "
            f"one hue alone {alone:.2f}, then {mean([one_hue(ab) for ab in painted]):.2f}"
        )
    own, other = [], []
    colored = [
        pair for pair in zip(paths, knowns, strict=True) if chroma_of(pair[1].true).mean() > NO_PALETTE
    ]
    for (path, known), (stranger, strange) in zip(colored, [*colored[1:], *colored[:1]], strict=True):
        own.append(_with_palette_of(known, path, known.true))
        other.append(_with_palette_of(known, stranger, strange.true))
    for name, rows in (("its own true picture", own), ("another picture", other)):
        apart, apart_then, error, error_then = np.mean(rows, axis=0)
        yield (
            f"palette of {name}: distance from that picture's colours {apart:.3f}, then {apart_then:.3f} "
            f"({apart_then / apart - 1:+.1%}); ab error {error:.2f}, then {error_then:.2f} "
            f"({error_then / error - 1:+.1%})"
        )


def _with_palette_of(known: Known, picture: Path, colors: Floats) -> tuple[float, float, float, float]:
    """Distance of palettes and ab error before and after one is taken from a picture with these colours."""
    painted = known.paint(Controls(palette=str(picture)))
    return (
        palettes_apart(known.automatic, colors),
        palettes_apart(painted, colors),
        ab_error(known.true, known.automatic),
        ab_error(known.true, painted),
    )


def hue_share(ab: Floats, colors: Sequence[str]) -> float:
    """Share of all chroma of a, b [H,W,2] whose hue is near that of one of some colours."""
    away = _hues_away(ab, colors).min(axis=-1)
    chroma = chroma_of(ab)
    return float(chroma[away <= HUE_NEAR].sum() / max(float(chroma.sum()), 1e-9))


def colors_used(ab: Floats, colors: Sequence[str]) -> int:
    """How many of some colours are used: nearest in hue, and near, to enough of the chroma of ab [H,W,2]."""
    away, chroma = _hues_away(ab, colors), chroma_of(ab)
    nearest = np.where(away.min(axis=-1) <= HUE_NEAR, away.argmin(axis=-1), len(colors))
    shares = np.bincount(nearest.ravel(), chroma.ravel(), minlength=len(colors) + 1) / chroma.sum()
    return int((shares[: len(colors)] >= USED).sum())


def one_hue(ab: Floats) -> float:
    """How much a, b [H,W,2] are of one hue: 1 for a single tint, 0 where all hues cancel each other."""
    return float(np.linalg.norm(ab.sum(axis=(0, 1))) / max(float(chroma_of(ab).sum()), 1e-9))


def _hues_away(ab: Floats, colors: Sequence[str]) -> Floats:
    """Degrees [H,W,n] between the hues of a, b [H,W,2] and those of n colours."""
    wanted = np.array([np.arctan2(*ab_of(color)[::-1]) for color in colors])
    turned = np.arctan2(ab[..., 1], ab[..., 0])[..., None] - wanted
    away: Floats = np.degrees(abs(np.arctan2(np.sin(turned), np.cos(turned))))
    return away


def palettes_apart(one: Floats, other: Floats) -> float:
    """Hellinger distance of the colours of two pictures [H,W,2], wherever they are: 0 same, 1 none shared."""
    return float(np.linalg.norm(palette(one) - palette(other)) / np.sqrt(2))


def look_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """What each look does to chroma and hue, and to the grey levels: nothing."""
    names = look_names()
    knowns = [Known(colorizer, path) for path in paths]
    for name in names:
        worst, factors, turns, casts = 0, [], [], []
        for known in knowns:
            rgb, off = _png(known, Controls(look=name))
            worst = max(worst, off)
            ab = ab_of_rgb(rgb)
            factors.append(float(chroma_of(ab).mean() / chroma_of(known.automatic).mean()))
            turns.append(turned(known.automatic, ab))
            casts.append((ab - known.automatic).mean(axis=(0, 1)))
        a, b = np.mean(casts, axis=0)
        yield (
            f"{name:12s}: chroma {mean(factors):.2f} times, hues turn {mean(turns):4.1f} degrees, "
            f"a {a:+.1f}, b {b:+.1f} on average; luma differs by {worst} levels at most"
        )


def _png(known: Known, controls: Controls) -> tuple[Picture, int]:
    """The picture that a PNG holds, uint8 [H,W,3], and by how many levels its luma differs at most."""
    image = Image.open(BytesIO(known.session.paint(controls).encode("png")))
    luma = np.asarray(image.convert("L")).astype(int)  # Pillow's own: not the measure that made it
    return np.asarray(image), int(abs(luma - known.grey).max())


def turned(before: Floats, after: Floats) -> float:
    """Mean angle in degrees by which hues of a, b [H,W,2] turn, where there were any, weighed by chroma."""
    colored = (chroma_of(before) > COLORED) & (chroma_of(after) > 1)
    if not colored.any():
        return 0.0
    one, other = (np.arctan2(ab[colored, 1], ab[colored, 0]) for ab in (before, after))
    angles = np.degrees(abs(np.arctan2(np.sin(one - other), np.cos(one - other))))
    return float(np.average(angles, weights=chroma_of(before)[colored]))


def cube_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How near a cube's colours come to what it gives when it is laid over the automatic picture itself."""
    away: list[float] = []
    moved: list[float] = []
    same: list[float] = []
    exists: list[float] = []
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, grade in (("grade", GRADE), ("same", 0.0)):
            (Path(folder) / f"{name}.cube").write_text(cube_text(grade))
        for path in paths:
            known = Known(colorizer, path)
            rgb, off = _png(known, Controls(cube=f"{folder}/grade.cube"))
            worst = max(worst, off)
            given = rgb_to_lab(graded(_automatic_rgb(known), GRADE))[..., 1:]
            there = np.linalg.norm(existing_ab(known.luma, given) - given, axis=-1) <= SAME
            exists.append(float(there.mean()))
            away.append(ab_error(given[there], ab_of_rgb(rgb)[there]))
            moved.append(ab_error(given[there], known.automatic[there]))
            neutral = known.paint(Controls(cube=f"{folder}/same.cube"))
            same.append(ab_error(neutral, known.automatic))
    yield (
        f"a grade that moves colours by {mean(moved):.2f} arrives within {mean(away):.2f} where its colours "
        f"exist ({mean(exists):.0%}); luma differs by {worst} levels at most"
    )
    yield f"a cube that changes nothing moves colours by {mean(same):.3f}"


def graded(rgb: Floats, strength: float) -> Floats:
    """Orange lights and teal shadows: sRGB [...,3] in 0..1 to the same, without any table."""
    push = strength * (rgb.mean(axis=-1) - 0.5)
    shift = np.stack([push, np.zeros_like(push), -push], axis=-1)
    result: Floats = np.clip(rgb + shift, 0, 1)
    return result


def cube_text(strength: float) -> str:
    """``graded`` as a .cube file."""
    levels = np.linspace(0, 1, CUBE_SIDE, dtype=np.float32)
    grid = np.array(
        [(red, green, blue) for blue, green, red in itertools.product(levels, repeat=3)], np.float32
    )
    rows = (" ".join(f"{value:.6f}" for value in row) for row in graded(grid, strength))
    return "\n".join([f"LUT_3D_SIZE {CUBE_SIDE}", *rows])


def _automatic_rgb(known: Known) -> Floats:
    return unit_range(known.session.paint().to_numpy())


@dataclass(frozen=True, slots=True)
class Shift:
    """What warmth or tint did to strong colours of middle luma, and to whites, blacks and greys, in ab units.

    Attributes:
        wanted: the shift in the wanted direction by the rule of ``adjust_colors``.
        along: the shift that was reached in that direction.
        across: the shift in the other one.
        plain: the shift of what has next to no colour.
    """

    wanted: float
    along: float
    across: float
    plain: float


def adjust_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How much of a vividness, a warmth and a tint is reached."""
    ratios, clipped = [], []
    shifts: dict[str, list[Shift]] = {}
    for path in paths:
        known = Known(colorizer, path)
        before = chroma_of(known.automatic)
        after = chroma_of(known.paint(Controls(vividness=VIVID)))
        ratios.append(float(after.sum() / before.sum()))
        if (colored := before > COLORED).any():
            clipped.append(float((after[colored] < NEARLY_ONE * VIVID * before[colored]).mean()))
        for name, axis in (("warmth", 1), ("tint", 0)):
            for amount in (SHIFT, -SHIFT):
                painted = known.paint(Controls(warmth=amount) if axis else Controls(tint=amount))
                shift = shift_of(known, painted, axis, amount)
                shifts.setdefault(f"{name} {amount:+g}", []).extend([shift] if shift else [])
    yield (f"vividness {VIVID:g}: chroma {mean(ratios):.3f} times; {mean(clipped):.1%} of pixels get less")
    for name, every in shifts.items():
        wanted, along, across, plain = (
            mean([getattr(each, field) for each in every]) for field in ("wanted", "along", "across", "plain")
        )
        yield (
            f"{name}: strong colours of middle luma move by {along:+.2f} (by the rule {wanted:+.2f}), across "
            f"by {across:.2f}, greys by {plain:.2f}"
        )


def shift_of(known: Known, painted: Floats, axis: int, amount: float) -> Shift | None:
    """What was reached; None of a picture without strong colours of middle luma, or without greys."""
    chroma = chroma_of(known.automatic)
    strong = (chroma > STRONG) & (known.luma > MIDDLE[0]) & (known.luma < MIDDLE[1])
    plain = chroma < 1
    if not strong.any() or not plain.any():
        return None
    moved = painted - known.automatic
    rule = chroma / (chroma + 10) * 4 * known.luma * (1 - known.luma)
    return Shift(
        wanted=amount * float(rule[strong].mean()),
        along=float(moved[strong, axis].mean()),
        across=float(abs(moved[strong, 1 - axis]).mean()),
        plain=float(chroma_of(moved[plain]).mean()),
    )


def temperature_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Colourfulness over the true pictures' and ab error at some temperatures."""
    knowns = [Known(colorizer, path) for path in paths]
    true = mean([colorfulness(known.rgb) for known in knowns])
    for temperature in TEMPERATURES:
        painted = [known.session.paint(Controls(temperature=temperature)).to_numpy() for known in knowns]
        errors = [ab_error(known.true, ab_of_rgb(rgb)) for known, rgb in zip(knowns, painted, strict=True)]
        share = mean([colorfulness(rgb) for rgb in painted]) / true
        yield f"at {temperature:g}: colourfulness {share:.2f} of the true, ab error {mean(errors):.2f}"


def mark_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """Is the marked corner's line vermilion, and are recipes replayed and marks read back?"""
    areas, seen, exact, marked = [], [], [], []
    light = dark = 0
    for path in paths:
        known = Known(colorizer, path)
        changed, vermilion = corner_of(known)
        areas.append(changed)
        seen.append(vermilion > LEAST_LINE)
        if not seen[-1]:
            corners = corner_lumas(known.luma)
            light, dark = light + (min(corners) > LIGHT), dark + (max(corners) < DARK)
        picture = known.session.paint(_some_of_all(known))
        again = colorizer.replay(parse_recipe(picture.recipe.to_json()), known.grey)
        exact.append(np.array_equal(picture.to_numpy(), again.to_numpy()))
        mark = read_mark(picture.encode("png"))
        marked.append(mark is not None and mark.recipe_hash == again.recipe.hash)
    yield (
        f"corner mark: changes {mean(areas):.2%} of the picture; its line is vermilion in {mean(seen):.0%}; "
        f"of the {len(seen) - sum(seen)} others {light} are light and {dark} dark in all corners"
    )
    yield f"replayed from the recipe's text: {mean(exact):.0%} the same at every pixel"
    yield f"mark in the PNG: {mean(marked):.0%} name the recipe"


def corner_lumas(luma: Floats) -> list[float]:
    """Mean luma of the four corners of [H,W], each a square of a twelfth of the short side."""
    side = max(1, min(luma.shape) // 12)
    return [float(luma[down][:, across].mean()) for down, across in itertools.product(_ends(side), repeat=2)]


def _ends(side: int) -> tuple[slice, slice]:
    return slice(None, side), slice(-side, None)


def corner_of(known: Known) -> tuple[float, float]:
    """The share of a picture that the corner mark changes, and the share that is vermilion through it."""
    painted = known.paint(Controls(corner_mark=True))
    changed = chroma_of(painted - known.automatic) > CHANGED
    red = np.linalg.norm(painted - np.array(ab_of("#e34234")), axis=-1) < NEAR_VERMILION
    return float(changed.mean()), float((changed & red).mean())


def _some_of_all(known: Known) -> Controls:
    """Many controls at once, so that a recipe has much to tell."""
    row, column = known.any_place()
    return Controls(
        hints=(Hint(column + 0.5, row + 0.5, "navy", strength=0.7),),
        palette=PALETTES[0],
        fade_unsure=0.5,
        look="muted",
        vividness=1.2,
        warmth=3,
        temperature=0.8,
        corner_mark=True,
    )
