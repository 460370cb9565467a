"""What the pages of targets draw."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.text import Truncator
from django.utils.translation import get_language, gettext

from kpis.models import Kpi
from salestargets.kernel.rational import rounded
from salestargets.web import charts, formatting
from targets.amounts import from_stored
from targets.domain.fairness import Rated
from targets.selectors.today import Point
from targets.selectors.trees import Node

_LONGEST_NAME, _MOST_NAMES = 14, 40


def progress_chart(points: Sequence[Point], target: int | None, kpi: Kpi, currency: str) -> charts.Figure:
    """The way so far over the way expected, and the target they lead to."""
    days = [point.day for point in points]
    due = [from_stored(point.expected, kpi, currency) for point in points]
    won = [from_stored(point.actual, kpi, currency) for point in points]
    goal = from_stored(target, kpi, currency)
    traces = [
        charts.line(gettext("Expected"), days, due, colour=charts.QUIET, dash="dot"),
        charts.area(gettext("Actual"), days, won),
    ]
    if goal is not None:
        ends = [days[0], days[-1]]
        traces.insert(
            0, charts.line(gettext("Target"), ends, [goal, goal], colour=charts.SECOND, dash="dash")
        )
    axis = charts.amounts_axis([*due, *won, goal], lambda tick: written(tick, currency))
    return charts.figure(*traces, yaxis=axis, xaxis={"type": "date"})


def fairness_chart(people: Sequence[Rated[Node]]) -> charts.Figure:
    """How many times their expected capacity each is asked for; who stands out is marked."""
    known = [rated for rated in people if rated.ratio is not None]
    places = [str(place) for place in range(len(known))]
    bars = charts.bars(
        gettext("Target over expected capacity"), places, [rounded(rated.ratio, 3) for rated in known]
    )
    bars.marker.color = [charts.WARN if rated.is_outlier else charts.ACCENT for rated in known]
    bars.hovertext = [rated.name for rated in known]
    return charts.figure(
        bars,
        yaxis={"rangemode": "tozero", "tickformat": ".2~f"},
        xaxis={"type": "category", **_named(places, [rated.name for rated in known])},
    )


def _named(places: Sequence[str], names: Sequence[str]) -> dict[str, Sequence[str]]:
    """Names below an axis: short enough to leave room for what it shows, and no more than fit.

    By place and not by name, or two people of one name would share a bar.
    """
    shown = slice(None, None, len(places) // _MOST_NAMES + 1)
    return {
        "tickvals": places[shown],
        "ticktext": [Truncator(name).chars(_LONGEST_NAME) for name in names[shown]],
    }


def weekly(points: Sequence[Point]) -> list[Point]:
    """The last day of each week, of the span, and the last that has an actual."""
    known = max((point.day for point in points if point.actual is not None), default=None)
    return [point for point in points if _ends(point.day, points[-1].day, known)]


def written(tick: Decimal, currency: str) -> str:
    """A place on an axis; the currency stands in the title."""
    count, unit = formatting.in_units(tick, get_language() or "en")
    return f"{formatting.format_number(count.normalize(), language='en')}{unit}"


def _ends(day: date, last: date, known: date | None) -> bool:
    return day in (last, known) or (day + timedelta(days=1)).weekday() == 0
