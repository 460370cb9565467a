"""What there is at a moment has no cell: of a closed month it is kept, and every night held against now.

A level of a person has the unit they sat in on that day beside it, as a leaf cell has.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from kpis.domain.formulas import base_measure, parse
from kpis.models import ClosedLevel, Closing, Correction, Definition, Kpi
from kpis.registry import Held, Stock, sources_of
from kpis.selections import sources_for
from kpis.selectors import sums_of_records
from kpis.values import Holder
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Person, Unit
from salestargets.tenancy.models.people import current_on

#: Nobody corrects what is older by hand; what it is now is told beside it all the same.
MONTHS_WATCHED = 24
#: (person, or none; unit; measure)
Key = tuple[int | None, int | None, str]


def level_measures() -> list[str]:
    """What KPIs take at a moment, as it can be told of any day."""
    formulas = [*Kpi.objects.values_list("numerator", "denominator")]
    formulas += Definition.objects.values_list("numerator", "denominator")
    measures = {operand.measure for both in formulas for part in both for operand in parse(part)}
    return sorted(one for one in measures if _is_of_a_day(one))


def keep_levels(closing: Closing) -> None:
    """What there was at the end of the month that closes."""
    found = _levels(closing.month, closing.levels)
    ClosedLevel.objects.bulk_create(
        ClosedLevel(
            organisation_id=closing.organisation_id,
            closing=closing,
            person_id=person_id,
            unit_id=unit_id,
            measure=measure,
            value=value,
        )
        for (person_id, unit_id, measure), value in found.items()
    )


def note_levels(organisation_id: int, *, at: datetime) -> None:
    """What came to be otherwise since it was noted last is a correction of this moment."""
    with acting_for(organisation_id):
        first = add_months(month_of(at.date()).start, -MONTHS_WATCHED)
        for closing in Closing.objects.filter(reopened_at=None, month__gte=first).exclude(levels=[]):
            Correction.objects.bulk_create(_corrections(closing, at))


def _corrections(closing: Closing, at: datetime) -> Iterator[Correction]:
    now, told = _levels(closing.month, closing.levels), _told(closing)
    for key in sorted({*now, *told}, key=str):
        if delta := now.get(key, 0) - told[key]:
            person_id, unit_id, measure = key
            yield Correction(
                organisation_id=closing.organisation_id,
                closing=closing,
                month=closing.month,
                person_id=person_id,
                unit_id=unit_id,
                starts_on=closing.month,
                measure=measure,
                delta=delta,
                recorded_at=at,
            )


def _told(closing: Closing) -> Counter[Key]:
    """As it was closed, with what was corrected since."""
    found: Counter[Key] = Counter()
    kept = ClosedLevel.objects.filter(closing=closing)
    noted = Correction.objects.filter(closing=closing, measure__in=closing.levels)
    for rows, value in ((kept, "value"), (noted, "delta")):
        for *key, amount in rows.values_list("person_id", "unit_id", "measure", value):
            found[tuple(key)] += amount
    return found


def _levels(month: date, measures: Iterable[str]) -> Mapping[Key, int]:
    last = month_of(month).end - timedelta(days=1)
    wanted = list(measures)
    seats = dict(
        Assignment.objects.filter(current_on(last), role=AssignmentRole.MEMBER).values_list(
            "person_id", "unit_id"
        )
    )
    holders = [Holder("unit", pk) for pk in Unit.objects.values_list("pk", flat=True)]
    holders += [Holder("person", pk) for pk in Person.objects.values_list("pk", flat=True)]
    day = Period(last, month_of(month).end)
    sums = sums_of_records(sources_for(wanted), holders, day, measures=wanted, now=False)
    return {(*_whose(holder, seats), measure): value for holder, _bucket, measure, value in sums}


def _whose(holder: Holder, seats: Mapping[int, int]) -> tuple[int | None, int | None]:
    return (None, holder.id) if holder.kind == "unit" else (holder.id, seats.get(holder.id))


def _is_of_a_day(measure: str) -> bool:
    sources = sources_of(base_measure(measure))
    return bool(sources) and all(isinstance(source, Stock | Held) for source in sources)
