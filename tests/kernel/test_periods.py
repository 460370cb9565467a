"""Periods contain their start and not their end, so that no day is counted twice or missed."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import FiscalCalendar, Period, add_months, month_of, months_between

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
calendars = st.builds(FiscalCalendar, st.integers(1, 12))
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


def test_a_calendar_year_is_named_plainly():
    calendar = FiscalCalendar()
    assert calendar.name(calendar.year_of(date(2026, 5, 9))) == "2026"
    assert calendar.name(calendar.half_of(date(2026, 7, 1))) == "2026-H2"
    assert calendar.name(calendar.quarter_of(date(2026, 5, 9))) == "2026-Q2"
    assert calendar.name(month_of(date(2026, 5, 9))) == "2026-05"


def test_a_fiscal_year_from_april_is_named_after_the_year_it_ends_in():
    calendar = FiscalCalendar(4)
    assert calendar.year(2026) == Period(date(2025, 4, 1), date(2026, 4, 1))
    assert calendar.year_of(date(2026, 3, 31)) == calendar.year(2026)
    assert calendar.year_of(date(2026, 4, 1)) == calendar.year(2027)
    assert calendar.quarter_of(date(2026, 2, 14)) == Period(date(2026, 1, 1), date(2026, 4, 1))
    assert calendar.name(calendar.quarter_of(date(2026, 2, 14))) == "FY2026-Q4"
    assert calendar.name(calendar.half_of(date(2026, 2, 14))) == "FY2026-H2"
    assert calendar.name(calendar.year(2026)) == "FY2026"
    assert calendar.name(month_of(date(2026, 2, 14))) == "2026-02"


def test_another_span_is_named_by_its_first_and_last_day():
    assert FiscalCalendar().name(Period(date(2026, 5, 9), date(2026, 6, 1))) == "2026-05-09 – 2026-05-31"


@given(calendars, days)
def test_every_day_is_in_its_fiscal_year_half_and_quarter(calendar, day):
    year, half, quarter = calendar.year_of(day), calendar.half_of(day), calendar.quarter_of(day)
    assert quarter.contains(day)
    assert half.intersect(quarter) == quarter
    assert year.intersect(half) == half
    assert year.start.month == calendar.start_month


@given(calendars, st.integers(2000, 2099))
def test_four_quarters_and_two_halves_make_up_a_fiscal_year_without_gaps(calendar, number):
    year = calendar.year(number)
    quarters = [calendar.quarter(number, n) for n in (1, 2, 3, 4)]
    halves = [calendar.half(number, n) for n in (1, 2)]
    for parts in (quarters, halves):
        assert parts[0].start == year.start
        assert parts[-1].end == year.end
        assert all(one.end == next_.start for one, next_ in itertools.pairwise(parts))
    assert year.end == calendar.year(number + 1).start


@given(calendars, st.integers(2000, 2099), st.integers(1, 4))
def test_a_quarter_is_read_back_from_its_name(calendar, number, quarter):
    period = calendar.quarter(number, quarter)
    assert calendar.parse_quarter(calendar.name(period)) == period


@pytest.mark.parametrize("text", ["2026-Q3", "2026Q3", "2026 q3", "Q3 2026", "Q3-FY2026", " FY2026-Q3 "])
def test_a_quarter_may_be_written_in_the_usual_ways(text):
    assert FiscalCalendar().parse_quarter(text) == Period(date(2026, 7, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-Q5", "2026-Q0", "26-Q1", "1999-Q4", "２０２６-Q1", "2026-Q1x"]
)
def test_what_is_not_a_quarter_is_refused(text):
    with pytest.raises(DomainError) as caught:
        FiscalCalendar().parse_quarter(text)
    assert caught.value.code == "invalid_quarter"


def test_a_fiscal_year_cannot_start_in_month_13_nor_have_a_fifth_quarter():
    with pytest.raises(DomainError) as caught:
        FiscalCalendar(13)
    assert caught.value.code == "invalid_start_month"
    with pytest.raises(DomainError) as caught:
        FiscalCalendar().quarter(2026, 5)
    assert caught.value.code == "invalid_part"
