"""An alert starts below one level and stops at another, so that a pace on the edge does not flicker."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.rational import Fraction
from targets.domain.alerting import Levels, Severity, pace_severity

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def severity(pace, current=None, *, elapsed=Fraction(1, 2), is_reached=False, **levels):
    exact = None if pace is None else Fraction(pace)
    return pace_severity(
        exact, elapsed=elapsed, is_reached=is_reached, current=current, levels=Levels(**levels)
    )


@pytest.mark.parametrize(
    ("pace", "raised"),
    [
        ("1.2", None),
        ("0.97", None),
        ("0.969", WARNING),
        ("0.85", WARNING),
        ("0.849", CRITICAL),
        ("0", CRITICAL),
    ],
)
def test_behind_raises_a_warning_and_at_risk_a_critical_alert(pace, raised):
    assert severity(pace) == raised


@pytest.mark.parametrize(
    ("pace", "stays"), [("0.97", WARNING), ("0.999", WARNING), ("1", None), ("1.1", None)]
)
def test_a_warning_stays_until_the_clear_level(pace, stays):
    assert severity(pace, WARNING) == stays


@pytest.mark.parametrize(
    ("pace", "stays"),
    [("0.85", CRITICAL), ("0.879", CRITICAL), ("0.88", WARNING), ("0.99", WARNING), ("1", None)],
)
def test_a_critical_alert_eases_to_a_warning_by_the_same_margin(pace, stays):
    assert severity(pace, CRITICAL) == stays


def test_a_warning_becomes_critical_at_once():
    assert severity("0.849", WARNING) == CRITICAL


@pytest.mark.parametrize("current", [None, WARNING, CRITICAL])
def test_there_is_no_alert_when_reached_undefined_or_early(current):
    assert severity("0.5", current, is_reached=True) is None
    assert severity(None, current) is None
    assert severity("0.5", current, elapsed=Fraction(9, 100)) is None


def test_the_guard_ends_with_a_tenth_of_the_period():
    assert severity("0.5", elapsed=Fraction(1, 10)) == CRITICAL


def test_an_organisation_may_choose_its_levels():
    loose = {"raise_below": Decimal("0.8"), "critical_below": Decimal("0.5"), "clear_at": Decimal("0.9")}
    assert severity("0.85", **loose) is None
    assert severity("0.79", **loose) == WARNING
    assert severity("0.85", WARNING, **loose) == WARNING
    assert severity("0.9", WARNING, **loose) is None


@given(
    st.fractions(0, 2),
    st.fractions(0, Fraction(3, 100), max_denominator=1000),
    st.sampled_from([None, WARNING, CRITICAL]),
)
def test_a_wobble_smaller_than_the_margin_changes_an_alert_at_most_once(pace, wobble, current):
    changes, state = 0, current
    for step in range(10):
        new = pace_severity(
            pace + (wobble / 2 if step % 2 else 0), elapsed=Fraction(1, 2), is_reached=False, current=state
        )
        changes += new != state and step > 0
        state = new
    assert changes <= 1
