import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.web.shapes import SPARK_HEIGHT, SPARK_WIDTH, PaceMarks, pace_marks, spark


@pytest.mark.parametrize(
    ("attainment", "expected", "marks"),
    [
        ("0.5", "0.6", PaceMarks(actual="50.00%", expected="60.00%", target="")),
        ("1.25", "1", PaceMarks(actual="100.00%", expected="80.00%", target="80.00%")),
        ("-0.1", "0.5", PaceMarks(actual="0.00%", expected="50.00%", target="")),
    ],
)
def test_the_target_is_the_whole_bar_until_it_is_passed(
    attainment: str, expected: str, marks: PaceMarks
) -> None:
    assert pace_marks(Decimal(attainment), Decimal(expected)) == marks


def test_without_an_expected_value_no_mark_is_drawn() -> None:
    assert pace_marks(Decimal("0.5"), None) == PaceMarks(actual="50.00%", expected="", target="")


def test_a_line_rises_to_the_right() -> None:
    assert spark([0, 1]).path == "M3.0 21.0 L93.0 3.0"


def test_a_missing_value_interrupts_the_line() -> None:
    assert spark([0, 1, None, 1, 0]).path.count("M") == 2


def test_nothing_known_draws_nothing() -> None:
    assert spark([None, None]).end is None


@given(st.lists(st.none() | st.integers(-(10**9), 10**9), min_size=1))
def test_every_point_lies_within_the_drawing(values: list[int | None]) -> None:
    for point in re.split("[ML]", spark(values).path)[1:]:
        x, y = point.split()
        assert 0 <= float(x) <= SPARK_WIDTH
        assert 0 <= float(y) <= SPARK_HEIGHT
