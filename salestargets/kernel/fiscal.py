"""The fiscal calendar: which year, half, quarter and period a day belongs to, and what they are called.

Three makers answer the same questions: `CalendarMonths`, `WeekPattern` and `CustomYears`. A maker lays out
one year at a time; everything else follows from that layout. The periods of a year are its "fiscal months":
calendar months, or four and five weeks, or whatever an organisation lists.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NoReturn

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period, add_months, month_of

#: The weeks of the three periods of a quarter.
PATTERNS: Mapping[str, tuple[int, int, int]] = {"445": (4, 4, 5), "454": (4, 5, 4), "544": (5, 4, 4)}
#: A quarter has three periods unless a year says otherwise, and a year at most four quarters.
PERIODS_A_QUARTER, MOST_QUARTERS, MOST_PERIODS = 3, 4, 60
#: How far a listed year may begin from where its number says.
FARTHEST = timedelta(days=366)
FIRST_NUMBER, LAST_NUMBER = 2000, 2100

_PART = re.compile(r"(?:FY)?(?P<year>[0-9]{4})(?:-(?P<kind>[HQP])(?P<part>[0-9]{1,2}))?")
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True)
class YearLayout:
    """One fiscal year: the first days of its periods and of its quarters, and its end.

    Without `quarter_starts` every third period begins a quarter, until there are four: of thirteen periods
    the last quarter has four. Two quarters make a half. DomainError `invalid_year`.
    """

    number: int
    period_starts: tuple[date, ...]
    end: date
    quarter_starts: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        days = (*self.period_starts, self.end)
        if not self.period_starts or any(one >= following for one, following in pairwise(days)):
            _refuse(N_("The first days of the periods must ascend, and the year end after the last of them."))
        if len(self.period_starts) > MOST_PERIODS:
            _refuse(N_("A fiscal year has at most {most} periods."), field="period_starts", most=MOST_PERIODS)
        if not self.quarter_starts:
            every_third = self.period_starts[::PERIODS_A_QUARTER][:MOST_QUARTERS]
            object.__setattr__(self, "quarter_starts", every_third)
        self._check_quarters()

    def _check_quarters(self) -> None:
        starts = self.quarter_starts
        if any(one >= following for one, following in pairwise(starts)) or len(starts) > MOST_QUARTERS:
            _refuse(N_("A fiscal year has one to four quarters, in ascending order."), field="quarter_starts")
        if starts[0] != self.period_starts[0] or not set(starts) <= set(self.period_starts):
            _refuse(
                N_("A quarter begins with a period, and the first one with the year."), field="quarter_starts"
            )

    @property
    def start(self) -> date:
        return self.period_starts[0]

    @property
    def span(self) -> Period:
        return Period(self.start, self.end)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        return _stretches(self.period_starts, self.end)

    @cached_property
    def quarters(self) -> tuple[Period, ...]:
        return _stretches(self.quarter_starts, self.end)

    @cached_property
    def halves(self) -> tuple[Period, ...]:
        return _stretches(self.quarter_starts[::2], self.end)

    @cached_property
    def has_months(self) -> bool:
        """Whether its periods are calendar months, all of them."""
        return all(period == month_of(period.start) for period in self.periods)

    def following(self) -> "YearLayout":
        """The next year in the same shape: as many months, or periods of as many days."""

        def moved(day: date) -> date:
            return add_months(day, len(self.periods)) if self.has_months else day + (self.end - self.start)

        periods, quarters = (tuple(map(moved, days)) for days in (self.period_starts, self.quarter_starts))
        return YearLayout(self.number + 1, periods, moved(self.end), quarters)

    def between(self, start: date, end: date) -> "YearLayout":
        """The same year from another first day to another end: its outer periods stretch, or are cut."""

        def kept(starts: Sequence[date]) -> tuple[date, ...]:
            return (start, *(day for day in starts[1:] if start < day < end))

        return YearLayout(self.number, kept(self.period_starts), end, kept(self.quarter_starts))


@dataclass(frozen=True)
class FiscalCalendar(ABC):
    """What every calendar answers. Years follow each other without a gap, and so do their periods.

    Where the fiscal year does not start with January it bears the number of the calendar year that it ends
    in, or starts in (`named_after`), and is written FY.
    """

    start_month: int = 1
    named_after: str = "end"

    def __post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            raise DomainError(N_("A fiscal year starts in a month from 1 to 12."), code="invalid_start_month")
        if self.named_after not in ("start", "end"):
            raise DomainError(N_("A fiscal year is named after its start or its end."), code="invalid_name")

    @abstractmethod
    def layout(self, number: int) -> YearLayout:
        """The fiscal year with this number."""

    def layout_of(self, day: date) -> YearLayout:
        """The fiscal year that contains `day`."""
        found = self.layout(day.year + self._ahead * (day.month >= self.start_month))
        while day < found.start:
            found = self.layout(found.number - 1)
        while day >= found.end:
            found = self.layout(found.number + 1)
        return found

    def year(self, number: int) -> Period:
        return self.layout(number).span

    def half(self, number: int, half: int) -> Period:
        return _nth(self.layout(number).halves, half)

    def quarter(self, number: int, quarter: int) -> Period:
        return _nth(self.layout(number).quarters, quarter)

    def period(self, number: int, period: int) -> Period:
        return _nth(self.layout(number).periods, period)

    def year_number(self, day: date) -> int:
        return self.layout_of(day).number

    def year_of(self, day: date) -> Period:
        return self.layout_of(day).span

    def half_of(self, day: date) -> Period:
        return _holding(self.layout_of(day).halves, day)

    def quarter_of(self, day: date) -> Period:
        return _holding(self.layout_of(day).quarters, day)

    def period_of(self, day: date) -> Period:
        return _holding(self.layout_of(day).periods, day)

    def periods(self, span: Period) -> tuple[Period, ...]:
        """The fiscal periods that a span touches, each cut to the span."""
        found, day = [], span.start
        while day < span.end:
            period = self.period_of(day)
            found.append(Period(day, min(period.end, span.end)))
            day = period.end
        return tuple(found)

    def name(self, span: Period) -> str:
        """`2026`, `2026-H1`, `2026-Q3`, `2026-07` or `2026-P07`; with FY unless the year starts in January.

        A calendar month is named by the calendar. Any other span is named by its first and last day.
        """
        layout = self.layout_of(span.start)
        year = f"{layout.number}" if self.start_month == 1 else f"FY{layout.number}"
        names = {part: f"{year}-P{n:02}" for n, part in enumerate(layout.periods, 1) if not layout.has_months}
        names |= {part: f"{year}-Q{n}" for n, part in enumerate(layout.quarters, 1)}
        names |= {part: f"{year}-H{n}" for n, part in enumerate(layout.halves, 1)}
        names[layout.span] = year
        is_month = span == month_of(span.start)
        otherwise = f"{span.start:%Y-%m}" if is_month else f"{span.start} – {span.last_day}"
        return names.get(span, otherwise)

    def parse(self, text: str) -> Period:
        """The year, half, quarter, period or month that `name` writes so. DomainError `invalid_period`."""
        written = text.strip().upper()
        if (match := _MONTH.fullmatch(written)) and _is_known(match):
            return month_of(date(int(match["year"]), int(match["month"]), 1))
        match = _PART.fullmatch(written)
        if match is None or not _is_known(match):
            raise DomainError(
                N_("Write a year, half, quarter or period like 2026, 2026-H1, 2026-Q3 or 2026-P07."),
                code="invalid_period",
            )
        number = int(match["year"])
        if match["kind"] is None:
            return self.year(number)
        part_of = {"H": self.half, "Q": self.quarter, "P": self.period}[match["kind"]]
        return part_of(number, int(match["part"]))

    def nominal_start(self, number: int) -> date:
        """The first day of the month that the year starts in, or near."""
        return date(number - self._ahead, self.start_month, 1)

    @property
    def _ahead(self) -> int:
        """How much larger a year's number is than the calendar year of its nominal start."""
        return int(self.start_month > 1 and self.named_after == "end")


@dataclass(frozen=True)
class CalendarMonths(FiscalCalendar):
    """Years of twelve calendar months that begin with `start_month`."""

    def layout(self, number: int) -> YearLayout:
        first = self.nominal_start(number)
        starts = tuple(add_months(first, n) for n in range(12))
        return YearLayout(number, starts, add_months(first, 12))


@dataclass(frozen=True)
class WeekPattern(FiscalCalendar):
    """Years of 52 or 53 whole weeks, each quarter of three periods of four or five weeks.

    A year ends with a week, on the last day of the week that is `nearest` to the end of the month before
    `start_month`, or on the `last` such day in that month. These are the two rules for a year of 52–53 weeks
    in 26 U.S.C. § 441(f)(1). With `nearest`, weeks from Sunday and a start in February the years are those of
    the National Retail Federation's 4-5-4 calendar; with `nearest`, weeks from Monday and a start in January
    they are the week-numbering years of ISO 8601. A 53rd week goes to the last period.
    """

    pattern: str = "445"
    week_starts_on: int = 0  # Monday
    end_rule: str = "nearest"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pattern not in PATTERNS or self.end_rule not in ("nearest", "last"):
            raise DomainError(N_("There is no such pattern of weeks."), code="invalid_pattern")
        if not 0 <= self.week_starts_on <= 6:
            raise DomainError(N_("A week starts on a day from 0 (Monday) to 6."), code="invalid_weekday")

    def layout(self, number: int) -> YearLayout:
        start, end = self._start(number), self._start(number + 1)
        weeks = accumulate((PATTERNS[self.pattern] * 4)[:-1], initial=0)
        return YearLayout(number, tuple(start + timedelta(weeks=count) for count in weeks), end)

    def _start(self, number: int) -> date:
        """The earliest day that the rule allows, moved on to the day on which weeks start."""
        earliest = self.nominal_start(number) - timedelta(days=3 if self.end_rule == "nearest" else 6)
        return earliest + timedelta(days=(self.week_starts_on - earliest.weekday()) % 7)


@dataclass(frozen=True)
class CustomYears(FiscalCalendar):
    """Years as they are listed. One that is not has calendar months, and fills the days to its neighbours.

    DomainError `years_apart` where listed years overlap or leave days between them, or leave none to an
    unlisted year; `misnumbered_year` where one begins more than a year from where its number says.
    """

    years: tuple[YearLayout, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for year in self.years:
            self._check_number(year)
        for year in self.years:
            self._check_neighbours(year)

    def layout(self, number: int) -> YearLayout:
        return self._listed.get(number) or self._filled(number)

    @cached_property
    def _listed(self) -> dict[int, YearLayout]:
        return {year.number: year for year in self.years}

    def _filled(self, number: int) -> YearLayout:
        months = CalendarMonths(self.start_month, self.named_after).layout(number)
        before, after = self._listed.get(number - 1), self._listed.get(number + 1)
        return months.between(before.end if before else months.start, after.start if after else months.end)

    def _check_number(self, year: YearLayout) -> None:
        expected = self.nominal_start(year.number)
        if abs(year.start - expected) > FARTHEST:
            raise DomainError(
                N_("Fiscal year {number} cannot begin on {day}: that is more than a year from {expected}."),
                code="misnumbered_year",
                params={"number": year.number, "day": year.start, "expected": expected},
            )

    def _check_neighbours(self, year: YearLayout) -> None:
        for number in (year.number - 1, year.number):
            end, start = self._laid_out(number).end, self._laid_out(number + 1).start
            if end != start:
                raise DomainError(
                    N_("The last day of fiscal year {number} is {last}, but the next one begins on {start}."),
                    code="years_apart",
                    params={"number": number, "last": end - timedelta(days=1), "start": start},
                )

    def _laid_out(self, number: int) -> YearLayout:
        try:
            return self.layout(number)
        except DomainError as error:
            raise DomainError(
                N_("No day would be left for fiscal year {number}."),
                code="years_apart",
                params={"number": number},
            ) from error


def _stretches(starts: Sequence[date], end: date) -> tuple[Period, ...]:
    return tuple(Period(start, following) for start, following in pairwise((*starts, end)))


def _holding(parts: Sequence[Period], day: date) -> Period:
    return next(part for part in parts if part.contains(day))


def _nth(parts: Sequence[Period], number: int) -> Period:
    if not 1 <= number <= len(parts):
        raise DomainError(N_("A fiscal year has no such part."), code="invalid_part")
    return parts[number - 1]


def _is_known(match: re.Match[str]) -> bool:
    return FIRST_NUMBER <= int(match["year"]) <= LAST_NUMBER


def _refuse(message: str, *, field: str = "period_starts", **params: object) -> NoReturn:
    raise DomainError(message, code="invalid_year", field=field, params=params)
