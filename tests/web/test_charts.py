from datetime import date
from decimal import Decimal

import pytest

from salestargets.web import charts

DAYS = [date(2026, 10, 1), date(2026, 10, 2)]


def test_a_figure_carries_its_numbers_and_the_names_of_its_colours() -> None:
    traces = [
        charts.line("Expected", DAYS, [1, 2], colour=charts.QUIET, dash="dot"),
        charts.area("Actual", DAYS, [Decimal("1.5"), None]),
    ]
    assert charts.figure(*traces, yaxis={"tickformat": "~s"}) == {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": "Expected",
                "x": ["2026-10-01", "2026-10-02"],
                "y": [1, 2],
                "line": {"color": "var(--chart-quiet)", "width": 2, "dash": "dot"},
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": "Actual",
                "x": ["2026-10-01", "2026-10-02"],
                "y": [1.5, None],
                "line": {"color": "var(--chart-accent)", "width": 2.5, "dash": "solid"},
                "fill": "tozeroy",
                "fillcolor": "var(--chart-accent, 8%)",
            },
        ],
        "layout": {"yaxis": {"tickformat": "~s"}},
    }


def test_a_funnel_counts_down_and_bars_stand_side_by_side() -> None:
    drawn = charts.figure(
        charts.funnel("Deals", ["Engaging", "Won"], [10, 3]), charts.bars("Won", ["Jan"], [1])
    )
    assert [trace["type"] for trace in drawn["data"]] == ["funnel", "bar"]
    assert drawn["data"][0]["x"] == [10, 3]
    assert drawn["data"][0]["y"] == ["Engaging", "Won"]


def test_a_waterfall_goes_from_a_start_to_a_total() -> None:
    drawn = charts.figure(charts.waterfall("Gap", ["Plan", "Leads", "Actual"], [10, -3, 0], totals=[0, 2]))
    assert drawn["data"][0]["measure"] == ["absolute", "relative", "total"]


def test_a_property_that_plotly_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="tickfromat"):
        charts.figure(charts.bars("Won", ["Jan"], [1]), yaxis={"tickfromat": "~s"})
