"""Both margins are exact, zeros stay zero, and proportions are kept as far as whole units allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction
from salestargets.kernel.two_way import apportion_two_way


def margins(table: list[list[int]]) -> tuple[list[int], list[int]]:
    return [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]


def code_of(*args) -> str:
    with pytest.raises(DomainError) as caught:
        apportion_two_way(*args)
    return caught.value.code


tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.just(0), st.integers(0, 10**6)), min_size=width, max_size=width),
        min_size=1,
        max_size=6,
    )
)


def test_equal_weights_give_what_the_margins_imply():
    table = apportion_two_way([600, 300], [300, 300, 300], [[1, 1, 1], [1, 1, 1]])
    assert table == [[200, 200, 200], [100, 100, 100]]


def test_a_table_that_already_has_the_margins_stays():
    weights = [[1, 2, 3], [4, 5, 6]]
    assert apportion_two_way([6, 15], [5, 7, 9], weights) == weights


def test_fitting_keeps_the_odds_ratio_of_the_weights():
    # Scaling rows and columns cannot change 2 · 3 / (1 · 1).
    ((a, b), (c, d)) = apportion_two_way([10**9, 10**9], [10**9, 10**9], [[2, 1], [1, 3]])
    assert a + b == c + d == a + c == b + d == 10**9
    assert abs(Fraction(a * d, b * c) - 6) < Fraction(1, 10**6)


def test_the_odd_units_of_the_rows_are_spread_over_the_columns():
    table = apportion_two_way([1, 1, 1], [1, 1, 1], [[1, 1, 1]] * 3)
    assert margins(table) == ([1, 1, 1], [1, 1, 1])
    assert {cell for row in table for cell in row} == {0, 1}


def test_zeros_that_leave_one_way_are_followed():
    table = apportion_two_way([10, 10, 10], [10, 10, 10], [[1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert table == [[10, 0, 0], [0, 10, 0], [0, 0, 10]]


def test_zeros_that_leave_one_way_are_followed_quickly_however_large_the_amounts():
    staircase = [
        [1 if month <= level else 0 for month in range(12)] for level in range(12) for _ in range(100)
    ]
    table = apportion_two_way([10**12] * 1200, [10**14] * 12, staircase)
    assert margins(table) == ([10**12] * 1200, [10**14] * 12)
    assert all(table[n][n // 100] == 10**12 for n in range(1200))


def test_a_row_or_column_of_zero_is_all_zero():
    assert apportion_two_way([5, 0], [0, 5], [[1, 1], [1, 1]]) == [[0, 5], [0, 0]]
    assert apportion_two_way([0, 0], [0, 0], [[0, 0], [0, 0]]) == [[0, 0], [0, 0]]


def test_negative_totals_are_shared_as_their_mirror_image():
    weights = [[1, 2], [3, 4]]
    mirrored = [[-cell for cell in row] for row in apportion_two_way([70, 31], [41, 60], weights)]
    assert apportion_two_way([-70, -31], [-41, -60], weights) == mirrored


@given(tables, st.data())
def test_both_margins_are_exact_and_zero_weights_stay_zero(table, data):
    rows, columns = margins(table)
    weights = [[data.draw(st.integers(1, 50)) if cell else 0 for cell in row] for row in table]
    result = apportion_two_way(rows, columns, weights)
    assert margins(result) == (rows, columns)
    assert all(
        cell >= 0 and (weight or cell == 0)
        for cells, row in zip(result, weights, strict=True)
        for cell, weight in zip(cells, row, strict=True)
    )


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
)
def test_with_equal_shapes_every_cell_is_within_a_few_units_of_its_share(rows, shape):
    columns = apportion(sum(rows), shape)
    result = apportion_two_way(rows, columns, [shape] * len(rows))
    assert margins(result) == (rows, columns)
    total = sum(rows) or 1
    assert all(
        abs(cell - Fraction(row * column, total)) < 3
        for row, cells in zip(rows, result, strict=True)
        for column, cell in zip(columns, cells, strict=True)
    )


def test_ten_thousand_people_and_amounts_near_the_largest_stay_exact():
    rows = [10**14 + n * 7919 for n in range(10_000)]
    columns = apportion(sum(rows), range(1, 13))
    result = apportion_two_way(
        rows, columns, [[(n * m) % 97 + 1 for m in range(1, 13)] for n in range(10_000)]
    )
    assert margins(result) == (rows, columns)


def test_margins_must_have_one_total():
    assert code_of([1, 2], [4], [[1], [1]]) == "margins_differ"


def test_zeros_that_leave_no_way_are_an_error():
    assert code_of([10, 10], [5, 15], [[1, 0], [1, 1]]) == "no_fit"
    assert code_of([10, 10], [10, 10], [[1, 1], [0, 0]]) == "no_fit"
    assert code_of([10, 10], [10, 10], [[1, 0], [1, 0]]) == "no_fit"


def test_totals_of_both_signs_are_an_error():
    assert code_of([10, -5], [5], [[1], [1]]) == "mixed_signs"


def test_a_negative_weight_is_an_error():
    assert code_of([10], [5, 5], [[1, -1]]) == "negative_weight"


def test_totals_beyond_what_the_database_holds_are_an_error():
    assert code_of([2**62, 2**62], [2**63], [[1], [1]]) == "amount_out_of_range"
