"""Exact quotients, rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest

from salestargets.kernel.rational import ratio, rounded


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


def test_undefined_stays_undefined_when_rounded():
    assert rounded(None, 2) is None
