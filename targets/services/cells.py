"""One number by hand: set, held, released."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from kpis.values import Holder
from salestargets.kernel.errors import Conflict, DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from targets.models import Goal, Target
from targets.selectors.sheets import Place, Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.numbers import (
    Batch,
    Because,
    check_amount,
    check_may_set,
    lock_goal,
    months_like,
    write_numbers,
)


@transaction.atomic
def set_target(
    actor: Actor,
    *,
    goal: Goal,
    holder: Holder | None,
    month: date | None = None,
    amount: int,
    expected_version: int | None,
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> Target:
    """One number by hand. A span's is spread over its months in their shape, a month's moves the span's.

    Those above and below stay: what this leaves unallocated, or assigns too much, is shown there.
    `expected_version` is that of the number read, 0 where there was none; without it, whatever is there.
    """
    check_amount(amount)
    sheet = sheet_of(lock_goal(goal))
    node = sheet.tree.find(holder)
    check_may_set(actor, sheet, node, at=at)
    _check_month(sheet, month)
    _check_version(sheet, (node, month), expected_version)
    numbers = _numbers(sheet, node, month, amount)
    write_numbers(Because(actor, at, reason, effective_on), sheet, Batch(numbers))
    return Target.objects.get(goal=goal, unit=node.unit_id, person=node.person_id, month=month)


@transaction.atomic
def hold(actor: Actor, *, goal: Goal, holder: Holder, at: datetime) -> Target:
    """Keep a number while the rest is split anew."""
    return _set_held(actor, goal, holder, is_held=True, at=at)


@transaction.atomic
def release(actor: Actor, *, goal: Goal, holder: Holder, at: datetime) -> Target:
    """Let a number take part in splits again."""
    return _set_held(actor, goal, holder, is_held=False, at=at)


def _numbers(sheet: Sheet, node: Node, month: date | None, amount: int) -> dict[Place, int]:
    if month is None:
        return {(node, None): amount, **months_like(sheet, node, amount)}
    months = {**dict(zip(sheet.months, sheet.by_month(node), strict=True)), month: amount}
    by_place: dict[Place, int] = {(node, each): given for each, given in months.items()}
    return {**by_place, (node, None): check_amount(sum(months.values()))}


def _check_month(sheet: Sheet, month: date | None) -> None:
    if month is not None and month not in sheet.months:
        raise DomainError(
            N_("Enter the first day of one of the plan's months."), code="not_a_month", field="month"
        )


def _check_version(sheet: Sheet, place: Place, expected_version: int | None) -> None:
    cell = sheet.cells.get(place)
    if expected_version is not None and expected_version != (cell.version if cell else 0):
        raise Conflict(
            N_("Someone else changed this in the meantime. Look at the new values and try again."),
            code="stale",
        )


def _set_held(actor: Actor, goal: Goal, holder: Holder, *, is_held: bool, at: datetime) -> Target:
    sheet = sheet_of(lock_goal(goal))
    node = sheet.tree.find(holder)
    check_may_set(actor, sheet, node, at=at)
    cell = sheet.cells.get((node, None))
    if cell is None:
        raise NotFound(N_("They have no number yet."), code="not_found", field="holder")
    changed = Target.objects.filter(pk=cell.target_id).exclude(is_held=is_held)
    changed.update(is_held=is_held, version=F("version") + 1)
    return Target.objects.get(pk=cell.target_id)
