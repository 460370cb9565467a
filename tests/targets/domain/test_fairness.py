"""Uneven targets are seen, whoever they are too much for is named, and few people are not over-read."""

from decimal import Decimal
from math import sqrt
from statistics import fmean, pstdev, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.rational import Fraction
from targets.domain.fairness import (
    Correlation,
    Load,
    Outcome,
    attainment_against_size,
    fairness,
    gini,
    outcome,
)


def loads(*ratios: int | None) -> list[Load]:
    """People of a capacity of 100 each, whose targets are `ratios` in per cent."""
    return [
        Load(n, f"Rep {n}", target or 0, None if target is None else 100) for n, target in enumerate(ratios)
    ]


def test_the_spread_of_four_people_by_hand():
    found = fairness(loads(100, 120, 80, 100))
    assert (found.count, found.without) == (4, 0)
    assert found.mean == found.median == 1.0
    assert found.variation == pytest.approx(sqrt(0.02))  # deviations 0, 0.2, −0.2, 0
    # Sorted .8 1 1 1.2: 2 · (1 · .8 + 2 + 3 + 4 · 1.2) / 4 − 5 = 0.3, over 4.
    assert found.gini == pytest.approx(0.075)
    assert found.max_over_min == pytest.approx(1.5)


def test_equal_loads_are_fair_whatever_their_size():
    same = [Load(n, "Rep", 3 * size, Decimal(size)) for n, size in enumerate([1, 7, 30, 55, 90, 1000, 12345])]
    found = fairness(same)
    assert {rated.ratio for rated in found.people} == {Fraction(3)}
    assert found.variation == pytest.approx(0, abs=1e-12)
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.outliers == ()


def test_whoever_stands_out_from_all_others_is_named():
    found = fairness(loads(100, 102, 98, 101, 99, 100, 150))
    (outlier,) = found.outliers
    assert (outlier.key, outlier.ratio, outlier.others) == (6, Fraction(3, 2), pytest.approx(1.0))


def test_one_among_equals_stands_out_and_hides_nobody():
    assert [rated.key for rated in fairness(loads(*[100] * 6, 102)).outliers] == [6]


def test_an_odd_cent_among_equals_does_not_stand_out():
    assert fairness(loads(*[10_000] * 6, 10_001)).outliers == ()


def test_six_people_are_too_few_to_look_for_outliers():
    found = fairness(loads(100, 100, 100, 100, 100, 500))
    assert found.outliers is None
    assert not any(rated.is_outlier for rated in found.people)
    assert found.note is None


def test_five_people_come_with_a_note():
    assert fairness(loads(*[100] * 5)).note.render() == (
        "People compared: 5. Fewer than 6 say little about fairness; look at each of them."
    )


def test_whoever_has_no_capacity_is_counted_apart():
    found = fairness([*loads(100, None), Load(9, "Rep 9", 50, 0)])
    assert (found.count, found.without) == (1, 2)
    assert [rated.ratio for rated in found.people] == [1, None, None]


def test_of_nobody_nothing_is_said():
    found = fairness([])
    assert (found.count, found.mean, found.median, found.variation, found.gini) == (0, None, None, None, None)


def test_a_target_of_zero_leaves_max_over_min_undefined():
    assert fairness(loads(0, 100)).max_over_min is None
    nothing = fairness(loads(0, 0))
    assert (nothing.mean, nothing.variation, nothing.gini) == (0.0, None, None)


def test_one_who_carries_all_is_the_most_uneven():
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)  # (n − 1) / n


ratios = st.lists(st.integers(1, 500), min_size=7, max_size=30)


@given(ratios)
def test_outliers_are_those_the_rule_names_one_by_one(targets):
    values = [target / 100 for target in targets]
    found = fairness(loads(*targets))
    for n, rated in enumerate(found.people):
        others = [*values[:n], *values[n + 1 :]]
        margin = abs(values[n] - fmean(others)) - max(2 * stdev(others), fmean(others) / 100)
        assert rated.others == pytest.approx(fmean(others))
        assert abs(margin) < 1e-6 or rated.is_outlier == (margin > 0)
    assert found.variation == pytest.approx(pstdev(values) / fmean(values))


@given(ratios)
def test_gini_is_half_the_relative_mean_difference(targets):
    values = [target / 100 for target in targets]
    difference = sum(abs(x - y) for x in values for y in values)
    assert gini(values) == pytest.approx(difference / (2 * len(values) ** 2 * fmean(values)), abs=1e-12)


@given(ratios, st.randoms(), st.integers(1, 1000))
def test_neither_order_nor_currency_makes_a_difference(targets, random, factor):
    found = fairness(loads(*targets))
    larger = [
        Load(n, "Rep", target * factor, 100) for n, target in enumerate(random.sample(targets, len(targets)))
    ]
    again = fairness(larger)
    assert again.gini == pytest.approx(found.gini, abs=1e-9)
    assert again.variation == pytest.approx(found.variation, abs=1e-9)


# After closing


def test_an_outcome_counts_who_reached_it_and_who_came_near():
    results = [
        (100, 100),
        (100, 99),
        (100, 80),
        (100, 120),
        (100, 79),
        (100, 121),
        (0, 5),
        (None, 5),
        (100, None),
    ]
    assert outcome(results) == Outcome(
        count=6, without=3, reached=3, reached_share=Fraction(1, 2), near=4, near_share=Fraction(2, 3)
    )


def test_an_outcome_of_nobody_has_no_shares():
    assert outcome([]) == Outcome(0, 0, 0, None, 0, None)


def test_larger_territories_that_attain_more_correlate():
    assert attainment_against_size([(n, n * n) for n in range(6)]) == Correlation(6, pytest.approx(1.0))
    assert attainment_against_size([(n, -n) for n in range(6)]) == Correlation(6, pytest.approx(-1.0))


def test_ties_share_their_mean_rank():
    # Ranks 1.5 1.5 3 4 5 6 against 1 2 3 4 5 6: 17 / √(17 · 17.5).
    points = [(1, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]
    assert attainment_against_size(points).coefficient == pytest.approx(17 / sqrt(17 * 17.5))


def test_few_points_or_all_alike_give_no_correlation():
    assert attainment_against_size([(n, n) for n in range(5)] + [(None, 1), (1, None)]) == Correlation(
        5, None
    )
    assert attainment_against_size([(1, Fraction(n, 3)) for n in range(6)]) == Correlation(6, None)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=6, max_size=40))
def test_only_the_order_matters_and_a_correlation_stays_within_its_bounds(points):
    plain = attainment_against_size(points)
    stretched = attainment_against_size([(size**3, Fraction(attained, 7)) for size, attained in points])
    assert stretched == plain
    assert plain.coefficient is None or -1.0000001 <= plain.coefficient <= 1.0000001
