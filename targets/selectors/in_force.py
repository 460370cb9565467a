"""Which number holds on a day: the newest that is effective by then. One that holds later is yet to come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from salestargets.tenancy.context import current_organisation_id
from targets.models import Plan, Target
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread
from targets.selectors.trees import Node


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The newest number, from the day on which it will hold, and the one that holds now; None: none yet."""

    effective_on: date
    amount: int | None
    now: int | None


def read_on(plan: Plan, day: date) -> date:
    """Before a plan begins, it reads as on its first day."""
    starts_on: date = plan.starts_on
    return max(day, starts_on)


def is_to_come(plan: Plan, effective_on: date | None, day: date) -> bool:
    """Whether a number does not hold yet on the day."""
    return effective_on is not None and effective_on > read_on(plan, day)


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
    now = _now(sheet, waiting, day)
    return {
        node: _upcoming(cell.effective_on, cell.amount, now.get(cell.target_id))
        for node, cell in waiting.items()
        if cell.effective_on
    }


def upcoming_of(target: Target, day: date) -> Upcoming | None:
    """The same of one number; None where it holds already. One query, where it does not."""
    since = target.effective_on
    if since is None or not is_to_come(target.goal.plan, since, day):
        return None
    amount = target.given if target.agreed is None else target.agreed
    now = spreads_on({target.pk: read_on(target.goal.plan, day)})
    return _upcoming(since, amount, now.get(target.pk))


def _upcoming(effective_on: date, amount: int | None, now: Spread | None) -> Upcoming:
    return Upcoming(effective_on, amount, now.amount if now else None)


def _waiting(sheet: Sheet, day: date) -> Mapping[Node, Cell]:
    plan = sheet.goal.plan
    return {node: cell for node, cell in sheet.cells.items() if is_to_come(plan, cell.effective_on, day)}


def _now(sheet: Sheet, waiting: Mapping[Node, Cell], day: date) -> dict[int, Spread]:
    begun = read_on(sheet.goal.plan, day)
    return spreads_on({cell.target_id: begun for cell in waiting.values()})


def _as_of(cell: Cell, now: Spread | None) -> Cell:
    amount, months = now or (NOTHING.given, NOTHING.given_months)
    return cell._replace(given=amount, given_months=months, agreed=None, agreed_months=None)
