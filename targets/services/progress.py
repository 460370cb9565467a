"""Progress is kept up set-wise: when cells change, when numbers change, and when a day turns."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from kpis.registry import ChangedCells
from kpis.values import Holder
from salestargets.kernel.arrays import array
from salestargets.tenancy.context import current_organisation_id
from salestargets.tenancy.models import Organisation
from targets.choices import PlanState
from targets.domain.progress import Timeline
from targets.models import Goal, Plan, Progress
from targets.selectors.figures import Line, Standing, clock_of, lines_of, measured, values_in
from targets.selectors.periods import calendar_for
from targets.selectors.trees import Node
from targets.services.pace_rule import warn

#: Whose work is to move an organisation's progress into a new day.
QUEUE = "day"


def follow_cells(changed: ChangedCells, at: datetime) -> None:
    """Whose cells changed has new progress, in the transaction that changed them."""
    first, last = min(changed.months), max(changed.months)
    units = {Holder("unit", unit_id) for unit_id in changed.unit_ids}
    people = {Holder("person", person_id) for person_id in changed.person_ids}
    _lock()
    goals = running_goals().filter(plan__starts_on__lte=last, plan__ends_on__gt=first)
    _refresh(list(goals), at, units | people)


def refresh_progress(
    *, at: datetime, goals: Sequence[Goal] | None = None, holders: Collection[Holder] | None = None
) -> None:
    """Work out anew how these goals' holders stand: all of them, and all goals that run, where not said."""
    _lock()
    _refresh(list(running_goals()) if goals is None else goals, at, holders)


def is_of_yesterday(organisation: Organisation, *, at: datetime) -> bool:
    """Whether a day has begun, by the organisation's clock, that its progress does not know of."""
    old = Progress.objects.filter(computed_on__lt=organisation.today(at))
    return old.filter(target__goal__plan__state=PlanState.PUBLISHED).exists()


def running_goals() -> QuerySet[Goal]:
    return Goal.objects.filter(plan__state=PlanState.PUBLISHED).select_related("plan", "kpi").order_by("id")


def _lock() -> None:
    """One at a time in an organisation: else changes of cells and of targets could miss each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('targets.progress', %s))",
            [current_organisation_id()],
        )


def _refresh(goals: Sequence[Goal], at: datetime, holders: Collection[Holder] | None) -> None:
    if not goals:
        return
    organisation = Organisation.objects.get(pk=current_organisation_id())
    lines = lines_of(goals, organisation.today(at), holders)
    if not lines:
        return
    touched = [goal for goal in goals if goal.pk in lines]
    clocks = _clocks(touched, organisation, at)
    values = _values(touched, lines, organisation.today(at))
    found = {
        goal: measured(goal, lines[goal.pk], values[goal.pk], clock, organisation, at)
        for goal, clock in clocks.items()
    }
    _store([standing for standings in found.values() for standing in standings])
    warn(found, clocks, currency=organisation.currency, at=at)


def _clocks(goals: Sequence[Goal], organisation: Organisation, at: datetime) -> dict[Goal, Timeline]:
    calendar, today = calendar_for(goals, organisation), organisation.today(at)
    of_plans = {plan: clock_of(plan, today, calendar) for plan in {goal.plan for goal in goals}}
    return {goal: of_plans[goal.plan] for goal in goals}


def _values(
    goals: Sequence[Goal], lines: Mapping[int, Sequence[Line]], today: date
) -> dict[int, Mapping[Node, int | None]]:
    """One read of the cells for a plan, whatever the number of its goals and of their holders."""
    of_plans: dict[Plan, list[Goal]] = defaultdict(list)
    for goal in goals:
        of_plans[goal.plan].append(goal)
    found: dict[int, Mapping[Node, int | None]] = {}
    for plan, its_goals in of_plans.items():
        nodes = dict.fromkeys(line.node for goal in its_goals for line in lines[goal.pk])
        found |= values_in(plan, its_goals, nodes, on=today)
    return found


#: Column → its type, in the order of the statement.
_COLUMNS = {
    "target_id": "bigint",
    "amount": "bigint",
    "actual": "bigint",
    "expected": "bigint",
    "expected_calendar": "bigint",
    "expected_working_day": "bigint",
    "attainment": "numeric",
    "pace": "numeric",
    "forecast": "bigint",
    "status": "text",
}
#: Where a standing has them.
_FIELDS = [{"amount": "target", "status": "kept_status"}.get(name, name) for name in _COLUMNS]


def _store(standings: Sequence[Standing]) -> None:
    in_order = sorted(standings, key=attrgetter("target_id"))
    columns = zip(*map(attrgetter(*_FIELDS), in_order), strict=True)
    values: dict[str, Any] = {
        name: array(_texts(column) if type_ == "numeric" else column)
        for (name, type_), column in zip(_COLUMNS.items(), columns, strict=True)
    }
    shared: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "day": in_order[0].as_of,
        "at": in_order[0].computed_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, {**values, **shared})


def _texts(numbers: Sequence[Decimal | None]) -> list[str | None]:
    return [None if number is None else str(number) for number in numbers]


# ruff: noqa: S608  The pieces are the columns above.
_STORE = f"""
MERGE INTO targets_progress AS kept
USING (
    SELECT %(organisation)s AS organisation_id, %(day)s AS computed_on, %(at)s AS computed_at, fresh.*
    FROM unnest({", ".join(f"%({name})s::{type_}[]" for name, type_ in _COLUMNS.items())})
         AS fresh ({", ".join(_COLUMNS)})
) AS fresh
ON kept.organisation_id = fresh.organisation_id AND kept.target_id = fresh.target_id
WHEN MATCHED AND (kept.computed_on, {", ".join(f"kept.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM (fresh.computed_on, {", ".join(f"fresh.{name}" for name in _COLUMNS)})
THEN UPDATE SET computed_on = fresh.computed_on, computed_at = fresh.computed_at,
    {", ".join(f"{name} = fresh.{name}" for name in _COLUMNS if name != "target_id")}
WHEN NOT MATCHED THEN INSERT (organisation_id, computed_on, computed_at, {", ".join(_COLUMNS)})
VALUES (fresh.organisation_id, fresh.computed_on, fresh.computed_at,
    {", ".join(f"fresh.{name}" for name in _COLUMNS)})
"""
