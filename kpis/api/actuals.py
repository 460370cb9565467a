import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from kpis import selectors
from kpis.choices import By, KpiUnit, Part
from kpis.closings import Change, closed
from kpis.domain.formulas import base_measure
from kpis.models import Kpi
from kpis.registry import MEASURES, names_of
from kpis.selectors import (
    Bucket,
    Position,
    Row,
    actual,
    get_holder,
    get_kpi,
    records_behind,
    series,
)
from kpis.takes import Part as PartName
from kpis.takes import measures_of
from kpis.values import Actual, Holder, shown
from salestargets.api.inputs import DATE, ID, PLACED_HOLDER, Field, Reader, choice, text, whole
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, next_page, read_cursor
from salestargets.api.rows import Reference
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.money import from_minor
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person, Unit


def _read_key(value: object) -> str:
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    raise DomainError(N_("Enter the key of a KPI, as in won_revenue."), code="invalid_key")


_KEY = re.compile(r"[-_a-zA-Z0-9]{1,50}")
KPI = Field(
    "kpi", Reader(_read_key, {"type": "string", "pattern": f"^{_KEY.pattern}$"}), "A KPI, by its key."
)
WHOSE = Field(
    "holder",
    PLACED_HOLDER,
    "unit:<id> with all below it, person:<id>, person:<id>@<unit> for their time in that unit,"
    " or root: the whole organisation.",
)
FROM = Field("from", DATE, "The first day.")
TO = Field("to", DATE, "The day after the last one.")
BY = Field("by", choice(By), "In parts: one result for each month, day, person or product.").optional()
AS_OF = Field("as_of", DATE, "From the records dated before this day; from all if left out.").optional()
PART = Field("part", choice(Part), "Of a ratio: its records above or below the line.").otherwise(
    Part.NUMERATOR
)
_QUESTION = (KPI, WHOSE, FROM, TO, AS_OF)
#: The person is 0 where a row is of a unit itself.
_POSITION: tuple[Reader[Any], ...] = (DATE, ID, whole(0, 2**62), text(100), text(40))
_PLACE: tuple[Reader[Any], ...] = (whole(0, 10**9),)


class HolderRow(TypedDict):
    holder: str
    id: int
    external_id: str
    name: str


class Number(TypedDict):
    """Money in the organisation's currency, rates in percent. A value over nothing is null."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None


class Asked(TypedDict):
    kpi: str
    unit: str
    currency: str | None
    holder: HolderRow
    starts_on: date
    ends_on: date
    as_of: date | None


class Bit(Number):
    """One part: its first day for a month, its day, its person or its product; null: without a product."""

    month: date | None
    day: date | None
    person: Reference | None
    product: Reference | None


class CorrectionRow(TypedDict):
    """What a day's corrections added, and what the value was after them."""

    on: date
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


class ClosedRow(TypedDict):
    """The value as it was when its months closed, and what corrected it since: together the value now."""

    closed_on: date
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    corrections: list[CorrectionRow]


class Actuals(Asked, Number):
    """Without `by` the results are empty. The parts of a sum sum to it.

    `closed`: null unless all months of the period are closed, or where it is asked `as_of` a day.
    """

    closed: ClosedRow | None
    results: list[Bit]
    next: str | None


class RecordRow(TypedDict):
    """A record as far as it is credited to a person; null: to the unit itself.

    `value` null: it counts, but is not priced; below zero: it is subtracted. `measure` says also which year.
    """

    kind: str
    id: int
    external_id: str
    name: str
    person: Reference | None
    measure: str
    day: date | None
    value: Decimal | None
    amount: Decimal | None
    currency: str | None


class Behind(Asked):
    """`total` is what the values of all the records sum to."""

    part: str
    total: Decimal | None
    count: int
    not_priced: int
    results: list[RecordRow]
    next: str | None


class _Question(TenantView):
    """A KPI of a holder over a period."""

    def ask(self) -> tuple[Kpi, Holder, Period, date | None]:
        sent = self.query[WHOSE]
        holder = get_holder(self.actor, sent.kind, sent.id, self.today, unit_id=sent.unit_id)
        return get_kpi(self.query[KPI]), holder, Period(self.query[FROM], self.query[TO]), self.query[AS_OF]

    def asked(self, kpi: Kpi, holder: Holder, period: Period) -> Asked:
        return {
            "kpi": kpi.key,
            "unit": kpi.unit,
            "currency": self.currency if kpi.unit == KpiUnit.MONEY else None,
            "holder": _holder_row(holder),
            "starts_on": period.start,
            "ends_on": period.end,
            "as_of": self.query[AS_OF],
        }

    @property
    def currency(self) -> str:
        return self.actor.organisation.currency


class ActualNumbers(_Question):
    @operation(Scope.READ, query=(*_QUESTION, BY, *PAGE), answers=Actuals)
    def get(self, request: Request) -> Actuals:
        """A KPI of a unit or a person over a period, whole and in parts."""
        kpi, holder, period, as_of = self.ask()
        found = actual(holder, kpi, period, on=self.today, as_of=as_of)
        results, following = self._parts(request, kpi, holder, period, as_of)
        return {
            **self.asked(kpi, holder, period),
            **_number(found, kpi, self.currency),
            "closed": self._closed(kpi, holder, period) if as_of is None else None,
            "results": results,
            "next": following,
        }

    def _closed(self, kpi: Kpi, holder: Holder, period: Period) -> ClosedRow | None:
        found = closed(holder, kpi, period, organisation=self.actor.organisation, on=self.today)
        if found is None:
            return None
        return {
            **_number(found.value, kpi, self.currency),
            "closed_on": found.closed_on,
            "corrections": [self._correction(one, kpi) for one in found.corrections],
        }

    def _correction(self, one: Change, kpi: Kpi) -> CorrectionRow:
        changed, after = (_number(actual, kpi, self.currency) for actual in (one.change, one.after))
        return {**changed, "on": one.on, "value": after["value"]}

    def _parts(
        self, request: Request, kpi: Kpi, holder: Holder, period: Period, as_of: date | None
    ) -> tuple[list[Bit], str | None]:
        by, limit, cursor = self.query[BY], self.query[LIMIT], self.query[CURSOR]
        if by is None:
            return [], None
        asked = cast(selectors.By, by.value)
        parts = series([holder], kpi, period, by=asked, on=self.today, as_of=as_of)[holder]
        first = read_cursor(cursor, _PLACE)[0] if cursor else 0
        page = list(parts.items())[first : first + limit]
        following = next_page(request, [first + limit] if first + limit < len(parts) else None)
        return _bits(page, by, kpi, self.currency), following


class ActualRecords(_Question):
    @operation(Scope.READ, query=(*_QUESTION, PART, *PAGE), answers=Behind)
    def get(self, request: Request) -> Behind:
        """The records behind a KPI, the newest first; their values sum to `total`."""
        kpi, holder, period, as_of = self.ask()
        part, cursor = self.query[PART], self.query[CURSOR]
        found = records_behind(
            holder,
            kpi,
            period,
            on=self.today,
            as_of=as_of,
            part=cast(PartName, part.value),
            after=position_in(cursor) if cursor else None,
            limit=self.query[LIMIT],
        )
        return {
            **self.asked(kpi, holder, period),
            "part": part.value,
            "total": _of_part(found.total.value, kpi, part, self.currency),
            "count": found.total.rows,
            "not_priced": found.total.not_priced,
            "results": record_rows(found.rows, currency=self.currency),
            "next": next_page(request, key_of(found.next)),
        }


def position_in(cursor: str) -> Position:
    return Position(*read_cursor(cursor, _POSITION))


def key_of(position: Position | None) -> list[object] | None:
    """What `position_in` reads back."""
    return None if position is None else [position.day.isoformat(), *position[1:]]


def record_rows(rows: Sequence[Row], *, currency: str) -> list[RecordRow]:
    """Records as the API tells them, with their people by name."""
    people = _references(Person.objects, {row.person_id for row in rows})
    return [_record_row(row, people.get(row.person_id), currency) for row in rows]


def _record_row(row: Row, person: Reference | None, currency: str) -> RecordRow:
    amount = None if row.amount_minor is None else from_minor(row.amount_minor, row.currency or currency)
    return {
        "kind": row.kind,
        "id": row.record_id,
        "external_id": row.external_id,
        "name": row.name,
        "person": person,
        "measure": row.measure,
        "day": row.day,
        "value": shown(row.value, MEASURES[base_measure(row.measure)].unit, currency=currency),
        "amount": amount,
        "currency": row.currency,
    }


def _holder_row(holder: Holder) -> HolderRow:
    model = Unit if holder.kind == "unit" else Person
    [(external_id, name)] = model._default_manager.filter(pk=holder.id).values_list("external_id", "name")
    return {"holder": str(holder), "id": holder.id, "external_id": external_id, "name": name}


def _number(found: Actual, kpi: Kpi, currency: str) -> Number:
    units = (_unit_of(kpi, Part.NUMERATOR), _unit_of(kpi, Part.DENOMINATOR))
    return number_row(found, kpi.unit, units, currency, decimals=kpi.decimals)


def number_row(found: Actual, unit: str, units: tuple[str, str], currency: str, *, decimals: int) -> Number:
    """A value in its unit; above and below the line in the units of the measures there."""
    return {
        "value": shown(found.value, unit, currency=currency, decimals=decimals),
        "numerator": shown(found.numerator, units[0], currency=currency),
        "denominator": shown(found.denominator, units[1], currency=currency),
    }


def _unit_of(kpi: Kpi, part: Part) -> str:
    measures = measures_of(kpi, cast(PartName, part.value))
    return MEASURES[measures[0]].unit if measures else ""


def _of_part(value: int | None, kpi: Kpi, part: Part, currency: str) -> Decimal | None:
    """In the unit of the measures of this part, which need not be the unit of the KPI."""
    unit = _unit_of(kpi, part)
    return shown(value, unit, currency=currency) if unit else None


def _bits(parts: Sequence[tuple[Bucket, Actual]], by: By, kpi: Kpi, currency: str) -> list[Bit]:
    named = _NAMED[by]([bucket for bucket, _actual in parts])
    empty: dict[str, None] = {"month": None, "day": None, "person": None, "product": None}
    return [
        cast(Bit, {**empty, by.value: named.get(bucket), **_number(found, kpi, currency)})
        for bucket, found in parts
    ]


def _references(rows: Any, ids: Iterable[Any]) -> dict[Any, Reference]:
    found = rows.filter(pk__in=list(ids)).values_list("id", "external_id", "name")
    return {row[0]: {"id": row[0], "external_id": row[1], "name": row[2]} for row in found}


def _people(ids: Sequence[Bucket]) -> dict[Any, Any]:
    return _references(Person.objects, ids)


def _products(ids: Sequence[Bucket]) -> dict[Any, Any]:
    wanted = [bucket for bucket in ids if isinstance(bucket, int)]
    rows = names_of("products", wanted)
    return {row[0]: {"id": row[0], "external_id": row[1], "name": row[2]} for row in rows}


def _days(days: Sequence[Bucket]) -> dict[Any, Any]:
    return {day: day for day in days}


_NAMED: Mapping[By, Callable[[Sequence[Bucket]], dict[Any, Any]]] = {
    By.MONTH: _days,
    By.DAY: _days,
    By.PERSON: _people,
    By.PRODUCT: _products,
}
