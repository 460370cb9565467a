"""How answers speak of plans: holders, amounts, months."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, TypeVar

from rest_framework.request import Request

from kpis.values import Holder
from salestargets.api.inputs import (
    DATE,
    HOLDER,
    ID,
    PLACED_HOLDER,
    Field,
    HolderInput,
    Reader,
    decimal,
    text,
    whole,
)
from salestargets.api.pagination import Page, next_page, read_cursor
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.kernel.rational import rounded
from salestargets.tenancy.access import Actor
from targets.amounts import from_stored
from targets.choices import IN_FORCE, WEIGHED_BY_AMOUNT, SplitMethod
from targets.domain.difficulty import Difficulty
from targets.models import Goal
from targets.selectors.in_force import Upcoming
from targets.selectors.rows import Place, SheetCell, SheetRow
from targets.selectors.trees import Label, Node

R = TypeVar("R")

AMOUNT: Reader[Decimal] = decimal(max_digits=20, decimal_places=4)
GOAL = Field("goal", ID, "The id of a goal of the plan.")
HOLDER_FIELD = Field(
    "holder",
    PLACED_HOLDER,
    "unit:<id>, person:<id>@<unit>, or root: the plan's unit; person:<id> for who has one place in the plan.",
)
REASON = Field("reason", text(300, min_length=0), "Required once the plan is published.").otherwise("")
EFFECTIVE_ON = Field("effective_on", DATE, "The day from which it holds; today if left out.").optional()
GROUP = Field("group", text(100, min_length=0), "A product group of the goal; all if left out.").otherwise("")
_PLACE: Sequence[Reader[Any]] = (whole(0, 10**9),)


class HolderRow(TypedDict):
    holder: str
    id: int
    external_id: str
    name: str


class PlaceRow(HolderRow):
    depth: int
    parent: str | None
    has_children: bool
    joined_on: date | None
    left_on: date | None
    is_stray: bool


class CellRow(TypedDict):
    """A month's number; `unallocated` and `over_assigned` compare it with those right below."""

    month: date | None
    amount: Decimal | None
    is_held: bool
    unallocated: Decimal
    over_assigned: Decimal


class UpcomingRow(TypedDict):
    """A number that does not hold yet, and the day from which it will."""

    amount: Decimal
    effective_on: date


class InForceRow(TypedDict):
    in_force: Decimal | None
    upcoming: list[UpcomingRow]


class TargetRow(InForceRow, PlaceRow):
    """`amount` is the newest: what was agreed, until then what was given. `computed` is what a split gave.

    `in_force`: what holds today, `amount` but where that is `upcoming`; null in a plan that is being made.
    `over_assignment`: all people below a unit together, over its own number; null where nobody has one.
    `proposed`: a unit's is the sum of those below it (of who has not answered, what they were given), or its
    manager's own; null while nobody has.
    """

    amount: Decimal | None
    given: Decimal | None
    proposed: Decimal | None
    agreed: Decimal | None
    computed: Decimal | None
    unallocated: Decimal
    over_assigned: Decimal
    over_assignment: Decimal | None
    target: int | None
    version: int | None
    is_held: bool
    is_writable: bool
    months: list[CellRow]


class DifficultyRow(TypedDict):
    """Of the last `of` periods of the plan's length, `reached` were at the number or above.

    Below three periods the word is unknown.
    """

    word: str
    reached: int
    of: int
    median: Decimal | None
    best: Decimal | None


class HeldRow(TargetRow):
    """`difficulty` is where the number stands in the holder's own past; null without a number."""

    difficulty: DifficultyRow | None


def holder(sent: HolderInput | None) -> Holder | None:
    """None stands for the plan's unit."""
    return (
        None
        if sent is None or sent.id is None
        else Holder("unit" if sent.kind == "unit" else "person", sent.id, sent.unit_id)
    )


def _named(reader: Reader[HolderInput]) -> Reader[Holder]:
    """Not the root: by its id."""

    def read(value: object) -> Holder:
        found = holder(reader.read(value))
        if found is None:
            raise DomainError(N_("Name a unit or a person here."), code="invalid_holder")
        return found

    pattern = str(reader.schema["pattern"]).replace("|root", "")
    return Reader(read, {**reader.schema, "pattern": pattern, "example": "person:12"})


NAMED_HOLDER, NAMED_PLACE = _named(HOLDER), _named(PLACED_HOLDER)


def holder_row(node: Node, label: Label) -> HolderRow:
    return {
        "holder": str(node),
        "id": node.holder.id,
        "external_id": label.external_id,
        "name": label.name,
    }


def place_row(place: Place) -> PlaceRow:
    return {
        **holder_row(place.node, place.label),
        "depth": place.depth,
        "parent": str(place.parent) if place.parent else None,
        "has_children": place.has_children,
        "joined_on": place.label.joined_on,
        "left_on": place.label.left_on,
        "is_stray": place.label.is_stray,
    }


class Amounts:
    """Writes the numbers of one goal."""

    def __init__(self, goal: Goal, actor: Actor) -> None:
        self.kpi, self.currency = goal.kpi, actor.organisation.currency
        self.is_in_force = goal.plan.state in IN_FORCE

    def __call__(self, stored: int | None) -> Decimal | None:
        return from_stored(stored, self.kpi, self.currency)

    def sure(self, stored: int) -> Decimal:
        return from_stored(stored, self.kpi, self.currency) or Decimal(0)

    def weight(self, weight: Decimal | None, method: str) -> Decimal | None:
        """A weight that is itself an amount, of the goal or of money, as one."""
        if weight is None or method not in WEIGHED_BY_AMOUNT:
            return weight
        if method == SplitMethod.POTENTIAL:
            return from_minor(int(weight), self.currency)
        return self(int(weight))

    def cell(self, found: SheetCell) -> CellRow:
        return {
            "month": found.month,
            "amount": self(found.amount),
            "is_held": found.is_held,
            "unallocated": self.sure(found.balance.unallocated),
            "over_assigned": self.sure(found.balance.over_assigned),
        }

    def difficulty(self, found: Difficulty | None) -> DifficultyRow | None:
        if found is None:
            return None
        return {
            "word": found.word.value,
            "reached": found.reached,
            "of": found.of,
            "median": self(None if found.median is None else round(found.median)),
            "best": self(found.best),
        }

    def in_force(self, amount: int | None, upcoming: Upcoming | None) -> InForceRow:
        if upcoming is None:
            return {"in_force": self(amount) if self.is_in_force else None, "upcoming": []}
        coming: list[UpcomingRow] = [
            {"amount": self.sure(each.amount), "effective_on": each.effective_on} for each in upcoming.numbers
        ]
        return {"in_force": self(upcoming.now), "upcoming": coming}

    def row(self, row: SheetRow, month: date | None, proposed: int | None) -> TargetRow:
        cell = row.cell
        return {
            **place_row(row.place),
            "amount": self(row.total.amount),
            **self.in_force(row.total.amount, row.upcoming),
            "given": self(cell.given if cell else None),
            "proposed": self(proposed),
            "agreed": self(cell.agreed if cell else None),
            "computed": self(cell.computed if cell else None),
            "unallocated": self.sure(row.total.balance.unallocated),
            "over_assigned": self.sure(row.total.balance.over_assigned),
            "over_assignment": rounded(row.over_assignment, 6),
            "target": cell.target_id if cell else None,
            "version": cell.version if cell else None,
            "is_held": row.total.is_held,
            "is_writable": row.is_writable,
            "months": [self.cell(each) for each in row.months if month in (None, each.month)],
        }


def part_of(rows: Sequence[R], request: Request, *, limit: int, cursor: str | None) -> Page[R]:
    """A page of a table that is worked out as a whole."""
    [start] = read_cursor(cursor, _PLACE) if cursor else [0]
    more = [start + limit] if start + limit < len(rows) else None
    return {"results": list(rows[start : start + limit]), "next": next_page(request, more)}
