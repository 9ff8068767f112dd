"""Line and area charts as inline SVG: axes, colours by class, a title and a description for those who can't see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 880, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 28
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One line. None: a gap. `area`: filled down to the axis."""

    name: str
    values: Sequence[float | None]
    area: bool = False


def chart(id: str, title: str, described: str, labels: Sequence[str], series: Sequence[Series], unit: str = "") -> str:
    """An `<svg>`; `labels` name the places on the x axis."""
    top = _ceiling(max((value for one in series for value in one.values if value is not None), default=0), unit)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{id}-t {id}-d">',
        f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(described)}</desc>',
        *_y_axis(top, unit),
        *_x_axis(labels),
    ]
    for number, one in enumerate(series):
        parts.append(_drawn(one, number, top))
    parts.append("</svg>")
    return "".join(parts)


def legend(series: Sequence[Series]) -> str:
    """Names beside their colours."""
    keys = "".join(
        f'<li><span class="key s{number}"></span>{escape(one.name)}</li>' for number, one in enumerate(series)
    )
    return f'<ul class="legend">{keys}</ul>'


def _ceiling(value: float, unit: str) -> float:
    """A round number not below `value`."""
    if unit == "%":
        return 100.0
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1)
    return next(step * power for step in _STEPS if step * power >= value)


def _x(place: int, places: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / max(1, places)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(value, top) / top


def _y_axis(top: float, unit: str) -> list[str]:
    lines = []
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        text = f"{value:,.0f}" if value == int(value) else f"{value:,g}"
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}{unit}</text>')
    return lines


def _x_axis(labels: Sequence[str]) -> list[str]:
    every = max(1, -(-len(labels) // 12))
    y = HEIGHT - 8
    return [
        f'<text class="tick" x="{_x(place, len(labels)):.1f}" y="{y}" text-anchor="middle">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % every == 0
    ]


def _drawn(one: Series, number: int, top: float) -> str:
    places = len(one.values)
    drawn = []
    for run in _runs(one.values):
        points = [(_x(place, places), _y(value, top)) for place, value in run]
        path = " L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        if one.area:
            floor = HEIGHT - _BOTTOM
            drawn.append(
                f'<path class="area s{number}" d="M{points[0][0]:.1f},{floor} L{path} L{points[-1][0]:.1f},{floor} Z"/>'
            )
        drawn.append(f'<path class="line s{number}" d="M{path}"/>')
    return "".join(drawn)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is not None:
            runs[-1].append((place, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
