"""The methods worksheet of a goal: what the records say for each method, and what was kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from kpis.choices import KpiUnit
from kpis.selectors import actual, series
from kpis.values import Formula, Holder
from pipeline.deciding import begun_before
from pipeline.funnel import new_deals
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, add_months
from targets.amounts import is_level, stored_actual
from targets.domain.methods import (
    BottomUp,
    BreakEven,
    Capacity,
    Funnel,
    HistoryGrowth,
    Inputs,
    Market,
    MovingAverage,
    Proposal,
    SeasonalIndex,
    blend,
    from_json,
    propose,
)
from targets.models import Goal, Worksheet
from targets.models import Proposal as Promise
from targets.selectors.capacity import capacity_of
from targets.selectors.difficulty import earlier_spans
from targets.selectors.periods import span_of, year_before
from targets.selectors.team import open_counterpart
from targets.selectors.trees import Node, PlanTree, plan_tree

AVERAGED = 4
SEASON_YEARS = 3
RATE_PLACES = 4
_WIN_RATE = Formula("won_count", "won_count+lost_count")
#: What of a method comes from records; the rest is entered.
FROM_RECORDS: Mapping[str, tuple[str, ...]] = {
    "history_growth": ("last_year",),
    "moving_average": ("periods",),
    "seasonal_index": ("years",),
    "capacity": ("ramped_heads", "productivity"),
    "funnel": ("leads", "conversions", "average_deal", "open_expected"),
    "bottom_up": ("proposals",),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A method with what it proposes, and how much it weighs in the blend."""

    proposal: Proposal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that came from records and is another now; `path` are its places where the input is a list."""

    method: str
    name: str
    path: tuple[int, ...]
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Shown:
    """The newest worksheet, or what one would begin with: then `kept` is None."""

    kept: Worksheet | None
    lines: Sequence[Line]
    amount: int | None
    moved: Sequence[Moved]

    @property
    def version(self) -> int:
        return self.kept.version if self.kept else 0


def check_has_methods(goal: Goal) -> None:
    if is_level(goal.kpi):
        raise DomainError(
            N_("A ratio or a level is not worked out by these methods: set it against its earlier value."),
            code="no_methods",
        )


def newest_of(goal: Goal) -> Worksheet | None:
    return Worksheet.objects.filter(goal=goal).select_related("made_by").order_by("-version").first()


def worksheet_of(goal: Goal, *, on: date) -> Shown:
    """The newest, with what of its records has changed since; without one, what the records say."""
    check_has_methods(goal)
    begun = inputs_from_records(goal, on=on)
    kept = newest_of(goal)
    if kept is None:
        return shown(begun, {}, kept=None, moved=[])
    weights = {method: Decimal(weight) for method, weight in kept.weights.items()}
    moved = _moved(kept.facts, facts_of(begun))
    return shown([from_json(data) for data in kept.methods], weights, kept=kept, moved=moved)


def shown(
    inputs: Sequence[Inputs],
    weights: Mapping[str, Decimal],
    *,
    kept: Worksheet | None,
    moved: Sequence[Moved],
) -> Shown:
    lines = [Line(propose(each), weights.get(each.method.value, Decimal(0))) for each in inputs]
    amount = blend([line.proposal.amount for line in lines], [line.weight for line in lines])
    return Shown(kept, lines, amount, moved)


def inputs_from_records(goal: Goal, *, on: date) -> list[Inputs]:
    """Every method with what the records know of its inputs; None is to be entered."""
    tree = plan_tree(goal.plan)
    people = [node for node, _depth in tree.walk() if not node.is_unit]
    return [
        HistoryGrowth(_reached(goal, year_before(span_of(goal.plan)), on), None),
        _moving_average(goal, on),
        _season(goal, on),
        Market(None, None, None),
        BreakEven(None, None),
        _capacity(goal, tree, people, on),
        _funnel(goal, on),
        _bottom_up(goal, people),
    ]


def last_period(goal: Goal, *, on: date) -> tuple[Period, int | None]:
    """The last period of the plan's length that is over, and what it brought."""
    span = earlier_spans(goal, on=on)[-1]
    return span, _reached(goal, span, on)


def facts_of(inputs: Sequence[Inputs]) -> dict[str, dict[str, Any]]:
    """What came from records, to be compared later."""
    written = {each.method.value: each.as_json() for each in inputs}
    return {
        method: {name: written[method][name] for name in names}
        for method, names in FROM_RECORDS.items()
        if method in written
    }


def _moved(then: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> list[Moved]:
    return [
        Moved(method, name, *difference)
        for method, values in then.items()
        for name, value in values.items()
        for difference in _differences((), value, now[method][name])
    ]


def _differences(path: tuple[int, ...], then: Any, now: Any) -> Iterator[tuple[tuple[int, ...], Any, Any]]:
    """Number by number: its places in the lists that it stands in, what it was and what it is."""
    if isinstance(then, list) and isinstance(now, list):
        for place, (before, after) in enumerate(zip_longest(then, now)):
            yield from _differences((*path, place), before, after)
    elif isinstance(then, list) or isinstance(now, list):
        yield from _differences(path, then or [], now or [])
    elif then != now:
        yield path, then, now


def _root(goal: Goal) -> Holder:
    return Holder("unit", goal.plan.root_unit_id)


def _reached(goal: Goal, span: Period, on: date) -> int | None:
    """None for nothing: whether there was a period without a sale or no records yet cannot be told."""
    return stored_actual(actual(_root(goal), goal.kpi, span, on=on), goal.kpi) or None


def _moving_average(goal: Goal, on: date) -> MovingAverage:
    spans = earlier_spans(goal, on=on)[-AVERAGED:]
    return MovingAverage(tuple(_reached(goal, span, on) for span in spans), AVERAGED)


def _season(goal: Goal, on: date) -> SeasonalIndex:
    """The years before the plan, each in periods of the plan's length; only where those divide a year."""
    span = span_of(goal.plan)
    length = len(span.months())
    if span.start.day != 1 or span.end.day != 1 or 12 % length or length == 12:
        return SeasonalIndex((), 0)
    first = add_months(span.start, -12 * SEASON_YEARS)
    months = series([_root(goal)], goal.kpi, Period(first, span.start), by="month", on=on)[_root(goal)]

    def period(start: date) -> int | None:
        starts = [add_months(start, n) for n in range(length)]
        known = [months[each].numerator for each in starts if each in months]
        return sum(known) if known and add_months(start, length) <= on else None

    years = [
        tuple(period(add_months(first, 12 * year + n)) for n in range(0, 12, length))
        for year in range(SEASON_YEARS)
    ]
    return SeasonalIndex(tuple(years), 0)


def _capacity(goal: Goal, tree: PlanTree, people: Sequence[Node], on: date) -> Capacity:
    if not people:
        return Capacity(None, None)
    found, count = capacity_of(goal, tree, people, on=on), len(goal.plan.period_starts)
    heads = round(Decimal(found.ramped_months.numerator) / found.ramped_months.denominator / count, 2)
    return Capacity(heads, None if found.monthly is None else round(found.monthly * count))


def _funnel(goal: Goal, on: date) -> Funnel:
    """What deals that begin in the period bring in it, by those of a year earlier; and those begun before.

    The deals created in the same period a year earlier, the share of them that was won before it was over,
    and what these brought on average. Apart from them, so that none counts twice: the open deals that began
    before the period and may close in it, as many as the win rate of a year earlier lets expect.
    """
    if open_counterpart(goal.kpi) is None:
        return Funnel(None, (None,), None)
    span, root, is_money = year_before(span_of(goal.plan)), _root(goal), goal.kpi.unit == KpiUnit.MONEY
    new, closed = new_deals(root, span), actual(root, _WIN_RATE, span, on=on)
    count, amount = begun_before(root, span_of(goal.plan), on=on)
    worth = new.won_amount if is_money else new.won
    return Funnel(
        leads=new.created or None,
        conversions=(round(Decimal(new.won) / new.created, RATE_PLACES) if new.created else None,),
        average_deal=round(Decimal(worth) / new.won) if new.won else None,
        open_expected=round((amount if is_money else count) * (closed.value or 0)),
    )


def _bottom_up(goal: Goal, people: Sequence[Node]) -> BottomUp:
    rows = Promise.objects.filter(target__goal=goal, target__group="", is_current=True)
    promised = {
        Node(unit_id, person_id): amount
        for unit_id, person_id, amount in rows.exclude(target__person=None).values_list(
            "target__unit", "target__person", "amount"
        )
    }
    return BottomUp(tuple(promised.get(node) for node in people))
