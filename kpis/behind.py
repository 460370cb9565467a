"""A number opened: the records of one of its parts, with the names of whom they are about. They sum to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kpis.amounts import units_in_one
from kpis.choices import Manual
from kpis.domain.formulas import Window, base_measure
from kpis.models import Kpi
from kpis.recipes import WINDOWS
from kpis.registry import MEASURES, names_of
from kpis.selectors import Position, Row, Total, records_behind, rows_behind
from kpis.takes import Part, measures_of
from kpis.values import Holder, shown
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import strict_date, strict_id
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import get_person, get_unit

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Opened:
    """A part of a KPI of a holder, who is known to be in sight."""

    kpi: Kpi
    holder: Holder
    period: Period
    on: date
    as_of: date | None = None
    part: Part = "numerator"

    @property
    def unit(self) -> str:
        """What its records are counted in, which need not be what the KPI is counted in."""
        return self.kpi.unit if self._is_entered else unit_of(self.kpi, self.part)

    def amount(self, value: int | None, currency: str) -> Decimal | None:
        """As it is read. A level that is entered is kept in its smallest units."""
        if value is None or not self._is_entered:
            return shown(value, self.unit, currency=currency)
        one = Fraction(value, units_in_one(self.unit))
        return shown(one, self.unit, currency=currency, decimals=self.kpi.decimals)

    @property
    def _is_entered(self) -> bool:
        return self.kpi.manual == Manual.LEVEL


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


def unit_of(kpi: Kpi, part: Part) -> str:
    """The unit of the measures above or below the line; nothing where there are none."""
    measures = measures_of(kpi, part)
    return MEASURES[measures[0]].unit if measures else ""


def holder_name(actor: Actor, holder: Holder, on: date) -> str:
    """The holder's name, if they are in sight."""
    get = get_unit if holder.kind == "unit" else get_person
    return get(actor, holder.id, on).name


def page_behind(opened: Opened, *, after: str = "", limit: int) -> Records:
    found = records_behind(
        opened.holder,
        opened.kpi,
        opened.period,
        on=opened.on,
        as_of=opened.as_of,
        part=opened.part,
        after=_position(after),
        limit=limit,
    )
    return Records(_named(found.rows), found.total, _text(found.next))


def every_record(opened: Opened) -> Iterator[Record]:
    after: Position | None = None
    while True:
        rows, after = rows_behind(
            opened.holder,
            opened.kpi,
            opened.period,
            on=opened.on,
            as_of=opened.as_of,
            part=opened.part,
            after=after,
            limit=ROWS_AT_ONCE,
        )
        yield from _named(rows)
        if after is None:
            return


def measure_of(row: Row) -> str:
    """What the record was counted as, and over which days if not those that are asked for."""
    measure, _at, window = row.measure.partition("@")
    label = str(MEASURES[base_measure(measure)].label)
    return f"{label} ({WINDOWS[Window(window)]})" if window else label


def _named(rows: Sequence[Row]) -> list[Record]:
    people = dict(Person.objects.filter(pk__in={row.person_id for row in rows}).values_list("id", "name"))
    customers = _customers(row.customer_id for row in rows)
    return [
        Record(row, people.get(row.person_id, ""), customers.get(row.customer_id or 0, "")) for row in rows
    ]


def _customers(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {key: name for key, _external_id, name in names_of("customers", wanted)} if wanted else {}


def _text(position: Position | None) -> str:
    if position is None:
        return ""
    return ".".join(str(part) for part in position)


def _position(text: str) -> Position | None:
    if not text:
        return None
    try:
        day, line, person_id, measure, kind = text.split(".")
        person = 0 if person_id == "0" else strict_id(person_id)
        return Position(strict_date(day), strict_id(line), person, measure, kind)
    except (ValueError, DomainError) as error:
        raise NotFound(N_("There is no such page."), code="not_found") from error
