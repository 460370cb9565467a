"""Everything the pages Today and Team show, in a constant number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from django.db.models import Case, F, IntegerField, Q, QuerySet, When

from kpis.models import Kpi
from kpis.selectors import series
from kpis.values import Holder
from salestargets.alerts.models import Alert, Severity
from salestargets.alerts.selectors import inbox
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import calendar_of
from targets.choices import PlanState
from targets.domain.curves import expected_curve
from targets.models import Goal, Target
from targets.selectors.figures import Standing, lines_of, standings
from targets.selectors.history import Origin, origin_of
from targets.selectors.plans import get_goal, sees, visible_plans
from targets.selectors.rows import Place, places
from targets.selectors.sheets import span_of
from targets.selectors.trees import Node, PlanTree, plan_tree

WEEK = 7
MOST_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Point:
    """By the end of a day: what was expected, and what was reached, None for days to come."""

    day: date
    expected: int
    actual: int | None


@dataclass(frozen=True)
class Today:
    """One holder's number. `choices`: the goals they hold a number of, those that run now first."""

    node: Node
    name: str
    goal: Goal
    choices: Sequence[Goal]
    standing: Standing
    curve: Sequence[Point]
    origin: Origin
    alerts: Sequence[Alert]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """`spark`: what was reached in each week of the plan so far. `severity`: of the open alert, if any."""

    place: Place
    standing: Standing
    spark: Sequence[int]
    severity: Severity | None


@dataclass(frozen=True)
class Team:
    """A unit and those right below it. `path`: the visible units above it, topmost first."""

    goal: Goal
    choices: Sequence[Goal]
    path: Sequence[tuple[Node, str]]
    unit: TeamRow
    children: Sequence[TeamRow]
    as_of: date


def today_of(
    actor: Actor, *, holder: Holder | None = None, goal_id: int | None = None, at: datetime
) -> Today | None:
    """The page of a holder, by default the actor's own; None where they hold no number in force."""
    on = actor.organisation.today(at)
    sight = sight_of(actor, on)
    held = list(_held(actor, sight, holder, on)[:MOST_CHOICES])
    if not held:
        return None
    own = [target for target in held if _node(target) == _node(held[0])]
    chosen = next((target for target in own if target.goal_id == goal_id), own[0])
    goal, node = chosen.goal, _node(chosen)
    return Today(
        node=node,
        name=chosen.person.name if chosen.person else chosen.unit.name,
        goal=goal,
        choices=[target.goal for target in own],
        standing=standings(goal, [node], actor.organisation, as_of=None, at=at)[node],
        curve=_curve(actor, goal, node, on),
        origin=origin_of(chosen.pk, sight),
        alerts=_alerts_of(actor, node, on),
    )


def team_of(
    actor: Actor,
    *,
    unit_id: int | None = None,
    goal_id: int | None = None,
    as_of: date | None = None,
    at: datetime,
) -> Team | None:
    """The page of a unit in a plan in force, by default the topmost in sight; None where there is no plan."""
    on = actor.organisation.today(at)
    choices = _running_goals(actor, on)
    goal = get_goal(actor, goal_id, on) if goal_id else next(iter(choices), None)
    if goal is None:
        return None
    tree, sight = plan_tree(goal.plan), sight_of(actor, on)
    unit = _unit(tree, sight, unit_id)
    if unit is None:
        return None
    found = places(tree, sight, unit.holder, levels=1)
    rows = _team_rows(actor, goal, found, as_of=as_of, at=at)
    return Team(
        goal=goal,
        choices=choices,
        path=_path(tree, sight, unit),
        unit=rows[0],
        children=rows[1:],
        as_of=as_of or on,
    )


def _held(actor: Actor, sight: Sight, holder: Holder | None, on: date) -> QuerySet[Target]:
    """Numbers in force of the holder, or of whom the actor answers for: themselves, else their units."""
    in_force = Target.objects.filter(
        month__isnull=True, goal__plan__state__in=[PlanState.PUBLISHED, PlanState.CLOSED]
    ).select_related("person", "unit", "goal__kpi", "goal__plan__root_unit")
    is_running = Q(goal__plan__starts_on__lte=on, goal__plan__ends_on__gt=on)
    return in_force.filter(_whose(actor, sight, holder, on)).order_by(
        Case(When(person__isnull=False, then=0), default=1, output_field=IntegerField()),
        Case(When(is_running, then=0), default=1, output_field=IntegerField()),
        "-goal__plan__starts_on",
        "goal__kpi__position",
        "id",
    )


def _whose(actor: Actor, sight: Sight, holder: Holder | None, on: date) -> Q:
    if holder is not None:
        node = Node(holder.id) if holder.kind == "unit" else Node(0, holder.id)
        if not sees(sight, node):
            raise NotFound(N_("There is no such holder."), code="not_found", field="holder")
        return Q(person=holder.id) if holder.kind == "person" else Q(person=None, unit=holder.id)
    at_the_top = Q(person=None, unit=F("goal__plan__root_unit"))
    if actor.person_id is None:
        return at_the_top if actor.sees_everything else Q(pk=None)
    manages = Assignment.objects.filter(
        current_on(on), person=actor.person_id, role=AssignmentRole.MANAGER
    ).values("unit")
    own = Q(person=actor.person_id) | Q(person=None, unit__in=manages)
    return own | at_the_top if actor.sees_everything else own


def _node(target: Target) -> Node:
    return Node(target.unit_id, target.person_id)


def _curve(actor: Actor, goal: Goal, node: Node, on: date) -> list[Point]:
    span = span_of(goal.plan)
    line = next(line for line in lines_of([goal], [node.holder])[goal.pk] if line.node == node)
    calendar = calendar_of(actor.organisation, span)
    by_day = series([node.holder], goal.kpi, span, by="day", on=on)[node.holder]
    reached = accumulate(by_day[day].numerator if day in by_day else 0 for day in span.dates())
    expected = expected_curve(span, line.months or (), calendar, goal.plan.expected_basis)
    return [
        Point(day, round(due), actual if day <= on else None)
        for (day, due), actual in zip(expected, reached, strict=True)
    ]


def _alerts_of(actor: Actor, node: Node, on: date) -> list[Alert]:
    is_theirs = Q(person=node.person_id) if node.person_id else Q(unit=node.unit_id)
    return list(inbox(actor, on).filter(is_theirs))


def _running_goals(actor: Actor, on: date) -> list[Goal]:
    """Goals of plans in force, those that run now first, the newest of the others next."""
    plans = visible_plans(actor, on).exclude(state=PlanState.DRAFT).order_by().values("pk")
    is_running = Q(plan__starts_on__lte=on, plan__ends_on__gt=on)
    goals = Goal.objects.filter(plan__in=plans).select_related("kpi", "plan__root_unit")
    return list(
        goals.order_by(
            Case(When(is_running, then=0), default=1, output_field=IntegerField()),
            "-plan__starts_on",
            "kpi__position",
            "id",
        )[:MOST_CHOICES]
    )


def _unit(tree: PlanTree, sight: Sight, unit_id: int | None) -> Node | None:
    """The unit asked for, or the topmost in sight."""
    if unit_id is not None:
        return tree.find(Holder("unit", unit_id))
    return next((node for node, _depth in tree.walk() if node.is_unit and sees(sight, node)), None)


def _path(tree: PlanTree, sight: Sight, unit: Node) -> list[tuple[Node, str]]:
    path: list[tuple[Node, str]] = []
    above = tree.parents.get(unit)
    while above is not None and sees(sight, above):
        path.insert(0, (above, tree.name(above)))
        above = tree.parents.get(above)
    return path


def _team_rows(
    actor: Actor, goal: Goal, found: Sequence[Place], *, as_of: date | None, at: datetime
) -> list[TeamRow]:
    nodes = [place.node for place in found]
    on = actor.organisation.today(at)
    stand = standings(goal, nodes, actor.organisation, as_of=as_of, at=at)
    sparks = _sparks(goal.kpi, nodes, span_of(goal.plan), as_of or on, on)
    loud = _severities(actor, goal, nodes, on)
    return [
        TeamRow(place, stand[place.node], sparks[place.node], loud.get(place.node.holder)) for place in found
    ]


def _sparks(kpi: Kpi, nodes: Collection[Node], span: Period, until: date, on: date) -> dict[Node, list[int]]:
    """Sums of the weeks that have begun, counted from the plan's first day."""
    by_day = series([node.holder for node in nodes], kpi, span, by="day", on=on)
    weeks = -(-max(0, (min(until, span.last_day) - span.start).days + 1) // WEEK)
    sums = {node: [0] * weeks for node in nodes}
    for node in nodes:
        for day, reached in by_day[node.holder].items():
            week = (day - span.start).days // WEEK if isinstance(day, date) else weeks
            if week < weeks:
                sums[node][week] += reached.numerator
    return sums


def _severities(actor: Actor, goal: Goal, nodes: Collection[Node], on: date) -> dict[Holder, Severity]:
    units = [node.unit_id for node in nodes if node.is_unit]
    people = [node.person_id for node in nodes if node.person_id]
    rows = inbox(actor, on).filter(Q(unit__in=units) | Q(person__in=people), facts__goal=goal.pk)
    return {
        Holder("unit", unit_id) if unit_id else Holder("person", person_id): Severity(severity)
        for unit_id, person_id, severity in rows.values_list("unit_id", "person_id", "severity")
    }
