"""The page of a report: one file that loads nothing else."""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

import cv2

from vermilion.evaluation.gallery import GROUPS, PictureResult, Shown
from vermilion.evaluation.report import plots
from vermilion.evaluation.report.words import figure_rows
from vermilion.evaluation.result import Evaluation
from vermilion.evaluation.skin import Skin
from vermilion.evaluation.srgb import Bytes

_QUALITY = 88  # of the JPEGs on the page
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page_of(found: Evaluation) -> str:
    """The whole page as HTML."""
    style = (files("vermilion.evaluation.report") / "page.css").read_text(encoding="utf-8")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape(_title(found))}</title><style>{style}</style></head><body>",
        f"<h1>{escape(_title(found))}</h1>",
        *_introduction(found),
        *_table(found),
        *_skin_table(found),
        *_plots(found),
        *_pictures(found),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _title(found: Evaluation) -> str:
    aged = " made to look old" if found.about.aged else ""
    mounted = f", mounted: {found.about.mounted}" if found.about.mounted else ""
    return f"{found.about.model} on {found.ours.pictures} pictures{aged}{mounted}"


def _introduction(found: Evaluation) -> Iterator[str]:
    about = found.about
    against = f", against the results in {about.against}" if about.against else ""
    yield (
        f"<p>True pictures from {escape(about.folder)}{escape(against)}. vermilion {about.vermilion}, "
        f"model {about.model_sha256[:12]}, network at {about.size} px, {escape(about.engine)}.</p>"
    )
    yield from (f"<p>{escape(note)}</p>" for note in found.notes)
    if found.left_out:
        reasons = "".join(f"<li>{escape(each.reason)}</li>" for each in found.left_out)
        count = f"{len(found.left_out)} of the pictures were left out"
        yield f"<details><summary>{count}</summary><ul>{reasons}</ul></details>"


def _table(found: Evaluation) -> Iterator[str]:
    heads = ["figure", "vermilion", "95 % interval", *(["the other"] if found.theirs else []), "meaning"]
    rows = []
    for row in figure_rows(found):
        numbers = [row.ours, row.interval, *([row.theirs] if found.theirs else [])]
        cells = "".join(f'<td class="number">{escape(number)}</td>' for number in numbers)
        meaning = f'<td class="meaning">{escape(row.meaning)}</td>'
        rows.append(f"<tr><th>{row.name}</th>{cells}{meaning}</tr>")
    yield "<h2>Figures</h2>"
    yield _wide_table(heads, rows)
    yield "<p>Intervals: bootstrap over the pictures.</p>"


def _skin_table(found: Evaluation) -> Iterator[str]:
    if not found.ours.skin:
        return
    heads = ["tone", "pictures", "ab_err", "true a, b", "painted a, b"]
    sides = [("", found.ours.skin)]
    if found.theirs:
        sides.append((" (the other)", found.theirs.skin))
    rows = [_skin_row(skin, mark) for mark, skins in sides for skin in skins]
    yield "<h2>Skin</h2>"
    yield _wide_table(heads, rows)


def _skin_row(skin: Skin, mark: str) -> str:
    chroma = [f"{a:.1f}, {b:.1f}" for a, b in (skin.true, skin.made)]
    numbers = [str(skin.pictures), f"{skin.ab_err:.2f}", *chroma]
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    return f"<tr><th>{skin.tone}{mark}</th>{cells}</tr>"


def _wide_table(heads: Sequence[str], rows: Sequence[str]) -> str:
    """A table that scrolls on a phone."""
    head = "".join(
        f'<th class="{name}">{name}</th>' if name == "meaning" else f"<th>{name}</th>" for name in heads
    )
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _plots(found: Evaluation) -> Iterator[str]:
    sides = {"vermilion": [each.ours for each in found.pictures]}
    if found.theirs:
        sides["the other"] = [each.theirs for each in found.pictures if each.theirs]
    keys = [f'<span class="key s{number}"></span>{name}' for number, name in enumerate(sides)]
    yield f'<h2>Picture by picture</h2><p>{"".join(keys)}</p><div class="plots">'
    corr = {name: [row.corr for row in rows] for name, rows in sides.items()}
    yield _captioned("Colours in the right places", plots.histogram("corr", "corr", corr, (-1, 1)))
    vivid = {name: [(row.cf_ref, row.cf_res) for row in rows] for name, rows in sides.items()}
    axes = ("true colourfulness", "painted")
    yield _captioned("As colourful as the truth on the line", plots.scatter("colourfulness", axes, vivid))
    if found.hint_curve:
        drawn = plots.curve("hints", ("true hints", "ab_err"), found.hint_curve)
        yield _captioned("Error after some true hints", drawn)
    yield "</div>"


def _captioned(caption: str, content: str) -> str:
    return f"<figure>{content}<figcaption>{caption}</figcaption></figure>"


def _pictures(found: Evaluation) -> Iterator[str]:
    for group in GROUPS:
        shown = [each for each in found.shown if each.group == group]
        if shown:
            yield f"<h2>The {group}, by corr</h2>"
            yield from map(_row, shown)


def _row(shown: Shown) -> str:
    stem = escape(shown.result.stem)
    figures = "".join(
        _captioned(name, f'<img alt="{stem}: {name}" src="{_data(view)}">') for name, view in shown.views
    )
    caption = f"<p>{stem}: {_caption(shown.result)}</p>"
    return f'<div class="row" style="--views:{len(shown.views)}">{figures}</div>{caption}'


def _caption(result: PictureResult) -> str:
    ours = f"corr {result.ours.corr:.3f}, ab_err {result.ours.ab_err:.2f}"
    if result.theirs is None:
        return ours
    return f"{ours}; the other: corr {result.theirs.corr:.3f}, ab_err {result.theirs.ab_err:.2f}"


def _data(rgb: Bytes) -> str:
    """A picture as a data URL of a JPEG without reduced chroma, because its colours matter."""
    full_chroma = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, *full_chroma]
    _, content = cv2.imencode(".jpg", rgb[:, :, ::-1], options)
    return "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode("ascii")
