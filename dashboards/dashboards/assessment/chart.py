"""Duties by day as stacked bars: plain geometry for a server-rendered SVG, no script needed."""

from calendar import monthrange
from collections.abc import Sequence

from dashboards.assessment.kpi import DayLine
from dashboards.board.view import Shown

WIDTH, HEIGHT = 680, 168
LEFT, RIGHT, TOP, BOTTOM = 34, 674, 10, 144
"""The plot's edges inside the picture, in its own units."""
BAR = 14.6
"""Width of a day's bar: 31 of them with air between."""


class Rect(Shown):
    """One piece of a bar; `kind` is its class in the style sheet, `state` and `n` what it stands for."""

    kind: str
    state: str
    n: int
    x: float
    y: float
    height: float
    on: str


class Tick(Shown):
    """A mark on an axis."""

    at: float
    text: str


class Chart(Shown):
    """Everything the picture draws."""

    rects: tuple[Rect, ...]
    days: tuple[Tick, ...]
    levels: tuple[Tick, ...]


KINDS = (("met", "bm"), ("late", "bl"), ("missed", "bx"), ("open", "bw"))


def chart_of(month: str, days: Sequence[DayLine]) -> Chart:
    """Bars of the month's days, stacked met, late, missed, open from the axis up."""
    year, number = (int(part) for part in month.split("-"))
    last = monthrange(year, number)[1]
    step = (RIGHT - LEFT) / last
    top = _round_up(max((line.count.owed for line in days), default=0))
    scale = (BOTTOM - TOP) / top
    rects: list[Rect] = []
    for line in days:
        x = LEFT + (int(line.on[-2:]) - 0.5) * step - BAR / 2
        base = float(BOTTOM)
        for state, kind in KINDS:
            n = getattr(line.count, state)
            if n:
                base -= n * scale
                place = {"x": round(x, 1), "y": round(base, 1), "height": round(n * scale, 1)}
                rects.append(Rect(kind=kind, state=state, n=n, on=line.on, **place))
    marks = (1, 5, 10, 15, 20, 25, last)
    return Chart(
        rects=tuple(rects),
        days=tuple(Tick(at=round(LEFT + (day - 0.5) * step, 1), text=str(day)) for day in marks),
        levels=tuple(Tick(at=round(BOTTOM - level * scale, 1), text=str(level)) for level in (0, top // 2, top)),
    )


def _round_up(most: int) -> int:
    """The axis' top: an even number, so that its half is a whole one."""
    for top in (4, 10, 20, 50, 100, 200, 500, 1000):
        if most <= top:
            return top
    return most + most % 2
