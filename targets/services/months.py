"""Numbers over the months: a holder's by weights, and below a unit both margins exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from kpis.selectors import series
from kpis.values import Holder
from salestargets.kernel.apportion import Weight, apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, add_months
from salestargets.tenancy.access import Actor
from salestargets.tenancy.selectors import calendar_of
from targets.choices import Phasing
from targets.domain.phasing import month_weights, phase_children
from targets.models import Goal
from targets.selectors.sheets import Place, Sheet, sheet_of, span_of
from targets.selectors.trees import Node
from targets.services.numbers import Batch, Because, check_may_set, lock_goal, write_numbers

NO_FIT = "no_fit"


@dataclass(frozen=True)
class PhaseRequest:
    """How a holder's number is spread; no holder: the plan's unit. Totals stay.

    `history`: as many months as the plan has, by default those a year earlier. `weights`: one for each month.
    """

    holder: Holder | None
    method: str
    weights: Sequence[Decimal] | None = None
    history: Period | None = None


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
) -> None:
    """Spread the number; below a unit everyone's months follow so that each month sums as the totals do.

    By history, everyone below keeps the shape of their own history as far as the sums allow.
    """
    sheet = sheet_of(lock_goal(goal, expected_version=expected_version))
    node = sheet.tree.find(request.holder)
    check_may_set(actor, sheet, node, at=at)
    total = sheet.given(node)
    if total is None:
        raise DomainError(
            N_("“{name}” has no number yet to spread. Set it first."),
            code="no_amount",
            field="holder",
            params={"name": sheet.tree.name(node)},
        )
    shapes = _shapes(actor, sheet, node, request, at)
    months = {node: apportion(total, _own_weights(actor, sheet, request, shapes.get(node)))}
    _descend(sheet, node, months, shapes)
    numbers: dict[Place, int] = {
        (holder, month): part
        for holder, parts in months.items()
        for month, part in zip(sheet.months, parts, strict=True)
    }
    write_numbers(Because(actor, at, reason, effective_on), sheet, Batch(numbers))


def _own_weights(
    actor: Actor, sheet: Sheet, request: PhaseRequest, history: Sequence[int] | None
) -> list[Weight]:
    span = span_of(sheet.goal.plan)
    return month_weights(
        span.months(),
        request.method,
        calendar=calendar_of(actor.organisation, span),
        history=history,
        weights=request.weights,
    )


def _shapes(
    actor: Actor, sheet: Sheet, node: Node, request: PhaseRequest, at: datetime
) -> dict[Node, list[int]]:
    """What each holder's counterpart months brought, where history is asked for."""
    if request.method != Phasing.HISTORY:
        return {}
    span = span_of(sheet.goal.plan)
    history = request.history or Period(add_months(span.start, -12), add_months(span.end, -12))
    nodes = [below for below, _depth in sheet.tree.walk(node)]
    holders = [below.holder for below in nodes]
    on = actor.organisation.today(at)
    found = series(holders, sheet.goal.kpi, history, by="month", on=on)
    months = [month.start.replace(day=1) for month in history.months()]
    return {
        below: [
            found[below.holder][month].numerator if month in found[below.holder] else 0 for month in months
        ]
        for below in nodes
    }


def _descend(
    sheet: Sheet, node: Node, months: dict[Node, list[int]], shapes: Mapping[Node, Sequence[int]]
) -> None:
    for parent, _depth in sheet.tree.walk(node):
        below = [child for child in sheet.tree.below(parent) if sheet.given(child) is not None]
        if below and parent in months:
            totals = [sheet.given(child) or 0 for child in below]
            rows = _rows(totals, months[parent], [shapes.get(child, ()) for child in below])
            months.update(zip(below, rows, strict=True))


def _rows(totals: Sequence[int], parent: list[int], shapes: Sequence[Sequence[int]]) -> list[list[int]]:
    """Everyone in their own shape where the sums allow it, else in the parent's."""
    if any(any(shape) for shape in shapes):
        own: list[list[Weight]] = [
            [max(part, 0) for part in shape] if any(shape) else [*parent] for shape in shapes
        ]
        try:
            return phase_children(totals, parent, weights=own)
        except DomainError as error:
            if error.code != NO_FIT:
                raise
    return phase_children(totals, parent)
