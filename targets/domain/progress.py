"""Actual against target on a day: how much is reached, how much was due, where it leads.

Numbers are exact: minor units, counts, or rationals. `as_of` a day means the start of that day: days
completed count, the day itself does not. The share of a period that has passed is worked out once
(`timeline`) and applied to any number of targets (`Gauge`), or to one (`progress`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import lcm
from operator import mul
from typing import NamedTuple

import numpy as np

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Column, Fraction, Mask, Number, ratio, whole_ratio, whole_ratios


class Basis(StrEnum):
    """Which expectation governs pace, status and forecast."""

    CALENDAR = "calendar"
    WORKING_DAY = "working_day"
    PROFILE = "profile"


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Status(StrEnum):
    NO_TARGET = "no_target"
    EARLY = "early"  # nothing was due yet, or too little time has passed to warn
    REACHED = "reached"
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least pace index of each status, and the share of the period before which nothing is called bad."""

    ahead: Number = Decimal("1.05")
    on_track: Number = Decimal("0.97")
    behind: Number = Decimal("0.85")
    guard: Number = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Rules:
    """How a KPI is judged. A level (a ratio, a score) does not add up over the period, an amount does."""

    basis: str = Basis.WORKING_DAY
    direction: str = Direction.HIGHER
    is_level: bool = False
    thresholds: Thresholds = Thresholds()


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Timeline:
    """How much of a period, and of each of its months, has passed before a day; shares from 0 to 1."""

    period: Period
    as_of: date
    months: tuple[Period, ...]
    calendar: Fraction
    working: Fraction
    months_calendar: tuple[Fraction, ...]
    months_working: tuple[Fraction, ...]
    working_days_passed: int
    working_days_left: int  # including the day itself

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.period.end


@dataclass(frozen=True, slots=True)
class Forms:
    """One thing by calendar days, by working days, and by profile, which is None where none was learnt."""

    calendar: Fraction
    working_day: Fraction
    profile: Fraction | None


#: Decimals kept of attainment and pace.
PLACES = 6
PER_ONE = 10**PLACES
#: So many targets and more are read by columns.
MANY = 50
#: Between it and its negative, sums of months times their days leave room in 64 bits.
SMALL = 10**14

#: A target, its actual, and its months.
Asked = tuple[int | None, int | None, Sequence[int] | None]
#: Numerator and denominator of a quotient, not reduced; the denominator is above zero.
Pair = tuple[int, int]


class Reading(NamedTuple):
    """What a `Gauge` says of a target; None means undefined."""

    calendar: Pair | None  # what is expected, by calendar days
    working_day: Pair | None
    profile: Pair | None
    expected: Pair | None  # the governing one
    attainment: Pair | None
    pace: Pair | None
    forecast: Pair | None
    status: Status


class Rounded(NamedTuple):
    """A reading as it is kept: rounded half to even, to whole units; attainment and pace to their places."""

    expected: int | None
    expected_calendar: int | None
    expected_working_day: int | None
    attainment: int | None
    pace: int | None
    forecast: int | None
    status: Status


@dataclass(frozen=True, slots=True)
class Progress:
    """None means undefined, and is to be shown as such, never as 0."""

    target: Fraction | None
    actual: Fraction | None
    attainment: Fraction | None
    gap: Fraction | None  # target − actual: above zero, still to win
    expectations: Forms | None
    expected: Fraction | None  # the governing one
    pace_gap: Fraction | None  # expected − actual
    pace: Fraction | None  # pace index: 1 is exactly as expected, more is better
    required_rate: Fraction | None  # to be won on each working day that is left
    forecast: Fraction | None
    elapsed: Fraction  # share of the period's calendar days that has passed
    status: Status


def timeline(
    period: Period, as_of: date, calendar: WorkCalendar, months: Sequence[Period] | None = None
) -> Timeline:
    """The clock of all targets of one period on one day; its months are calendar months where not given."""
    months = period.months() if months is None else tuple(months)
    return Timeline(
        period=period,
        as_of=as_of,
        months=months,
        calendar=_passed(period, as_of, _days),
        working=_passed(period, as_of, calendar.working_days),
        months_calendar=tuple(_passed(month, as_of, _days) for month in months),
        months_working=tuple(_passed(month, as_of, calendar.working_days) for month in months),
        working_days_passed=calendar.working_days(period.before(as_of)),
        working_days_left=calendar.working_days(period.after(as_of)),
    )


class Gauge:
    """Reads any number of targets of one clock, one set of rules and one base, in whole numbers.

    With T the target, A the actual, B the base or 0, F the governing share of the period that has passed:
    expected E = B + (T − B)·F, attainment (A − B)/(T − B), pace (A − B)/(E − B), forecast B + (A − B)/F.
    A level without a base is due at once: E = T, forecast A. Where lower is better and there is no base,
    attainment is 2 − A/T and pace 2 − A/E: half the cost is 150 %, twice the cost is 0 %.
    """

    def __init__(self, clock: Timeline, rules: Rules = DEFAULT_RULES, base: int | None = None) -> None:
        self._base, self._start = base, base or 0
        self._basis = rules.basis
        self._is_higher = rules.direction == Direction.HIGHER
        self._is_due = rules.is_level and base is None
        self._is_plain = not rules.is_level and base is None
        # A budget is kept only once the period is over; a level is where it is.
        self._is_final = clock.is_over or rules.is_level or base is not None
        self._calendar = clock.calendar.as_integer_ratio()
        self._working = clock.working.as_integer_ratio()
        self._months_calendar = _over_one(clock.months_calendar)
        self._months_working = _over_one(clock.months_working)
        self._levels, self._worst = _levels(clock, rules.thresholds)

    def read(
        self,
        target: int | None,
        actual: int | None,
        months: Sequence[int] | None = None,
        profile: Sequence[int] | None = None,
    ) -> Reading:
        """`months` are the target's amounts, one for each of `clock.months`; see `progress`."""
        calendar, working_day, by_profile = self._shares(months, profile)
        governing = self._governing(calendar, working_day, by_profile)
        forecast = self._forecast(actual, governing)
        if target is None:
            return Reading(None, None, None, None, None, None, forecast, Status.NO_TARGET)
        expected = self._expected(target, governing)
        pace = self._index(actual, expected)
        return Reading(
            expected if governing is calendar else self._expected(target, calendar),
            expected if governing is working_day else self._expected(target, working_day),
            None if by_profile is None else self._expected(target, by_profile),
            expected,
            self._index(actual, (target, 1)),
            pace,
            forecast,
            self._status(target, actual, pace),
        )

    def kept(self, asked: Sequence[Asked]) -> list[Rounded]:
        """What is kept of each target, with its actual and its months."""
        of_many = self._of_many(asked) if len(asked) >= MANY and self._is_plain else [None] * len(asked)
        return [
            _rounded(self.read(*each)) if found is None else found
            for found, each in zip(of_many, asked, strict=True)
        ]

    def _of_many(self, asked: Sequence[Asked]) -> list[Rounded | None]:
        """By columns: where all is known, of targets above zero that are the sum of their months, E = Σ·F.

        None for others, and for what is too large for the columns.
        """
        (of_calendar, days), (of_working, working_days) = self._months_calendar, self._months_working
        size = len(of_calendar)
        rows = [each if _is_complete(each, size) else (0, 0, (0,) * size) for each in asked]
        targets, actuals, months = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        by_calendar, by_working_day = months @ np.array(of_calendar), months @ np.array(of_working)
        is_calendar = self._basis == Basis.CALENDAR
        due, whole = (by_calendar, days) if is_calendar else (by_working_day, working_days)
        is_known = _are_small(actuals) & _are_small(months).all(axis=1) & _are_small(targets)
        is_known &= (targets > 0) & (due > 0) & (months.sum(axis=1) == targets)
        targets, due = np.where(is_known, targets, 1), np.where(is_known, due, 1)
        quotients = [
            whole_ratios(due, 1, whole),
            whole_ratios(by_calendar, 1, days),
            whole_ratios(by_working_day, 1, working_days),
            self._kept_index(*whole_ratios(actuals, PER_ONE, targets)),
            self._kept_index(*whole_ratios(actuals, PER_ONE * whole, due)),
            whole_ratios(actuals, targets * whole, due),
        ]
        for _quotient, is_sure in quotients:
            is_known &= is_sure
        columns = zip(*(quotient.tolist() for quotient, _is_sure in quotients), strict=True)
        known = zip(targets.tolist(), actuals.tolist(), due.tolist(), strict=True)
        return [
            Rounded._make((*row, self._status(target, actual, self._index(actual, (part, whole)))))
            if is_sure
            else None
            for is_sure, (target, actual, part), row in zip(is_known.tolist(), known, columns, strict=True)
        ]

    def _kept_index(self, quotient: Column, is_sure: Mask) -> tuple[Column, Mask]:
        return quotient if self._is_higher else 2 * PER_ONE - quotient, is_sure

    def _shares(
        self, months: Sequence[int] | None, profile: Sequence[int] | None
    ) -> tuple[Pair, Pair, Pair | None]:
        """What share of the way should be behind us."""
        if self._is_due:
            return _WHOLE, _WHOLE, None
        if months is None or not (whole := sum(months)):
            by_calendar, by_working_day = self._calendar, self._working
        else:
            by_calendar = _weighted(months, self._months_calendar, whole)
            by_working_day = _weighted(months, self._months_working, whole)
        if profile is None or not (whole := sum(profile)):
            return by_calendar, by_working_day, None
        return by_calendar, by_working_day, _weighted(profile, self._months_working, whole)

    def _governing(self, calendar: Pair, working_day: Pair, profile: Pair | None) -> Pair:
        """The form that the basis names; working days stand in for a profile that is not there."""
        if self._basis == Basis.CALENDAR:
            return calendar
        return profile if self._basis == Basis.PROFILE and profile is not None else working_day

    def _expected(self, target: int, share: Pair) -> Pair:
        passed, whole = share
        return self._start * whole + (target - self._start) * passed, whole

    def _index(self, actual: int | None, against: Pair) -> Pair | None:
        """How `actual` compares with a number it should reach; 1 is exactly there, more is better."""
        if actual is None:
            return None
        number, parts = against
        above, below = (actual - self._start) * parts, number - self._start * parts
        if not below:
            return None
        if not self._is_higher and self._base is None:
            above = 2 * below - above
        return (above, below) if below > 0 else (-above, -below)

    def _forecast(self, actual: int | None, share: Pair) -> Pair | None:
        """Run rate: as much again in the time that is left as in the time that has passed."""
        passed, whole = share
        if actual is None or not passed:
            return None
        above = self._start * passed + (actual - self._start) * whole
        return (above, passed) if passed > 0 else (-above, -passed)

    def _status(self, target: int, actual: int | None, pace: Pair | None) -> Status:
        if not target:
            return Status.NO_TARGET
        if actual is None:
            return Status.EARLY
        if actual >= target if self._is_higher else self._is_final and actual <= target:
            return Status.REACHED
        if pace is None:
            return Status.EARLY
        above, below = pace
        for level, parts, status in self._levels:
            if above * parts >= level * below:
                return status
        return self._worst


def progress(
    target: Number | None,
    actual: Number | None,
    clock: Timeline,
    rules: Rules = DEFAULT_RULES,
    *,
    months: Sequence[Number] | None = None,
    profile: Sequence[Number] | None = None,
    base: Number | None = None,
) -> Progress:
    """Where a target stands, by the formulas of `Gauge`.

    `months` are the target's amounts, one for each of `clock.months`: whole past months plus the current one
    pro rata. `profile` are what earlier periods brought in each.
    """
    [goal, reached, start], scale = _in_whole_numbers([target, actual, base])
    found = Gauge(clock, rules, start).read(goal, reached, _weights(months), _weights(profile))
    expected = _fraction(found.expected, scale)
    gap = _difference(target, actual)
    return Progress(
        target=_exact(target),
        actual=_exact(actual),
        attainment=_fraction(found.attainment),
        gap=gap,
        expectations=_forms(found, scale),
        expected=expected,
        pace_gap=_difference(expected, actual),
        pace=_fraction(found.pace),
        required_rate=None if gap is None or rules.is_level else _required_rate(gap, clock),
        forecast=_fraction(found.forecast, scale),
        elapsed=clock.calendar,
        status=found.status,
    )


_WHOLE: Pair = (1, 1)
#: Numerators over one denominator.
_Over = tuple[tuple[int, ...], int]


def _days(period: Period | None) -> int:
    return period.days if period else 0


def _passed(period: Period, as_of: date, measure: Callable[[Period | None], int]) -> Fraction:
    """Share of the period before `as_of`; by calendar days where it has none of what is measured."""
    whole = measure(period)
    if not whole:
        return _passed(period, as_of, _days)
    return Fraction(measure(period.before(as_of)), whole)


def _over_one(values: Sequence[Number]) -> _Over:
    exact = [Fraction(value) for value in values]
    below = lcm(*(value.denominator for value in exact))
    return tuple(value.numerator * (below // value.denominator) for value in exact), below


def _weighted(weights: Sequence[int], passed: _Over, whole: int) -> Pair:
    """Share passed where months weigh differently, `whole` all together."""
    shares, below = passed
    if len(weights) != len(shares):
        raise ValueError(f"{len(weights)} amounts for {len(shares)} months")
    above = sum(map(mul, weights, shares))
    return (above, below * whole) if whole > 0 else (-above, -below * whole)


def _levels(clock: Timeline, thresholds: Thresholds) -> tuple[list[tuple[int, int, Status]], Status]:
    """The least pace of each status, the best first, and what is worse than all of them.

    Nothing is called bad before enough of the period has passed.
    """
    least = {Status.AHEAD: thresholds.ahead, Status.ON_TRACK: thresholds.on_track}
    worst = Status.EARLY
    if clock.calendar >= Fraction(thresholds.guard):
        least[Status.BEHIND], worst = thresholds.behind, Status.AT_RISK
    return [(*Fraction(level).as_integer_ratio(), status) for status, level in least.items()], worst


def _rounded(found: Reading) -> Rounded:
    return Rounded(
        _whole(found.expected),
        _whole(found.calendar),
        _whole(found.working_day),
        _whole(found.attainment, PER_ONE),
        _whole(found.pace, PER_ONE),
        _whole(found.forecast),
        found.status,
    )


def _whole(pair: Pair | None, times: int = 1) -> int | None:
    return None if pair is None else whole_ratio(pair[0] * times, pair[1])


def _is_complete(asked: Asked, size: int) -> bool:
    target, actual, months = asked
    return target is not None and actual is not None and months is not None and len(months) == size


def _are_small(numbers: Column) -> Mask:
    return (numbers > -SMALL) & (numbers < SMALL)


def _in_whole_numbers(values: Sequence[Number | None]) -> tuple[list[int | None], int]:
    """The same times a number that makes all of them whole, and that number."""
    known, scale = _over_one([value for value in values if value is not None])
    whole = iter(known)
    return [None if value is None else next(whole) for value in values], scale


def _weights(values: Sequence[Number] | None) -> Sequence[int] | None:
    """Whole numbers in the same proportions."""
    return None if values is None else _over_one(values)[0]


def _fraction(pair: Pair | None, scale: int = 1) -> Fraction | None:
    return None if pair is None else Fraction(pair[0], pair[1] * scale)


def _forms(found: Reading, scale: int) -> Forms | None:
    if found.calendar is None or found.working_day is None:
        return None
    calendar, working_day = Fraction(*found.calendar) / scale, Fraction(*found.working_day) / scale
    return Forms(calendar, working_day, _fraction(found.profile, scale))


def _exact(value: Number | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _difference(of: Number | None, less: Number | None) -> Fraction | None:
    return None if of is None or less is None else Fraction(of) - Fraction(less)


def _required_rate(gap: Fraction, clock: Timeline) -> Fraction | None:
    return ratio(max(gap, Fraction(0)), clock.working_days_left)
