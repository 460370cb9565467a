"""Figures for `<c-chart>`: plain plotly JSON, in colours that the browser looks up in the theme.

"@accent" is the theme's `--chart-accent`; "@accent/30" is the same at 30 %. Numbers become floats here and
only here: a chart shows, the table beside it counts.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from salestargets.web.registry import Text

ACCENT, SECOND, THIRD, QUIET = "@accent", "@second", "@third", "@quiet"
GOOD, WARN, BAD = "@good", "@warn", "@bad"

Figure = dict[str, Any]
Trace = dict[str, Any]
Place = date | str | Text
Value = Decimal | int | None


def figure(*traces: Trace, **layout: Any) -> Figure:
    return {"data": list(traces), "layout": layout}


def line(
    name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT, dash: str = "solid"
) -> Trace:
    stroke = {"color": colour, "width": 2.5 if dash == "solid" else 2, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": str(name), **points(x, y), "line": stroke}


def area(name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT) -> Trace:
    return {**line(name, x, y, colour=colour), "fill": "tozeroy", "fillcolor": f"{colour}/8"}


def bars(name: Text, x: Sequence[Place], y: Sequence[Value], *, colour: str = ACCENT) -> Trace:
    return {"type": "bar", "name": str(name), **points(x, y), "marker": {"color": colour}}


def funnel(name: Text, stages: Sequence[Place], counts: Sequence[Value]) -> Trace:
    """The widest stage on top; each bar says its count and its share of the one before."""
    return {
        "type": "funnel",
        "name": str(name),
        **points(counts, stages),
        "marker": {"color": "@fill"},
        "connector": {"fillcolor": "@fill/12", "line": {"width": 0}},
        "textinfo": "value+percent previous",
        "textfont": {"size": 13},
        "insidetextfont": {"color": "#ffffff"},
        "outsidetextfont": {"color": "@strong"},
    }


def waterfall(
    name: Text, parts: Sequence[Place], amounts: Sequence[Value], *, totals: Sequence[int]
) -> Trace:
    """From a start to an end by what raised and lowered it; `totals` are the places of the two ends."""
    kinds = ["total" if place in totals else "relative" for place in range(len(parts))]
    kinds[0] = "absolute"
    return {
        "type": "waterfall",
        "name": str(name),
        **points(parts, amounts),
        "measure": kinds,
        "increasing": {"marker": {"color": GOOD}},
        "decreasing": {"marker": {"color": BAD}},
        "totals": {"marker": {"color": QUIET}},
        "connector": {"line": {"color": "@line", "width": 1}},
    }


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
