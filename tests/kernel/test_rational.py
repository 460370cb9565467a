"""Exact quotients, rounded once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.rational import Fraction, ratio, rounded, whole_ratio


def test_a_ratio_is_exact():
    assert ratio(1, 3) == Fraction(1, 3)
    assert ratio(Decimal("0.1"), Decimal("0.3")) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("numerator", "denominator"), [(1, 0), (0, 0), (None, 3), (1, None), (1, Decimal(0))]
)
def test_a_ratio_without_both_parts_is_undefined(numerator, denominator):
    assert ratio(numerator, denominator) is None


def test_zero_over_something_is_zero_not_undefined():
    assert ratio(0, 3) == 0


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 2), 0, "0"),
        (Fraction(3, 2), 0, "2"),
        (Fraction(-1, 3), 3, "-0.333"),
        (7, 2, "7.00"),
        (Decimal("1.005"), 2, "1.00"),
    ],
)
def test_rounding_keeps_all_decimals_and_halves_go_to_even(value, places, text):
    assert str(rounded(value, places)) == text


@given(st.integers(-(10**15), 10**15), st.integers(1, 400))
def test_a_whole_ratio_is_the_ratio_rounded(numerator, denominator):
    assert whole_ratio(numerator, denominator) == round(Fraction(numerator, denominator))
    assert whole_ratio(numerator, 0) is None


def test_undefined_stays_undefined_when_rounded():
    assert rounded(None, 2) is None
