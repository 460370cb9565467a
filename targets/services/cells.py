"""Numbers by hand: one or many at once, held, released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from kpis.values import Holder
from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import Conflict, DomainError, NotFound
from salestargets.kernel.messages import N_, Message
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services import versions
from targets.amounts import from_stored
from targets.choices import ChangeKind, Respread
from targets.models import Goal, Target
from targets.selectors.sheets import NOTHING, Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.numbers import (
    Because,
    Part,
    check_amount,
    check_may_set,
    lock_goal,
    spread_like,
    write_numbers,
)
from targets.services.respreading import respread

UNCHECKED = object()


@dataclass(frozen=True, slots=True)
class Edit:
    """A holder's new number: for months of the plan, named by their first days, or for the span (none).

    Several months share the amount in the shape they have. `was`: what stood there when it was read;
    another number there now refuses the edit. Where it is not told, whatever is there is written over.
    """

    holder: Holder | None
    months: Sequence[date]
    amount: int
    was: int | object | None = UNCHECKED
    #: What whoever asks calls the place, to tell them of it.
    column: str = ""


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A holder's number for months of the plan, named by their first days, or for the span (none)."""

    holder: Holder
    months: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """An edit of a number that somebody else has changed, and what it is now."""

    edit: Edit
    node: Node
    now: int | None


class StaleEdits(Conflict):
    """Nothing was written: some numbers are no longer what they were when they were read."""

    def __init__(self, stale: Sequence[Stale], errors: Mapping[str, list[str]]) -> None:
        super().__init__(
            N_("Someone else changed this in the meantime. Look at the new values and try again."),
            code="stale",
            errors=errors,
        )
        self.stale = stale


@transaction.atomic
def edit_numbers(
    actor: Actor,
    *,
    goal: Goal,
    edits: Sequence[Edit],
    rule: str = Respread.STAY,
    group: str = "",
    expected_version: int | None = None,
    reason: str = "",
    effective_on: date | None = None,
    kind: ChangeKind | None = None,
    at: datetime,
) -> set[Node]:
    """All of the edits, or none. A span's number is spread over its months in their shape, but for those
    that are held; a month's moves the span's. Tells whose numbers were touched.

    Those above stay: what this leaves unallocated, or assigns too much, is shown there. Whether those below
    or beside stay too says the rule.
    """
    sheet = sheet_of(lock_goal(goal, expected_version=expected_version), group=group)
    kind = kind or (ChangeKind.PASTE if len(edits) > 1 else ChangeKind.EDIT)
    return _apply(Because(actor, at, reason, effective_on), kind, sheet, edits, rule)


@transaction.atomic
def set_target(
    actor: Actor,
    *,
    goal: Goal,
    holder: Holder | None,
    month: date | None = None,
    amount: int,
    expected_version: int | None,
    group: str = "",
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> Target:
    """One number by hand. `expected_version` is that of the holder's row as it was read, 0 where there was
    none; without it, whatever is there.
    """
    sheet = sheet_of(lock_goal(goal), group=group)
    node = sheet.tree.find(holder)
    edit = Edit(holder, [month] if month else [], amount)
    _check(sheet, edit)
    check_may_set(actor, sheet, node, at=at)
    check_version(sheet, node, expected_version)
    _apply(Because(actor, at, reason, effective_on), ChangeKind.EDIT, sheet, [edit])
    return Target.objects.get(goal=goal, unit=node.unit_id, person=node.person_id, group=group)


@transaction.atomic
def hold(
    actor: Actor,
    *,
    goal: Goal,
    cells: Sequence[HeldCell],
    is_held: bool = True,
    group: str = "",
    expected_version: int | None = None,
    at: datetime,
) -> set[Node]:
    """Keep numbers (or some of their months) while the rest is split or spread anew; or let them go again.

    All in one change. `expected_version` is that of the one number as it was read.
    """
    sheet = sheet_of(lock_goal(goal), group=group)
    nodes = [sheet.tree.find(cell.holder) for cell in cells]
    check_may_set(actor, sheet, *nodes, at=at)
    if any(sheet.given(node) is None for node in nodes):
        raise NotFound(N_("They have no number yet."), code="not_found", field="holder")
    held: dict[Node, bool] = {}
    held_months: dict[Node, frozenset[int]] = {}
    for node, cell in zip(nodes, cells, strict=True):
        check_version(sheet, node, expected_version)
        if cell.months:
            positions = frozenset(position_of(sheet, month) for month in cell.months)
            before = held_months.get(node, sheet.held_months(node))
            held_months[node] = before | positions if is_held else before - positions
        else:
            held[node] = is_held
    part = Part(sheet, held=held, held_months=held_months)
    # Not a word about numbers: nobody has to say why.
    write_numbers(Because(actor, at), ChangeKind.HOLD, part)
    return set(nodes)


def _apply(
    because: Because, kind: ChangeKind, sheet: Sheet, edits: Sequence[Edit], rule: str = Respread.STAY
) -> set[Node]:
    nodes = [sheet.tree.find(edit.holder) for edit in edits]
    for edit in edits:
        _check(sheet, edit)
    check_may_set(because.actor, sheet, *nodes, at=because.at)
    _check_fresh(because, sheet, nodes, edits)
    numbers = respread(sheet, _edited(sheet, nodes, edits), rule)
    if rule != Respread.STAY:
        because = replace(because, details={"rule": rule})
    write_numbers(because, kind, Part(sheet, numbers))
    return set(numbers)


def _check(sheet: Sheet, edit: Edit) -> None:
    check_amount(edit.amount)
    for month in edit.months:
        position_of(sheet, month)


def _check_fresh(because: Because, sheet: Sheet, nodes: Sequence[Node], edits: Sequence[Edit]) -> None:
    now = [_now(sheet, node, edit.months) for node, edit in zip(nodes, edits, strict=True)]
    stale = {
        n: Stale(edit, node, found)
        for n, (node, edit, found) in enumerate(zip(nodes, edits, now, strict=True))
        if edit.was not in (UNCHECKED, found)
    }
    if stale:
        errors = {f"edits.{n}": [_told(because, sheet, one)] for n, one in stale.items()}
        raise StaleEdits([*stale.values()], errors)


def _told(because: Because, sheet: Sheet, stale: Stale) -> str:
    amount = from_stored(stale.now, sheet.goal.kpi, because.actor.organisation.currency)
    message = Message(
        N_("“{name}” has {amount} now."),
        {"name": sheet.tree.name(stale.node), "amount": "—" if amount is None else amount},
    )
    return message.render(gettext)


def _edited(sheet: Sheet, nodes: Sequence[Node], edits: Sequence[Edit]) -> dict[Node, Spread]:
    """In the order of the edits: a later one of the same holder builds on the earlier."""
    numbers: dict[Node, Spread] = {}
    for node, edit in zip(nodes, edits, strict=True):
        if edit.months:
            numbers[node] = _with_months(sheet, node, numbers.get(node), edit)
        else:
            numbers[node] = spread_like(sheet, node, edit.amount)
    return numbers


def _with_months(sheet: Sheet, node: Node, before: Spread | None, edit: Edit) -> Spread:
    months = list((before and before.months) or sheet.by_month(node))
    positions = [position_of(sheet, month) for month in edit.months]
    shape = [months[n] for n in positions]
    shared = apportion(edit.amount, shape if any(shape) else [1] * len(shape))
    for n, part in zip(positions, shared, strict=True):
        months[n] = part
    return Spread(check_amount(sum(months)), tuple(months))


def _now(sheet: Sheet, node: Node, months: Sequence[date]) -> int | None:
    if not months or sheet.given(node) is None:
        return sheet.given(node)
    by_month = sheet.by_month(node)
    return sum(by_month[position_of(sheet, month)] for month in months)


def position_of(sheet: Sheet, month: date) -> int:
    if month not in sheet.months:
        raise DomainError(
            N_("Enter the first day of one of the plan's months."), code="not_a_month", field="month"
        )
    return sheet.months.index(month)


def check_version(sheet: Sheet, node: Node, expected_version: int | None) -> None:
    cell = sheet.cells.get(node, NOTHING)
    if expected_version == 0 and cell.amount is not None:
        raise Conflict(N_("They have a number already. Change that one."), code="exists", field="holder")
    if expected_version != 0:
        versions.check_version(cell.version, expected_version)
