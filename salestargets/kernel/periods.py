"""Spans of days, and the calendar's months and weeks. Fiscal years and what they consist of: `fiscal`.

A period is half-open: it contains its start and not its end, so that consecutive periods share no day and
lengths simply subtract. Dates are the organisation's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_


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

    def weeks(self, starts_on: int = 0) -> tuple["Period", ...]:
        """The weeks that the period touches, each cut to it; they start on Monday (0) to Sunday (6)."""
        into = (self.start.weekday() - starts_on) % 7
        first = self.start - timedelta(days=into)
        whole = (first + timedelta(weeks=n) for n in range((self.days + into + 6) // 7))
        return tuple(
            Period(max(week, self.start), min(week + timedelta(weeks=1), self.end)) for week in whole
        )


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


def shifted_years(day: date, count: int) -> date:
    """The same day of another year; 29 February becomes 28 February where there is none."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    try:
        return day.replace(year=day.year + count)
    except ValueError:
        return day.replace(year=day.year + count, day=last)
