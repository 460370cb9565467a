"""Whether a goal asks about as much of everyone: by what can be expected, and afterwards by outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from salestargets.kernel.rational import Fraction, ratio
from salestargets.tenancy.access import Actor, sight_of
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
from targets.selectors.capacity import Capacity, capacity_of
from targets.selectors.plans import sees
from targets.selectors.potentials import potentials_on
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node


@dataclass(frozen=True)
class Judged:
    """`by_potential`: the size of a territory is its holder's potential, else the unit's number of people.

    Without peers the capacity goes by headcount alone: a month's is what the targets ask of a ramped month.
    """

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
    capacity = _capacity(sheet, people, targets, on=on)
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


def _capacity(sheet: Sheet, people: Sequence[Node], targets: Mapping[Node, int], *, on: date) -> Capacity:
    found = capacity_of(sheet.goal, sheet.tree, people, on=on)
    if found.monthly is not None and found.monthly > 0:
        return found
    ramped = sum((found.months[node] for node in targets), Fraction(0))
    return replace(found, monthly=ratio(sum(targets.values()), ramped) or Fraction(0), peers=0)


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
