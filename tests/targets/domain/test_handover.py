"""What a leaver leaves is handed on exactly: the past stays, and nothing is lost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.calendars import WorkCalendar
from salestargets.kernel.errors import DomainError
from salestargets.kernel.periods import Period
from targets.domain.handover import part, take_over

Q2 = Period(date(2026, 4, 1), date(2026, 7, 1))
PERIODS = Q2.months()
CALENDAR = WorkCalendar()

amounts = st.lists(st.integers(0, 10**9), min_size=3, max_size=3)


def test_the_running_month_is_parted_by_working_days() -> None:
    """May 2026 has 21 working days, 7 of them before the 12th."""
    parting = part([300, 210, 90], PERIODS, date(2026, 5, 12), CALENDAR)
    assert parting.stays == (300, 70, 0)
    assert parting.left == (0, 140, 90)


@given(amounts, st.dates(date(2026, 3, 1), date(2026, 8, 1)))
def test_what_stays_and_what_is_left_sum_to_the_number(months: list[int], day: date) -> None:
    parting = part(months, PERIODS, day, CALENDAR)
    assert [a + b for a, b in zip(parting.stays, parting.left, strict=True)] == months
    assert min(*parting.stays, *parting.left) >= 0


@given(amounts, st.dates(date(2026, 3, 1), date(2026, 8, 1)))
def test_months_that_are_over_stay_and_those_to_come_go(months: list[int], day: date) -> None:
    parting = part(months, PERIODS, day, CALENDAR)
    for n, period in enumerate(PERIODS):
        if period.end <= day:
            assert parting.left[n] == 0
        if period.start >= day:
            assert parting.stays[n] == 0


@given(
    amounts,
    st.lists(st.tuples(amounts, st.integers(1, 10**6)), min_size=1, max_size=6),
)
def test_nothing_is_lost_in_any_month(left: list[int], team: list[tuple[list[int], int]]) -> None:
    takers = {n: months for n, (months, _weight) in enumerate(team)}
    taken = take_over(left, takers, {n: weight for n, (_months, weight) in enumerate(team)})
    for n, amount in enumerate(left):
        before, after = (sum(each[n] for each in rows.values()) for rows in (takers, taken))
        assert after - before == amount
    assert all(b >= a for key in takers for a, b in zip(takers[key], taken[key], strict=True))


def test_it_goes_in_proportion_and_the_odd_unit_to_the_first_of_equals() -> None:
    assert take_over([0, 0, 101], {"a": [0, 0, 0], "b": [5, 5, 5]}, {"a": 1, "b": 1}) == {
        "a": (0, 0, 51),
        "b": (5, 5, 55),
    }


def test_somebody_must_take_over() -> None:
    with pytest.raises(DomainError) as caught:
        take_over([1], {}, {})
    assert caught.value.code == "nobody"
    with pytest.raises(DomainError) as caught:
        take_over([1], {"a": [0]}, {"a": 0})
    assert caught.value.code == "zero_weights"
