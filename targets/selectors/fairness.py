"""Whether a goal asks about as much of everyone: by what can be expected, and afterwards by outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

from kpis.selectors import series
from kpis.values import Holder
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.kernel.rational import ratio
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Person
from targets.amounts import is_level
from targets.choices import PlanState
from targets.domain.fairness import (
    Correlation,
    Fairness,
    Load,
    Outcome,
    attainment_against_size,
    fairness,
    outcome,
)
from targets.models import Goal, Progress
from targets.selectors.periods import twelve_months_before
from targets.selectors.plans import sees
from targets.selectors.potentials import potentials_on
from targets.selectors.ramps import ramp_curve, ramps_of
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node


@dataclass(frozen=True)
class Capacity:
    """What can be expected of each: their ramped months in the plan × `monthly`.

    `monthly` is the median, over the `peers` who were fully ramped, of what each brought in a month of
    `span`. Without such history nobody is a peer, and it is what the targets ask of a ramped month on
    average: then capacity goes by headcount alone.
    """

    monthly: Fraction
    peers: int
    span: Period
    months: Mapping[Node, Fraction]

    def of(self, node: Node) -> Fraction:
        return self.months[node] * self.monthly


@dataclass(frozen=True)
class Judged:
    """`by_potential`: the size of a territory is its holder's potential, else the unit's number of people."""

    result: Fairness[Node]
    capacity: Capacity
    targets: Mapping[Node, int]
    outcome: Outcome | None
    correlation: Correlation | None
    by_potential: bool


def fairness_of(actor: Actor, goal: Goal, *, on: date) -> Judged | None:
    """Of the people in sight who hold a number; None for a ratio or a level, which is no amount of work."""
    if is_level(goal.kpi):
        return None
    sheet, sight = sheet_of(goal), sight_of(actor, on)
    people = [node for node, _depth in sheet.tree.walk() if not node.is_unit]
    targets = {
        node: amount for node in people if sees(sight, node) and (amount := sheet.given(node)) is not None
    }
    capacity = _capacity(actor, goal, people, targets, on=on)
    loads = [Load(node, sheet.tree.name(node), amount, capacity.of(node)) for node, amount in targets.items()]
    is_over = goal.plan.state == PlanState.CLOSED
    reached = _reached(goal) if is_over else {}
    sizes, by_potential = _sizes(sheet, list(targets), goal.plan.starts_on) if is_over else ({}, False)
    return Judged(
        result=fairness(loads),
        capacity=capacity,
        targets=targets,
        outcome=outcome((amount, reached.get(node)) for node, amount in targets.items()) if is_over else None,
        correlation=_correlation(sheet, sizes, reached) if is_over else None,
        by_potential=by_potential,
    )


def _capacity(
    actor: Actor, goal: Goal, people: Sequence[Node], targets: Mapping[Node, int], *, on: date
) -> Capacity:
    ramps = ramps_of(goal.plan, [node.person_id for node in people if node.person_id], actor.organisation)
    full = len(goal.plan.period_starts)
    months = {node: ramps[node.person_id] * full for node in people if node.person_id}
    span = twelve_months_before(min(goal.plan.starts_on, on))
    monthly = _monthly(goal, list(ramps), span, on=on)
    if monthly and (typical := median(monthly)) > 0:
        return Capacity(Fraction(typical), len(monthly), span, months)
    ramped = sum((months[node] for node in targets), Fraction(0))
    return Capacity(ratio(sum(targets.values()), ramped) or Fraction(0), 0, span, months)


def _monthly(goal: Goal, person_ids: Sequence[int], span: Period, *, on: date) -> list[Fraction]:
    """What each fully ramped person brought in a month, on average over their whole months as such."""
    people = Person.objects.filter(pk__in=person_ids).order_by("id")
    found = series([Holder("person", pk) for pk in person_ids], goal.kpi, span, by="month", on=on)
    present, tenure = _present(person_ids, span), len(ramp_curve().shares)
    means = []
    for person in people:
        brought, stays = found[Holder("person", person.pk)], present.get(person.pk, [])
        full = [month for month in span.months() if _is_full(month, person, stays, tenure)]
        if full:
            total = sum(brought[month.start].numerator for month in full if month.start in brought)
            means.append(Fraction(total, len(full)))
    return means


def _present(person_ids: Sequence[int], span: Period) -> dict[int, list[Period]]:
    """When each belonged to some unit within the span."""
    rows = Assignment.objects.filter(
        role=AssignmentRole.MEMBER, person__in=person_ids, starts_on__lt=span.end
    )
    stays: dict[int, list[Period]] = {}
    for person_id, starts_on, ends_on in rows.order_by("starts_on").values_list(
        "person_id", "starts_on", "ends_on"
    ):
        own, end = stays.setdefault(person_id, []), ends_on or date.max
        if own and own[-1].end == starts_on:  # moved from one unit to the next
            own[-1] = Period(own[-1].start, end)
        else:
            own.append(Period(starts_on, end))
    return stays


def _is_full(month: Period, person: Person, stays: Sequence[Period], tenure: int) -> bool:
    """Whether the person was there for all of the month, and no newcomer any more."""
    if not any(stay.start <= month.start and month.end <= stay.end for stay in stays):
        return False
    if person.left_on is not None and person.left_on < month.end:
        return False
    hired_on = person.hired_on
    return hired_on is None or (month.start >= add_months(month_of(hired_on).start, max(tenure, 1)))


def _reached(goal: Goal) -> dict[Node, int | None]:
    rows = Progress.objects.filter(target__goal=goal, target__group="")
    return {
        Node(unit_id, person_id): actual
        for unit_id, person_id, actual in rows.values_list("target__unit", "target__person", "actual")
    }


def _sizes(sheet: Sheet, people: Sequence[Node], day: date) -> tuple[dict[Node, int], bool]:
    """How large each territory is: what it could bring, where that was estimated, else its people by unit."""
    known = potentials_on(sheet.tree, day)
    potentials = {node: known[node] for node in people if node in known}
    if potentials:
        return potentials, True
    teams: dict[Node, int] = {}
    for node in people:
        unit = sheet.tree.parents[node]
        teams[unit] = teams.get(unit, 0) + 1
    return teams, False


def _correlation(sheet: Sheet, sizes: Mapping[Node, int], reached: Mapping[Node, int | None]) -> Correlation:
    return attainment_against_size(
        (size, ratio(reached.get(node), sheet.given(node))) for node, size in sizes.items()
    )
