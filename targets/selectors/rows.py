"""A goal as a table: the tree with its numbers, and the tree with its progress, as far as the actor sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kpis.values import Holder
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, Sight, sight_of
from targets.choices import Against
from targets.domain.splitting import Balance
from targets.models import Goal
from targets.selectors.as_of import Then, sheet_then
from targets.selectors.figures import Standing, standings
from targets.selectors.in_force import Upcoming, upcoming_in
from targets.selectors.periods import calendar_for
from targets.selectors.plans import may_set, sees
from targets.selectors.products import are_sums, is_summed
from targets.selectors.sheets import Cell, Sheet, sheet_of
from targets.selectors.trees import Label, Node, PlanTree, plan_tree


class Place(NamedTuple):
    """A holder in the visible part of the tree. The topmost visible ones have depth 0 and no parent."""

    node: Node
    label: Label
    depth: int
    parent: Node | None
    has_children: bool


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A number, and at a unit what of it is not given on, or given twice. None: no number yet."""

    month: date | None
    amount: int | None
    is_held: bool
    balance: Balance


@dataclass(frozen=True, slots=True)
class SheetRow:
    place: Place
    cell: Cell | None
    total: SheetCell
    months: Sequence[SheetCell]
    is_writable: bool
    over_assignment: Fraction | None
    upcoming: Upcoming | None


class Gridline(NamedTuple):
    """A row of the grid, as far as it must be told: what adds up there is added up by the reader."""

    place: Place
    cell: Cell | None
    is_writable: bool
    may_split: bool
    upcoming: Upcoming | None


@dataclass(frozen=True, slots=True)
class ProgressRow:
    place: Place
    standing: Standing


def sheet_rows(
    actor: Actor,
    goal: Goal,
    *,
    on: date,
    holder: Holder | None = None,
    then: Then | None = None,
    group: str = "",
) -> list[SheetRow]:
    """The tree × months, depth first, from a holder down; the same few queries for any size.

    `then`: as it read, which is only to be looked at.
    """
    sheet = sheet_then(goal, then, group=group) if then else sheet_of(goal, group=group)
    sight, is_sum = sight_of(actor, on), are_sums(sheet)
    upcoming = {} if then else upcoming_in(sheet, on)
    return [
        SheetRow(
            place=place,
            cell=sheet.cells.get(place.node),
            total=_cell(sheet, place.node, None),
            months=[_cell(sheet, place.node, month) for month in sheet.months],
            is_writable=not then and may_set(actor, sight, sheet.tree, place.node) and not is_sum(place.node),
            over_assignment=sheet.over_assignment(place.node),
            upcoming=upcoming.get(place.node),
        )
        for place in places(sheet.tree, sight, holder)
    ]


def gridlines(actor: Actor, sheet: Sheet, sight: Sight, *, on: date) -> Iterator[Gridline]:
    """The visible tree, depth first; nothing is added up, so that ten thousand are told at once."""
    has_sums, upcoming, cells, tree = is_summed(sheet), upcoming_in(sheet, on), sheet.cells, sheet.tree
    for place in places(tree, sight):
        node = place.node
        yield Gridline(
            place,
            cells.get(node),
            may_set(actor, sight, tree, node) and not (has_sums and node != tree.root),
            place.has_children and sight.of_unit(node.unit_id) and not has_sums,
            upcoming.get(node),
        )


def progress(
    actor: Actor,
    goal: Goal,
    *,
    holder: Holder | None = None,
    as_of: date | None = None,
    against: str = Against.CURRENT,
    at: datetime,
) -> list[ProgressRow]:
    """Every visible holder's standing, depth first, from a holder down; as of the start of a day, or now."""
    sight = sight_of(actor, actor.organisation.today(at))
    found = places(plan_tree(goal.plan), sight, holder)
    nodes, calendar = [place.node for place in found], calendar_for([goal], actor.organisation)
    by_node = standings(goal, nodes, actor.organisation, calendar, as_of=as_of, against=against, at=at)
    return [ProgressRow(place, by_node[place.node]) for place in found]


def places(
    tree: PlanTree, sight: Sight, holder: Holder | None = None, *, levels: int | None = None
) -> list[Place]:
    """The visible part of the tree, or of the tree below a holder; `levels` below the topmost at most."""
    start = tree.root if holder is None else tree.find(holder)
    if holder is not None and not sees(sight, start):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    return list(_walk(tree, sight, start, levels))


def _walk(tree: PlanTree, sight: Sight, start: Node, levels: int | None) -> Iterator[Place]:
    """Below whom the actor does not see, it begins anew."""
    children, labels, sees_all = tree.children, tree.labels, sight.everything
    waiting: list[tuple[Node, int, Node | None]] = [(start, 0, None)]
    while waiting:
        node, depth, parent = waiting.pop()
        below = children.get(node, ())
        if not sees_all and not sees(sight, node):
            waiting += [(child, 0, None) for child in reversed(below)]
            continue
        if levels is None or depth <= levels:
            yield Place(node, labels[node], depth, parent, bool(below))
        if below:
            waiting += [(child, depth + 1, node) for child in reversed(below)]


def _cell(sheet: Sheet, node: Node, month: date | None) -> SheetCell:
    is_held = sheet.is_held(node) if month is None else sheet.months.index(month) in sheet.held_months(node)
    return SheetCell(month, sheet.given(node, month), is_held, sheet.balance(node, month))
