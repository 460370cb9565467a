"""A ratio is rolled up by its parts and divided once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.domain.ratios import Parts, percent, roll_up
from salestargets.kernel.rational import Fraction


def test_a_roll_up_is_not_the_mean_of_ratios():
    teams = [Parts(90, 100), Parts(1, 10)]
    assert roll_up(teams).value == Fraction(91, 110)
    assert roll_up(teams).value != (Fraction(90, 100) + Fraction(1, 10)) / 2


def test_a_ratio_without_a_denominator_is_undefined_and_not_zero():
    assert Parts(0, 0).value is None
    assert Parts(0, 5).value == 0
    assert roll_up([]).value is None


def test_a_part_without_cases_does_not_pull_the_whole_down():
    assert roll_up([Parts(3, 4), Parts(0, 0)]).value == Fraction(3, 4)


parts = st.builds(Parts, st.integers(0, 10**9), st.integers(1, 10**9))


@given(st.lists(parts, min_size=1), st.lists(parts, min_size=1))
def test_it_does_not_matter_in_which_groups_a_roll_up_is_made(one, other):
    assert roll_up([roll_up(one), roll_up(other)]) == roll_up([*one, *other])


@given(st.lists(parts, min_size=1))
def test_the_whole_lies_between_its_parts(group):
    values = [part.value for part in group]
    assert min(values) <= roll_up(group).value <= max(values)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(2, 3), 1, "66.7"),
        (Fraction(1, 8), 0, "12"),
        (Fraction(3, 2), 2, "150.00"),
        (Decimal("0.005"), 0, "0"),
    ],
)
def test_a_percentage_is_rounded_once_with_halves_to_even(value, places, shown):
    assert str(percent(value, places=places)) == shown


def test_an_undefined_percentage_stays_undefined():
    assert percent(None) is None
