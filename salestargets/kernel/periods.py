"""Spans of days, and the fiscal calendar that names them.

A period is half-open: it contains its start and not its end, so that consecutive periods share no day and
lengths simply subtract. Dates are the organisation's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_

_QUARTER = re.compile(r"(?:FY)?(?P<year>[0-9]{4})[ -]?Q(?P<quarter>[1-4])")
_QUARTER_FIRST = re.compile(r"Q(?P<quarter>[1-4])[ -]?(?:FY)?(?P<year>[0-9]{4})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to, but not including, `end`. DomainError `empty_period` if there are none."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise DomainError(N_("A period must end after it starts."), code="empty_period")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """For people, who say “to 30 June”."""
        return self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def intersect(self, other: "Period") -> "Period | None":
        """The days in both, or None where there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def before(self, day: date) -> "Period | None":
        """The part before `day`, None where `day` is not after the start."""
        return Period(self.start, min(day, self.end)) if day > self.start else None

    def after(self, day: date) -> "Period | None":
        """The part from `day` on, None where `day` is not before the end."""
        return Period(max(self.start, day), self.end) if day < self.end else None

    def dates(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def months(self) -> tuple["Period", ...]:
        """The calendar months the period touches, each cut to the period."""
        whole = (month_of(first) for first in months_between(self.start, self.end))
        return tuple(Period(max(m.start, self.start), min(m.end, self.end)) for m in whole)


def month_of(day: date) -> Period:
    """The calendar month that contains `day`."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1))


def add_months(first: date, count: int) -> date:
    """The first day of a month, `count` months from the month of `first`."""
    years, month = divmod(first.month - 1 + count, 12)
    return date(first.year + years, month + 1, 1)


def months_between(start: date, end: date) -> tuple[date, ...]:
    """First days of the calendar months that `[start, end)` touches, in order."""
    count = (end.year - start.year) * 12 + end.month - start.month + (end.day > 1)
    return tuple(add_months(start, n) for n in range(count))


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """Years of twelve calendar months that begin with `start_month`, named after the year they end in."""

    start_month: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            raise DomainError(N_("A fiscal year starts in a month from 1 to 12."), code="invalid_start_month")

    def year(self, number: int) -> Period:
        return self._part(number, part=1, months=12)

    def half(self, number: int, half: int) -> Period:
        return self._part(number, part=half, months=6)

    def quarter(self, number: int, quarter: int) -> Period:
        return self._part(number, part=quarter, months=3)

    def year_number(self, day: date) -> int:
        """The number of the fiscal year that contains `day`."""
        return day.year + (self.start_month > 1 and day.month >= self.start_month)

    def year_of(self, day: date) -> Period:
        return self.year(self.year_number(day))

    def half_of(self, day: date) -> Period:
        return self.half(self.year_number(day), self._month_index(day) // 6 + 1)

    def quarter_of(self, day: date) -> Period:
        return self.quarter(self.year_number(day), self._month_index(day) // 3 + 1)

    def name(self, period: Period) -> str:
        """`2026`, `2026-H1`, `2026-Q3` or `2026-07`; `FY2026…` where the fiscal year is not the calendar's.

        A month is always named by the calendar. Any other span is named by its first and last day.
        """
        day, number = period.start, self.year_number(period.start)
        if period == month_of(day):
            return f"{day:%Y-%m}"
        year = f"{number}" if self.start_month == 1 else f"FY{number}"
        names = {
            self.year_of(day): year,
            self.half_of(day): f"{year}-H{self._month_index(day) // 6 + 1}",
            self.quarter_of(day): f"{year}-Q{self._month_index(day) // 3 + 1}",
        }
        return names.get(period, f"{period.start} – {period.last_day}")

    def parse_quarter(self, text: str) -> Period:
        """The quarter written `2026-Q3`, `2026Q3`, `Q3 2026` or with `FY`. DomainError `invalid_quarter`."""
        written = text.strip().upper()
        match = _QUARTER.fullmatch(written) or _QUARTER_FIRST.fullmatch(written)
        if match is None or not 2000 <= int(match["year"]) <= 2100:
            raise DomainError(N_("Write a quarter like 2026-Q3."), code="invalid_quarter")
        return self.quarter(int(match["year"]), int(match["quarter"]))

    def _part(self, number: int, *, part: int, months: int) -> Period:
        if not 1 <= part <= 12 // months:
            raise DomainError(N_("A fiscal year has no such part."), code="invalid_part")
        first = date(number - (self.start_month > 1), self.start_month, 1)
        start = add_months(first, (part - 1) * months)
        return Period(start, add_months(start, months))

    def _month_index(self, day: date) -> int:
        return (day.month - self.start_month) % 12
