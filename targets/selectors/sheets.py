"""All numbers of a goal: tree × months, and at each node what is left to give or was given too much."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.selectors import calendar_of
from targets.domain.splitting import Balance, balance
from targets.models import Goal, Plan, Target
from targets.selectors.trees import Node, PlanTree, plan_tree

#: A holder's number for one month, or for the whole span (None).
Place = tuple[Node, date | None]


@dataclass(frozen=True, slots=True)
class Cell:
    target_id: int
    given: int
    version: int
    is_held: bool
    split_id: int | None
    reason: str


@dataclass(frozen=True)
class Sheet:
    goal: Goal
    tree: PlanTree
    cells: Mapping[Place, Cell]

    @cached_property
    def months(self) -> tuple[date, ...]:
        return tuple(month.start for month in span_of(self.goal.plan).months())

    def given(self, node: Node, month: date | None = None) -> int | None:
        """None where nothing was given yet, which is not zero."""
        cell = self.cells.get((node, month))
        return cell.given if cell else None

    def by_month(self, node: Node) -> list[int]:
        return [self.given(node, month) or 0 for month in self.months]

    def is_held(self, node: Node) -> bool:
        cell = self.cells.get((node, None))
        return cell is not None and cell.is_held

    def balance(self, node: Node, month: date | None = None) -> Balance:
        """`parent + over-assigned = Σ children + unallocated`, in any month and over the span."""
        given = self.given(node, month) or 0
        return balance(given, (self.given(child, month) or 0 for child in self.tree.below(node)))


def span_of(plan: Plan) -> Period:
    return Period(plan.starts_on, plan.ends_on)


def calendar_for(goals: Collection[Goal], organisation: Organisation) -> WorkCalendar:
    """The organisation's working days, good for the plans of all these goals. One query."""
    spans = [span_of(goal.plan) for goal in goals]
    whole = Period(min(span.start for span in spans), max(span.end for span in spans))
    return calendar_of(organisation, whole)


def sheet_of(goal: Goal, tree: PlanTree | None = None) -> Sheet:
    """Three queries for any size; the plan is expected with the goal."""
    rows = Target.objects.filter(goal=goal).values_list(
        "unit_id", "person_id", "month", "id", "given", "version", "is_held", "split_id", "reason"
    )
    cells = {(Node(row[0], row[1]), row[2]): Cell(*row[3:]) for row in rows}
    tree = tree or plan_tree(goal.plan)
    return Sheet(goal, tree.with_strays(node for node, month in cells if month is None), cells)
