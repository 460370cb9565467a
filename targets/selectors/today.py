"""Where one holder stands: their goals, the way so far and the way expected, and what warns of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, When

from kpis.selectors import is_stock, series
from kpis.values import Actual, Holder
from pipeline.deciding import open_deals_of
from salestargets.alerts.models import Alert
from salestargets.alerts.selectors import inbox
from salestargets.kernel.calendars import WorkCalendar
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from targets.amounts import is_level, stored_actual
from targets.choices import IN_FORCE, Against
from targets.domain.curves import expected_curve
from targets.domain.progress import Timeline
from targets.models import Goal, Plan, Progress, Target
from targets.selectors.figures import Line, Standing, clock_of, lines_on, standings
from targets.selectors.history import Origin, origin_of
from targets.selectors.in_force import Upcoming, upcoming_of
from targets.selectors.periods import calendar_for, periods_of, span_of
from targets.selectors.trees import Node

MOST_GOALS = 50


@dataclass(frozen=True, slots=True)
class Point:
    """By the end of a day: what was expected (None without a target) and reached (None for days to come)."""

    day: date
    expected: int | None
    actual: int | None


@dataclass(frozen=True)
class Held:
    """A holder's numbers in force, those that run on the day first, and the alerts about the holder."""

    holder: Holder
    name: str
    targets: Sequence[Target]
    alerts: Sequence[Alert]

    def running(self, day: date) -> list[Target]:
        return [target for target in self.targets if _runs_on(target.goal, day)]

    def chosen(self, goal_id: int | None) -> Target:
        return next((target for target in self.targets if target.goal_id == goal_id), self.targets[0])


@dataclass(frozen=True)
class Today:
    """One number of a holder. `beside`: their other goals of the day; `elsewhen`: those of other times."""

    node: Node
    target: Target
    standing: Standing
    clock: Timeline
    curve: Sequence[Point]
    origin: Origin
    upcoming: Upcoming | None
    beside: Sequence[tuple[Goal, Standing]]
    elsewhen: Sequence[Goal]

    @property
    def goal(self) -> Goal:
        goal: Goal = self.target.goal
        return goal


def held_by(actor: Actor, *, holder: Holder | None, day: date, on: date) -> Held | None:
    """The numbers of a holder, by default of whom the actor answers for: themselves, else their units.

    None where they hold none in force. Whether a named holder is in sight is asked before.
    """
    targets = list(_in_force(day).filter(_whose(actor, holder, on))[:MOST_GOALS])
    if not targets:
        return None
    first, whose = targets[0], _node(targets[0]).holder
    own = [target for target in targets if _node(target).holder == whose]
    name = first.person.name if first.person else first.unit.name
    return Held(whose, name, own, _alerts_of(actor, whose, on))


def today_of(
    actor: Actor,
    held: Held,
    *,
    goal_id: int | None,
    as_of: date | None,
    against: str = Against.CURRENT,
    at: datetime,
) -> Today:
    """Everything about one of the numbers, at the start of `as_of`, or now."""
    on = actor.organisation.today(at)
    day = as_of or on
    target = held.chosen(goal_id)
    shown = [target, *(other for other in held.running(day) if other != target)]
    calendar = calendar_for([other.goal for other in shown], actor.organisation)
    stand = [
        (other.goal, _standing(actor, other, calendar, as_of=as_of, against=against, at=at))
        for other in shown
    ]
    node = _node(target)
    return Today(
        node=node,
        target=target,
        standing=stand[0][1],
        clock=clock_of(target.goal.plan, day, calendar),
        curve=curve_of(target.goal, node, calendar, as_of=as_of, against=against, on=on),
        origin=origin_of(target.pk, sight_of(actor, on)),
        upcoming=upcoming_of(target, day),
        beside=stand[1:],
        elsewhen=[other.goal for other in held.targets if other not in shown],
    )


def mark_of(held: Held, *, on: date) -> str:
    """Changes whenever the page of these numbers would: a few index reads, to be asked every few seconds."""
    ids = [target.pk for target in held.targets]
    progress = Progress.objects.filter(target__in=ids).order_by("id")
    seen: list[Any] = [
        on,
        [(target.pk, target.version) for target in held.targets],
        list(progress.values_list("id", "computed_at", "actual")),
        [(alert.pk, alert.changed_at, alert.acknowledged_at) for alert in held.alerts],
        open_deals_of(held.holder, on).aggregate(Count("id"), Max("changed_at")),
    ]
    return sha256(repr(seen).encode()).hexdigest()[:16]


def running_on(day: date) -> Q:
    """Of targets: whose plan runs on the day, or ended as it began."""
    return Q(goal__plan__starts_on__lte=day, goal__plan__ends_on__gte=day)


def _runs_on(goal: Goal, day: date) -> bool:
    plan: Plan = goal.plan
    return plan.starts_on <= day <= plan.ends_on


def _in_force(day: date) -> QuerySet[Target]:
    rows = Target.objects.filter(
        Q(given__isnull=False) | Q(agreed__isnull=False), group="", goal__plan__state__in=IN_FORCE
    )
    return rows.select_related("person", "unit", "goal__kpi", "goal__plan").order_by(
        Case(When(person__isnull=False, then=0), default=1, output_field=IntegerField()),
        Case(When(running_on(day), then=0), default=1, output_field=IntegerField()),
        "-goal__plan__starts_on",
        "goal__kpi__position",
        "id",
    )


def _whose(actor: Actor, holder: Holder | None, on: date) -> Q:
    if holder is not None:
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


def _standing(
    actor: Actor, target: Target, calendar: WorkCalendar, *, as_of: date | None, against: str, at: datetime
) -> Standing:
    node, organisation = _node(target), actor.organisation
    found = standings(target.goal, [node], organisation, calendar, as_of=as_of, against=against, at=at)
    return found[node]


def curve_of(
    goal: Goal,
    node: Node,
    calendar: WorkCalendar,
    *,
    as_of: date | None,
    against: str = Against.CURRENT,
    on: date,
) -> list[Point]:
    """The days of the plan's span."""
    lines = lines_on(goal, [node], as_of or on, against=against)
    line = next((line for line in lines if line.node == node), None)
    if is_level(goal.kpi):
        return _levels(goal, node, line, as_of=as_of, on=on)
    span = span_of(goal.plan)
    by_day = series([node.holder], goal.kpi, span, by="day", on=on, as_of=as_of)[node.holder]
    reached = accumulate(by_day[day].numerator if day in by_day else 0 for day in span.dates())
    expected = _expected(goal, line, calendar)
    return [
        Point(day, expected.get(day), actual if (day < as_of if as_of else day <= on) else None)
        for day, actual in zip(span.dates(), reached, strict=True)
    ]


def _expected(goal: Goal, line: Line | None, calendar: WorkCalendar) -> dict[date, int]:
    """Nothing where there was no target yet on the day."""
    if line is None or line.months is None:
        return {}
    return {day: round(due) for day, due in _curve(goal.plan, line.months, calendar)}


def _curve(plan: Plan, months: Sequence[int], calendar: WorkCalendar) -> list[tuple[date, Fraction]]:
    return expected_curve(periods_of(plan), months, calendar, plan.expected_basis)


def _levels(goal: Goal, node: Node, line: Line | None, *, as_of: date | None, on: date) -> list[Point]:
    """A ratio to date, day by day: all that counts above the line by all that counts below it."""
    span = span_of(goal.plan)
    if is_stock(goal.kpi):
        return []
    by_day = series([node.holder], goal.kpi, span, by="day", on=on, as_of=as_of)[node.holder]
    target = line.given if line else None
    above = below = 0
    points: list[Point] = []
    for day in span.dates():
        found = by_day.get(day)
        above += found.numerator if found else 0
        below += (found.denominator or 0) if found else 0
        is_past = day < as_of if as_of else day <= on
        points.append(Point(day, target, stored_actual(Actual(above, below), goal.kpi) if is_past else None))
    return points


def _alerts_of(actor: Actor, holder: Holder, on: date) -> list[Alert]:
    is_theirs = Q(person=holder.id) if holder.kind == "person" else Q(unit=holder.id)
    return list(inbox(actor, on).filter(is_theirs))
