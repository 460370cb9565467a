"""Amounts are integers of the smallest unit; nothing is lost on the way in or out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.money import LARGEST_MINOR, check_currency, convert, decimals, from_minor, to_minor

currencies = st.sampled_from(["CNY", "USD", "EUR", "JPY", "KWD", "CLF", "RSD"])
minors = st.integers(-LARGEST_MINOR, LARGEST_MINOR)


@pytest.mark.parametrize(
    ("currency", "places"),
    [("CNY", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4), ("RSD", 2), ("IQD", 3)],
)
def test_a_currency_has_the_decimals_that_iso_4217_gives_it(currency, places):
    assert decimals(currency) == places


@pytest.mark.parametrize("code", ["", "usd", "US", "ABC", "人民币", "CNY "])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(DomainError) as caught:
        check_currency(code)
    assert caught.value.code == "unknown_currency"


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1200.50", "CNY", 120050),
        ("1200.5", "CNY", 120050),
        ("1200.50000", "CNY", 120050),
        ("-0.01", "USD", -1),
        ("1200", "JPY", 1200),
        ("1200.00", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("12E+2", "USD", 120000),
        ("92233720368547758.07", "USD", LARGEST_MINOR),
    ],
)
def test_major_units_become_minor_units(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "CNY"), ("0.5", "JPY"), ("1E-400000", "USD"), ("1." + "0" * 70 + "1", "USD")],
)
def test_a_fraction_the_currency_does_not_have_is_refused_not_rounded(amount, currency):
    with pytest.raises(DomainError) as caught:
        to_minor(Decimal(amount), currency)
    assert caught.value.code == "too_many_decimals"


@pytest.mark.parametrize("amount", ["92233720368547758.08", "1E+999999", "-1E+30", "NaN", "Infinity"])
def test_an_amount_the_database_cannot_hold_is_refused(amount):
    with pytest.raises(DomainError) as caught:
        to_minor(Decimal(amount), "USD")
    assert caught.value.code == "amount_out_of_range"


def test_minor_units_become_major_units_with_all_decimals():
    assert str(from_minor(1200, "USD")) == "12.00"
    assert str(from_minor(-5, "KWD")) == "-0.005"
    assert str(from_minor(1200, "JPY")) == "1200"


@given(minors, currencies)
def test_out_and_in_again_is_the_same_amount(minor, currency):
    assert to_minor(from_minor(minor, currency), currency) == minor


def test_conversion_knows_the_decimals_of_both_currencies():
    assert convert(10_000, "USD", "JPY", Decimal("150.5")) == 15_050
    assert convert(15_050, "JPY", "KWD", Decimal("0.002")) == 30_100
    assert convert(10_000, "USD", "CNY", Decimal("7.1234")) == 71_234


def test_half_a_cent_goes_to_the_even_cent():
    assert convert(1, "USD", "EUR", Decimal("0.5")) == 0
    assert convert(3, "USD", "EUR", Decimal("0.5")) == 2
    assert convert(-3, "USD", "EUR", Decimal("0.5")) == -2


@given(minors, currencies)
def test_a_rate_of_one_into_the_same_currency_changes_nothing(minor, currency):
    assert convert(minor, currency, currency, Decimal(1)) == minor


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_must_be_above_zero(rate):
    with pytest.raises(DomainError) as caught:
        convert(100, "USD", "EUR", Decimal(rate))
    assert caught.value.code == "invalid_rate"


def test_a_conversion_beyond_what_the_database_holds_is_refused():
    with pytest.raises(DomainError) as caught:
        convert(LARGEST_MINOR, "USD", "JPY", Decimal(1000))
    assert caught.value.code == "amount_out_of_range"
