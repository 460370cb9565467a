"""Where holders stand: their actual against their target, now or on any day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from kpis.selectors import actuals_of_each
from kpis.values import Holder
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.rational import ratio, rounded, whole_ratio
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Organisation
from targets.amounts import is_level, stored_actual
from targets.choices import IN_FORCE, Against, Status
from targets.domain.progress import PLACES, Gauge, Rounded, Rules, Thresholds, Timeline, timeline
from targets.models import Goal, Plan, Progress, Target, TargetVersion
from targets.selectors.in_force import is_to_come, read_on, spreads_on
from targets.selectors.periods import periods_of, span_of
from targets.selectors.trees import Node

#: The columns of progress in the order of a `Standing`.
_KEPT = (
    *("target__unit_id", "target__person_id", "target_id", "amount", "actual"),
    *("expected", "expected_calendar", "expected_working_day"),
    *("attainment", "pace", "forecast", "status", "computed_on", "computed_at"),
)
Kept = tuple[Any, ...]
#: What a line is made of.
_GIVEN = (
    *("goal_id", "unit_id", "person_id", "id"),
    *("given", "months", "agreed", "agreed_months", "effective_on"),
)
_LAST_PLACE = Decimal(1).scaleb(-PLACES)
MANY = 100
STATUS = {status.value: status for status in Status}


class Line(NamedTuple):
    """A holder's target for the span and its months (a level has none), or that there is no target."""

    node: Node
    target_id: int | None = None
    given: int | None = None
    months: Sequence[int] | None = None


class Standing(NamedTuple):
    """A holder's target and how it stands. None: undefined, or no target; never to be shown as 0.

    As a row of progress has it, so that a thousand are read at once; `days_left`: working days, None of a
    level, to which nothing is added day by day.
    """

    unit_id: int
    person_id: int | None
    target_id: int | None
    target: int | None
    actual: int | None
    expected: int | None
    expected_calendar: int | None
    expected_working_day: int | None
    attainment: Decimal | None
    pace: Decimal | None
    forecast: int | None
    kept_status: str
    as_of: date
    computed_at: datetime
    days_left: int | None = None

    @property
    def node(self) -> Node:
        return Node(self.unit_id, self.person_id)

    @property
    def status(self) -> Status:
        return STATUS[self.kept_status]

    @property
    def required_rate(self) -> int | None:
        """To be won on each working day that is left."""
        if self.gap is None or self.days_left is None:
            return None
        return whole_ratio(max(self.gap, 0), self.days_left)

    @property
    def gap(self) -> int | None:
        """Above zero: still to win."""
        return None if self.target is None or self.actual is None else self.target - self.actual

    @property
    def due(self) -> Decimal | None:
        """The share of the target that is expected by now."""
        return rounded(ratio(self.expected, self.target), PLACES)

    @property
    def above(self) -> int | None:
        """What was won beyond the target."""
        return None if self.gap is None else max(-self.gap, 0)

    @property
    def pace_gap(self) -> int | None:
        return None if self.expected is None or self.actual is None else self.expected - self.actual


def standings(
    goal: Goal,
    nodes: Collection[Node],
    organisation: Organisation,
    calendar: WorkCalendar,
    *,
    as_of: date | None,
    against: str = Against.CURRENT,
    at: datetime,
) -> dict[Node, Standing]:
    """Every node's standing at the start of `as_of`; without it as it is now, with today's records.

    The calendar is the organisation's, for the span of the plan at least.

    What the worker keeps up is read, the rest is worked out: holders without a target, drafts, other days.
    """
    clock = clock_of(goal.plan, as_of or organisation.today(at), calendar)
    is_read = is_kept(goal, as_of=as_of, against=against)
    found = _kept(goal, nodes, clock) if is_read else {}
    missing = [node for node in nodes if node not in found]
    if missing:
        day = as_of or organisation.today(at)
        found_lines = () if is_read else lines_on(goal, missing, day, against=against)
        lines = {line.node: line for line in found_lines}
        values = values_of(goal, missing, on=organisation.today(at), as_of=as_of)
        asked = [lines.get(node, Line(node)) for node in missing]
        found |= {one.node: one for one in measured(goal, asked, values, clock, organisation, at)}
    return found


def is_kept(goal: Goal, *, as_of: date | None, against: str = Against.CURRENT) -> bool:
    """Whether the worker keeps how a goal's holders stand."""
    return as_of is None and goal.plan.state in IN_FORCE and against == Against.CURRENT


def clock_of(plan: Plan, day: date, calendar: WorkCalendar) -> Timeline:
    """How much of a plan, and of each of its periods, has passed before a day."""
    return timeline(span_of(plan), day, calendar, periods_of(plan))


def measured(
    goal: Goal,
    lines: Iterable[Line],
    values: Mapping[Node, int | None],
    clock: Timeline,
    organisation: Organisation,
    at: datetime,
) -> list[Standing]:
    """The maths, for each line."""
    asked = list(lines)
    gauge = Gauge(clock, rules_of(goal, organisation), goal.baseline)
    actuals = [values[line.node] for line in asked]
    found = gauge.kept(
        [(line.given, actual, line.months) for line, actual in zip(asked, actuals, strict=True)]
    )
    shared = (clock.as_of, at, days_left(goal, clock))
    return [
        _standing(line, actual, kept, *shared)
        for line, actual, kept in zip(asked, actuals, found, strict=True)
    ]


def rules_of(goal: Goal, organisation: Organisation) -> Rules:
    levels = Thresholds(organisation.ahead_level, organisation.on_track_level, organisation.behind_level)
    return Rules(
        basis=goal.plan.expected_basis,
        direction=goal.kpi.direction,
        is_level=is_level(goal.kpi),
        thresholds=levels,
    )


def values_of(
    goal: Goal, nodes: Collection[Node], *, on: date, as_of: date | None = None
) -> dict[Node, int | None]:
    """What the records of the plan's span say of each in their place, as stored; None: a ratio of nothing."""
    return values_in(goal.plan, [goal], nodes, on=on, as_of=as_of)[goal.pk]


def values_in(
    plan: Plan, goals: Sequence[Goal], nodes: Iterable[Node], *, on: date, as_of: date | None = None
) -> dict[int, dict[Node, int | None]]:
    """The same by each of the plan's goals, in one reading."""
    holders = {node: node.holder for node in nodes}
    kpis = [goal.kpi for goal in goals]
    found = actuals_of_each(kpis, holders.values(), span_of(plan), on=on, as_of=as_of)
    return {
        goal.pk: {node: stored_actual(of_goal[holder], goal.kpi) for node, holder in holders.items()}
        for goal, of_goal in zip(goals, found, strict=True)
    }


def lines_of(
    goals: Collection[Goal], day: date, holders: Collection[Holder] | None = None
) -> dict[int, list[Line]]:
    """Goal → the targets of its holders (or of these) that hold on a day; of a draft, as they are.

    One query, and another where numbers are yet to come.
    """
    rows = Target.objects.filter(_of(holders, ""), goal__in=goals, group="").values_list(*_GIVEN)
    plans = {goal.pk: goal.plan for goal in goals}
    lines: dict[int, list[Line]] = defaultdict(list)
    waiting: dict[int, tuple[int, Node]] = {}
    for goal_id, unit_id, person_id, target_id, given, months, agreed, agreed_months, since in rows:
        node = Node(unit_id, person_id)
        amount, by_month = (given, months) if agreed is None else (agreed, agreed_months)
        if since is not None and is_to_come(plans[goal_id], since, day):
            waiting[target_id] = goal_id, node
        elif amount is not None:
            lines[goal_id].append(Line(node, target_id, amount, by_month))
    days = {target_id: read_on(plans[goal_id], day) for target_id, (goal_id, _node) in waiting.items()}
    for target_id, now in spreads_on(days).items():
        goal_id, node = waiting[target_id]
        lines[goal_id].append(Line(node, target_id, now.amount, now.months))
    return dict(lines)


def lines_on(goal: Goal, nodes: Collection[Node], day: date, *, against: str = Against.CURRENT) -> list[Line]:
    """The targets in force on a day, or the first there were; a plan in the making has its present ones."""
    holders = [node.holder for node in nodes]
    if against == Against.CURRENT or goal.plan.state not in IN_FORCE:
        return lines_of([goal], day, holders).get(goal.pk, [])
    first = TargetVersion.objects.filter(
        _of(holders, "target__"), target__goal=goal, target__group="", number=1
    ).values_list("target__unit_id", "target__person_id", "target_id", "amount", "months")
    return [
        Line(Node(unit_id, person_id), target_id, amount, months)
        for unit_id, person_id, target_id, amount, months in first
    ]


def _of(holders: Collection[Holder] | None, prefix: str) -> Q:
    if holders is None:
        return Q()
    units = [holder.id for holder in holders if holder.kind == "unit"]
    people = [holder.id for holder in holders if holder.kind == "person"]
    is_unit = Q(**{f"{prefix}person": None, f"{prefix}unit__in": units})
    return is_unit | Q(**{f"{prefix}person__in": people})


def standings_of(targets: Iterable[Target]) -> list[Standing]:
    """What the worker keeps up of these numbers, for all products. One query."""
    return [Standing(*row) for row in _kept_of(tuple(target.pk for target in targets))]


def days_left(goal: Goal, clock: Timeline) -> int | None:
    return None if is_level(goal.kpi) else clock.working_days_left


def _kept(goal: Goal, nodes: Collection[Node], clock: Timeline) -> dict[Node, Standing]:
    """Of many, all of the goal are read: the names of a thousand holders take longer than their rows."""
    wanted, left = set(nodes), days_left(goal, clock)
    rows = _kept_at(goal.pk, *_ids(nodes)) if len(nodes) < MANY else _kept_in(goal.pk)
    found = (Standing._make((*row, left)) for row in rows)
    return {node: standing for standing in found if (node := standing.node) in wanted}


def _ids(nodes: Iterable[Node]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of units, and of people."""
    units = tuple(node.unit_id for node in nodes if node.is_unit)
    return units, tuple(node.person_id for node in nodes if node.person_id is not None)


@compiled_once
def _kept_of(targets: tuple[int, ...]) -> QuerySet[Progress, Kept]:
    return Progress.objects.filter(target__in=targets, target__group="").values_list(*_KEPT)


@compiled_once
def _kept_in(goal: int) -> QuerySet[Progress, Kept]:
    return Progress.objects.filter(target__goal=goal, target__group="").values_list(*_KEPT)


@compiled_once
def _kept_at(goal: int, units: tuple[int, ...], people: tuple[int, ...]) -> QuerySet[Progress, Kept]:
    theirs = Q(target__person=None, target__unit__in=units) | Q(target__person__in=people)
    return Progress.objects.filter(theirs, target__goal=goal, target__group="").values_list(*_KEPT)


def _standing(
    line: Line, actual: int | None, kept: Rounded, as_of: date, at: datetime, left: int | None
) -> Standing:
    node, target_id, given, _months = line
    expected, by_calendar, by_working_day, attainment, pace, forecast, status = kept
    return Standing(
        node.unit_id,
        node.person_id,
        target_id,
        given,
        actual,
        expected,
        by_calendar,
        by_working_day,
        None if attainment is None else attainment * _LAST_PLACE,
        None if pace is None else pace * _LAST_PLACE,
        forecast,
        status.value,
        as_of,
        at,
        left,
    )
