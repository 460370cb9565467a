"""A number that was set over what a split gave, taken back: what the split gave holds again."""

from datetime import date, datetime

from django.db import transaction

from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from targets.choices import MAKING, ChangeKind
from targets.models import Goal, Target
from targets.selectors.overrides import given_by_split
from targets.selectors.sheets import NOTHING, Cell, Sheet, Spread, sheet_of
from targets.selectors.trees import Node
from targets.services.cells import check_version
from targets.services.numbers import Because, Part, check_may_set, lock_goal, spread_like, write_numbers

#: Kept with the change, to be told in the history.
WITHDRAWN = {"override": "withdrawn"}


@transaction.atomic
def withdraw_override(
    actor: Actor,
    *,
    goal: Goal,
    holder: Holder | None,
    expected_version: int | None = None,
    group: str = "",
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> Target:
    """By whoever may set the number; with the months of the split. Numbers above and below stay."""
    sheet = sheet_of(lock_goal(goal), group=group)
    node = sheet.tree.find(holder)
    check_may_set(actor, sheet, node, at=at)
    check_version(sheet, node, expected_version)
    spread = _given(sheet, node, sheet.cells.get(node, NOTHING))
    because = Because(actor, at, reason, effective_on, details=WITHDRAWN)
    write_numbers(because, ChangeKind.EDIT, Part(sheet, {node: spread}))
    return Target.objects.get(goal=goal, unit=node.unit_id, person=node.person_id, group=group)


def _given(sheet: Sheet, node: Node, cell: Cell) -> Spread:
    if cell.computed is None or not cell.is_override:
        raise DomainError(N_("This number is what the split gave."), code="no_override")
    if cell.agreed is not None and sheet.goal.plan.state in MAKING:
        raise DomainError(
            N_("This number was agreed. Give another one, and it is to be agreed anew."), code="agreed"
        )
    return given_by_split(cell) or spread_like(sheet, node, cell.computed)
