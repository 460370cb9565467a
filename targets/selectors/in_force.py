"""Which number holds on a day: the newest that is effective by then. One that holds later is yet to come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from targets.models import Plan, Target, TargetVersion
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread
from targets.selectors.trees import Node


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The newest number, from the day on which it will hold, and the one that holds now; None: none yet."""

    effective_on: date
    amount: int | None
    now: int | None


def is_to_come(plan: Plan, effective_on: date | None, day: date) -> bool:
    """Whether a number does not hold yet on the day. Before a plan begins, it reads as on its first day."""
    return effective_on is not None and effective_on > max(day, plan.starts_on)


def in_force(versions: QuerySet[TargetVersion], day: date) -> QuerySet[TargetVersion]:
    """Of each target the version that holds on the day."""
    begun = Greatest(Value(day), F("target__goal__plan__starts_on"))
    return versions.filter(effective_on__lte=begun).order_by("target_id", "-number").distinct("target_id")


def spreads_on(target_ids: Collection[int], day: date) -> dict[int, Spread]:
    """What holds on the day of targets whose newest numbers are yet to come; no query for none."""
    if not target_ids:
        return {}
    rows = in_force(TargetVersion.objects.filter(target__in=target_ids), day)
    return {
        target_id: Spread(amount, None if months is None else tuple(months))
        for target_id, amount, months in rows.values_list("target_id", "amount", "months")
    }


def sheet_on(sheet: Sheet, day: date) -> Sheet:
    """The sheet with the numbers that hold on the day, for those of it that are yet to come."""
    waiting = _waiting(sheet, day)
    now = spreads_on([cell.target_id for cell in waiting.values()], day)
    cells = {node: _as_of(cell, now.get(cell.target_id)) for node, cell in waiting.items()}
    return replace(sheet, cells={**sheet.cells, **cells}) if cells else sheet


def upcoming_in(sheet: Sheet, day: date) -> dict[Node, Upcoming]:
    """Whose number in the sheet does not hold yet. One query, where there is any."""
    waiting = _waiting(sheet, day)
    now = spreads_on([cell.target_id for cell in waiting.values()], day)
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
    return _upcoming(since, amount, spreads_on([target.pk], day).get(target.pk))


def _upcoming(effective_on: date, amount: int | None, now: Spread | None) -> Upcoming:
    return Upcoming(effective_on, amount, now.amount if now else None)


def _waiting(sheet: Sheet, day: date) -> Mapping[Node, Cell]:
    plan = sheet.goal.plan
    return {node: cell for node, cell in sheet.cells.items() if is_to_come(plan, cell.effective_on, day)}


def _as_of(cell: Cell, now: Spread | None) -> Cell:
    amount, months = now or (NOTHING.given, NOTHING.given_months)
    return cell._replace(given=amount, given_months=months, agreed=None, agreed_months=None)
