"""Everyone is credited their share, and the deal once."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.credit import check_shares, credit
from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction


def code_of(percents) -> str:
    with pytest.raises(DomainError) as caught:
        check_shares(percents)
    return caught.value.code


def test_two_people_share_a_deal():
    assert credit(120_000, {"ann": Decimal(60), "ben": Decimal(40)}) == {"ann": 72_000, "ben": 48_000}


def test_the_odd_cent_of_a_third_goes_to_the_largest_remainder():
    thirds = {"ann": Decimal("33.33"), "ben": Decimal("33.33"), "cy": Decimal("33.34")}
    assert credit(100, thirds) == {"ann": 33, "ben": 33, "cy": 34}


def test_a_credit_note_takes_back_what_was_credited():
    percents = {"ann": Decimal("33.5"), "ben": Decimal("66.5")}
    given_, taken = credit(10_001, percents), credit(-10_001, percents)
    assert {person: given_[person] + taken[person] for person in percents} == {"ann": 0, "ben": 0}


@pytest.mark.parametrize("percents", [["50", "49.99"], ["50", "50.01"], ["100", "100"], []])
def test_shares_must_sum_to_a_hundred(percents):
    assert code_of(dict(enumerate(map(Decimal, percents)))) == "shares_not_100"


def test_the_error_tells_the_sum():
    with pytest.raises(DomainError, match=r"sum to 99\.99 percent"):
        credit(100, {"ann": Decimal("50"), "ben": Decimal("49.99")})


@pytest.mark.parametrize("percents", [["100", "0"], ["110", "-10"]])
def test_a_share_must_be_above_zero(percents):
    assert code_of(dict(enumerate(map(Decimal, percents)))) == "share_not_positive"


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(1, 99), max_size=5, unique=True))
def test_the_credited_parts_sum_to_the_deal(amount, cuts):
    edges = [0, *sorted(cuts), 100]
    percents = {n: Decimal(high - low) for n, (low, high) in enumerate(itertools.pairwise(edges))}
    parts = credit(amount, percents)
    assert sum(parts.values()) == amount
    assert all(abs(parts[n] - Fraction(amount) * Fraction(percents[n]) / 100) < 1 for n in percents)
