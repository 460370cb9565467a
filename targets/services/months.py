"""Numbers over the months: a holder's by weights, and below a unit both margins exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from kpis.selectors import actuals, series
from kpis.values import Holder
from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor
from targets.choices import ChangeKind, Phasing
from targets.domain.phasing import month_weights
from targets.models import Goal
from targets.selectors.periods import calendar_for, periods_of, year_before
from targets.selectors.products import are_sums, check_group, check_not_sum
from targets.selectors.sheets import Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.fitting import fit_months
from targets.services.levels import check_adds_up
from targets.services.numbers import Because, Part, check_may_set, lock_goal, write_numbers


@dataclass(frozen=True)
class PhaseRequest:
    """How a holder's number is spread; no holder: the plan's unit. Totals stay, and so do months held.

    `history`: as many months as the plan has, by default those a year earlier. `weights`: one for each month.
    """

    holder: Holder | None
    method: str
    weights: Sequence[Decimal] | None = None
    history: Period | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A holder's months before and after."""

    node: Node
    name: str
    depth: int
    before: Sequence[int]
    after: Sequence[int]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Before and after, month by month."""
        return list(zip(self.before, self.after, strict=True))


def preview_phase(actor: Actor, *, goal: Goal, request: PhaseRequest, at: datetime) -> list[PhaseLine]:
    """What `phase` would do now, depth first. Nothing is written."""
    sheet = _sheet(goal, request)
    return _lines(sheet, _phased(actor, sheet, request, at))


@transaction.atomic
def phase(
    actor: Actor,
    *,
    goal: Goal,
    request: PhaseRequest,
    expected_version: int | None = None,
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> list[PhaseLine]:
    """Spread the number; below a unit everyone's months follow so that each month sums as the totals do.

    By history, everyone below keeps the shape of their own history as far as the sums allow. Sums of product
    groups do not follow the plan's total: their groups are spread.
    """
    sheet = _sheet(lock_goal(goal, expected_version=expected_version), request)
    months = _phased(actor, sheet, request, at)
    numbers = {node: Spread(sum(parts), tuple(parts)) for node, parts in months.items()}
    because = Because(actor, at, reason, effective_on, details=_as_json(request))
    write_numbers(because, ChangeKind.PHASING, Part(sheet, numbers))
    return _lines(sheet, months)


def _sheet(goal: Goal, request: PhaseRequest) -> Sheet:
    return sheet_of(goal, group=check_group(goal, request.group))


def _as_json(request: PhaseRequest) -> dict[str, Any]:
    history = request.history
    return {
        "method": request.method,
        **({"from": history.start.isoformat(), "to": history.end.isoformat()} if history else {}),
        **({"weights": [str(weight) for weight in request.weights]} if request.weights else {}),
    }


def _lines(sheet: Sheet, months: Mapping[Node, Sequence[int]]) -> list[PhaseLine]:
    """Depth first; the first of `months` is the holder whose number is spread."""
    return [
        PhaseLine(node, sheet.tree.name(node), depth, sheet.by_month(node), months[node])
        for node, depth in sheet.tree.walk(next(iter(months)))
        if node in months
    ]


def _phased(actor: Actor, sheet: Sheet, request: PhaseRequest, at: datetime) -> dict[Node, Sequence[int]]:
    check_adds_up(sheet.goal.kpi)
    node = sheet.tree.find(request.holder)
    check_may_set(actor, sheet, node, at=at)
    check_not_sum(sheet, [node])
    total = sheet.given(node)
    if total is None:
        raise DomainError(
            N_("“{name}” has no number yet to spread. Set it first."),
            code="no_amount",
            field="holder",
            params={"name": sheet.tree.name(node)},
        )
    shapes = _shapes(actor, sheet, node, request, at)
    own = _own_weights(actor, sheet, request, shapes.get(node))
    held = {n: sheet.by_month(node)[n] for n in sheet.held_months(node)}
    months: dict[Node, Sequence[int]] = {node: apportion(total, own, holds=held)}
    if any(map(are_sums(sheet), sheet.tree.below(node))):
        return months
    for parent, _depth in sheet.tree.walk(node):
        below = {child: sheet.given(child) for child in sheet.tree.below(parent)}
        totals = {child: given for child, given in below.items() if given is not None}
        if totals and parent in months:
            months |= fit_months(sheet, months[parent], totals, shapes=shapes)
    return months


def _own_weights(
    actor: Actor, sheet: Sheet, request: PhaseRequest, history: Sequence[int] | None
) -> list[Weight]:
    return month_weights(
        periods_of(sheet.goal.plan),
        request.method,
        calendar=calendar_for([sheet.goal], actor.organisation),
        history=history,
        weights=request.weights,
    )


def _shapes(
    actor: Actor, sheet: Sheet, node: Node, request: PhaseRequest, at: datetime
) -> Mapping[Node, list[int]]:
    """What each holder's counterpart months brought, where history is asked for."""
    if request.method != Phasing.HISTORY:
        return {}
    nodes = [below for below, _depth in sheet.tree.walk(node)]
    periods = (
        request.history.months()
        if request.history
        else [year_before(each) for each in periods_of(sheet.goal.plan)]
    )
    found = _by_period(sheet, nodes, periods, on=actor.organisation.today(at))
    return {below: [values[below.holder.whole] for values in found] for below in nodes}


def _by_period(
    sheet: Sheet, nodes: Sequence[Node], periods: Sequence[Period], *, on: date
) -> list[dict[Holder, int]]:
    """One read for calendar months, one each for other periods."""
    holders, kpi = [node.holder.whole for node in nodes], sheet.goal.kpi
    if any(period != month_of(period.start) for period in periods):
        by_period = [actuals(holders, kpi, period, on=on) for period in periods]
        return [{holder: found[holder].numerator for holder in holders} for found in by_period]
    by_month = series(holders, kpi, Period(periods[0].start, periods[-1].end), by="month", on=on)
    return [
        {
            holder: months[period.start].numerator if period.start in months else 0
            for holder, months in by_month.items()
        }
        for period in periods
    ]
