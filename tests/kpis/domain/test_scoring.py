import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.domain.scoring import Bounds, attainment, score, total
from salestargets.kernel.errors import DomainError
from salestargets.kernel.rational import Fraction

HALF = Fraction(1, 2)
amounts = st.fractions(-1_000, 1_000, max_denominator=100)
above_nothing = st.fractions(Fraction(1, 100), 1_000, max_denominator=100)
shares = st.fractions(0, 3, max_denominator=100)
maybe = st.none() | shares


@pytest.mark.parametrize(
    ("actual", "target", "base", "expected"),
    [
        (80, 100, None, Fraction(4, 5)),
        (150, 100, None, Fraction(3, 2)),
        (-10, 100, None, Fraction(-1, 10)),
        (90, 100, 80, HALF),  # half of the way from 80 to 100
        (70, 100, 80, -HALF),  # further from it than one began
        (10, 0, -10, Fraction(2)),  # a target of nothing has a way from below
        (80, 100, 120, Fraction(4, 5)),  # one began beyond the target: that is no way to it
        (80, 0, None, None),
        (None, 100, None, None),
        (80, None, None, None),
    ],
)
def test_higher_is_better(actual, target, base, expected):
    assert attainment(actual, target, base=base) == expected


@pytest.mark.parametrize(
    ("actual", "target", "base", "expected"),
    [
        (40, 40, None, 1),
        (0, 40, None, 2),  # the inverse would be endless here
        (60, 40, None, HALF),  # a middle
        (80, 40, None, 0),
        (100, 40, None, -HALF),
        (50, 40, 60, HALF),  # half of the way from 60 down to 40
        (5, 0, 10, HALF),  # down to nothing: with a base there is an answer
        (50, 40, 30, Fraction(3, 4)),  # one began below the target
        (5, 0, None, None),
        (None, 40, 60, None),
    ],
)
def test_lower_is_better_and_has_a_middle(actual, target, base, expected):
    assert attainment(actual, target, lower_is_better=True, base=base) == expected


@given(amounts, amounts, above_nothing, st.none() | amounts, st.booleans())
def test_a_better_result_never_attains_less(one, other, target, base, lower):
    worse, better = sorted((one, other), reverse=lower)
    attained = [attainment(actual, target, lower_is_better=lower, base=base) for actual in (worse, better)]
    assert attained[0] <= attained[1]


@given(above_nothing, st.none() | amounts, st.booleans())
def test_the_target_itself_attains_all_of_it(target, base, lower):
    assert attainment(target, target, lower_is_better=lower, base=base) == 1


@given(amounts, above_nothing)
def test_without_a_base_lower_is_better_goes_as_from_twice_the_target(actual, target):
    assert attainment(actual, target, lower_is_better=True) == attainment(
        actual, target, lower_is_better=True, base=2 * target
    )


@given(amounts, above_nothing, above_nothing)
def test_an_increase_is_a_decrease_seen_from_below(actual, target, way):
    up = attainment(actual, target, base=target - way)
    assert up == attainment(-actual, -target, lower_is_better=True, base=way - target)


@given(above_nothing, above_nothing, above_nothing, st.booleans())
def test_the_unit_does_not_matter(actual, target, scale, lower):
    assert attainment(actual, target, lower_is_better=lower) == attainment(
        actual * scale, target * scale, lower_is_better=lower
    )


@pytest.mark.parametrize(
    ("attained", "expected"),
    [
        (None, None),
        (Fraction(69, 100), 0),
        (Fraction(7, 10), Fraction(4, 5)),  # lifted to the floor
        (Fraction(9, 10), Fraction(9, 10)),
        (Fraction(2), Fraction(6, 5)),
    ],
)
def test_below_the_threshold_nothing_and_then_from_floor_to_cap(attained, expected):
    bounds = Bounds(threshold=Fraction(7, 10), floor=Fraction(4, 5), cap=Fraction(6, 5))
    assert score(attained, bounds) == expected


def test_without_a_threshold_the_floor_is_everyones():
    assert score(Fraction(-3), Bounds(floor=HALF)) == HALF
    assert score(Fraction(-3), Bounds()) == 0


@given(amounts, amounts, maybe, st.lists(shares, min_size=2, max_size=2))
def test_a_score_is_bounded_and_never_falls(one, other, threshold, ends):
    bounds = Bounds(threshold, min(ends), max(ends))
    scores = [score(attained, bounds) for attained in sorted((one, other))]
    assert scores[0] <= scores[1]
    assert all(0 <= found <= max(ends) for found in scores)


def test_bounds_that_contradict_each_other_are_refused():
    with pytest.raises(DomainError, match="floor"):
        Bounds(floor=Fraction(2), cap=Fraction(1))


def test_what_has_no_score_takes_no_part_and_is_told():
    found = total([(6_000, Fraction(1, 2)), (3_000, Fraction(1)), (1_000, None)])
    assert (found.value, found.points) == (Fraction(2, 3), 6_000)
    assert (found.scored, found.unscored) == (9_000, 1_000)


def test_of_no_scores_at_all_there_is_no_total():
    assert total([(10_000, None)]).value is None
    assert total([]).value is None


def test_a_negative_weight_is_refused():
    with pytest.raises(DomainError, match="below zero"):
        total([(-1, Fraction(1))])


@given(st.lists(st.tuples(st.integers(0, 10_000), maybe), max_size=8))
def test_the_total_lies_among_its_scores_and_no_weight_is_lost(parts):
    found = total(parts)
    assert found.scored + found.unscored == sum(weight for weight, _score in parts)
    scores = [scored for weight, scored in parts if scored is not None and weight]
    assert (found.value is None) == (not scores)
    if found.value is not None:
        assert min(scores) <= found.value <= max(scores)
