"""Plans within plans: a quarter of a year, a team within a region. Where they differ, it is recorded."""

from collections.abc import Mapping, Sequence

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


def part_of_whole(goal: Goal) -> int | None:
    """What the plan above has for this goal's KPI, unit and months; None where it says nothing."""
    return parts_of_whole([goal]).get(goal.pk)


def parts_of_whole(goals: Sequence[Goal]) -> Mapping[int, int]:
    """Goal → what its plan's parent has for it. One query; the plans are expected with the goals."""
    inner = [goal for goal in goals if goal.plan.parent_id]
    if not inner:
        return {}
    rows = Target.objects.filter(
        goal__plan__in={goal.plan.parent_id for goal in inner},
        goal__kpi__in={goal.kpi_id for goal in inner},
        person=None,
        group="",
    ).select_related("goal__plan")
    found = {(row.goal.plan_id, row.goal.kpi_id, row.unit_id): row for row in rows}
    return {
        goal.pk: amount
        for goal in inner
        if (row := found.get((goal.plan.parent_id, goal.kpi_id, goal.plan.root_unit_id)))
        and (amount := _within(row, goal.plan)) is not None
    }


def drifts_of(goals: Sequence[Goal]) -> dict[int, int]:
    """Goal → by how much it differs from the plan above, beyond what was recorded; only where it does."""
    parts = parts_of_whole(goals)
    drifts = {goal.pk: goal.amount - parts[goal.pk] - goal.drift for goal in goals if goal.pk in parts}
    return {goal_id: drift for goal_id, drift in drifts.items() if drift}


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
