"""The way a target is expected to go, day by day, for a chart beside the way it went."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from targets.domain.progress import Basis


def expected_curve(
    periods: Sequence[Period], months: Sequence[int], calendar: WorkCalendar, basis: str
) -> list[tuple[date, Fraction]]:
    """What is expected by the end of each day of the periods; the last is the whole target.

    `months` are the target's amounts in each of the periods. Within a month every day adds the same, or
    every working day; a month without working days goes by calendar days. Equal, at each day, to what
    `progress` expects as of the day after.
    """
    points: list[tuple[date, Fraction]] = []
    before = 0
    for month, amount in zip(periods, months, strict=True):
        points += [(day, before + amount * share) for day, share in _shares(month, calendar, basis)]
        before += amount
    return points


def _shares(month: Period, calendar: WorkCalendar, basis: str) -> Iterator[tuple[date, Fraction]]:
    """The share of the month that is over at the end of each of its days."""
    counts = _counter(month, calendar, basis)
    whole, passed = sum(map(counts, month.dates())), 0
    for day in month.dates():
        passed += counts(day)
        yield day, Fraction(passed, whole)


def _counter(month: Period, calendar: WorkCalendar, basis: str) -> Callable[[date], bool]:
    if basis == Basis.CALENDAR or not calendar.working_days(month):
        return lambda _day: True
    return calendar.is_working_day
