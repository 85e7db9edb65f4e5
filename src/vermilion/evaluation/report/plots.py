"""Small plots as SVG text, without scripts; their colours are those of the page (page.css)."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

Point = tuple[float, float]

WIDTH, HEIGHT = 360, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 12, 10, 40
_BINS = 20


def histogram(title: str, label: str, series: Mapping[str, Sequence[float]], span: Point) -> str:
    """How many pictures have which value; values beyond the span are counted at its ends."""
    edges = np.linspace(*span, _BINS + 1)
    counts = {name: np.histogram(np.clip(values, *span), edges)[0] for name, values in series.items()}
    most = max(1, *(int(each.max()) for each in counts.values()))
    plot = _Plot(span, (0, most))
    marks = []
    for number, each in enumerate(counts.values()):
        corners = [(float(edges[0]), 0.0)]
        for place, count in enumerate(each):
            corners += [(float(edges[place]), float(count)), (float(edges[place + 1]), float(count))]
        corners.append((float(edges[-1]), 0.0))
        marks.append(f'<polygon class="area s{number}" points="{plot.path(corners)}"/>')
    ticks = [(float(value), f"{value:g}") for value in np.linspace(*span, 5)]
    return plot.drawn(title, (label, "pictures"), (ticks, _ends(0, most)), marks)


def scatter(title: str, labels: tuple[str, str], series: Mapping[str, Sequence[Point]]) -> str:
    """One dot a picture, both axes from 0 to the largest value; on the line both values are the same."""
    most = float(np.ceil(max(max(point) for points in series.values() for point in points) / 20) * 20) or 20.0
    plot = _Plot((0, most), (0, most))
    marks = [f'<polyline class="line" points="{plot.path([(0, 0), (most, most)])}"/>']
    for number, points in enumerate(series.values()):
        places = [plot.place(point) for point in points]
        marks += [f'<circle class="dot s{number}" cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in places]
    return plot.drawn(title, labels, (_ends(0, most), _ends(0, most)), marks)


def curve(title: str, labels: tuple[str, str], points: Mapping[int, float]) -> str:
    """A value at some counts, evenly spaced because they grow fast."""
    most = float(np.ceil(1.15 * max(points.values())))  # room for what stands above the first
    plot = _Plot((-0.3, len(points) - 0.7), (0, most))
    corners = [(float(place), value) for place, value in enumerate(points.values())]
    marks = [f'<polyline class="line s0" points="{plot.path(corners)}"/>']
    for corner in corners:
        x, y = plot.place(corner)
        marks.append(f'<circle class="dot s0" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
        marks.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{corner[1]:.2f}</text>')
    ticks = [(float(place), str(count)) for place, count in enumerate(points)]
    return plot.drawn(title, labels, (ticks, _ends(0, most)), marks)


class _Plot:
    """A frame: where values of two spans lie in it."""

    def __init__(self, across: Point, upwards: Point) -> None:
        self._across, self._upwards = across, upwards

    def place(self, point: Point) -> Point:
        """Pixels from the left and from the top."""
        (x0, x1), (y0, y1) = self._across, self._upwards
        x = _LEFT + (point[0] - x0) / (x1 - x0) * (WIDTH - _LEFT - _RIGHT)
        y = HEIGHT - _BOTTOM - (point[1] - y0) / (y1 - y0) * (HEIGHT - _TOP - _BOTTOM)
        return x, y

    def path(self, points: Sequence[Point]) -> str:
        """The corners of a line, as SVG wants them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self.place, points))

    def drawn(
        self,
        title: str,
        labels: tuple[str, str],
        ticks: tuple[Sequence[tuple[float, str]], Sequence[tuple[float, str]]],
        marks: Sequence[str],
    ) -> str:
        """The whole plot: axes with some values, their names, and what lies between them."""
        bottom, middle = HEIGHT - _BOTTOM, (HEIGHT - _BOTTOM + _TOP) / 2
        parts = [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{WIDTH - _RIGHT}"/>',
        ]
        for value, text in ticks[0]:
            x, _ = self.place((value, self._upwards[0]))
            parts.append(f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{escape(text)}</text>')
        for value, text in ticks[1]:
            _, y = self.place((self._across[0], value))
            parts.append(f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
        centre = (WIDTH + _LEFT - _RIGHT) / 2
        parts.append(
            f'<text x="{centre:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(labels[0])}</text>'
        )
        parts.append(
            f'<text x="12" y="{middle:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 12 {middle:.0f})">{escape(labels[1])}</text>'
        )
        return "".join([*parts, *marks, "</svg>"])


def _ends(low: float, high: float) -> list[tuple[float, str]]:
    return [(value, f"{value:g}") for value in (low, (low + high) / 2, high)]
