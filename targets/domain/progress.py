"""Actual against target on a day: how much is reached, how much was due, where it leads.

Numbers are exact: minor units, counts, or rationals. `as_of` a day means the start of that day: days
completed count, the day itself does not. The share of a period that has passed is worked out once
(`timeline`) and applied to any number of targets (`progress`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, Number, ratio


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

    def governed_by(self, basis: str) -> Fraction:
        """The form a basis names; working days stand in for a profile that is not there."""
        if basis == Basis.CALENDAR:
            return self.calendar
        if basis == Basis.PROFILE and self.profile is not None:
            return self.profile
        return self.working_day


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
    """Where a target stands.

    `months` are the target's amounts, one for each of `clock.months`: whole past months plus the current one
    pro rata. `profile` are what earlier periods brought in each. `base` is the level a KPI starts from.
    With T the target, A the actual, B the base or 0, F the governing share of the period that has passed:
    expected E = B + (T − B)·F, attainment (A − B)/(T − B), pace (A − B)/(E − B), forecast B + (A − B)/F.
    A level without a base is due at once: E = T, forecast A. Where lower is better and there is no base,
    attainment is 2 − A/T and pace 2 − A/E: half the cost is 150 %, twice the cost is 0 %.
    """
    goal, reached, start = _exact(target), _exact(actual), _exact(base)
    shares = _shares(clock, rules, months, profile, start)
    expectations = None if goal is None else _expectations(goal, start, shares)
    expected = None if expectations is None else expectations.governed_by(rules.basis)
    pace = _index(reached, expected, start, rules)
    return Progress(
        target=goal,
        actual=reached,
        attainment=_index(reached, goal, start, rules),
        gap=_difference(goal, reached),
        expectations=expectations,
        expected=expected,
        pace_gap=_difference(expected, reached),
        pace=pace,
        required_rate=_required_rate(goal, reached, clock, rules),
        forecast=_forecast(reached, start, shares.governed_by(rules.basis)),
        elapsed=clock.calendar,
        status=_status(goal, reached, pace, clock, rules, start),
    )


def _exact(value: Number | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _days(period: Period | None) -> int:
    return period.days if period else 0


def _passed(period: Period, as_of: date, measure: Callable[[Period | None], int]) -> Fraction:
    """Share of the period before `as_of`; by calendar days where it has none of what is measured."""
    whole = measure(period)
    if not whole:
        return _passed(period, as_of, _days)
    return Fraction(measure(period.before(as_of)), whole)


def _shares(
    clock: Timeline,
    rules: Rules,
    months: Sequence[Number] | None,
    profile: Sequence[Number] | None,
    base: Fraction | None,
) -> Forms:
    """What share of the way should be behind us."""
    if rules.is_level and base is None:
        return Forms(Fraction(1), Fraction(1), None)
    by_calendar = _weighted(months, clock.months_calendar)
    by_working_day = _weighted(months, clock.months_working)
    return Forms(
        calendar=clock.calendar if by_calendar is None else by_calendar,
        working_day=clock.working if by_working_day is None else by_working_day,
        profile=_weighted(profile, clock.months_working),
    )


def _weighted(weights: Sequence[Number] | None, passed: Sequence[Fraction]) -> Fraction | None:
    """Share passed where months weigh differently; None without weights to go by."""
    if weights is None:
        return None
    exact = [weight if isinstance(weight, int) else Fraction(weight) for weight in weights]
    # Only the current month needs a fraction; whole ones stay integers, which are ten times as fast.
    behind = (w if share == 1 else w * share for w, share in zip(exact, passed, strict=True) if share)
    return ratio(sum(behind), sum(exact))


def _expectations(target: Fraction, base: Fraction | None, shares: Forms) -> Forms:
    start = base or Fraction(0)
    way = target - start
    return Forms(
        calendar=start + way * shares.calendar,
        working_day=start + way * shares.working_day,
        profile=None if shares.profile is None else start + way * shares.profile,
    )


def _index(
    actual: Fraction | None, against: Fraction | None, base: Fraction | None, rules: Rules
) -> Fraction | None:
    """How `actual` compares with a number it should reach; 1 is exactly there, more is better."""
    if base is not None:
        return ratio(_difference(actual, base), _difference(against, base))
    quotient = ratio(actual, against)
    if quotient is None or rules.direction == Direction.HIGHER:
        return quotient
    return 2 - quotient


def _difference(of: Fraction | None, less: Fraction | None) -> Fraction | None:
    return None if of is None or less is None else of - less


def _forecast(actual: Fraction | None, base: Fraction | None, share: Fraction) -> Fraction | None:
    """Run rate: as much again in the time that is left as in the time that has passed."""
    start = base or Fraction(0)
    way = ratio(_difference(actual, start), share)
    return None if way is None else start + way


def _required_rate(
    target: Fraction | None, actual: Fraction | None, clock: Timeline, rules: Rules
) -> Fraction | None:
    gap = _difference(target, actual)
    if gap is None or rules.is_level:
        return None
    return ratio(max(gap, Fraction(0)), clock.working_days_left)


def _status(
    target: Fraction | None,
    actual: Fraction | None,
    pace: Fraction | None,
    clock: Timeline,
    rules: Rules,
    base: Fraction | None,
) -> Status:
    if not target:
        return Status.NO_TARGET
    if actual is None:
        return Status.EARLY
    # A budget is kept only once the period is over; a level is where it is.
    is_final = clock.is_over or rules.is_level or base is not None
    is_higher = rules.direction == Direction.HIGHER
    if actual >= target if is_higher else is_final and actual <= target:
        return Status.REACHED
    return Status.EARLY if pace is None else _paced(pace, clock, rules.thresholds)


def _paced(pace: Fraction, clock: Timeline, levels: Thresholds) -> Status:
    if pace >= Fraction(levels.ahead):
        return Status.AHEAD
    if pace >= Fraction(levels.on_track):
        return Status.ON_TRACK
    if clock.calendar < Fraction(levels.guard):
        return Status.EARLY
    return Status.BEHIND if pace >= Fraction(levels.behind) else Status.AT_RISK
