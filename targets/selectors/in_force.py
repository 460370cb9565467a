"""Which number holds on a day: the newest that is effective by then. One that holds later is yet to come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol, TypeVar

from django.db import connection

from salestargets.tenancy.context import current_organisation_id
from targets.models import Plan, Target
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread
from targets.selectors.trees import Node


@dataclass(frozen=True, slots=True)
class Coming:
    """A number that will hold from a day on."""

    effective_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The numbers yet to come, the soonest first and the newest last, and the one that holds now, if any."""

    numbers: tuple[Coming, ...]
    now: int | None

    @property
    def newest(self) -> Coming:
        return self.numbers[-1]

    @property
    def before(self) -> tuple[Coming, ...]:
        """Those that hold until the newest does."""
        return self.numbers[:-1]


class Dated(Protocol):
    @property
    def effective_on(self) -> date: ...


D = TypeVar("D", bound=Dated)


def read_on(plan: Plan, day: date) -> date:
    """Before a plan begins, it reads as on its first day."""
    starts_on: date = plan.starts_on
    return max(day, starts_on)


def is_to_come(plan: Plan, effective_on: date | None, day: date) -> bool:
    """Whether a number does not hold yet on the day."""
    return effective_on is not None and effective_on > read_on(plan, day)


def to_come(newest_first: Iterable[D], begun: date) -> list[D]:
    """Those that hold one day, the soonest first; what a newer one has overtaken by its day never does."""
    found: list[D] = []
    for each in newest_first:
        if each.effective_on <= begun:
            break
        if not found or each.effective_on < found[-1].effective_on:
            found.append(each)
    return found[::-1]


def spreads_on(days: Mapping[int, date]) -> dict[int, Spread]:
    """What holds of each of these targets on its day: in one query, or none for none."""
    if not days:
        return {}
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "targets": list(days),
        "days": list(days.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ON_THE_DAY, values)
        return {
            target_id: Spread(amount, None if months is None else tuple(months))
            for target_id, amount, months in cursor.fetchall()
        }


#: Written so that it goes by the index of versions, however little is known of the tables yet.
_ON_THE_DAY = """
SELECT asked.target_id, held.amount, held.months
FROM unnest(%(targets)s::bigint[], %(days)s::date[]) AS asked(target_id, day)
CROSS JOIN LATERAL (
    SELECT v.amount, v.months FROM targets_targetversion v
    WHERE v.organisation_id = %(organisation)s AND v.target_id = asked.target_id
      AND v.effective_on <= asked.day
    ORDER BY v.number DESC LIMIT 1
) held
"""


def sheet_on(sheet: Sheet, day: date) -> Sheet:
    """The sheet with the numbers that hold on the day, for those of it that are yet to come."""
    waiting = _waiting(sheet, day)
    now = _now(sheet, waiting, day)
    cells = {node: _as_of(cell, now.get(cell.target_id)) for node, cell in waiting.items()}
    return replace(sheet, cells={**sheet.cells, **cells}) if cells else sheet


def upcoming_in(sheet: Sheet, day: date) -> dict[Node, Upcoming]:
    """Whose number in the sheet does not hold yet. One query, where there is any."""
    waiting = _waiting(sheet, day)
    found = _upcoming([cell.target_id for cell in waiting.values()], read_on(sheet.goal.plan, day))
    return {node: found[cell.target_id] for node, cell in waiting.items()}


def upcoming_of(target: Target, day: date) -> Upcoming | None:
    """The same of one number; None where it holds already. One query, where it does not."""
    plan = target.goal.plan
    if not is_to_come(plan, target.effective_on, day):
        return None
    return _upcoming([target.pk], read_on(plan, day))[target.pk]


def _upcoming(targets: Sequence[int], begun: date) -> dict[int, Upcoming]:
    """Of targets whose newest number has not begun: in one query, or none for none."""
    if not targets:
        return {}
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "targets": list(targets),
        "day": begun,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, values)
        rows = cursor.fetchall()
    return {
        target_id: _ahead([Coming(*row[1:]) for row in found], begun)
        for target_id, found in groupby(rows, itemgetter(0))
    }


def _ahead(newest_first: Sequence[Coming], begun: date) -> Upcoming:
    last = newest_first[-1]
    return Upcoming(tuple(to_come(newest_first, begun)), last.amount if last.effective_on <= begun else None)


#: What holds on the day, if anything, and all that was written since.
_SINCE = """
SELECT asked.target_id, v.effective_on, v.amount
FROM unnest(%(targets)s::bigint[]) AS asked(target_id)
LEFT JOIN LATERAL (
    SELECT v.number FROM targets_targetversion v
    WHERE v.organisation_id = %(organisation)s AND v.target_id = asked.target_id
      AND v.effective_on <= %(day)s
    ORDER BY v.number DESC LIMIT 1
) held ON TRUE
JOIN targets_targetversion v ON v.organisation_id = %(organisation)s AND v.target_id = asked.target_id
  AND v.number >= COALESCE(held.number, 0)
ORDER BY asked.target_id, v.number DESC
"""


def _waiting(sheet: Sheet, day: date) -> Mapping[Node, Cell]:
    plan = sheet.goal.plan
    return {node: cell for node, cell in sheet.cells.items() if is_to_come(plan, cell.effective_on, day)}


def _now(sheet: Sheet, waiting: Mapping[Node, Cell], day: date) -> dict[int, Spread]:
    begun = read_on(sheet.goal.plan, day)
    return spreads_on({cell.target_id: begun for cell in waiting.values()})


def _as_of(cell: Cell, now: Spread | None) -> Cell:
    amount, months = now or (NOTHING.given, NOTHING.given_months)
    return cell._replace(given=amount, given_months=months, agreed=None, agreed_months=None)
