"""What the organisation wants, and which goals serve it: coverage, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.choices import PlanState
from targets.models import Goal, Objective, Plan, Progress
from targets.selectors.plans import goals_of, in_visible_plans, visible_plans


@dataclass(frozen=True, slots=True)
class Serving:
    """A goal of a plan that is not closed, and how it stands: where it is in force, and in sight."""

    goal: Goal
    is_seen: bool
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Objectives with the goals that serve them, those that none serves, and goals that serve none."""

    served: Sequence[tuple[Objective, Sequence[Serving]]]
    unserved: Sequence[Objective]
    goals_without: Sequence[Serving]


def all_objectives(*, archived: bool = False) -> QuerySet[Objective]:
    """By name; everyone in the organisation may know them."""
    return Objective.objects.filter(is_archived=archived).select_related("owner").order_by("name", "id")


def get_objective(objective_id: int) -> Objective:
    objective = Objective.objects.select_related("owner").filter(pk=objective_id).first()
    if objective is None:
        raise NotFound(N_("There is no such objective."), code="not_found", field="objective")
    return objective


def may_change_objective(actor: Actor, objective: Objective) -> bool:
    """Administrators, and whoever owns it."""
    is_owner = actor.person_id is not None and objective.owner_id == actor.person_id
    return actor.may(Scope.TARGETS_WRITE) and (actor.may(Scope.ADMIN) or is_owner)


def plans_to_serve(actor: Actor, on: date) -> QuerySet[Plan]:
    """In the making or in force."""
    return visible_plans(actor, on).exclude(state=PlanState.CLOSED)


def coverage(actor: Actor, *, on: date, plan: Plan | None = None) -> Coverage:
    """Of one plan, else of all that are not closed and in which the actor sees someone. A few queries."""
    serving = _serving(actor, [plan] if plan else list(plans_to_serve(actor, on)), on)
    by_objective: dict[int | None, list[Serving]] = {}
    for each in serving:
        by_objective.setdefault(each.goal.objective_id, []).append(each)
    objectives = list(all_objectives())
    return Coverage(
        served=[(one, by_objective[one.pk]) for one in objectives if one.pk in by_objective],
        unserved=[one for one in objectives if one.pk not in by_objective],
        goals_without=by_objective.get(None, []),
    )


def goals_serving(actor: Actor, objectives: Sequence[Objective], *, on: date) -> dict[int, list[int]]:
    """Objective → the goals, by their ids, that serve it in plans in which the actor sees someone."""
    rows = Goal.objects.filter(in_visible_plans(actor, on), objective__in=objectives).order_by("id")
    found: dict[int, list[int]] = {objective.pk: [] for objective in objectives}
    for goal_id, objective_id in rows.values_list("id", "objective_id"):
        found[objective_id].append(goal_id)
    return found


def _serving(actor: Actor, plans: Sequence[Plan], on: date) -> list[Serving]:
    goals = goals_of(plans)
    everyone = [goal for plan in plans for goal in goals[plan.pk]]
    standing, sight = _standing(everyone), sight_of(actor, on)
    seen = {goal.pk: sight.of_unit(goal.plan.root_unit_id) for goal in everyone}
    return [
        Serving(goal, seen[goal.pk], standing.get(goal.pk) if seen[goal.pk] else None) for goal in everyone
    ]


def _standing(goals: Sequence[Goal]) -> Mapping[int, Progress]:
    """Goal → the progress of its plan's unit."""
    rows = Progress.objects.filter(
        target__goal__in=goals,
        target__unit=F("target__goal__plan__root_unit"),
        target__person=None,
        target__group="",
    )
    return {row.target.goal_id: row for row in rows.select_related("target")}
