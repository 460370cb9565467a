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


def test_a_property_that_plotly_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="tickfromat"):
        charts.figure(charts.bars("Won", ["Jan"], [1]), yaxis={"tickfromat": "~s"})


@pytest.mark.parametrize(
    ("top", "last", "count"),
    [("0", "1", 2), ("1", "1", 6), ("7", "8", 5), ("999999", "1000000", 6), ("1000001", "1500000", 4)],
)
def test_ticks_are_round_and_reach_past_the_top(top: str, last: str, count: int) -> None:
    ticks = charts.even_ticks(Decimal(top))
    assert ticks[0] == 0
    assert ticks[-1] == Decimal(last)
    assert len(ticks) == count


def test_an_axis_is_written_by_its_language() -> None:
    axis = charts.amounts_axis([Decimal(3), None, 7], lambda tick: f"{tick}万")
    assert axis["ticktext"] == ["0万", "2万", "4万", "6万", "8万"]
    assert axis["range"] == [0.0, 8.0]
