"""Figures for `<c-chart>`, made with plotly, in colours that the browser looks up in the theme.

A colour is a custom property of `app.css`: `ACCENT` is `--chart-accent`, `faint(ACCENT, 30)` is it at 30 %.
Numbers become floats here and only here: a chart shows, the table beside it counts.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

import plotly.graph_objects as go

from salestargets.web.registry import Text


def theme(name: str) -> str:
    return f"var(--chart-{name})"


def faint(colour: str, percent: int) -> str:
    """The theme's colour, `percent` of it."""
    return colour.replace(")", f", {percent}%)")


ACCENT, SECOND, THIRD, QUIET = theme("accent"), theme("second"), theme("third"), theme("quiet")
GOOD, WARN, BAD = theme("good"), theme("warn"), theme("bad")
FILL, LINE, STRONG, ON_FILL = theme("fill"), theme("line"), theme("strong"), "#ffffff"

Figure = dict[str, Any]
Place = date | str | Text
Value = Decimal | int | None


def figure(*traces: Any, **layout: Any) -> Figure:
    """The figure as JSON; plotly refuses properties that it does not know. The look is charts.js's."""
    return {
        "data": [trace.to_plotly_json() for trace in traces],
        "layout": go.Layout(**layout).to_plotly_json(),
    }


def line(
    name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT, dash: str = "solid"
) -> go.Scatter:
    stroke = {"color": colour, "width": 2.5 if dash == "solid" else 2, "dash": dash}
    return go.Scatter(mode="lines", name=str(name), **points(x, y), line=stroke)


def area(name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT) -> go.Scatter:
    return line(name, x, y, colour=colour).update(fill="tozeroy", fillcolor=faint(colour, 8))


def bars(name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT) -> go.Bar:
    return go.Bar(name=str(name), **points(x, y), marker={"color": colour})


def funnel(name: Text, stages: Sequence[Place], counts: Sequence[Value]) -> go.Funnel:
    """The widest stage on top; each bar says its count and its share of the one before."""
    return go.Funnel(
        name=str(name),
        **points(counts, stages),
        marker={"color": FILL},
        connector={"fillcolor": faint(FILL, 12), "line": {"width": 0}},
        textinfo="value+percent previous",
        textfont={"size": 13},
        insidetextfont={"color": ON_FILL},
        outsidetextfont={"color": STRONG},
    )


def amounts_axis(values: Iterable[Value], write: Callable[[Decimal], str]) -> dict[str, Any]:
    """An axis from 0 past the largest value, its ticks written as the reader's language writes amounts."""
    known = [Decimal(value) for value in values if value is not None]
    ticks = even_ticks(max([*known, Decimal(0)]))
    return {
        "tickmode": "array",
        "tickvals": [float(tick) for tick in ticks],
        "ticktext": [write(tick) for tick in ticks],
        "range": [float(min([*known, Decimal(0)])), float(ticks[-1])],
        "hoverformat": ",.0f",
    }


def even_ticks(top: Decimal) -> list[Decimal]:
    """About five places from 0 to a round number not below the top, in steps of 1, 2 or 5 tens."""
    if top <= 0:
        return [Decimal(0), Decimal(1)]
    power = Decimal(10) ** (top / 4).adjusted()
    step = next(size * power for size in (1, 2, 5, 10) if size * power * 5 >= top)
    return [step * n for n in range(ceil(top / step) + 1)]


def points(x: Sequence[Place | Value], y: Sequence[Place | Value]) -> dict[str, list[Any]]:
    return {"x": [drawable(value) for value in x], "y": [drawable(value) for value in y]}


def drawable(value: Place | Value) -> Any:
    match value:
        case Decimal():
            return float(value)
        case int() | None:
            return value
        case date():
            return value.isoformat()
        case _:
            return str(value)
