"""Closed months: a KPI as it was when they closed, what corrected it since, and the months themselves."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from kpis.domain.formulas import Operand
from kpis.models import ClosedLevel, Closing, Correction, Kpi, Selection
from kpis.selections import sources_for
from kpis.selectors import actual, are_in_cells, sums_of_records
from kpis.takes import Formulated, Take, definitions_of, operands_of, takes_of
from kpis.values import Actual, Holder
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Organisation


@dataclass(frozen=True)
class Change:
    """What a day's corrections added above and below the line, and what the KPI was after them."""

    on: date
    change: Actual
    after: Actual


@dataclass(frozen=True)
class Closed:
    """A KPI of a closed period: as it was then, and now. Then and the corrections make now, always."""

    closed_on: date
    value: Actual
    corrections: Sequence[Change]
    now: Actual


def closings() -> QuerySet[Closing]:
    """The months that are closed, the latest first, with who closed them."""
    return Closing.objects.filter(reopened_at=None).select_related("closed_by").order_by("-month")


def months_to_close(on: date) -> list[date]:
    """The months of the last two years that are over and open, the latest first."""
    first = month_of(on).start
    known = set(closings().values_list("month", flat=True))
    return [month for n in range(1, 25) if (month := add_months(first, -n)) not in known]


def get_closing(closing_id: int) -> Closing:
    closing = Closing.objects.filter(pk=closing_id).first()
    if closing is None:
        raise NotFound(N_("There is no such closing."), code="not_found")
    return closing


def closed(
    holder: Holder, kpi: Kpi, period: Period, *, organisation: Organisation, on: date
) -> Closed | None:
    """The KPI as it was when its months closed; None where one of them is open, or only a part is asked for.

    What there is at a moment was kept at the end of the month; what is otherwise since last night is
    corrected today. What is told of a whole period from its records alone is never closed.
    """
    if period.end > on:
        return None
    asked = [
        (formula, take)
        for span, formula in definitions_of(kpi, period, on=on)
        for take in takes_of(operands_of(formula), span, on=on, as_of=None)
    ]
    known = {closing.month: closing for closing in closings().filter(month__lt=period.end)}
    if not asked or not all(_is_closed(take, known, holder) for _formula, take in asked):
        return None
    months = [month for _formula, take in asked for month in _months(take)]
    clock = ZoneInfo(organisation.time_zone)
    now = actual(holder, kpi, period, on=on)
    changes = _changes(holder, asked, now, clock, known, on)
    value = Actual(
        now.numerator - sum(one.numerator for one in changes.values()),
        None if now.denominator is None else now.denominator - sum(_below(one) for one in changes.values()),
        now.factor,
    )
    closed_on = max(known[month.start].closed_at for month in months).astimezone(clock).date()
    return Closed(closed_on, value, list(_in_order(value, changes)), now)


def last_correction(unit_id: int, kpi: Kpi, period: Period) -> Correction | None:
    """The newest of what a unit's KPI is made of, in the closed months of a period."""
    measures = tuple(operand.measure for operand in operands_of(kpi))
    return next(iter(_last_correction(unit_id, period.start, period.end, measures)), None)


@compiled_once
def _last_correction(unit: int, start: date, end: date, measures: tuple[str, ...]) -> QuerySet[Correction]:
    rows = Correction.objects.filter(closing__reopened_at=None, person_id=None, unit_id=unit)
    within = rows.filter(month__gte=start, month__lt=end, measure__in=measures)
    return within.order_by("-recorded_at", "-pk")[:1]


def _months(take: Take) -> Sequence[Period]:
    """Those of a flow; of a level the month on the last day of which it is taken."""
    return [month_of(take.period.start)] if take.is_level else take.period.months()


def _is_closed(take: Take, known: Mapping[date, Closing], holder: Holder) -> bool:
    if not take.is_level:
        is_whole = all(month == month_of(month.start) for month in _months(take))
        return (
            is_whole and all(month.start in known for month in _months(take)) and are_in_cells(take.measures)
        )
    [month] = _months(take)
    is_kept = month.start in known and {*take.measures} <= {*known[month.start].levels}
    return is_kept and take.period.end == month.end and holder.unit_id is None


def _in_order(value: Actual, changes: Mapping[date, Actual]) -> Iterator[Change]:
    for day in sorted(changes):
        value += changes[day]
        if changes[day].numerator or changes[day].denominator:
            yield Change(day, changes[day], value)


def _changes(
    holder: Holder,
    asked: Sequence[tuple[Formulated, Take]],
    now: Actual,
    clock: ZoneInfo,
    known: Mapping[date, Closing],
    on: date,
) -> dict[date, Actual]:
    """By day: the corrections above and below the line, of every part of a period."""
    none = Actual(0, None if now.denominator is None else 0, now.factor)
    found: dict[date, Actual] = defaultdict(lambda: none)
    for formula, take in asked:
        above, below = operands_of(formula, "numerator"), operands_of(formula, "denominator")
        corrections = list(_corrections(holder, take, clock))
        if take.is_level:
            closing = known[month_of(take.period.start).start]
            corrections += _not_noted(holder, take, closing, corrections, on)
        for day, measure, delta in corrections:
            name = Operand(measure, window=take.window).name
            below_the_line = None if none.denominator is None else _part(below, name, delta)
            found[day] += Actual(_part(above, name, delta), below_the_line, now.factor)
    return found


def _part(operands: Sequence[Operand], name: str, delta: int) -> int:
    return sum(operand.sign * delta for operand in operands if operand.name == name)


def _below(actual: Actual) -> int:
    return actual.denominator or 0


def _not_noted(
    holder: Holder, take: Take, closing: Closing, noted: Sequence[tuple[date, str, int]], on: date
) -> Iterator[tuple[date, str, int]]:
    """By what a level differs from how it was closed, beyond the corrections that tell it already."""
    kept = ClosedLevel.objects.filter(closing=closing, measure__in=take.measures, **_whose(holder))
    moved: Counter[str] = Counter()
    for measure, value in kept.values_list("measure", "value"):
        moved[measure] -= value
    for _day, measure, delta in noted:
        moved[measure] -= delta
    sources = sources_for(take.measures)
    now = sums_of_records(sources, [holder], take.period, measures=take.measures, now=False)
    for _holder, _bucket, measure, value in now:
        moved[measure] += value
    yield from ((on, measure, delta) for measure, delta in moved.items())


def _whose(holder: Holder) -> dict[str, int | None]:
    return {"person_id": holder.id} if holder.kind == "person" else {"person_id": None, "unit_id": holder.id}


def _counted_anew(measures: Sequence[str]) -> Iterator[tuple[str, datetime | None]]:
    """Selections by when their count began: what was forgotten in between, corrects since then alone."""
    chosen = [measure for measure in measures if ":" in measure]
    if chosen:
        rows = Selection.objects.filter(key__in=chosen, counted_at__isnull=False)
        yield from rows.values_list("key", "counted_at")


def _corrections(holder: Holder, take: Take, clock: ZoneInfo) -> QuerySet[Correction, tuple[date, str, int]]:
    whose = _whose(holder)
    if holder.unit_id is not None:
        whose["unit_id"] = holder.unit_id
    rows = Correction.objects.filter(
        **whose,
        closing__reopened_at=None,
        month__gte=month_of(take.period.start).start,
        month__lt=take.period.end,
        measure__in=take.measures,
    )
    for key, counted_at in _counted_anew(take.measures):
        rows = rows.exclude(measure=key, recorded_at__lt=counted_at)
    by_day = rows.annotate(day=TruncDate("recorded_at", tzinfo=clock)).values("day", "measure")
    return by_day.annotate(all=Sum("delta")).values_list("day", "measure", "all")
