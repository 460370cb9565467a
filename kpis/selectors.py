"""Reads: the value of a KPI for holders over a period, as a curve, and the records behind it.

Whole months come from the cells, a part of a month from the records. `as_of` a day answers from the records
dated before it; without it everything counts that is recorded in the period. `on` is the organisation's own
today. A stock is read from the records, at the end of the period or, where that is still to come, now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from django.db.models import QuerySet

from kpis import reads, sql
from kpis.models import Kpi
from kpis.registry import FLOWS, MEASURES, STOCKS, Source
from kpis.values import Actual, Holder
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.selectors import get_person, get_unit, root_unit_id

By = Literal["month", "person", "day", "product"]
Part = Literal["numerator", "denominator"]
Bucket = date | int | None
#: (holder, bucket, measure, value)
Sum = tuple[Holder, Bucket, str, int]


class Formula(Protocol):
    """A measure, several added by “+”, or a ratio of two such sums."""

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Position:
    """Where a page of records ended."""

    day: date
    record_id: int
    person_id: int
    measure: str


@dataclass(frozen=True)
class Row:
    """One record, credited to one person. No value: it counts, but is not priced."""

    record_id: int
    person_id: int
    measure: str
    day: date | None
    value: int | None
    about: Mapping[str, Any]
    position: Position


@dataclass(frozen=True)
class Total:
    value: int
    rows: int
    not_priced: int


@dataclass(frozen=True)
class RecordPage:
    rows: Sequence[Row]
    total: Total
    next: Position | None


def all_kpis() -> QuerySet[Kpi]:
    return Kpi.objects.order_by("position", "key")


def get_kpi(key: str) -> Kpi:
    kpi = Kpi.objects.filter(key=key).first()
    if kpi is None:
        raise NotFound(N_("There is no such KPI."), code="not_found", field="kpi")
    return kpi


def get_holder(
    actor: Actor,
    kind: Literal["unit", "person", "root"],
    holder_id: int | None,
    on: date,
    *,
    unit_id: int | None = None,
) -> Holder:
    """The holder, if it is within the actor's sight; of a person, by `unit_id`, their time in that unit."""
    if kind == "person":
        person = get_person(actor, holder_id or 0, on)
        stays = Assignment.objects.filter(person=person, unit=unit_id, role=AssignmentRole.MEMBER)
        if unit_id is not None and not stays.exists():
            raise NotFound(N_("There is no such holder."), code="not_found", field="holder")
        return Holder("person", person.pk, unit_id)
    return Holder("unit", get_unit(actor, root_unit_id(on) if kind == "root" else holder_id or 0, on).pk)


def actual(holder: Holder, kpi: Formula, period: Period, *, on: date, as_of: date | None = None) -> Actual:
    return actuals([holder], kpi, period, on=on, as_of=as_of)[holder]


def actuals(
    holders: Iterable[Holder], kpi: Formula, period: Period, *, on: date, as_of: date | None = None
) -> dict[Holder, Actual]:
    """The KPI of every one of the holders, in a handful of statements for any number of them."""
    wanted = list(holders)
    sums: dict[Holder, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for holder, _bucket, measure, value in _sums(wanted, kpi, period, by=None, on=on, as_of=as_of):
        sums[holder][measure] += value
    return {holder: _actual(kpi, sums[holder]) for holder in wanted}


def series(
    holders: Iterable[Holder],
    kpi: Formula,
    period: Period,
    *,
    by: By,
    on: date,
    as_of: date | None = None,
) -> dict[Holder, dict[Bucket, Actual]]:
    """The KPI by first day of month, day, person id or product id (None: no product), in order.

    The sums add up to those of `actuals`. Where there is nothing there is no bucket.
    """
    wanted = list(holders)
    sums: dict[Holder, dict[Bucket, dict[str, int]]] = {holder: {} for holder in wanted}
    for holder, bucket, measure, value in _sums(wanted, kpi, period, by=by, on=on, as_of=as_of):
        measures = sums[holder].setdefault(bucket, defaultdict(int))
        measures[measure] += value
    return {
        holder: {bucket: _actual(kpi, buckets[bucket]) for bucket in sorted(buckets, key=_order)}
        for holder, buckets in sums.items()
    }


def records_behind(
    holder: Holder,
    kpi: Formula,
    period: Period,
    *,
    on: date,
    as_of: date | None = None,
    part: Part = "numerator",
    after: Position | None = None,
    limit: int = 100,
) -> RecordPage:
    """A page of the records that make a part of the KPI, newest first, and the total of all of them."""
    measures = measures_of(kpi, part)
    span = _span(measures, period, on=on, as_of=as_of)
    if span is None or not measures:
        return RecordPage([], Total(0, 0, 0), None)
    sources = _sources(measures)
    parameters = _parameters([holder], span.period)
    total = Total(*sql.run(reads.record_total(sources, measures, now=span.is_now), **parameters)[0])
    rows = [
        _row(values, sources[0]) for values in _page(sources, measures, span, parameters, after, limit + 1)
    ]
    more = rows[limit - 1].position if len(rows) > limit else None
    return RecordPage(rows[:limit], total, more)


def sums_of_records(
    sources: Sequence[Source],
    holders: Sequence[Holder],
    period: Period,
    *,
    measures: Sequence[str],
    by: str | None = None,
    now: bool = True,
) -> list[Sum]:
    """Sums over records, also of sources that no cell is kept of; `by` a slice of theirs."""
    return _sums_of(reads.record_sums(sources, measures, by=by, now=now), _parameters(holders, period))


def measures_of(kpi: Formula, *parts: Part) -> list[str]:
    """The measures that the parts of a KPI need, each once."""
    texts = [getattr(kpi, part) for part in parts or ("numerator", "denominator")]
    return list(dict.fromkeys(key for text in texts for key in text.split("+") if key))


def is_stock(kpi: Formula) -> bool:
    return any(MEASURES[key].is_stock for key in measures_of(kpi))


@dataclass(frozen=True)
class _Span:
    """The days that count. For a stock: the one day on which it is taken, and whether that is now."""

    period: Period
    is_now: bool = True


def _span(measures: Sequence[str], period: Period, *, on: date, as_of: date | None) -> _Span | None:
    if not any(MEASURES[key].is_stock for key in measures):
        cut = period if as_of is None else period.before(as_of)
        return None if cut is None else _Span(cut)
    tomorrow = on + timedelta(days=1)
    moment = min(period.end, as_of or tomorrow, tomorrow)
    return _Span(Period(moment - timedelta(days=1), moment), is_now=moment == tomorrow)


def _sums(
    holders: Sequence[Holder], kpi: Formula, period: Period, *, by: By | None, on: date, as_of: date | None
) -> Iterator[Sum]:
    measures = measures_of(kpi)
    span = _span(measures, period, on=on, as_of=as_of)
    if span is None or not holders:
        return
    if is_stock(kpi) and by in ("month", "day"):
        raise DomainError(
            N_("This KPI is what there is at a moment; it cannot be listed by month or day."),
            code="stock_has_no_days",
            field="by",
        )
    if is_stock(kpi) or by == "day" or by == "product":
        yield from _from_records(holders, measures, span, by)
        return
    whole, parts = _whole_months(span.period)
    if whole:
        yield from _from_cells(holders, measures, whole, by)
    for part in parts:
        yield from _from_records(holders, measures, _Span(part), by)


def _whole_months(period: Period) -> tuple[Period | None, list[Period]]:
    """The whole months of a period as one span, and the parts of months at its ends."""
    months = period.months()
    whole = [month for month in months if month == month_of(month.start)]
    parts = [month for month in months if month != month_of(month.start)]
    return Period(whole[0].start, whole[-1].end) if whole else None, parts


def _from_cells(
    holders: Sequence[Holder], measures: Sequence[str], period: Period, by: Literal["month", "person"] | None
) -> list[Sum]:
    return _sums_of(reads.cell_sums(by), _parameters(holders, period), measures=list(measures))


def _from_records(
    holders: Sequence[Holder], measures: Sequence[str], span: _Span, by: By | None
) -> list[Sum]:
    return sums_of_records(
        _sources(measures), holders, span.period, measures=measures, by=by, now=span.is_now
    )


def _sums_of(statement: str, parameters: Mapping[str, Any], **more: Any) -> list[Sum]:
    rows = sql.run(statement, **parameters, **more)
    return [(Holder(kind, holder_id, unit_id), *rest) for kind, holder_id, unit_id, *rest in rows]


def _page(
    sources: Sequence[Source],
    measures: Sequence[str],
    span: _Span,
    parameters: Mapping[str, Any],
    after: Position | None,
    limit: int,
) -> list[tuple[Any, ...]]:
    where = {
        "after_day": after and after.day,
        "after_record": after and after.record_id,
        "after_person": after and after.person_id,
        "after_measure": after and after.measure,
        "limit": limit,
    }
    return sql.run(reads.record_rows(sources, measures, now=span.is_now), **parameters, **where)


def _row(values: tuple[Any, ...], source: Source) -> Row:
    sort_day, record_id, person_id, measure, day, value, *about = values
    return Row(
        record_id=record_id,
        person_id=person_id,
        measure=measure,
        day=day,
        value=value,
        about=dict(zip(source.about, about, strict=True)),
        position=Position(sort_day, record_id, person_id, measure),
    )


def _sources(measures: Sequence[str]) -> list[Source]:
    return [source for source in (*FLOWS, *STOCKS) if not source.terms.keys().isdisjoint(measures)]


def _parameters(holders: Sequence[Holder], period: Period) -> dict[str, Any]:
    people = [holder for holder in holders if holder.kind == "person"]
    places = [holder for holder in people if holder.unit_id]
    return {
        "units": [holder.id for holder in holders if holder.kind == "unit"],
        "people": [holder.id for holder in people if not holder.unit_id],
        "members": [holder.id for holder in places],
        "places": [holder.unit_id for holder in places],
        "starts_on": period.start,
        "ends_on": period.end,
        "before": period.end,
    }


def _actual(kpi: Formula, sums: Mapping[str, int]) -> Actual:
    return Actual(
        numerator=sum(sums.get(key, 0) for key in measures_of(kpi, "numerator")),
        denominator=sum(sums.get(key, 0) for key in measures_of(kpi, "denominator"))
        if kpi.denominator
        else None,
    )


def _order(bucket: Bucket) -> tuple[bool, Any]:
    """What belongs to no product comes last."""
    return bucket is None, bucket or 0
