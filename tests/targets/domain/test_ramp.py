"""A new hire carries what their tenure and their working days say, and no day counts twice."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from targets.domain.ramp import DEFAULT_CURVE, RampCurve, mean_ramp, ramp_share

WEEK = WorkCalendar()
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1)).months()
SPRING = Period(date(2026, 4, 1), date(2026, 7, 1)).months()  # 22, 21 and 22 working days
THIRD, SIX = Fraction(3, 10), Fraction(6, 10)


def test_the_default_curve_goes_by_quarters_of_tenure():
    assert [DEFAULT_CURVE.share(month) for month in (-1, 0, 2, 3, 5, 6, 99)] == [
        0,
        THIRD,
        THIRD,
        SIX,
        SIX,
        1,
        1,
    ]


def test_whoever_came_on_the_first_of_the_year_is_whole_after_half_of_it():
    assert ramp_share(DEFAULT_CURVE, date(2026, 1, 1), YEAR, WEEK) == (THIRD,) * 3 + (SIX,) * 3 + (1,) * 6


def test_the_month_of_hiring_is_weighed_by_the_working_days_left():
    # From Thursday 16 April: 11 of 22 working days.
    assert ramp_share(DEFAULT_CURVE, date(2026, 4, 16), SPRING, WEEK) == (THIRD / 2, THIRD, THIRD)


def test_the_month_after_the_hire_is_month_one_whatever_the_day():
    curve = RampCurve((Fraction(0), Fraction(1, 2)))
    assert ramp_share(curve, date(2026, 4, 30), SPRING, WEEK) == (0, Fraction(1, 2), 1)


def test_before_the_hire_there_is_nothing():
    assert ramp_share(DEFAULT_CURVE, date(2026, 6, 1), SPRING, WEEK) == (0, 0, THIRD)
    assert ramp_share(DEFAULT_CURVE, date(2026, 7, 1), SPRING, WEEK) == (0, 0, 0)


def test_who_was_hired_before_the_plan_goes_on_where_they_are():
    assert ramp_share(DEFAULT_CURVE, date(2026, 1, 31), SPRING, WEEK) == (SIX, SIX, SIX)
    assert ramp_share(DEFAULT_CURVE, date(2025, 12, 31), SPRING, WEEK) == (SIX, SIX, 1)
    assert ramp_share(DEFAULT_CURVE, None, SPRING, WEEK) == (1, 1, 1)


def test_who_leaves_carries_the_days_until_then():
    # Until Friday 15 May: 11 of 21 working days; `left_on` is the first day they are gone.
    assert ramp_share(DEFAULT_CURVE, None, SPRING, WEEK, left_on=date(2026, 5, 16)) == (
        1,
        Fraction(11, 21),
        0,
    )
    came_and_went = ramp_share(DEFAULT_CURVE, date(2026, 4, 16), SPRING, WEEK, left_on=date(2026, 4, 23))
    assert came_and_went == (THIRD * 5 / 22, 0, 0)
    assert ramp_share(DEFAULT_CURVE, None, SPRING, WEEK, left_on=date(2026, 3, 1)) == (0, 0, 0)


def test_a_first_of_the_month_that_nobody_works_takes_nothing_away():
    new_year = WorkCalendar(holidays=frozenset({date(2026, 1, 1), date(2026, 1, 2)}))
    assert ramp_share(RampCurve(()), date(2026, 1, 3), YEAR, new_year) == (1,) * 12


def test_a_month_without_working_days_goes_by_calendar_days():
    closed = WorkCalendar(weekdays=frozenset())
    assert ramp_share(RampCurve(()), date(2026, 4, 16), SPRING, closed) == (Fraction(1, 2), 1, 1)
    assert mean_ramp(RampCurve(()), date(2026, 4, 16), SPRING, closed) == Fraction(76, 91)


def test_a_month_of_four_weeks_may_lie_in_two_calendar_months():
    # Monday 26 January to Sunday 22 February: 5 working days of month 0, 15 of month 1.
    (share,) = ramp_share(
        RampCurve((Fraction(0), Fraction(1, 2))),
        date(2026, 1, 5),
        [Period(date(2026, 1, 26), date(2026, 2, 23))],
        WEEK,
    )
    assert share == Fraction(15, 2) / 20


def test_the_mean_weighs_months_by_their_working_days():
    # 11 of 22, then 21 and 22 days at 30 %: 54 of 65 days.
    assert mean_ramp(DEFAULT_CURVE, date(2026, 4, 16), SPRING, WEEK) == THIRD * Fraction(54, 65)
    assert mean_ramp(DEFAULT_CURVE, None, SPRING, WEEK) == 1


def test_a_mean_of_no_months_is_refused():
    with pytest.raises(DomainError) as caught:
        mean_ramp(DEFAULT_CURVE, None, [], WEEK)
    assert caught.value.code == "no_months"


@pytest.mark.parametrize("share", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_curve_is_made_of_shares(share):
    with pytest.raises(DomainError) as caught:
        RampCurve((share,))
    assert caught.value.code == "invalid_ramp"


days = st.integers(0, 730).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
curves = st.lists(st.fractions(0, 1, max_denominator=10), max_size=8).map(
    lambda shares: RampCurve(tuple(shares))
)


def by_day(curve: RampCurve, hired_on: date, month: Period, left_on: date | None) -> Fraction:
    """The definition, day by day."""
    worked = [day for day in month.dates() if WEEK.is_working_day(day)]
    shares = [
        curve.share((day.year - hired_on.year) * 12 + day.month - hired_on.month)
        for day in worked
        if day >= hired_on and (left_on is None or day < left_on)
    ]
    return sum(shares, Fraction(0)) / len(worked)


@given(curves, days, st.none() | days)
def test_it_is_what_every_day_adds(curve, hired_on, left_on):
    expected = tuple(by_day(curve, hired_on, month, left_on) for month in YEAR)
    assert ramp_share(curve, hired_on, YEAR, WEEK, left_on=left_on) == expected


@given(days, st.integers(0, 400))
def test_who_comes_later_carries_no_more(hired_on, later):
    early = ramp_share(DEFAULT_CURVE, hired_on, YEAR, WEEK)
    late = ramp_share(DEFAULT_CURVE, hired_on + timedelta(days=later), YEAR, WEEK)
    assert all(less <= more for less, more in zip(late, early, strict=True))
    assert mean_ramp(DEFAULT_CURVE, hired_on + timedelta(days=later), YEAR, WEEK) <= mean_ramp(
        DEFAULT_CURVE, hired_on, YEAR, WEEK
    )
