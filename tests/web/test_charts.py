from datetime import date
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from salestargets.web import charts

DAYS = [date(2026, 10, 1), date(2026, 10, 2)]
TRACES = [
    charts.line("Expected", DAYS, [1, 2], colour=charts.QUIET, dash="dot"),
    charts.area("Actual", DAYS, [Decimal("1.5"), None]),
    charts.bars("Won", ["Jan", "Feb"], [1, 2]),
    charts.funnel("Deals", ["Engaging", "Won"], [10, 3]),
    charts.waterfall("Gap", ["Plan", "Leads", "Actual"], [10, -3, 0], totals=[0, 2]),
]


def in_a_colour(value: Any) -> Any:
    """The figure as the browser draws it: the theme's colours in place of their names."""
    if isinstance(value, dict):
        return {key: in_a_colour(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_a_colour(item) for item in value]
    return "#336699" if isinstance(value, str) and value.startswith("@") else value


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace["type"])
def test_plotly_knows_every_property_of_a_trace(trace: charts.Trace) -> None:
    drawn = go.Figure(in_a_colour(charts.figure(trace, yaxis={"tickformat": "~s"})))
    assert drawn.data[0].type == trace["type"]


def test_an_unknown_value_is_a_gap_in_the_line() -> None:
    assert charts.area("Actual", DAYS, [Decimal("1.5"), None])["y"] == [1.5, None]


def test_a_waterfall_goes_from_a_start_to_a_total() -> None:
    assert TRACES[4]["measure"] == ["absolute", "relative", "total"]
