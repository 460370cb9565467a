"""Shares sum to what was shared, to the unit, and each is within a unit of its exact proportion."""

import time
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction

totals = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)
exact_weights = st.lists(
    st.one_of(
        st.integers(0, 1000),
        st.decimals(0, 1000, places=3),
        st.fractions(0, 1000, max_denominator=60),
    ),
    min_size=1,
    max_size=12,
).filter(any)


def by_the_book(total: int, weights: list) -> list[int]:
    """Hamilton's method, told slowly: one seat at a time to the largest remainder."""
    quotas = [Fraction(total) * Fraction(weight) / sum(map(Fraction, weights)) for weight in weights]
    seats = [int(quota) for quota in quotas]
    while sum(seats) < total:
        remainders = [quota - seat for quota, seat in zip(quotas, seats, strict=True)]
        seats[remainders.index(max(remainders))] += 1
    return seats


def code_of(*args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        apportion(*args, **kwargs)
    return caught.value.code


def test_ten_million_in_three_parts_loses_nothing():
    assert apportion(1_000_000_000, [1, 1, 1]) == [333_333_334, 333_333_333, 333_333_333]


def test_the_odd_cent_goes_to_the_first_of_equals():
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(101, [1, 1, 1]) == [34, 34, 33]


def test_left_over_units_go_to_the_largest_remainders():
    # 21 in proportion 2 : 3 : 7 is 3.5, 5.25, 12.25.
    assert apportion(21, [2, 3, 7]) == [4, 5, 12]
    assert apportion(10, [1, 2, 3]) == [2, 3, 5]


def test_a_credit_note_is_shared_as_its_mirror_image():
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]


def test_a_weight_of_zero_gets_nothing():
    assert apportion(101, [0, 1, 0, 1]) == [0, 51, 0, 50]


def test_weights_may_be_decimals_or_fractions():
    assert apportion(100, [Decimal("0.5"), Fraction(1, 3), Fraction(1, 6)]) == [50, 33, 17]


@given(st.integers(0, 10**12), exact_weights)
def test_it_is_the_largest_remainder_method(total, weights):
    assert apportion(total, weights) == by_the_book(total, weights)


@given(totals, weights)
def test_shares_sum_to_the_total_and_keep_the_quota(total, weights):
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part - Fraction(total * weight, sum(weights))) < 1
        for part, weight in zip(parts, weights, strict=True)
    )


@given(totals, weights, st.integers(1, 1000))
def test_only_proportions_matter(total, weights, factor):
    assert apportion(total, weights) == apportion(total, [weight * factor for weight in weights])


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**5), min_size=200, max_size=400).filter(any))
def test_many_parts_are_shared_as_few_are(total, weights):
    assert apportion(total, weights) == by_the_book_fast(total, weights)


def by_the_book_fast(total: int, weights: list[int]) -> list[int]:
    divided = [divmod(total * weight, sum(weights)) for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-divided[n][1], n))
    lucky = set(order[: total - sum(part for part, _ in divided)])
    return [part + (n in lucky) for n, (part, _) in enumerate(divided)]


def test_amounts_beyond_64_bits_are_shared_exactly():
    total, weights = 10**30 + 7, [10**18 + n for n in range(500)]
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert parts == by_the_book_fast(total, weights)


@pytest.mark.parametrize("largest", [2**63 // 10**9 - 1, 2**63 // 10**9, 2**63 // 10**9 + 1, 2**63])
def test_the_edge_of_64_bits_makes_no_difference(largest):
    weights = [largest, *range(1, 300)]
    assert apportion(10**9, weights) == by_the_book_fast(10**9, weights)


def test_a_hundred_thousand_parts_take_no_time_to_speak_of():
    weights = [n * 7919 % 1_000_003 for n in range(100_000)]
    started = time.process_time()
    parts = apportion(10**11, weights)
    assert time.process_time() - started < 0.5  # about 12 ms; generous for a busy machine
    assert sum(parts) == 10**11


# Holds


def test_a_held_part_keeps_its_amount_and_the_others_share_the_rest():
    assert apportion(1000, [1, 1, 2], holds={1: 400}) == [200, 400, 400]


def test_the_weight_of_a_held_part_does_not_count():
    assert apportion(1000, [1, 999_999, 1], holds={1: 400}) == [300, 400, 300]


def test_holds_that_take_everything_leave_nothing():
    assert apportion(1000, [1, 1, 1], holds={0: 600, 2: 400}) == [600, 0, 400]


def test_a_credit_note_keeps_its_holds_too():
    assert apportion(-1000, [1, 1, 2], holds={1: -400}) == [-200, -400, -400]


@given(st.data(), weights, st.integers(0, 10**9))
def test_with_holds_the_rest_is_shared_as_if_alone(data, weights, total):
    positions = st.integers(0, len(weights) - 1)
    holds = data.draw(st.dictionaries(positions, st.integers(0, total // len(weights))))
    free = [weight for n, weight in enumerate(weights) if n not in holds]
    assume(any(free))
    parts = apportion(total, weights, holds=holds)
    assert sum(parts) == total
    assert all(parts[n] == amount for n, amount in holds.items())
    assert [part for n, part in enumerate(parts) if n not in holds] == apportion(
        total - sum(holds.values()), free
    )


# Floors and caps


def test_a_floor_lifts_and_the_others_share_what_is_left():
    assert apportion(100, [1, 4, 5], floors={0: 28}) == [28, 32, 40]


def test_a_cap_cuts_and_the_others_share_what_it_frees():
    assert apportion(100, [5, 3, 2], caps={0: 30}) == [30, 42, 28]


def test_freeing_one_cap_may_reach_another():
    assert apportion(100, [6, 3, 1], caps={0: 40, 1: 40}) == [40, 40, 20]


def test_a_floor_a_cap_and_a_hold_are_kept_at_once():
    assert apportion(1000, [1, 1, 1, 1], holds={3: 100}, floors={0: 500}, caps={1: 150}) == [
        500,
        150,
        250,
        100,
    ]


def test_the_bounds_of_a_held_part_do_not_matter():
    assert apportion(100, [1, 1, 1], holds={0: 10}, floors={0: 50}, caps={1: 40}) == [10, 40, 50]


def test_a_part_without_weight_still_gets_its_floor():
    assert apportion(100, [0, 1, 1], floors={0: 20}) == [20, 40, 40]


def test_a_negative_total_swaps_floors_and_caps():
    assert apportion(-100, [5, 3, 2], floors={0: -30}) == [-30, -42, -28]
    assert apportion(-100, [1, 4, 5], caps={0: -28}) == [-28, -32, -40]


bounded = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 40), st.integers(0, 60)), min_size=1, max_size=7
)


@given(st.data(), bounded)
def test_bounded_shares_have_one_factor_for_all_who_are_within_their_bounds(data, rows):
    weights, floors, rooms = zip(*rows, strict=True)
    caps = [floor + room for floor, room in zip(floors, rooms, strict=True)]
    total = data.draw(st.integers(sum(floors), sum(caps)))
    parts = apportion(total, weights, floors=dict(enumerate(floors)), caps=dict(enumerate(caps)))
    assert sum(parts) == total
    assert all(floor <= part <= cap for floor, part, cap in zip(floors, parts, caps, strict=True))
    # Some factor, up to rounding, explains every part: w · factor cut to the bounds is within a unit of it.
    low = max(
        (
            Fraction(part - 1, weight)
            for part, weight, floor in zip(parts, weights, floors, strict=True)
            if part > floor
        ),
        default=Fraction(0),
    )
    high = min(
        (
            Fraction(part + 1, weight)
            for part, weight, cap in zip(parts, weights, caps, strict=True)
            if part < cap
        ),
        default=low,
    )
    assert low <= high


# What cannot be shared


def test_weights_that_are_all_zero_are_an_error_and_not_an_even_split():
    assert code_of(100, [0, 0]) == "zero_weights"
    assert code_of(100, [0, 0, 5], holds={2: 10}) == "zero_weights"
    assert code_of(100, [0, 5], caps={1: 10}) == "zero_weights"


def test_nothing_can_be_shared_without_weights():
    assert apportion(0, [0, 0]) == [0, 0]
    assert apportion(0, []) == []


def test_nobody_cannot_share_something():
    assert code_of(100, []) == "no_parts"
    assert code_of(100, [1, 1], holds={0: 30, 1: 30}) == "no_parts"
    assert code_of(100, [0, 5], floors={0: 20}, caps={1: 10}) == "no_parts"


@pytest.mark.parametrize("weights", [[1, -1], [Decimal("-0.1"), 1], [-1] * 300])
def test_a_negative_weight_is_an_error(weights):
    assert code_of(100, weights) == "negative_weight"
    assert code_of(0, weights) == "negative_weight"


def test_holds_above_the_total_are_an_error():
    assert code_of(100, [1, 1], holds={0: 101}) == "holds_exceed_total"
    assert code_of(-100, [1, 1], holds={0: -101}) == "holds_exceed_total"


def test_floors_above_the_total_are_an_error():
    assert code_of(100, [1, 1], floors={0: 60, 1: 41}) == "floors_exceed_total"
    assert code_of(100, [1, 1], floors={0: 101}) == "floors_exceed_total"
    assert code_of(100, [1, 1], holds={1: 50}, floors={0: 60}) == "floors_exceed_total"


def test_caps_that_leave_a_rest_are_an_error():
    assert code_of(100, [1, 1], caps={0: 40, 1: 59}) == "caps_below_total"


def test_a_floor_above_its_own_cap_is_an_error():
    assert code_of(100, [1, 1], floors={0: 50}, caps={0: 40}) == "floor_above_cap"
