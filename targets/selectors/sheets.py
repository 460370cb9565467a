"""All numbers of a goal: tree × months, and at each node what is left to give or was given too much."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from salestargets.kernel.rational import Fraction, ratio
from salestargets.tenancy.compiled import compiled_once
from targets.amounts import is_level
from targets.domain.splitting import Balance, balance
from targets.models import Goal, Target
from targets.selectors.trees import Node, PlanTree, plan_tree


class Spread(NamedTuple):
    """An amount and its months, which sum to it; a level has no months."""

    amount: int
    months: tuple[int, ...] | None


class Cell(NamedTuple):
    """A holder's number. What was agreed counts, until then what was given; None: no number yet.

    `computed`: what the last split gave. `held_months` are positions. `effective_on`: the day from which it
    holds; None: from the plan's first.
    """

    target_id: int
    given: int | None
    given_months: tuple[int, ...] | None
    agreed: int | None
    agreed_months: tuple[int, ...] | None
    version: int
    is_held: bool
    held_months: frozenset[int]
    split_id: int | None
    computed: int | None
    change_id: int
    effective_on: date | None = None

    @property
    def amount(self) -> int | None:
        return self.given if self.agreed is None else self.agreed

    @property
    def months(self) -> tuple[int, ...] | None:
        return self.given_months if self.agreed is None else self.agreed_months

    @property
    def is_override(self) -> bool:
        return self.computed is not None and self.amount != self.computed


@dataclass(frozen=True)
class Sheet:
    """The numbers of one product group (“”: all products)."""

    goal: Goal
    tree: PlanTree
    cells: Mapping[Node, Cell]
    group: str = ""

    @cached_property
    def months(self) -> tuple[date, ...]:
        """First days of the plan's periods; none for a level."""
        return () if is_level(self.goal.kpi) else tuple(self.goal.plan.period_starts)

    def given(self, node: Node, month: date | None = None) -> int | None:
        """The newest number; None where there is none yet, which is not zero."""
        cell = self.cells.get(node)
        if cell is None or cell.amount is None:
            return None
        return cell.amount if month is None else (cell.months or ())[self.months.index(month)]

    def by_month(self, node: Node) -> list[int]:
        cell = self.cells.get(node)
        return list(cell.months) if cell and cell.months is not None else [0] * len(self.months)

    def is_held(self, node: Node) -> bool:
        cell = self.cells.get(node)
        return cell is not None and cell.is_held

    def held_months(self, node: Node) -> frozenset[int]:
        cell = self.cells.get(node)
        return cell.held_months if cell else frozenset()

    def balance(self, node: Node, month: date | None = None) -> Balance:
        """`parent + over-assigned = Σ children + unallocated`, in any month and over the span."""
        if is_level(self.goal.kpi):
            return Balance(0, 0)
        given = self.given(node, month) or 0
        return balance(given, (self.given(child, month) or 0 for child in self.tree.below(node)))

    @cached_property
    def of_people(self) -> Mapping[Node, int]:
        """Unit → the numbers of all people below it together; nobody with a number: not in it."""
        own = {node: cell.amount for node, cell in self.cells.items() if not node.is_unit}
        return self.tree.summed({node: amount for node, amount in own.items() if amount is not None})

    def over_assignment(self, unit: Node) -> Fraction | None:
        """What people below a unit carry together, of the unit's own number; 1 is all of it, to the unit."""
        if not unit.is_unit or is_level(self.goal.kpi):
            return None
        return ratio(self.of_people.get(unit), self.given(unit))


def sheet_of(goal: Goal, tree: PlanTree | None = None, *, group: str = "") -> Sheet:
    """Three queries for any size; plan and KPI are expected with the goal."""
    return sheets_of(goal, [group], tree)[group]


def sheets_of(
    goal: Goal,
    groups: Collection[str],
    tree: PlanTree | None = None,
    *,
    within: Collection[int] | None = None,
) -> dict[str, Sheet]:
    """A sheet for each of these product groups, in as many queries as one; `within`: only of these units."""
    cells: dict[str, dict[Node, Cell]] = {group: {} for group in groups}
    units = None if within is None else tuple(within)
    rows = _cells(goal.pk, tuple(groups)) if units is None else _cells_of(goal.pk, tuple(groups), units)
    for group, unit_id, person_id, *columns in rows:
        cells[group][Node(unit_id, person_id)] = _cell(*columns)
    tree = tree or plan_tree(goal.plan)
    return {group: Sheet(goal, tree.with_strays(found), found, group) for group, found in cells.items()}


@compiled_once
def _cells(goal: int, groups: tuple[str, ...]) -> QuerySet[Target, tuple[Any, ...]]:
    return Target.objects.filter(goal=goal, group__in=groups).values_list(*_COLUMNS)


@compiled_once
def _cells_of(
    goal: int, groups: tuple[str, ...], units: tuple[int, ...]
) -> QuerySet[Target, tuple[Any, ...]]:
    rows = Target.objects.filter(goal=goal, group__in=groups, unit_id__in=units)
    return rows.values_list(*_COLUMNS)


_COLUMNS = (
    "group",
    "unit_id",
    "person_id",
    "id",
    "given",
    "months",
    "agreed",
    "agreed_months",
    "version",
    "is_held",
    "held_months",
    "split_id",
    "computed",
    "change_id",
    "effective_on",
)


def _cell(
    target_id: int,
    given: int | None,
    months: list[int] | None,
    agreed: int | None,
    agreed_months: list[int] | None,
    version: int,
    is_held: bool,
    held_months: list[int],
    *rest: Any,
) -> Cell:
    return Cell(
        target_id,
        given,
        None if months is None else tuple(months),
        agreed,
        None if agreed_months is None else tuple(agreed_months),
        version,
        is_held,
        frozenset(held_months) if held_months else _NONE_HELD,
        *rest,
    )


_NONE_HELD: frozenset[int] = frozenset()

#: A holder who has nothing yet.
NOTHING = Cell(0, None, None, None, None, 0, False, frozenset(), None, None, 0)
