"""A plan as it read: the numbers in force on a day, as far as they were written down by a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from targets.models import Goal, TargetVersion
from targets.selectors.in_force import read_on
from targets.selectors.sheets import NOTHING, Cell, Sheet
from targets.selectors.trees import Node, plan_tree


@dataclass(frozen=True, slots=True)
class Then:
    """`day`: the numbers in force on it; `known_at`: what was written by that moment. None: until now."""

    day: date | None = None
    known_at: datetime | None = None

    def __bool__(self) -> bool:
        return self.day is not None or self.known_at is not None


def sheet_then(goal: Goal, then: Then, *, group: str = "") -> Sheet:
    """From the versions alone: who had no number then has none, which is not zero. Three queries.

    A plan that is still being made has no versions, and reads as empty.
    """
    cells = _cells(goal, then, group)
    return Sheet(goal, plan_tree(goal.plan).with_strays(cells), cells, group)


def _cells(goal: Goal, then: Then, group: str) -> Mapping[Node, Cell]:
    rows = TargetVersion.objects.filter(target__goal=goal, target__group=group)
    if then.day is not None:
        rows = rows.filter(effective_on__lte=read_on(goal.plan, then.day))
    if then.known_at is not None:
        rows = rows.filter(recorded_at__lte=then.known_at)
    latest = rows.order_by("target_id", "-number").distinct("target_id").select_related("target")
    return {Node(row.target.unit_id, row.target.person_id): _cell(row) for row in latest}


def _cell(row: TargetVersion) -> Cell:
    months = None if row.months is None else tuple(row.months)
    return Cell(
        target_id=row.target_id,
        given=row.amount,
        given_months=months,
        agreed=None,
        agreed_months=None,
        version=row.number,
        is_held=NOTHING.is_held,
        held_months=NOTHING.held_months,
        split_id=row.split_id,
        computed=None,
        change_id=row.change_id,
    )
