"""Where one holder stands: their goals, the way so far and the way expected, and what warns of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import accumulate
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, When

from kpis.selectors import nothing, series
from kpis.takes import is_stock
from kpis.values import Holder
from pipeline.deciding import State, state_of_open_deals
from salestargets.alerts.models import Alert
from salestargets.alerts.selectors import open_about
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from targets.amounts import is_level, stored_actual
from targets.choices import IN_FORCE, Against
from targets.domain.curves import expected_curve
from targets.domain.progress import Timeline
from targets.models import Goal, Plan, Target
from targets.selectors.figures import (
    Line,
    Standing,
    clock_of,
    days_left,
    lines_on,
    standings,
    standings_of,
)
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
    """A holder's numbers in force: those that run on the day first, of a mover's where they are then."""

    holder: Holder
    name: str
    targets: Sequence[Target]

    def running(self, day: date) -> list[Target]:
        return [target for target in self.targets if _runs_on(target.goal, day)]

    def chosen(self, goal_id: int | None) -> Target:
        return next((target for target in self.targets if target.goal_id == goal_id), self.targets[0])


@dataclass(frozen=True)
class News:
    """What changes by itself: the progress of a holder's targets, their alerts, their open deals."""

    progress: Mapping[int, Standing]
    alerts: Sequence[Alert]
    deals: State


@dataclass(frozen=True)
class Today:
    """One number of a holder. `beside`: their others of the day; `elsewhen`: those of other times."""

    target: Target
    standing: Standing
    clock: Timeline
    upcoming: Upcoming | None
    beside: Sequence[tuple[Target, Standing]]
    elsewhen: Sequence[Target]

    @property
    def goal(self) -> Goal:
        goal: Goal = self.target.goal
        return goal

    @property
    def in_several_places(self) -> bool:
        """Whether the holder moved: they have a number of this goal elsewhere too."""
        others = [*(target for target, _standing in self.beside), *self.elsewhen]
        return any(other.goal_id == self.target.goal_id for other in others)


def held_by(actor: Actor, *, holder: Holder | None, day: date, on: date) -> Held | None:
    """The numbers of a holder, by default of whom the actor answers for: themselves, else their units.

    None where they hold none in force. Whether a named holder is in sight is asked before. One query, and
    another for who moved.
    """
    targets = _where_they_are(_numbers_of(actor, holder, day, on), day)
    if not targets:
        return None
    first = targets[0]
    whose = holder or node_of(first).holder.whole
    own = [target for target in targets if node_of(target).holder.whole == whose.whole]
    name = first.person.name if first.person else first.unit.name
    return Held(whose, name, own)


def news_of(held: Held, *, on: date) -> News:
    """A few index reads, to be asked every few seconds."""
    kept = standings_of(held.targets)
    return News(
        progress={standing.target_id: standing for standing in kept if standing.target_id},
        alerts=open_about(held.holder.kind, held.holder.id),
        deals=state_of_open_deals(held.holder, on),
    )


def mark_of(held: Held, news: News, *, on: date) -> str:
    """Changes whenever the page of these numbers would."""
    seen: list[Any] = [
        on,
        [(target.pk, target.version) for target in held.targets],
        sorted((key, kept.computed_at, kept.actual) for key, kept in news.progress.items()),
        [(alert.pk, alert.changed_at, alert.acknowledged_at) for alert in news.alerts],
        news.deals,
    ]
    return sha256(repr(seen).encode()).hexdigest()[:16]


def today_of(
    actor: Actor,
    held: Held,
    news: News,
    *,
    goal_id: int | None,
    as_of: date | None,
    against: str = Against.CURRENT,
    at: datetime,
) -> Today:
    """How one of the numbers stands, and those beside it, at the start of `as_of`, or now.

    Now, one query for any number of goals: the others are in the news.
    """
    day = as_of or actor.organisation.today(at)
    target = held.chosen(goal_id)
    shown = [target, *(other for other in held.running(day) if other != target)]
    calendar = calendar_for([other.goal for other in shown], actor.organisation)
    is_now = as_of is None and against == Against.CURRENT

    def standing(target: Target) -> Standing:
        kept = news.progress.get(target.pk) if is_now else None
        if kept is not None:
            clock = clock_of(target.goal.plan, day, calendar)
            return kept._replace(days_left=days_left(target.goal, clock))
        return _standing(actor, target, calendar, as_of=as_of, against=against, at=at)

    return Today(
        target=target,
        standing=standing(target),
        clock=clock_of(target.goal.plan, day, calendar),
        upcoming=upcoming_of(target, day),
        beside=[(other, standing(other)) for other in shown[1:]],
        elsewhen=[other for other in held.targets if other not in shown],
    )


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


def _where_they_are(targets: list[Target], day: date) -> list[Target]:
    """The same order, but that of a mover's numbers that of where they are on the day comes first."""
    times = Counter((target.goal_id, target.person_id) for target in targets if target.person_id)
    movers = {person_id for (_goal_id, person_id), count in times.items() if count > 1}
    if not movers:
        return targets
    members = Assignment.objects.filter(current_on(day), person__in=movers, role=AssignmentRole.MEMBER)
    there = set(members.values_list("person_id", "unit_id"))

    def in_order(target: Target) -> tuple[bool, bool, int, int, bool]:
        plan = target.goal.plan
        is_elsewhere = (target.person_id, target.unit_id) not in there
        later = -plan.starts_on.toordinal()
        return (
            target.person_id is None,
            not _runs_on(target.goal, day),
            later,
            target.goal.kpi.position,
            is_elsewhere,
        )

    return sorted(targets, key=in_order)


def _numbers_of(actor: Actor, holder: Holder | None, day: date, on: date) -> list[Target]:
    if holder is not None and holder.kind == "person":
        return _at_a_place(day, holder.id, holder.unit_id) if holder.unit_id else _of_person(day, holder.id)
    if holder is not None:
        return _of_unit(day, holder.id)
    if actor.person_id is None:
        return _of_the_top(day) if actor.sees_everything else []
    if actor.role == Role.REP:
        return _of_person(day, actor.person_id)
    return (_of_head if actor.sees_everything else _of_manager)(day, actor.person_id, on)


@compiled_once
def _of_person(day: date, person: int) -> QuerySet[Target]:
    return _in_force(day).filter(person=person)[:MOST_GOALS]


@compiled_once
def _at_a_place(day: date, person: int, unit: int) -> QuerySet[Target]:
    return _in_force(day).filter(person=person, unit=unit)[:MOST_GOALS]


@compiled_once
def _of_unit(day: date, unit: int) -> QuerySet[Target]:
    return _in_force(day).filter(person=None, unit=unit)[:MOST_GOALS]


@compiled_once
def _of_the_top(day: date) -> QuerySet[Target]:
    return _in_force(day).filter(_AT_THE_TOP)[:MOST_GOALS]


@compiled_once
def _of_manager(day: date, person: int, on: date) -> QuerySet[Target]:
    return _in_force(day).filter(_led_by(person, on))[:MOST_GOALS]


@compiled_once
def _of_head(day: date, person: int, on: date) -> QuerySet[Target]:
    return _in_force(day).filter(_led_by(person, on) | _AT_THE_TOP)[:MOST_GOALS]


_AT_THE_TOP = Q(person=None, unit=F("goal__plan__root_unit"))


def _led_by(person: int, on: date) -> Q:
    """Their own, and of the units that they manage."""
    led = Assignment.objects.filter(current_on(on), person=person, role=AssignmentRole.MANAGER)
    return Q(person=person) | Q(person=None, unit__in=led.values("unit"))


def node_of(target: Target) -> Node:
    return Node(target.unit_id, target.person_id)


def _standing(
    actor: Actor, target: Target, calendar: WorkCalendar, *, as_of: date | None, against: str, at: datetime
) -> Standing:
    node, organisation = node_of(target), actor.organisation
    found = standings(target.goal, [node], organisation, calendar, as_of=as_of, against=against, at=at)
    return found[node]


def line_of(goal: Goal, node: Node, day: date, *, against: str = Against.CURRENT) -> Line:
    """The number that a day is held against, with its months."""
    lines = lines_on(goal, [node], day, against=against)
    return next((line for line in lines if line.node == node), Line(node))


def curve_of(goal: Goal, line: Line, calendar: WorkCalendar, *, as_of: date | None, on: date) -> list[Point]:
    """The days of the plan's span: what was expected of a holder by each, and what they reached."""
    if is_level(goal.kpi):
        return _levels(goal, line, as_of=as_of, on=on)
    span = span_of(goal.plan)
    holder = line.node.holder
    by_day = series([holder], goal.kpi, span, by="day", on=on, as_of=as_of)[holder]
    reached = accumulate(by_day[day].numerator if day in by_day else 0 for day in span.dates())
    expected = _expected(goal, line, calendar)
    return [
        Point(day, expected.get(day), actual if (day < as_of if as_of else day <= on) else None)
        for day, actual in zip(span.dates(), reached, strict=True)
    ]


def _expected(goal: Goal, line: Line, calendar: WorkCalendar) -> dict[date, int]:
    """Nothing where there was no target yet on the day."""
    if line.months is None:
        return {}
    return {day: round(due) for day, due in _curve(goal.plan, line.months, calendar)}


def _curve(plan: Plan, months: Sequence[int], calendar: WorkCalendar) -> list[tuple[date, Fraction]]:
    return expected_curve(periods_of(plan), months, calendar, plan.expected_basis)


def _levels(goal: Goal, line: Line, *, as_of: date | None, on: date) -> list[Point]:
    """A ratio to date, day by day: all that counts above the line by all that counts below it."""
    span = span_of(goal.plan)
    if is_stock(goal.kpi):
        return []
    holder = line.node.holder
    by_day = series([holder], goal.kpi, span, by="day", on=on, as_of=as_of)[holder]
    target = line.given
    reached = nothing(goal.kpi)
    points: list[Point] = []
    for day in span.dates():
        reached += by_day.get(day, nothing(goal.kpi))
        is_past = day < as_of if as_of else day <= on
        points.append(Point(day, target, stored_actual(reached, goal.kpi) if is_past else None))
    return points
