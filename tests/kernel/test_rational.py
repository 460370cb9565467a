"""Exact quotients, rounded once."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.rational import Fraction, ratio, rounded, whole_ratio, whole_ratios


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


@given(
    st.lists(
        st.tuples(st.integers(-(10**15), 10**15), st.integers(-(10**10), 10**10), st.integers(1, 10**18)),
        min_size=1,
    )
)
def test_columns_are_divided_as_each_is_by_itself(rows):
    one, other, below = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    found, is_sure = whole_ratios(one, other, below)
    for (a, b, c), quotient, sure in zip(rows, found.tolist(), is_sure.tolist(), strict=True):
        assert not sure or quotient == whole_ratio(a * b, c)
        assert sure == (abs(Fraction(a * b, c)) < 2**50) or abs(abs(Fraction(a * b, c)) - 2**50) < 2


@given(st.integers(-(2**49), 2**49), st.integers(1, 10**17))
def test_a_half_goes_to_the_even_number_though_the_product_is_too_large(whole, half):
    """whole + ½, of a product beyond 64 bits; and just beside it."""
    odd = np.array([2 * whole + 1], np.int64)
    even = whole + whole % 2
    [exact], [sure] = whole_ratios(odd, half, 2 * half)
    assert (exact, sure) == (even, abs(whole) < 2**50)
