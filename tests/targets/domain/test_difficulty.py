"""A number is as hard as it was rare in the holder's own past; little past says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.rational import Fraction
from targets.domain.difficulty import Difficulty, Word, difficulty

QUARTERS = [80, 100, None, 90, 120]


def test_a_number_is_placed_among_the_periods_that_are_known():
    assert difficulty(114, QUARTERS) == Difficulty(
        reached=1,
        of=4,
        share=Fraction(1, 4),
        median=Fraction(95),
        best=120,
        times_median=Fraction(6, 5),
        word=Word.STRETCH,
    )


@pytest.mark.parametrize(
    ("target", "word"),
    [
        (80, Word.EASY),
        (90, Word.EASY),
        (91, Word.FAIR),
        (100, Word.FAIR),
        (101, Word.STRETCH),
        (120, Word.STRETCH),
        (121, Word.NEVER_REACHED),
    ],
)
def test_the_word_follows_how_often_it_was_reached(target, word):
    assert difficulty(target, QUARTERS).word == word


@pytest.mark.parametrize("history", [[], [None] * 5, [100, 100], [100, None, 100]])
def test_fewer_than_three_known_periods_say_nothing(history):
    assert difficulty(50, history).word == Word.UNKNOWN


def test_no_history_is_not_a_history_of_zero():
    assert difficulty(50, [None]) == Difficulty(0, 0, None, None, None, None, Word.UNKNOWN)
    assert difficulty(50, [-10, -10, 60]).times_median is None
    zero = difficulty(50, [0, 0, 0])
    assert (zero.median, zero.best, zero.times_median, zero.word) == (0, 0, None, Word.NEVER_REACHED)


def test_where_lower_is_better_less_is_as_good():
    found = difficulty(90, QUARTERS, is_lower_better=True)
    assert (found.reached, found.of, found.best, found.word) == (2, 4, 80, Word.FAIR)
    assert difficulty(79, QUARTERS, is_lower_better=True).word == Word.NEVER_REACHED


histories = st.lists(st.none() | st.integers(0, 10**12), max_size=12)


@given(st.integers(0, 10**12), st.integers(0, 10**12), histories)
def test_a_higher_number_was_reached_no_more_often(target, more, history):
    assert difficulty(target + more, history).reached <= difficulty(target, history).reached


@given(st.integers(0, 10**12), histories, st.randoms())
def test_the_order_of_the_periods_makes_no_difference(target, history, random):
    assert difficulty(target, random.sample(history, len(history))) == difficulty(target, history)
