"""Plans within plans: a quarter of a year, a team within a region. Where they differ, it is recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from targets.models import Goal, Plan, Target
from targets.selectors.sheets import Spread
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
class Team:
    """A unit below the plan's own to which both plans give a number, not the same one."""

    unit_id: int
    name: str
    amount: int
    whole: Spread
    recorded: int | None

    @property
    def drift(self) -> int:
        return self.amount - self.whole.amount

    @property
    def is_open(self) -> bool:
        return self.drift != self.recorded


@dataclass(frozen=True, slots=True)
class Part:
    """A goal of a plan within a plan: what the plan above has for it, and where it differs.

    `open_drift` is what of the difference nobody has recorded yet; `teams`, units below that differ too.
    """

    goal: Goal
    whole: Spread
    teams: Sequence[Team] = ()

    @property
    def drift(self) -> int:
        amount: int = self.goal.amount
        return amount - self.whole.amount

    @property
    def open_drift(self) -> int:
        recorded: int = self.goal.drift
        return self.drift - recorded

    @property
    def open_teams(self) -> Sequence[Team]:
        return [team for team in self.teams if team.is_open]

    @property
    def differs(self) -> bool:
        return bool(self.drift or self.teams)

    @property
    def is_open(self) -> bool:
        return bool(self.open_drift or self.open_teams)

    @property
    def drift_below(self) -> dict[str, int]:
        """As it is recorded: unit → by how much it differs."""
        return {str(team.unit_id): team.drift for team in self.teams}


def part_of_whole(goal: Goal) -> int | None:
    """What the plan above has for this goal's KPI, unit and months; None where it says nothing."""
    found = _offered([goal.plan]).get((goal.plan_id, goal.kpi_id))
    return found.amount if found else None


def offered_to(plan: Plan) -> dict[int, int]:
    """KPI → what the plan above has for this plan's unit and months."""
    return {kpi_id: whole.amount for (_plan, kpi_id), whole in _offered([plan]).items()}


def part_above(goal: Goal) -> Part | None:
    return parts_of([goal]).get(goal.pk)


def parts_of(goals: Sequence[Goal]) -> dict[int, Part]:
    """Goal → how it stands to the plan above, where that says something of it.

    Three queries for any number of goals; their plans are expected with them.
    """
    inner = {goal.plan_id: goal.plan for goal in goals if goal.plan.parent_id}
    offered = _offered(list(inner.values()))
    parts = [goal for goal in goals if (goal.plan_id, goal.kpi_id) in offered]
    teams = _teams(parts)
    return {goal.pk: Part(goal, offered[goal.plan_id, goal.kpi_id], teams[goal.pk]) for goal in parts}


def parts_below(goal: Goal) -> list[Part]:
    """The goals of the same KPI in the plans that are parts of this one, in order of time."""
    inner = Goal.objects.filter(plan__parent=goal.plan_id, kpi=goal.kpi_id)
    goals = list(
        inner.select_related("plan__root_unit", "kpi").order_by("plan__starts_on", "plan__name", "id")
    )
    parts = parts_of(goals)
    return [parts[each.pk] for each in goals if each.pk in parts]


def _offered(plans: Sequence[Plan]) -> dict[tuple[int, int], Spread]:
    """(Plan, KPI) → what the plan's parent has for its unit and months."""
    inner = [plan for plan in plans if plan.parent_id]
    if not inner:
        return {}
    rows = _of_units({plan.parent_id or 0 for plan in inner}).filter(
        unit__in={plan.root_unit_id for plan in inner}
    )
    found = [(plan, row) for plan in inner for row in rows if _is_for(row, plan)]
    wholes = {(plan.pk, row.goal.kpi_id): _within(row, plan) for plan, row in found}
    return {key: whole for key, whole in wholes.items() if whole is not None}


def _teams(goals: Sequence[Goal]) -> dict[int, list[Team]]:
    """Goal → the units below its plan's own that differ from the plan above, in order of their names."""
    teams: dict[int, list[Team]] = {goal.pk: [] for goal in goals}
    if not goals:
        return teams
    by_id = {goal.pk: goal for goal in goals}
    own = Target.objects.filter(goal__in=by_id, person=None, group="").select_related("unit")
    above = {
        (row.goal.plan_id, row.goal.kpi_id, row.unit_id): row
        for row in _of_units({goal.plan.parent_id or 0 for goal in goals})
    }
    for row in own.order_by("unit__name", "id"):
        goal, amount = by_id[row.goal_id], row.given if row.agreed is None else row.agreed
        over = above.get((goal.plan.parent_id, goal.kpi_id, row.unit_id))
        whole = _within(over, goal.plan) if over and row.unit_id != goal.plan.root_unit_id else None
        if amount is not None and whole is not None and amount != whole.amount:
            recorded = goal.drift_below.get(str(row.unit_id))
            teams[goal.pk].append(Team(row.unit_id, row.unit.name, amount, whole, recorded))
    return teams


def _of_units(plan_ids: Collection[int]) -> QuerySet[Target]:
    rows = Target.objects.filter(goal__plan__in=plan_ids, person=None, group="")
    return rows.select_related("goal__plan")


def _is_for(row: Target, plan: Plan) -> bool:
    return row.goal.plan_id == plan.parent_id and row.unit_id == plan.root_unit_id


def _within(row: Target, plan: Plan) -> Spread | None:
    """The months that the inner plan covers; a level holds for any part."""
    amount, months = (row.given, row.months) if row.agreed is None else (row.agreed, row.agreed_months)
    if months is None:
        return None if amount is None else Spread(amount, None)
    starts = row.goal.plan.period_starts
    part = tuple(n for start, n in zip(starts, months, strict=True) if plan.starts_on <= start < plan.ends_on)
    return Spread(sum(part), part)
