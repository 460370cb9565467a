"""A KPI as its page shows it: a quarter's value, month by month, and who contributes what."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kpis.models import Kpi
from kpis.selectors import actual, nothing, series
from kpis.takes import is_stock
from kpis.values import Actual, Holder
from salestargets.kernel.periods import Period, add_months, month_of
from salestargets.kernel.rational import Fraction, ratio, rounded
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import root_unit_id, tree

MONTHS = 12


@dataclass(frozen=True)
class MonthOf:
    month: date
    actual: Actual


@dataclass(frozen=True)
class Contribution:
    """A person's part. No share: nobody has a part of a ratio."""

    person_id: int
    name: str
    actual: Actual
    share: Decimal | None


def own_holder(actor: Actor, on: date) -> Holder | None:
    """Whose number someone sees first: all of it, the highest unit they lead, or their own."""
    if actor.sees_everything:
        return Holder("unit", root_unit_id(on))
    units = tree(actor, on) if actor.role == Role.MANAGER else []
    if units:
        return Holder("unit", units[0].id)
    return Holder("person", actor.person_id) if actor.person_id else None


def by_month(holder: Holder, kpi: Kpi, period: Period, *, on: date) -> list[MonthOf]:
    """Twelve months up to the end of a period, or to today; a stock at the end of each, or now."""
    last = month_of(min(period.last_day, max(on, period.start))).end
    span = Period(add_months(last, -MONTHS), last)
    if is_stock(kpi):
        return [MonthOf(month.start, actual(holder, kpi, month, on=on)) for month in span.months()]
    found = series([holder], kpi, span, by="month", on=on)[holder]
    return [MonthOf(month.start, found.get(month.start, nothing(kpi))) for month in span.months()]


def contributions(holder: Holder, kpi: Kpi, period: Period, *, on: date) -> list[Contribution]:
    """The people behind a unit's number, the largest first."""
    found = series([holder], kpi, period, by="person", on=on)[holder]
    people = Person.objects.filter(pk__in=[one for one in found if isinstance(one, int)])
    whole = sum(one.numerator for one in found.values())
    parts = [
        Contribution(
            person_id=person_id,
            name=name,
            actual=found[person_id],
            share=None if kpi.denominator else rounded(ratio(found[person_id].numerator, whole), 4),
        )
        for person_id, name in people.values_list("id", "name")
    ]
    return sorted(parts, key=_largest_first)


def _largest_first(part: Contribution) -> tuple[bool, Fraction, str]:
    value = part.actual.value
    return value is None, -(value or Fraction(0)), part.name
