"""Reads: the value of a KPI for holders over a period, as a curve, and the records behind it.

Whole months come from the cells, a part of a month from the records. `as_of` a day answers from the records
dated before it; without it everything counts that is recorded in the period. `on` is the organisation's own
today. A stock is read from the records, at the end of the period or, where that is still to come, now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from django.db.models import QuerySet

from kpis import reads, selections, sql
from kpis.domain.formulas import Window, base_measure
from kpis.models import Kpi, Selection
from kpis.reads import Reading
from kpis.registry import Source, is_kept
from kpis.takes import (
    PARTS,
    Formulated,
    Part,
    Take,
    a_year_on,
    definitions_of,
    factor_of,
    is_stock,
    operands_of,
    takes_of,
)
from kpis.values import Actual, Holder
from salestargets.kernel.arrays import array
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.selectors import get_person, get_unit, root_unit_id

By = Literal["month", "person", "day", "product"]
Bucket = date | int | None
#: (holder, bucket, measure, value)
Sum = tuple[Holder, Bucket, str, int]


class Position(NamedTuple):
    """Where a page of records ended."""

    day: date
    line: int
    person_id: int
    measure: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One record, credited to one person (0: to a unit itself). No value: it counts, but is not priced.

    `measure` is the name of the operand, as in won_amount@year_before; `kind` that of its records in the API.
    """

    sort_day: date
    line: int
    record_id: int
    person_id: int
    measure: str
    day: date | None
    value: int | None
    kind: str
    name: str
    external_id: str
    customer_id: int | None
    amount_minor: int | None
    currency: str | None

    @property
    def position(self) -> Position:
        return Position(self.sort_day, self.line, self.person_id, self.measure, self.kind)


@dataclass(frozen=True)
class Total:
    value: int
    rows: int
    not_priced: int


@dataclass(frozen=True)
class RecordPage:
    rows: Sequence[Row]
    next: Position | None
    total: Total


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


def actual(holder: Holder, kpi: Formulated, period: Period, *, on: date, as_of: date | None = None) -> Actual:
    return actuals([holder], kpi, period, on=on, as_of=as_of)[holder]


def actuals(
    holders: Iterable[Holder], kpi: Formulated, period: Period, *, on: date, as_of: date | None = None
) -> dict[Holder, Actual]:
    """The KPI of every one of the holders, in a handful of statements for any number of them."""
    return actuals_of_each([kpi], holders, period, on=on, as_of=as_of)[0]


def actuals_of_each(
    kpis: Sequence[Formulated],
    holders: Iterable[Holder],
    period: Period,
    *,
    on: date,
    as_of: date | None = None,
) -> list[dict[Holder, Actual]]:
    """The same of several KPIs, in their order, in as many statements as of one: most are read alike."""
    wanted = list(holders)
    found = _parts(wanted, kpis, period, by=None, on=on, as_of=as_of)
    return [
        _actuals(wanted, kpi, parts, factor_of(kpi, period, on=on, as_of=as_of))
        for kpi, parts in zip(kpis, found, strict=True)
    ]


def series(
    holders: Iterable[Holder],
    kpi: Formulated,
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
    [parts] = _parts(wanted, [kpi], period, by=by, on=on, as_of=as_of)
    factor = factor_of(kpi, period, on=on, as_of=as_of)
    found: dict[Holder, dict[Bucket, Actual]] = {holder: {} for holder in wanted}
    for holder, bucket in sorted(parts, key=lambda place: _order(place[1])):
        found[holder][bucket] = _actual(kpi, parts[holder, bucket], factor)
    return found


def records_behind(
    holder: Holder,
    kpi: Formulated,
    period: Period,
    *,
    on: date,
    as_of: date | None = None,
    part: Part = "numerator",
    after: Position | None = None,
    limit: int = 100,
) -> RecordPage:
    """A page of the records that make a part of the KPI, newest first, and the total of all of them."""
    readings, parameters = _opened(holder, kpi, period, part, on=on, as_of=as_of)
    if not readings:
        return RecordPage([], None, Total(0, 0, 0))
    total = Total(*sql.run(reads.record_total(readings), **parameters)[0])
    return RecordPage(*_page(readings, parameters, after, limit), total)


def rows_behind(
    holder: Holder,
    kpi: Formulated,
    period: Period,
    *,
    on: date,
    as_of: date | None = None,
    part: Part = "numerator",
    after: Position | None = None,
    limit: int,
) -> tuple[list[Row], Position | None]:
    """A page of the records alone, and where the next one begins."""
    readings, parameters = _opened(holder, kpi, period, part, on=on, as_of=as_of)
    return _page(readings, parameters, after, limit) if readings else ([], None)


def _opened(
    holder: Holder, kpi: Formulated, period: Period, part: Part, *, on: date, as_of: date | None
) -> tuple[list[Reading], dict[str, Any]]:
    """From what a part of the KPI is read, and the parameters of that."""
    found = [
        one
        for span, formula in definitions_of(kpi, period, on=on)
        for one in takes_of(operands_of(formula, part), span, on=on, as_of=as_of)
    ]
    readings = [_reading(one) for one in found]
    return readings, _of_records(holder, readings, [one.period for one in found])


def _page(
    readings: Sequence[Reading], parameters: Mapping[str, Any], after: Position | None, limit: int
) -> tuple[list[Row], Position | None]:
    after_values = after or (None,) * len(Position._fields)
    where = {f"after_{name}": value for name, value in zip(_AFTER, after_values, strict=True)}
    rows = [
        Row(*values)
        for values in sql.run(reads.record_rows(readings), **parameters, **where, limit=limit + 1)
    ]
    return rows[:limit], rows[limit - 1].position if len(rows) > limit else None


_AFTER = ("day", "line", "person", "measure", "kind")


def are_in_cells(measures: Sequence[str]) -> bool:
    """Whether the sums of all of them stand in cells by now."""
    return _counted(measures) == set(measures)


def nothing(kpi: Formulated) -> Actual:
    """Where no record counts: what others can be added to. Not for KPIs in days of a period."""
    return Actual(*_nothing(kpi), kpi.multiplier)


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
    wanted = [
        replace(one, terms={key: term for key, term in one.terms.items() if key in measures})
        for one in sources
    ]
    return _sums_of(
        reads.record_sums(Reading(wanted, now), by=by), _parameters(holders, period), **sql.params_of(wanted)
    )


#: By holder and bucket: what there is above and below the line.
_Parts = dict[tuple[Holder, Bucket], list[int]]


def _nothing(kpi: Formulated) -> tuple[int, int | None]:
    return 0, 0 if kpi.denominator else None


def _actual(kpi: Formulated, parts: Sequence[int], factor: int) -> Actual:
    above, below = parts
    return Actual(above, below if kpi.denominator else None, factor)


def _actuals(holders: Iterable[Holder], kpi: Formulated, parts: _Parts, factor: int) -> dict[Holder, Actual]:
    nothing = (0, 0)
    return {holder: _actual(kpi, parts.get((holder, None), nothing), factor) for holder in holders}


def _parts(
    holders: Sequence[Holder],
    kpis: Sequence[Formulated],
    period: Period,
    *,
    by: By | None,
    on: date,
    as_of: date | None,
) -> list[_Parts]:
    """Of each KPI; several definitions within a period add up. Over the same days there is one reading."""
    takes = [_takes(kpi, period, by=by, on=on, as_of=as_of) if holders else [] for kpi in kpis]
    sums = _sums(holders, [take for of_kpi in takes for _part, take in of_kpi], by)
    return [_added_up(of_kpi, sums) for of_kpi in takes]


def _takes(
    kpi: Formulated, period: Period, *, by: By | None, on: date, as_of: date | None
) -> list[tuple[int, Take]]:
    """What is taken for each part: 0 is above the line, 1 below."""
    found: list[tuple[int, Take]] = []
    for span, formula in definitions_of(kpi, period, on=on):
        if by in ("month", "day") and is_stock(formula):
            raise DomainError(
                N_("This KPI is what there is at a moment; it cannot be listed by month or day."),
                code="stock_has_no_days",
                field="by",
            )
        for part, name in enumerate(PARTS):
            found += [(part, take) for take in takes_of(operands_of(formula, name), span, on=on, as_of=as_of)]
    return found


#: By the days over which they are taken, and whether that is now: the sums of each measure.
_Sums = dict[tuple[Period, bool], dict[str, list[tuple[Holder, Bucket, int]]]]


def _sums(holders: Sequence[Holder], takes: Iterable[Take], by: By | None) -> _Sums:
    measures: dict[tuple[Period, bool], dict[str, None]] = defaultdict(dict)
    for take in takes:
        measures[take.period, take.is_now].update(dict.fromkeys(take.measures))
    found: _Sums = {}
    for (period, is_now), wanted in measures.items():
        of_each = found[period, is_now] = {measure: [] for measure in wanted}
        for holder, bucket, measure, value in _taken(holders, list(wanted), period, is_now, by):
            of_each[measure].append((holder, bucket, value))
    return found


def _added_up(takes: Iterable[tuple[int, Take]], sums: _Sums) -> _Parts:
    found: _Parts = {}
    for part, take in takes:
        for operand in take.operands:
            for holder, bucket, value in sums[take.period, take.is_now][operand.measure]:
                place = holder, _when(bucket, take) if bucket else bucket
                found.setdefault(place, [0, 0])[part] += operand.sign * value
    return found


def _when(bucket: Bucket, take: Take) -> Bucket:
    """Days of the year before stand beside those that they are compared with."""
    if take.window == Window.YEAR_BEFORE and isinstance(bucket, date):
        return a_year_on(bucket)
    return bucket


def _taken(
    holders: Sequence[Holder], measures: Sequence[str], period: Period, is_now: bool, by: By | None
) -> Iterator[Sum]:
    in_cells = set() if by in ("day", "product") else _counted(measures)
    others = [measure for measure in measures if measure not in in_cells]
    if others:
        yield from _from_records(holders, others, period, by, is_now)
    if not in_cells:
        return
    kept = [measure for measure in measures if measure in in_cells]
    whole, parts = _whole_months(period)
    if whole:
        yield from _from_cells(holders, kept, whole, cast(Literal["month", "person"] | None, by))
    for part in parts:
        yield from _from_records(holders, kept, part, by, is_now)


def _counted(measures: Sequence[str]) -> set[str]:
    """Those whose sums stand in cells: a new selection is read from the records until they do."""
    kept = {measure for measure in measures if is_kept(base_measure(measure))}
    chosen = [measure for measure in kept if ":" in measure]
    if chosen:
        kept -= set(Selection.objects.filter(key__in=chosen, counted_at=None).values_list("key", flat=True))
    return kept


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
    holders: Sequence[Holder], measures: Sequence[str], period: Period, by: By | None, is_now: bool
) -> list[Sum]:
    sources = selections.sources_for(measures)
    return sums_of_records(sources, holders, period, measures=measures, by=by, now=is_now)


def _sums_of(statement: str, parameters: Mapping[str, Any], **more: Any) -> list[Sum]:
    rows = sql.run(statement, **parameters, **more)
    return [
        (Holder(kind, holder_id, unit_id), bucket, measure, value)
        for kind, holder_id, unit_id, bucket, measure, value in rows
    ]


def _reading(take: Take) -> Reading:
    signs = {operand.measure: operand.sign for operand in take.operands}
    return Reading(selections.sources_for(take.measures), take.is_now, take.window, signs)


def _of_records(holder: Holder, readings: Sequence[Reading], periods: Sequence[Period]) -> dict[str, Any]:
    """Each reading has names of its own for its days."""
    found: dict[str, Any] = {}
    for place, (reading, period) in enumerate(zip(readings, periods, strict=True)):
        found |= reads.placed(_parameters([holder], period), place) | sql.params_of(reading.sources)
    return found


def _parameters(holders: Sequence[Holder], period: Period) -> dict[str, Any]:
    people = [holder for holder in holders if holder.kind == "person"]
    places = [holder for holder in people if holder.unit_id]
    return {
        "units": array([holder.id for holder in holders if holder.kind == "unit"]),
        "people": array([holder.id for holder in people if not holder.unit_id]),
        "members": array([holder.id for holder in places]),
        "places": array([holder.unit_id for holder in places]),
        "starts_on": period.start,
        "ends_on": period.end,
        "before": period.end,
    }


def _order(bucket: Bucket) -> tuple[bool, Any]:
    """What belongs to no product comes last."""
    return bucket is None, bucket or 0
