"""Plans within plans: a quarter of a year, a team within a region. Where they differ, it is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from targets.models import Goal, Plan, Target
from targets.selectors.trees import Node, plan_tree


def check_within(plan: Plan, parent: Plan) -> None:
    """A part lies within the span and the tree of its whole, and is made of some of its periods."""
    if not (parent.starts_on <= plan.starts_on and plan.ends_on <= parent.ends_on):
        raise DomainError(
            N_("The plan reaches beyond “{name}”. Choose a span within it."),
            code="beyond_parent",
            field="starts_on",
            params={"name": parent.name},
        )
    if {*plan.period_starts, plan.ends_on} - {*parent.period_starts, parent.ends_on}:
        raise DomainError(
            N_("The periods of the plan are not those of “{name}”."),
            code="other_periods",
            field="starts_on",
            params={"name": parent.name},
        )
    if Node(plan.root_unit_id) not in plan_tree(parent).labels:
        raise DomainError(
            N_("The unit has no place in “{name}”."),
            code="beyond_parent",
            field="root_unit",
            params={"name": parent.name},
        )


def check_no_circle(plan: Plan, parent: Plan) -> None:
    """No plan is a part of itself, nor of its own parts."""
    above: Plan | None = parent
    while above is not None:
        if above.pk == plan.pk:
            raise DomainError(
                N_("“{name}” is this plan, or a part of it."),
                code="circle",
                field="parent",
                params={"name": parent.name},
            )
        above = Plan.objects.filter(pk=above.parent_id).first() if above.parent_id else None


@dataclass(frozen=True, slots=True)
class Part:
    """A goal of a plan within a plan: what the plan above has for it, and by how much it differs.

    `open_drift` is what of the difference nobody has recorded yet.
    """

    goal: Goal
    whole: int

    @property
    def drift(self) -> int:
        amount: int = self.goal.amount
        return amount - self.whole

    @property
    def open_drift(self) -> int:
        recorded: int = self.goal.drift
        return self.drift - recorded


def part_of_whole(goal: Goal) -> int | None:
    """What the plan above has for this goal's KPI, unit and months; None where it says nothing."""
    return parts_of_whole([goal]).get(goal.pk)


def parts_of_whole(goals: Sequence[Goal]) -> Mapping[int, int]:
    """Goal → what its plan's parent has for it. One query; the plans are expected with the goals."""
    inner = {goal.plan_id: goal.plan for goal in goals if goal.plan.parent_id}
    offered = _offered(list(inner.values()))
    return {
        goal.pk: offered[goal.plan_id, goal.kpi_id]
        for goal in goals
        if (goal.plan_id, goal.kpi_id) in offered
    }


def offered_to(plan: Plan) -> dict[int, int]:
    """KPI → what the plan above has for this plan's unit and months."""
    return {kpi_id: amount for (_plan, kpi_id), amount in _offered([plan]).items()}


def part_above(goal: Goal) -> Part | None:
    whole = part_of_whole(goal)
    return None if whole is None else Part(goal, whole)


def parts_below(goal: Goal) -> list[Part]:
    """The goals of the same KPI in the plans that are parts of this one, in order of time. Two queries."""
    inner = Goal.objects.filter(plan__parent=goal.plan_id, kpi=goal.kpi_id)
    goals = list(
        inner.select_related("plan__root_unit", "kpi").order_by("plan__starts_on", "plan__name", "id")
    )
    wholes = parts_of_whole(goals)
    return [Part(each, wholes[each.pk]) for each in goals if each.pk in wholes]


def drifts_of(goals: Sequence[Goal]) -> dict[int, int]:
    """Goal → by how much it differs from the plan above, beyond what was recorded; only where it does."""
    wholes = parts_of_whole(goals)
    parts = [Part(goal, wholes[goal.pk]) for goal in goals if goal.pk in wholes]
    return {part.goal.pk: part.open_drift for part in parts if part.open_drift}


def _offered(plans: Sequence[Plan]) -> dict[tuple[int, int], int]:
    """(Plan, KPI) → what the plan's parent has for its unit and months."""
    inner = [plan for plan in plans if plan.parent_id]
    if not inner:
        return {}
    rows = Target.objects.filter(
        goal__plan__in={plan.parent_id for plan in inner},
        unit__in={plan.root_unit_id for plan in inner},
        person=None,
        group="",
    ).select_related("goal__plan")
    found = [(plan, row) for plan in inner for row in rows if _is_for(row, plan)]
    amounts = {(plan.pk, row.goal.kpi_id): _within(row, plan) for plan, row in found}
    return {key: amount for key, amount in amounts.items() if amount is not None}


def _is_for(row: Target, plan: Plan) -> bool:
    return row.goal.plan_id == plan.parent_id and row.unit_id == plan.root_unit_id


def _within(row: Target, plan: Plan) -> int | None:
    """The sum of the months that the inner plan covers; a level holds for any part."""
    months: list[int] | None = row.months if row.agreed is None else row.agreed_months
    if months is None:
        level: int | None = row.given if row.agreed is None else row.agreed
        return level
    starts = row.goal.plan.period_starts
    return sum(
        amount for start, amount in zip(starts, months, strict=True) if plan.starts_on <= start < plan.ends_on
    )
