"""Where numbers stand in their holders' own past: the last periods of the same length before the plan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from kpis.choices import Direction
from kpis.selectors import actuals, nothing, series
from kpis.takes import is_stock
from kpis.values import Actual, Holder
from salestargets.kernel.periods import Period
from targets.amounts import stored_actual
from targets.domain.difficulty import Difficulty, difficulty
from targets.models import Goal
from targets.selectors.periods import just_before, span_of
from targets.selectors.trees import Node

MOST_PERIODS = 8


def difficulties(goal: Goal, numbers: Mapping[Node, int], *, on: date) -> dict[Node, Difficulty]:
    """How hard each number is, by the last eight periods that are over; the same few queries for all."""
    past, is_lower_better = pasts(goal, numbers, on=on), goal.kpi.direction == Direction.LOWER
    return {
        node: difficulty(number, past[node], is_lower_better=is_lower_better)
        for node, number in numbers.items()
    }


def pasts(goal: Goal, nodes: Collection[Node], *, on: date) -> dict[Node, list[int | None]]:
    """What each reached in the last eight periods that are over, the oldest first; None is not known.

    A holder's past is known from the first period on in which anything was recorded for them.
    """
    past = _past(goal, {node.holder.whole for node in nodes}, earlier_spans(goal, on=on), on=on)
    return {node: past[node.holder.whole] for node in nodes}


def earlier_spans(goal: Goal, *, on: date) -> list[Period]:
    """As long as the plan, one before the other, all over by today; the oldest first."""
    found: list[Period] = []
    span = just_before(span_of(goal.plan))
    while len(found) < MOST_PERIODS:
        if span.end <= on:
            found.append(span)
        span = just_before(span)
    return found[::-1]


def _past(
    goal: Goal, holders: Collection[Holder], spans: Sequence[Period], *, on: date
) -> dict[Holder, list[int | None]]:
    by_span = [_values(goal, holders, span, on=on) for span in spans] if is_stock(goal.kpi) else None
    by_span = by_span or _summed(goal, holders, spans, on=on)
    return {holder: _known(goal, [values[holder] for values in by_span]) for holder in holders}


def _values(goal: Goal, holders: Collection[Holder], span: Period, *, on: date) -> dict[Holder, Actual]:
    return actuals(holders, goal.kpi, span, on=on)


def _summed(
    goal: Goal, holders: Collection[Holder], spans: Sequence[Period], *, on: date
) -> list[dict[Holder, Actual]]:
    """Of whole calendar months all at once; spans of other days one by one."""
    if any(span.start.day != 1 or span.end.day != 1 for span in spans):
        return [_values(goal, holders, span, on=on) for span in spans]
    places: dict[object, int] = {month.start: n for n, span in enumerate(spans) for month in span.months()}
    whole = Period(spans[0].start, spans[-1].end)
    months = series(holders, goal.kpi, whole, by="month", on=on)
    found: list[dict[Holder, Actual]] = [{} for _span in spans]
    for holder in holders:
        parts: list[list[Actual]] = [[] for _span in spans]
        for month, value in months[holder].items():
            if month in places:
                parts[places[month]].append(value)
        for values, part in zip(found, parts, strict=True):
            values[holder] = _sum(part, goal)
    return found


def _sum(values: Sequence[Actual], goal: Goal) -> Actual:
    return sum(values, nothing(goal.kpi))


def _known(goal: Goal, values: Sequence[Actual]) -> list[int | None]:
    """Nothing is known of the periods before the first in which there was something."""
    first = next((n for n, value in enumerate(values) if value.numerator or value.denominator), len(values))
    return [stored_actual(value, goal.kpi) if n >= first else None for n, value in enumerate(values)]
