"""Months sum to their period, and a child's months sum to the child's number, to the unit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.apportion import apportion
from salestargets.kernel.calendars import WorkCalendar, work_calendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from targets.choices import Phasing as StoredPhasing
from targets.domain.phasing import Phasing, by_week, day_amounts, month_weights, phase_children

Q4_2017 = Period(date(2017, 10, 1), date(2018, 1, 1)).months()
Q4_2026 = Period(date(2026, 10, 1), date(2027, 1, 1)).months()


def code_of(*args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        month_weights(*args, **kwargs)
    return caught.value.code


def test_even_months_weigh_the_same():
    assert apportion(100, month_weights(Q4_2017, "even")) == [34, 33, 33]


def test_a_cut_month_weighs_its_days():
    cut = Period(date(2026, 4, 16), date(2026, 6, 1)).months()
    assert month_weights(cut, "even") == [Fraction(1, 2), 1]


def test_working_days_are_those_of_the_calendar():
    china = work_calendar(country="CN", years=range(2026, 2027))
    # October: 22 weekdays, less 5 of the holiday week, plus Saturday the 10th. November 21, December 23.
    assert month_weights(Q4_2026, "working_days", calendar=china) == [18, 21, 23]
    assert apportion(6_200, month_weights(Q4_2026, "working_days", calendar=china)) == [1_800, 2_100, 2_300]


def test_history_shapes_the_months_and_a_month_without_records_gets_nothing():
    assert month_weights(Q4_2017, "history", history=[50, None, 150]) == [50, 0, 150]
    assert apportion(1000, month_weights(Q4_2017, "history", history=[50, None, 150])) == [250, 0, 750]


def test_own_weights_are_taken_as_given():
    assert month_weights(Q4_2017, "weights", weights=[1, 2, 1]) == [1, 2, 1]


@pytest.mark.parametrize("history", [[0, 0, 0], [None, None, None]])
def test_months_without_any_history_are_an_error(history):
    assert code_of(Q4_2017, "history", history=history) == "no_history"


def test_a_month_below_zero_is_an_error():
    assert code_of(Q4_2017, "history", history=[5, -1, 5]) == "negative_history"


def test_there_must_be_one_value_a_month():
    assert code_of(Q4_2017, "history", history=[1, 2]) == "wrong_count"
    assert code_of(Q4_2017, "weights", weights=[1, 2, 3, 4]) == "wrong_count"


@pytest.mark.parametrize("phasing", ["by_magic", "working_days", "history", "weights"])
def test_a_phasing_that_is_unknown_or_lacks_what_it_needs_is_an_error(phasing):
    assert code_of(Q4_2017, phasing) == "unknown_phasing"


def test_the_stored_choices_are_the_phasings():
    assert [choice.value for choice in StoredPhasing] == [phasing.value for phasing in Phasing]
    assert month_weights(Q4_2017, StoredPhasing.WORKING_DAYS, calendar=WorkCalendar()) == [22, 22, 21]


def test_children_follow_the_months_of_their_parent():
    assert phase_children([600, 300], [300, 450, 150]) == [[200, 300, 100], [100, 150, 50]]


def test_children_may_have_shapes_of_their_own_within_the_parents_months():
    table = phase_children([600, 600], [600, 600], weights=[[2, 1], [1, 2]])
    assert table == [[400, 200], [200, 400]]


def test_what_is_not_allocated_keeps_months_of_its_own():
    assert phase_children([600], [600, 600]) == [[300, 300]]


def test_what_is_over_assigned_raises_all_months_in_proportion():
    assert phase_children([600, 600], [400, 600]) == [[240, 360], [240, 360]]


def test_nobody_has_no_months():
    assert phase_children([], [400, 600]) == []


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=10),
    st.lists(st.integers(1, 100), min_size=1, max_size=12),
)
def test_both_margins_hold_where_all_is_allocated(children, shape):
    months = apportion(sum(children), shape)
    table = phase_children(children, months)
    assert [sum(row) for row in table] == children
    assert [sum(column) for column in zip(*table, strict=True)] == months


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
)
def test_every_childs_months_sum_to_its_number_whatever_the_parent_has(children, months):
    table = phase_children(children, months)
    assert [sum(row) for row in table] == children
    if sum(children) <= sum(months):
        assert all(
            sum(column) <= month for column, month in zip(zip(*table, strict=True), months, strict=True)
        )


def test_a_month_is_spread_over_its_working_days_the_earlier_ones_first():
    china = work_calendar(country="CN", years=range(2026, 2027))
    days = day_amounts(Q4_2026[:1], [1_810], china)  # 18 working days, the first on the 8th
    assert [days[date(2026, 10, day)] for day in (1, 7, 8, 9, 10, 11)] == [0, 0, 101, 101, 101, 0]
    assert days[date(2026, 10, 31)] == 0
    assert sum(days.values()) == 1_810


def test_where_nobody_works_every_day_counts():
    idle = WorkCalendar(weekdays=frozenset())
    days = day_amounts(Q4_2026[:1], [3_100], idle)
    assert set(days.values()) == {100}
    assert day_amounts(Q4_2026[:1], [3_100], None) == days


def test_weeks_share_no_day_and_the_first_and_last_are_cut():
    weeks = by_week(day_amounts(Q4_2026, [31, 30, 31], None))
    assert weeks[0] == (Period(date(2026, 10, 1), date(2026, 10, 5)), 4)
    assert weeks[1] == (Period(date(2026, 10, 5), date(2026, 10, 12)), 7)
    assert weeks[-1] == (Period(date(2026, 12, 28), date(2027, 1, 1)), 4)
    assert by_week(day_amounts(Q4_2026, [31, 30, 31], None), starts_on=6)[0][1] == 3


@given(
    amounts=st.lists(st.integers(0, 10**12), min_size=3, max_size=3),
    starts_on=st.integers(0, 6),
    works=st.booleans(),
)
def test_days_and_weeks_sum_to_their_months(amounts, starts_on, works):
    days = day_amounts(Q4_2026, amounts, WorkCalendar() if works else None)
    for month, amount in zip(Q4_2026, amounts, strict=True):
        assert sum(days[day] for day in month.dates()) == amount
    weeks = by_week(days, starts_on=starts_on)
    assert sum(amount for _week, amount in weeks) == sum(amounts)
    assert [week.end for week, _amount in weeks[:-1]] == [week.start for week, _amount in weeks[1:]]
