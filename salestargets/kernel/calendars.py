"""Which days people work: the organisation's week, public holidays, make-up days, its own exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays as public_holidays

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period

MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working week, days off within it, and days worked although week or holiday say otherwise."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY  # Monday is 0
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() in self.weekdays and day not in self.holidays)

    def working_days(self, period: Period | None) -> int:
        """How many; none in no period. Whole weeks are not gone through day by day."""
        if period is None:
            return 0
        weeks, rest = divmod(period.days, 7)
        first = period.start.weekday()
        usual = weeks * len(self.weekdays) + sum((first + n) % 7 in self.weekdays for n in range(rest))
        off = self.holidays - self.workdays
        return (
            usual
            - sum(day.weekday() in self.weekdays and period.contains(day) for day in off)
            + sum(day.weekday() not in self.weekdays and period.contains(day) for day in self.workdays)
        )


def work_calendar(
    *,
    country: str | None,
    years: range,
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
    exceptions: Mapping[date, bool] | None = None,
) -> WorkCalendar:
    """The calendar of an organisation, good for the days of `years`.

    `country` is an ISO 3166 code for its public holidays, None for none; China's make-up working days on
    weekends are included. `exceptions` tells for single days whether they are worked, and has the last word.
    DomainError `unknown_country`.
    """
    off, worked = _public(country, years.start, years.stop) if country else (frozenset(), frozenset())
    own = exceptions or {}
    return WorkCalendar(
        weekdays=weekdays,
        holidays=(off | {day for day, works in own.items() if not works}),
        workdays=(worked - own.keys()) | {day for day, works in own.items() if works},
    )


def known_countries() -> tuple[str, ...]:
    """ISO 3166 codes, of two letters, of the countries whose public holidays are known; sorted."""
    return tuple(sorted(public_holidays.list_supported_countries(include_aliases=False)))


@lru_cache(maxsize=512)
def _public(country: str, first: int, stop: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and make-up days. One year more than asked: New Year's bridge day may be worked before it."""
    if country not in known_countries():
        raise DomainError(
            N_("There is no holiday calendar for “{country}”. Choose another country, or none."),
            code="unknown_country",
            params={"country": country},
        )
    found = public_holidays.country_holidays(country, years=range(first, stop + 1))
    return frozenset(found), frozenset(found.weekend_workdays)
