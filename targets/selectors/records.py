"""A number opened: the records that make it, with the names of whom they are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.selectors import Position, Row, Total, records_behind
from kpis.values import Holder
from pipeline.models import Customer
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import strict_date, strict_id
from salestargets.tenancy.access import Actor
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import get_person, get_unit
from targets.models import Goal
from targets.selectors.periods import span_of

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Record:
    """One record, credited to one person."""

    row: Row
    person: str
    customer: str


@dataclass(frozen=True)
class Records:
    """A page of them, newest first, the total of all, and where the next page begins."""

    rows: Sequence[Record]
    total: Total
    next: str


def holder_name(actor: Actor, holder: Holder, on: date) -> str:
    """The holder's name, if they are in sight."""
    get = get_unit if holder.kind == "unit" else get_person
    return get(actor, holder.id, on).name


def records_of(
    goal: Goal, holder: Holder, *, on: date, as_of: date | None, after: str = "", limit: int
) -> Records:
    """The records of the plan's span behind the actual of a holder, who is known to be in sight."""
    found = records_behind(
        holder, goal.kpi, span_of(goal.plan), on=on, as_of=as_of, after=_position(after), limit=limit
    )
    people = Person.objects.in_bulk({row.person_id for row in found.rows})
    customers = Customer.objects.in_bulk({row.customer_id for row in found.rows} - {None})
    rows = [
        Record(
            row,
            person=people[row.person_id].name if row.person_id else "",
            customer=customers[row.customer_id].name if row.customer_id else "",
        )
        for row in found.rows
    ]
    return Records(rows, found.total, _text(found.next))


def every_record(goal: Goal, holder: Holder, *, on: date, as_of: date | None) -> Iterator[Record]:
    after = ""
    while True:
        found = records_of(goal, holder, on=on, as_of=as_of, after=after, limit=ROWS_AT_ONCE)
        yield from found.rows
        if not found.next:
            return
        after = found.next


def _text(position: Position | None) -> str:
    if position is None:
        return ""
    return f"{position.day}.{position.record_id}.{position.person_id}.{position.measure}"


def _position(text: str) -> Position | None:
    if not text:
        return None
    try:
        day, record_id, person_id, measure = text.split(".")
        # What has no day of its own is kept under the first of 1900.
        when = date(1900, 1, 1) if day == "1900-01-01" else strict_date(day)
        return Position(when, strict_id(record_id), strict_id(person_id) if person_id != "0" else 0, measure)
    except (ValueError, DomainError) as error:
        raise NotFound(N_("There is no such page."), code="not_found") from error
