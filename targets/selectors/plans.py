"""Plans and goals: the only doors to them. Reps see what is published; who may write sees drafts too."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import AssignmentRole, Scope
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Assignment, UnitClosure
from targets.choices import PlanState
from targets.models import Goal, Plan, Target
from targets.selectors.trees import Node, PlanTree

#: Each table more takes the database longer to plan than to read: what few pages tell is read there.
_WITH_GOAL = ("plan__root_unit", "kpi")


def visible_plans(actor: Actor, on: date) -> QuerySet[Plan]:
    """Plans in which the actor sees someone, the newest first."""
    plans = Plan.objects.select_related("root_unit", "parent").order_by("-starts_on", "name", "id")
    sight = sight_of(actor, on)
    if not actor.sees_everything:
        plans = plans.filter(_touches(sight))
    if not may_see_drafts(actor):
        plans = plans.exclude(state=PlanState.DRAFT)
    return plans


def in_visible_plans(actor: Actor, on: date, goal: str = "") -> Q:
    """Of goals, or what has one (`goal="goal__"`): those of visible plans. Who sees all needs none."""
    if actor.sees_everything:
        return Q()
    return Q(**{f"{goal}plan__in": visible_plans(actor, on).order_by().values("pk")})


def may_see_drafts(actor: Actor) -> bool:
    return actor.sees_everything or actor.may(Scope.TARGETS_WRITE)


def get_plan(actor: Actor, plan_id: int, on: date) -> Plan:
    found = _plan(plan_id) if actor.sees_everything else visible_plans(actor, on).filter(pk=plan_id)
    for plan in found:
        return plan
    raise NotFound(N_("There is no such plan."), code="not_found")


@compiled_once
def _plan(plan_id: int) -> QuerySet[Plan]:
    return Plan.objects.select_related("root_unit", "parent").filter(pk=plan_id)


def get_goal(actor: Actor, goal_id: int, on: date, *, plan_id: int | None = None) -> Goal:
    """With its plan and KPI; of this plan, where one is named."""
    found = _goal(goal_id) if actor.sees_everything else _goals(goal_id).filter(in_visible_plans(actor, on))
    for goal in found:
        if plan_id in (None, goal.plan_id):
            return goal
    raise NotFound(N_("There is no such goal."), code="not_found")


@compiled_once
def _goal(goal_id: int) -> QuerySet[Goal]:
    return _goals(goal_id)


def _goals(goal_id: int) -> QuerySet[Goal]:
    return Goal.objects.select_related(*_WITH_GOAL).filter(pk=goal_id)


def get_target(actor: Actor, target_id: int, on: date) -> Target:
    """A number of someone whom the actor sees, with goal, plan and KPI."""
    targets = Target.objects.select_related("goal__plan__root_unit", "goal__kpi", "unit", "person", "change")
    target = targets.filter(in_visible_plans(actor, on, "goal__"), pk=target_id).first()
    if target is None or not sees(sight_of(actor, on), Node(target.unit_id, target.person_id)):
        raise NotFound(N_("There is no such target."), code="not_found")
    return target


def goals_of(plans: Iterable[Plan]) -> dict[int, list[Goal]]:
    """Plan → its goals, the governing KPI first, each with its plan as it was given."""
    known = {plan.pk: plan for plan in plans}
    found: dict[int, list[Goal]] = {plan_id: [] for plan_id in known}
    for goal in _goals_in(tuple(known)):
        goal.plan = known[goal.plan_id]
        found[goal.plan_id].append(goal)
    return found


@compiled_once
def _goals_in(plans: tuple[int, ...]) -> QuerySet[Goal]:
    goals = Goal.objects.filter(plan_id__in=plans).select_related("kpi", "objective", "owner")
    return goals.order_by("kpi__position", "kpi__key", "id")


def sees(sight: Sight, node: Node) -> bool:
    return sight.of_unit(node.unit_id) or (node.person_id is not None and sight.of_person(node.person_id))


def may_set(actor: Actor, sight: Sight, tree: PlanTree, node: Node) -> bool:
    """A number is set by whoever manages the unit it is given from: the parent, or the root itself."""
    if sight.everything or not actor.may(Scope.TARGETS_WRITE):
        return actor.may(Scope.TARGETS_WRITE)
    return sight.of_unit(tree.parents.get(node, tree.root).unit_id)


def _touches(sight: Sight) -> Q:
    """Plans whose tree holds a unit in sight, or a unit of a person in sight."""
    people = Assignment.objects.filter(role=AssignmentRole.MEMBER, person_id__in=sight.person_ids)
    below = Q(descendant_id__in=sight.unit_ids) | Q(descendant_id__in=people.values("unit_id"))
    return Q(root_unit_id__in=UnitClosure.objects.filter(below).values("ancestor_id"))
