"""Where holders stand: their actual against their target, now or on any day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from kpis.selectors import actuals
from kpis.values import Holder
from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import ratio, rounded
from salestargets.tenancy.models import Organisation
from targets.choices import PlanState, Status
from targets.domain.progress import Rules, Thresholds, Timeline, progress, timeline
from targets.models import Goal, Progress, Target, TargetVersion
from targets.selectors.sheets import span_of
from targets.selectors.trees import Node

#: Decimals kept of attainment and pace.
PLACES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A holder's target for the span and its months, or that there is none."""

    node: Node
    target_id: int | None = None
    given: int | None = None
    months: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A holder's target and how it stands. None: undefined, or no target; never to be shown as 0."""

    node: Node
    target_id: int | None
    target: int | None
    actual: int
    expected: int | None
    expected_calendar: int | None
    expected_working_day: int | None
    attainment: Decimal | None
    pace: Decimal | None
    forecast: int | None
    required_rate: int | None
    status: Status
    as_of: date
    computed_at: datetime

    @property
    def gap(self) -> int | None:
        """Above zero: still to win."""
        return None if self.target is None else self.target - self.actual

    @property
    def due(self) -> Decimal | None:
        """The share of the target that is expected by now."""
        return rounded(ratio(self.expected, self.target), PLACES)

    @property
    def above(self) -> int | None:
        """What was won beyond the target."""
        return None if self.target is None else max(self.actual - self.target, 0)

    @property
    def pace_gap(self) -> int | None:
        return None if self.expected is None else self.expected - self.actual


def standings(
    goal: Goal,
    nodes: Collection[Node],
    organisation: Organisation,
    calendar: WorkCalendar,
    *,
    as_of: date | None,
    at: datetime,
) -> dict[Node, Standing]:
    """Every node's standing at the start of `as_of`; without it as it is now, with today's records.

    The calendar is the organisation's, for the span of the plan at least.

    What the worker keeps up is read, the rest is worked out: holders without a target, drafts, other days.
    """
    span = span_of(goal.plan)
    clock = timeline(span, as_of or organisation.today(at), calendar)
    is_kept = as_of is None and goal.plan.state != PlanState.DRAFT
    found = _kept(goal, nodes, clock) if is_kept else {}
    missing = [node for node in nodes if node not in found]
    if missing:
        lines = {} if is_kept else {line.node: line for line in lines_on(goal, missing, as_of)}
        values = values_of(goal, missing, span, on=organisation.today(at), as_of=as_of)
        asked = [lines.get(node, Line(node)) for node in missing]
        found |= {one.node: one for one in measured(goal, asked, values, clock, organisation, at)}
    return found


def measured(
    goal: Goal,
    lines: Iterable[Line],
    values: Mapping[Node, int],
    clock: Timeline,
    organisation: Organisation,
    at: datetime,
) -> list[Standing]:
    """The maths, for each line; a missing value is 0: nothing was recorded."""
    rules = rules_of(goal, organisation)
    return [_measured(line, values.get(line.node, 0), clock, rules, at) for line in lines]


def rules_of(goal: Goal, organisation: Organisation) -> Rules:
    levels = Thresholds(organisation.ahead_level, organisation.on_track_level, organisation.behind_level)
    return Rules(basis=goal.plan.expected_basis, direction=goal.kpi.direction, thresholds=levels)


def values_of(
    goal: Goal, nodes: Collection[Node], span: Period, *, on: date, as_of: date | None = None
) -> dict[Node, int]:
    """What the records of a span say of the goal's KPI."""
    found = actuals([node.holder for node in nodes], goal.kpi, span, on=on, as_of=as_of)
    return {node: found[node.holder].numerator for node in nodes}


def lines_of(goals: Collection[Goal], holders: Collection[Holder] | None = None) -> dict[int, list[Line]]:
    """Goal → the targets of its holders (or of these) as they are. One query."""
    rows = Target.objects.filter(_of(holders, ""), goal__in=goals).order_by("month")
    return _lines(rows.values_list("goal_id", "unit_id", "person_id", "month", "id", "given"))


def lines_on(goal: Goal, nodes: Collection[Node], day: date | None) -> list[Line]:
    """The targets in force on a day; a draft has only its present ones."""
    holders = [node.holder for node in nodes]
    if day is None or goal.plan.state == PlanState.DRAFT:
        return lines_of([goal], holders).get(goal.pk, [])
    rows = TargetVersion.objects.filter(
        _of(holders, "target__"), target__goal=goal, effective_on__lte=max(day, goal.plan.starts_on)
    ).order_by("target_id", "-number")
    latest = rows.distinct("target_id").values_list(
        "target__goal_id", "target__unit_id", "target__person_id", "target__month", "target_id", "given"
    )
    return _lines(sorted(latest, key=lambda row: row[3] or date.max)).get(goal.pk, [])


def _of(holders: Collection[Holder] | None, prefix: str) -> Q:
    if holders is None:
        return Q()
    units = [holder.id for holder in holders if holder.kind == "unit"]
    people = [holder.id for holder in holders if holder.kind == "person"]
    is_unit = Q(**{f"{prefix}person": None, f"{prefix}unit__in": units})
    return is_unit | Q(**{f"{prefix}person__in": people})


def _lines(rows: Iterable[tuple[int, int, int | None, date | None, int, int]]) -> dict[int, list[Line]]:
    spans: dict[tuple[int, Node], tuple[int, int]] = {}
    months: dict[tuple[int, Node], list[int]] = {}
    for goal_id, unit_id, person_id, month, target_id, given in rows:
        place = goal_id, Node(unit_id, person_id)
        if month is None:
            spans[place] = target_id, given
        else:
            months.setdefault(place, []).append(given)
    lines: dict[int, list[Line]] = {}
    for (goal_id, node), (target_id, given) in spans.items():
        lines.setdefault(goal_id, []).append(Line(node, target_id, given, tuple(months[goal_id, node])))
    return lines


def _kept(goal: Goal, nodes: Collection[Node], clock: Timeline) -> dict[Node, Standing]:
    holders = [node.holder for node in nodes]
    rows = Progress.objects.filter(_of(holders, "target__"), target__goal=goal).select_related("target")
    found = {Node(row.target.unit_id, row.target.person_id): row for row in rows}
    return {node: _as_kept(node, found[node], clock) for node in nodes if node in found}


def _as_kept(node: Node, row: Progress, clock: Timeline) -> Standing:
    return Standing(
        node=node,
        target_id=row.target_id,
        target=row.target.given,
        actual=row.actual,
        expected=row.expected,
        expected_calendar=row.expected_calendar,
        expected_working_day=row.expected_working_day,
        attainment=row.attainment,
        pace=row.pace,
        forecast=row.forecast,
        required_rate=_whole(ratio(max(row.target.given - row.actual, 0), clock.working_days_left)),
        status=Status(row.status),
        as_of=row.computed_on,
        computed_at=row.computed_at,
    )


def _measured(line: Line, value: int, clock: Timeline, rules: Rules, at: datetime) -> Standing:
    found = progress(line.given, value, clock, rules, months=line.months)
    forms = found.expectations
    return Standing(
        node=line.node,
        target_id=line.target_id,
        target=line.given,
        actual=value,
        expected=_whole(found.expected),
        expected_calendar=_whole(forms.calendar if forms else None),
        expected_working_day=_whole(forms.working_day if forms else None),
        attainment=rounded(found.attainment, PLACES),
        pace=rounded(found.pace, PLACES),
        forecast=_whole(found.forecast),
        required_rate=_whole(found.required_rate),
        status=Status(found.status),
        as_of=clock.as_of,
        computed_at=at,
    )


def _whole(value: Fraction | None) -> int | None:
    """Half to even, to the cent or the piece."""
    return None if value is None else round(value)
