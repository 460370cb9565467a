"""Periods contain their start and not their end, so that no day is counted twice or missed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period, add_months, month_of, months_between

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
periods = st.builds(lambda start, length: Period(start, start + timedelta(length)), days, st.integers(1, 800))

Q4 = Period(date(2017, 10, 1), date(2018, 1, 1))


def test_a_period_contains_its_first_day_and_not_its_end():
    assert Q4.contains(date(2017, 10, 1))
    assert Q4.contains(date(2017, 12, 31))
    assert not Q4.contains(date(2018, 1, 1))
    assert not Q4.contains(date(2017, 9, 30))
    assert Q4.days == 92
    assert Q4.last_day == date(2017, 12, 31)


@pytest.mark.parametrize("end", [date(2017, 10, 1), date(2017, 9, 30)])
def test_a_period_without_days_is_refused(end):
    with pytest.raises(DomainError) as caught:
        Period(date(2017, 10, 1), end)
    assert caught.value.code == "empty_period"


@given(periods, periods)
def test_the_intersection_is_the_days_in_both(one, other):
    both = one.intersect(other)
    assert set(both.dates() if both else ()) == set(one.dates()) & set(other.dates())


def test_neighbours_share_no_day():
    assert Q4.intersect(Period(date(2018, 1, 1), date(2018, 4, 1))) is None


@given(periods, days)
def test_what_is_before_and_after_a_day_makes_up_the_whole(period, day):
    before, after = period.before(day), period.after(day)
    assert [*(before.dates() if before else ()), *(after.dates() if after else ())] == list(period.dates())
    assert all(d < day for d in (before.dates() if before else ()))


def test_a_quarter_has_three_months():
    assert Q4.months() == (
        Period(date(2017, 10, 1), date(2017, 11, 1)),
        Period(date(2017, 11, 1), date(2017, 12, 1)),
        Period(date(2017, 12, 1), date(2018, 1, 1)),
    )


def test_months_are_cut_to_the_period():
    assert Period(date(2026, 1, 15), date(2026, 3, 2)).months() == (
        Period(date(2026, 1, 15), date(2026, 2, 1)),
        Period(date(2026, 2, 1), date(2026, 3, 1)),
        Period(date(2026, 3, 1), date(2026, 3, 2)),
    )


@given(periods)
def test_the_months_of_a_period_make_it_up(period):
    assert [day for month in period.months() for day in month.dates()] == list(period.dates())


def test_the_month_of_a_day_in_december_ends_with_the_year():
    assert month_of(date(2026, 12, 31)) == Period(date(2026, 12, 1), date(2027, 1, 1))
    assert month_of(date(2024, 2, 29)).days == 29


def test_months_are_counted_over_the_end_of_the_year_and_backwards():
    assert add_months(date(2026, 11, 1), 3) == date(2027, 2, 1)
    assert add_months(date(2026, 2, 1), -3) == date(2025, 11, 1)


def test_months_between_leaves_out_the_month_that_begins_with_the_end():
    assert months_between(date(2026, 11, 20), date(2027, 1, 1)) == (date(2026, 11, 1), date(2026, 12, 1))
    assert months_between(date(2026, 12, 31), date(2027, 1, 2)) == (date(2026, 12, 1), date(2027, 1, 1))


@given(periods, st.integers(0, 6))
def test_the_weeks_of_a_period_make_it_up(period, starts_on):
    weeks = period.weeks(starts_on)
    assert [day for week in weeks for day in week.dates()] == list(period.dates())
    assert all(week.start.weekday() == starts_on for week in weeks[1:])
    assert all(week.days == 7 for week in weeks[1:-1])


def test_weeks_are_cut_to_the_period():
    assert Period(date(2026, 7, 1), date(2026, 7, 14)).weeks() == (
        Period(date(2026, 7, 1), date(2026, 7, 6)),
        Period(date(2026, 7, 6), date(2026, 7, 13)),
        Period(date(2026, 7, 13), date(2026, 7, 14)),
    )
